# TransformerLens's printed log, this run, and replicas of it that start one ulp apart
# Written by tc-modular-addition-analyse, run transformerlens-demo.  To draw it by hand:
#     cd figures/modular-addition/transformerlens-demo && gnuplot replay.gp
name = "replay"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/transformerlens-demo/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

band = data."band.csv"; replay = data."replay.csv"
set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \
    spacing across(1.9)
set xlabel "epoch"; set ylabel "training loss, off this run (%)"
set xrange [0:1020]; set yrange [-8:8]; set xtics 200; set key top right
off(x, y) = 100 * (column(x) / column(y) - 1)
plot band using "step":(off("low", "loss")):(off("high", "loss")) with filledcurves \
         lc rgb tc_sky fs solid 0.6 title "all starts", \
     0 with lines lt 1 title "this run", \
     replay using "epoch":(off("printed", "ours")) with points lt 7 pt 7 ps 0.5 \
         title "printed"
@tc_log_y; set format x "%.0s%c"; set xrange [0:25000]; set yrange [1e-7:100]; set xtics 5000
set ylabel "test loss (nats, log scale)"; set key bottom left
plot for [i=3:1:-1] band using "step":sprintf("test_%d", i) with lines lc rgb tc_sky \
         lw 1.2 dt 1 title i == 1 ? "replicas" : "", \
     band using "step":"test_0" with lines lt 1 title "this run", \
     replay using "epoch":"test_printed" with points lt 7 pt 7 ps 0.5 title "printed"
unset multiplot
