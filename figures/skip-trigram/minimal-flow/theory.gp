# Loss while training, measured and from the coupled flow
# Written by tc-skip-trigram-analyse, run minimal-flow.  To draw it by hand:
#     cd figures/skip-trigram/minimal-flow && gnuplot theory.gp
name = "theory"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/skip-trigram/minimal-flow/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

set xlabel "training step"; set ylabel "loss (nats)"
first = 367; last = 508   # onsets
set xrange [first-0.8*(last-first):last+0.8*(last-first)]; set yrange [0:1.1*log(n)]
set lmargin at screen across(1.35); set rmargin at screen across(10.9)
set key at screen across(13.9), screen up(6.3) right Left reverse spacing 1.05 samplen 1.8
plot for [k=0:n-1] data."trigrams.csv" using 1:2+k with lines lc rgb colour(k) lw 1.4 dt 1 \
         title sprintf("trigger %d", trigger(k)), \
     for [k=0:n-1] data."theory.csv" using 1:3+k with lines lc rgb tc_black lw 0.8 dt (6,4) \
         title k ? "" : "theory", \
     log(n) with lines lc rgb tc_grey lw 1 dt (2,3) title "ln ".n
