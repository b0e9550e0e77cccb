# What holds the loss at its floor: descent against weight decay
# Written by tc-skip-trigram-analyse, run no-decay.  To draw it by hand:
#     cd figures/skip-trigram/no-decay && gnuplot floor.gp
name = "floor"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/skip-trigram/no-decay/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

steps = 3000
set multiplot layout 1,2 margins across(1.55),across(13.6),up(1.25),up(5.7) \
    spacing across(2.1)
set xlabel "training step"; @tc_log_y; set xrange [0:steps]; set xtics 0,nice(steps/4.0)
set ylabel "loss (nats, log scale)"; unset key; set yrange [*:10]
set label 1 "ln ".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey
plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \
     data."floor.csv" using "step":"loss" with linespoints lt 1 pt 7 ps 0.3
unset label 1
set ylabel "change of loss per unit rate"; set key top right; set yrange [*:1e4]
plot data."floor.csv" using "step":"taken" with linespoints lt 1 pt 7 ps 0.3 \
         title "gradient takes", \
     data."floor.csv" using "step":(column("given") > 0 ? column("given") : NaN) \
         with linespoints lt 2 dt 1 pt 5 ps 0.3 title "decay gives back"
unset multiplot
