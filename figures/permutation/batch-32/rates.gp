# Loss, learning rate and gradient norm over training
# Written by tc-permutation-analyse, run batch-32.  To draw it by hand:
#     cd figures/permutation/batch-32 && gnuplot rates.gp
name = "rates"
width = 14; height = 8.2
load "../../style.gp"
data = "../../../data/permutation/batch-32/"

n = 4; terms = 24; positions = 121; steps = 2000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

raw = data."loss.csv"; smooth = data."smooth.csv"
set multiplot layout 3,1 margins across(1.7),across(13.7),up(1.15),up(8.0) spacing across(0),up(0.4)
set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*500; set format x ""; unset key
set ylabel "loss (nats)" offset 0.3,0; @tc_log_y; set format y "%g"; set yrange [0.09:5]
set ytics add (0.2, 0.5, 2)
plot raw using "step":"loss" with lines lc rgb tc_blue lw 0.7 dt 1
set ylabel "learning rate" offset 0.3,0; set format y "10^{%T}"; set yrange [*:2e-3]; set ytics autofreq
plot raw using "step":"lr" with lines lc rgb tc_green lw 1.4 dt 1
set ylabel "gradient norm" offset 0.3,0; set yrange [*:*]; set format x "%g"; set format y "%g"
set xlabel "training step"
set label 1 "clipped above" at graph 0.2, first 1 left offset 0,0.5 font tiny textcolor rgb tc_grey
plot 1 with lines lc rgb tc_grey lw 1 dt (4,4), \
     raw using "step":"grad_norm" with lines lc rgb tc_orange lw 0.7 dt 1
unset multiplot
