# Training and test loss: linear over a logarithmic time, and logarithmic
# Written by tc-modular-addition-analyse, run demo-ulp-2.  To draw it by hand:
#     cd figures/modular-addition/demo-ulp-2 && gnuplot loss.gp
name = "loss"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/demo-ulp-2/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

classes = 113   # p numbers, perhaps `=`
loss = data."loss.csv"
lns = classes > p ? sprintf("ln %d, ln %d", p, classes) : sprintf("ln %d", p)
set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \
    spacing across(1.9)
set xlabel "epoch (log scale)"; set ylabel "loss (nats)"
set logscale x; set format x "10^{%T}"; set xrange [20:steps]; set yrange [0:*]
set label 1 lns at first 230, first log(p) left offset 0,-0.7 textcolor rgb tc_grey
set key top left
plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     log(classes) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     loss using "step":"test_loss" with lines lt 2 dt 1 title "test pairs", \
     loss using "step":"loss" with lines lt 1 title "training pairs"
unset logscale x; set format x "%.0s%c"; set xrange [0:steps]
set xlabel "epoch"; set ylabel "loss (nats, log scale)"
set label 1 lns at graph 0.98, first log(p) right offset 0,-0.7 textcolor rgb tc_grey
@tc_log_y; set yrange [*:100]; unset key
plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \
     log(classes) with lines lc rgb tc_grey lw 1 dt (4,4), \
     loss using "step":"test_loss" with lines lt 2 dt 1, \
     loss using "step":"loss" with lines lt 1
unset multiplot
