# Loss of each trigram while training
# Written by tc-skip-trigram-analyse, run minimal.  To draw it by hand:
#     cd figures/skip-trigram/minimal && gnuplot trigrams.gp
name = "trigrams"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/skip-trigram/minimal/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

view = 3000; steps = 3000
set multiplot layout 1,2 margins across(1.35),across(11.9),up(1.25),up(6.2) \
    spacing across(1.9)
set xlabel "training step"; set ylabel "loss (nats)"; unset key
set xrange [0:view]; set xtics 0,nice(view/4.0); set yrange [0:1.3*log(n)]
plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \
     for [k=0:n-1] data."trigrams.csv" using 1:2+k with lines lc rgb colour(k) lw 0.9 dt 1
set xrange [0:steps]; set xtics 0,nice(steps/3.0); @tc_log_y; set yrange [*:10]
set ylabel "loss (nats, log scale)"
set key at screen across(13.9), screen up(6.3) right Left reverse maxcols 1 samplen 1.5 \
    title "trigger" left
plot for [k=0:n-1] data."trigrams.csv" using 1:2+k with lines lc rgb colour(k) lw 0.9 dt 1 \
         title sprintf("%d", trigger(k)), \
     log(n) with lines lc rgb tc_grey lw 1 dt (4,4) title "ln ".n
unset multiplot
