# Progress measures: restricted and excluded loss, Gini coefficients, squared weights, logit variance explained
# Written by tc-modular-addition-analyse, run subtract.  To draw it by hand:
#     cd figures/modular-addition/subtract && gnuplot progress.gp
name = "progress"
width = 14; height = 11
load "../../style.gp"
data = "../../../data/modular-addition/subtract/"

p = 113; steps = 40000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

progress = data."progress.csv"; weights = data."weights.csv"
set multiplot layout 2,2 margins across(1.5),across(13.6),up(1.25),up(10.6) \
    spacing across(1.9),up(1.1)
set format x "%.0s%c"; set xrange [0:steps]
set ylabel "loss (nats, log scale)"
set label 1 sprintf("ln %d", p) at graph 0.98, first log(p) right offset 0,-0.7 \
    textcolor rgb tc_grey
@tc_log_y; set yrange [*:100]; set key at graph 0.99, graph 0.68 right enhanced
plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     progress using "step":"test_loss" with lines lt 2 dt 1 title "test", \
     progress using "step":"loss" with lines lt 1 title "training", \
     progress using "step":"restricted" with lines lt 3 dt 1 title "restricted", \
     progress using "step":"excluded" with lines lt 4 dt 1 title "excluded"
unset label 1; unset logscale y; set format y "%g"
set ylabel "Gini coefficient"; set yrange [0:1]
set key inside right bottom
plot progress using "step":"gini_w_e" with lines lt 1 title "W_E", \
     progress using "step":"gini_w_l" with lines lt 2 dt 1 title "W_L"
set xlabel "epoch"; set ylabel "sum of squared weights"; set yrange [0:*]
set key inside right top
plot weights using "step":"total" with lines lt 7 dt 1 title "all", \
     weights using "step":"embed.W_E" with lines lt 1 title "W_E", \
     weights using "step":"blocks.0.mlp.W_in" with lines lt 2 dt 1 title "W_{in}", \
     weights using "step":"blocks.0.mlp.W_out" with lines lt 3 dt 1 title "W_{out}", \
     weights using "step":"unembed.W_U" with lines lt 4 dt 1 title "W_U"
set ylabel "logit variance explained"; set yrange [0:1]; unset key
plot progress using "step":"explained" with lines lt 1
unset multiplot
