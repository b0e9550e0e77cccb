# Score and margin of each trigger while training, with the curves that the closed form says they follow
# Written by tc-skip-trigram-analyse, run minimal-sgd.  To draw it by hand:
#     cd figures/skip-trigram/minimal-sgd && gnuplot portrait.gp
name = "portrait"
width = 10; height = 7.5
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

set xlabel "OV margin m (logits)"; set ylabel "QK score s"
set xrange [-1:5]; set yrange [-1:4.5]
set lmargin at screen across(1.2); set rmargin at screen across(6.8)
set key at screen across(9.9), screen up(7.3) right Left reverse spacing 1.05 samplen 1.8
plot for [k=0:n-1] data."invariants.csv" using 1:3+k with lines lc rgb tc_grey lw 0.6 dt (2,3) \
         title k ? "" : "alone", \
     data."invariants.csv" using 1:2 with lines lc rgb tc_red lw 1.2 dt (8,4) \
         title "onset, alone", \
     for [k=0:n-1] data."dynamics.csv" using 3+3*n+k:3+2*n+k with lines lc rgb colour(k) lw 1.6 dt 1 \
         title sprintf("trigger %d", trigger(k)), \
     for [k=0:n-1] data."theory.csv" using 3+2*n+k:3+n+k with lines lc rgb tc_black lw 0.8 dt (6,4) \
         title k ? "" : "coupled flow", \
     for [k=0:n-1] data."dynamics.csv" every ::0::0 using 3+3*n+k:3+2*n+k with points \
         pt 7 ps 0.5 lc rgb colour(k) notitle
