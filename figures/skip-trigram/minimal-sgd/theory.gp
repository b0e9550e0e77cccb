# Loss while training, measured and from the coupled flow
# Written by tc-skip-trigram-analyse, run minimal-sgd.  To draw it by hand:
#     cd figures/skip-trigram/minimal-sgd && gnuplot theory.gp
name = "theory"
width = 14; height = 6.5
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

set xlabel "training step"; set ylabel "loss (nats)"
steps = 3000
set xrange [0:steps]; set key top right
plot data."loss.csv" using "step":"loss" with lines lc rgb tc_sky lw 0.6 dt 1 \
         title "measured", \
     data."theory.csv" using "step":"loss" with lines lc rgb tc_black lw 1.4 dt (8,5) \
         title "coupled flow", \
     log(n) with lines lc rgb tc_grey lw 1 dt (2,3) title "ln ".n
