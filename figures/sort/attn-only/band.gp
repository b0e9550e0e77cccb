# Notebook 002's run with five seeds, and the rows it printed
# Written by tc-sort-analyse, run attn-only.  To draw it by hand:
#     cd figures/sort/attn-only && gnuplot band.gp
name = "band"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/sort/attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

seeds = "123 2 3 4 5"
set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \
    spacing across(2.0)
set xlabel "training step"; set logscale x; set xrange [100:50000]
set ylabel "loss (nats per token, log scale)"; @tc_log_y; set key bottom left
set label 1 "without counting" at first 115, first 0.36 left font small textcolor rgb tc_grey
plot data."floors.csv" using (100):2:(49900):(0) with vectors nohead lc rgb tc_grey \
         lw 1 dt (4,4) notitle, \
     for [i=2:5] data."band.csv" using "step":"loss_".word(seeds,i) with lines lw 0.7 dt 1 \
         lc rgb tc_grey title i == 2 ? "four other seeds" : "", \
     data."band.csv" using "step":"loss_123" with lines lt 1 lw 0.9 title "seed 123", \
     data."replay.csv" using "step":"printed_loss" with points pt 6 ps 0.5 lc rgb tc_orange \
         title "printed"
unset logscale y; set format y "%g"; set yrange [0:105]; set ytics 0,20; unset label 1
set ylabel "tokens right (%)"; set key bottom right
plot for [i=2:5] data."band.csv" \
         using "step":(100*column("token_accuracy_".word(seeds,i))) with lines lw 0.7 dt 1 \
         lc rgb tc_grey title i == 2 ? "four other seeds" : "", \
     data."band.csv" using "step":(100*column("token_accuracy_123")) with lines lt 1 lw 0.9 \
         title "seed 123", \
     data."replay.csv" using "step":(100*column("printed_accuracy")) with points pt 6 ps 0.5 \
         lc rgb tc_orange title "printed"
unset multiplot
