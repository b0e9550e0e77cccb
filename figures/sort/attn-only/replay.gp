# The published log of notebook 002 and this run
# Written by tc-sort-analyse, run attn-only.  To draw it by hand:
#     cd figures/sort/attn-only && gnuplot replay.gp
name = "replay"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/sort/attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \
    spacing across(2.2)
set xlabel "training step"; set xrange [0:50000]; set xtics 0,20000; @tc_log_y
set ylabel "loss (nats per token, log scale)"; set key top right; set yrange [1e-3:10]
plot data."published.csv" using "step":"printed_loss" with points pt 6 ps 0.35 \
         lc rgb tc_orange title "published", \
     data."published.csv" using "step":"loss" with lines lt 1 lw 0.7 title "this run"
set ylabel "relative difference (log scale)"; set yrange [1e-9:10]; set ytics 1e-8,100
set label 1 "rounding of binary32" at graph 0.98, first 6e-8 right offset 0,-0.6 \
    font small textcolor rgb tc_grey
unset key
plot data."published.csv" using "step":(abs(column("relative_difference"))) \
         with points pt 7 ps 0.25 lc rgb tc_blue, \
     6e-8 with lines lc rgb tc_grey lw 1 dt (4,4)
unset multiplot
