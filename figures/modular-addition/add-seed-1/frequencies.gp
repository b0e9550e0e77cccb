# Restricted and excluded loss of each key frequency alone, and its coefficient in the logits
# Written by tc-modular-addition-analyse, run add-seed-1.  To draw it by hand:
#     cd figures/modular-addition/add-seed-1 && gnuplot frequencies.gp
name = "frequencies"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/add-seed-1/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = "7 23 26 28 45"; n_keys = words(keys)
progress = data."progress.csv"
set multiplot layout 1,3 margins across(0.9),across(12.2),up(1.25),up(5.3) \
    spacing across(1.35)
set format x "%.0s%c"; set xrange [0:steps]; set xlabel "epoch"; unset key
set xtics 0,10000; set mxtics 2
set title "restricted loss" offset 0,-0.7; set yrange [*:*]
plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \
     for [i=1:n_keys] progress using "step":"restricted_".word(keys, i) with lines lt i dt 1
set title "excluded loss"; @tc_log_y
plot for [i=1:n_keys] progress using "step":"excluded_".word(keys, i) with lines lt i dt 1
set title "logit coefficient"; unset logscale y; set format y "%g"; set yrange [0:*]
set key at screen across(13.95), screen up(5.3) right Left reverse samplen 1
plot for [i=1:n_keys] progress using "step":"alpha_".word(keys, i) with lines lt i dt 1 \
         title "k = ".word(keys, i)
unset multiplot
