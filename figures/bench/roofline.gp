# Where the runs stand under the machine's roofline
#     cd figures/bench && gnuplot roofline.gp
name = "roofline"
width = 14; height = 7.5
load "../style.gp"
data = "../../data/bench/"

stats data."roofline.csv" using "intensity" name "n" nooutput
names = ""
stats data."roofline.csv" using (names = names." ".strcol("run"), 1) nooutput
set linetype 8 lc rgb "#b0a400"     # yellow, dark enough for small marks
set logscale xy; set format xy "%g"
set xlabel "needed flop per byte moved"; set ylabel "needed flop per second, in 10^9" offset 0.5,0
set xrange [1:100]; set yrange [5:*]
set key at screen 0.99, 0.95 right top Left reverse samplen 2; set rmargin at screen 0.63
one = data."roofline.csv"
plot data."roofs.csv" using "intensity":"roof_all" with lines lc rgb tc_grey lw 1.5 dt 1 \
       title "roof, all threads", \
     "" using "intensity":"roof_1" with lines lc rgb tc_grey lw 1.5 dt (6,4) \
       title "roof, one thread", \
     for [i=0:n_records - 1] one using "intensity":"gflops_1":(0): \
       (column("gflops_all") - column("gflops_1")) every ::i::i with vectors nohead \
       lt i + 1 dt 1 lw 1 notitle, \
     for [i=0:n_records - 1] one using "intensity":"gflops_1" every ::i::i with points \
       lt i + 1 ps 0.5 notitle, \
     for [i=0:n_records - 1] one using "intensity":"gflops_all" every ::i::i with points \
       lt i + 1 ps 0.9 title word(names, i + 1)
