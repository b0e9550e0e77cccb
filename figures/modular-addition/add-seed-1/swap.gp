# Test loss of pairs whose swap is a training pair, and of the others
# Written by tc-modular-addition-analyse, run add-seed-1.  To draw it by hand:
#     cd figures/modular-addition/add-seed-1 && gnuplot swap.gp
name = "swap"
width = 9; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/add-seed-1/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

loss = data."loss.csv"
set lmargin at screen across(1.5); set rmargin at screen across(8.6)
set bmargin at screen up(1.25); set tmargin at screen up(5.7)
set xlabel "epoch"; set ylabel "test loss (nats, log scale)"
set format x "%.0s%c"; set xrange [0:steps]; @tc_log_y; set yrange [*:100]
set label 1 sprintf("ln %d", p) at graph 0.98, first log(p) right offset 0,-0.7 \
    textcolor rgb tc_grey
set key at graph 0.98, graph 0.6 right
plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     loss using "step":"test_loss_swap_unseen" with lines lt 2 dt 1 \
         title "swap is a test pair", \
     loss using "step":"test_loss_swap_seen" with lines lt 3 dt 1 \
         title "swap is a training pair"
