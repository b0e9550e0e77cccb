# Attention on the trigger, and the gradient on it, while training
# Written by tc-skip-trigram-analyse, run infinite.  To draw it by hand:
#     cd figures/skip-trigram/infinite && gnuplot attention.gp
name = "attention"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/skip-trigram/infinite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

view = 400
set multiplot layout 1,2 margins across(1.35),across(12.2),up(1.25),up(6.2) \
    spacing across(1.7)
set xlabel "training step"; set xrange [0:view]; set xtics 0,nice(view/4.0); unset key
set ylabel "attention on the trigger"; set yrange [0:1]
plot for [k=0:n-1] data."dynamics.csv" using 1:3+k with lines lc rgb colour(k) lw 1.2 dt 1
set ylabel "d loss / d attention (nats)"; set yrange [*:*]
set key at screen across(13.9), screen up(6.3) right Left reverse maxcols 1 samplen 1.5 \
    title "trigger" left
plot 0 with lines lc rgb tc_grey lw 1 dt 1 notitle, \
     for [k=0:n-1] data."dynamics.csv" using 1:3+n+k with lines lc rgb colour(k) lw 1.2 dt 1 \
         title sprintf("%d", trigger(k))
unset multiplot
