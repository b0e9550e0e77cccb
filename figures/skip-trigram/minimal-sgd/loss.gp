# Loss of the run: the phase change, and the whole run
# Written by tc-skip-trigram-analyse, run minimal-sgd.  To draw it by hand:
#     cd figures/skip-trigram/minimal-sgd && gnuplot loss.gp
name = "loss"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/skip-trigram/minimal-sgd/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

view = 3000; steps = 3000; has_test = 0
set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \
    spacing across(1.9)
set xlabel "training step"; set ylabel "loss (nats)"
set label 1 "ln ".n.", uninformed" at graph 0.98, first log(n) right offset 0,0.6 \
    textcolor rgb tc_grey
set xrange [0:view]; set xtics 0,nice(view/4.0); set yrange [0:1.13*log(n)]
set key at graph 0.98, graph 0.75 right
plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     for [i=0:has_test] data."loss.csv" using 1:2+i with lines lt 1+i dt 1 \
         title i ? "test batches" : has_test ? "training set" : ""
set label 1 "ln ".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey
set xrange [0:steps]; set xtics 0,nice(steps/4.0); @tc_log_y; set yrange [*:10]
set ylabel "loss (nats, log scale)"
plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     for [i=has_test:0:-1] data."loss.csv" using 1:2+i with lines lt 1+i dt 1 \
         lw i ? 0.8 : 1.5 notitle
unset multiplot
