# Tokens per second of addition's model against its width and the batch
#     cd figures/bench && gnuplot scaling.gp
name = "scaling"
width = 16; height = 8.5
load "../style.gp"
data = "../../data/bench/"
roof = 'with lines lc rgb tc_grey lw 1.2'

set multiplot layout 1,2 margins 0.095,0.985,0.14,0.76 spacing 0.085
set logscale xy; set format y "10^{%T}"; set ylabel "tokens per second" offset 0.5,0
set key at graph 0.5, 1.36 center top maxrows 3 samplen 2 width -1

set xlabel "width of the residual stream"; set xrange [28:1200]
set xtics (32, 64, 128, 256, 512, 1024)
plot data."width.csv" using "d_model":"ours_all" with linespoints lt 1 title "ours, all threads", \
     "" using "d_model":"ours_1" with linespoints lt 6 title "ours, one", \
     "" using "d_model":"jax" with linespoints lt 3 title "JAX", \
     "" using "d_model":"torch" with linespoints lt 2 title "PyTorch", \
     "" using "d_model":"peak" @roof dt 1 title "fma peak", \
     "" using "d_model":"memory" @roof dt (6,4) title "memory"

unset ylabel
set xlabel "batch (sequences of 18 tokens)"; set xrange [0.8:1300]
set xtics (1, 4, 16, 64, 256, 1024)
plot data."batch.csv" using "batch":"ours_all_128" with linespoints lt 1 title "128, all threads", \
     "" using "batch":"ours_1_128" with linespoints lt 6 title "128, one", \
     "" using "batch":"peak_128" @roof dt 1 title "fma peak", \
     "" using "batch":"ours_all_512" with linespoints lt 4 title "512, all threads", \
     "" using "batch":"ours_1_512" with linespoints lt 5 title "512, one", \
     "" using "batch":"peak_512" @roof dt 1 notitle, \
     "" using "batch":"memory_128" @roof dt (6,4) title "memory", \
     "" using "batch":"memory_512" @roof dt (6,4) notitle
unset multiplot
