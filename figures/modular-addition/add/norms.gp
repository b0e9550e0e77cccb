# Norms of the embedding and of the neuron-logit map at every frequency over training
# Written by tc-modular-addition-analyse, run add.  To draw it by hand:
#     cd figures/modular-addition/add && gnuplot norms.gp
name = "norms"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/add/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = "25 42 49 50"; n_keys = words(keys)
embedding = data."embedding.csv"; n = (p - 1) / 2
set multiplot layout 1,2 margins across(1.2),across(12.2),up(1.25),up(5.3) \
    spacing across(1.35)
set format x "%.0s%c"; set xrange [0:steps]; set xlabel "epoch"; unset key
do for [m=1:2] {
  which = m == 1 ? "w_e" : "w_l"
  set title (m == 1 ? "norm of W_E" : "norm of W_L") offset 0,-0.7
  if (m == 2) { set key at screen across(13.95), screen up(5.3) right Left reverse samplen 1 }
  plot for [k=1:n] embedding using "step":sprintf("%s_%d", which, k) with lines \
           lc rgb "#b0b0b0" lw 0.6 dt 1 notitle, \
       for [i=1:n_keys] embedding using "step":sprintf("%s_%s", which, word(keys, i)) \
           with lines lt i dt 1 title "k = ".word(keys, i), \
       NaN with lines lc rgb "#b0b0b0" lw 0.6 dt 1 title "others"
}
unset multiplot
