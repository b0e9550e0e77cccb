# Loss, its landmarks, and the loss of each character of the first term
# Written by tc-permutation-analyse, run constant-seed-1.  To draw it by hand:
#     cd figures/permutation/constant-seed-1 && gnuplot loss.gp
name = "loss"
width = 15; height = 6.6
load "../../style.gp"
data = "../../../data/permutation/constant-seed-1/"

n = 4; terms = 24; positions = 121; steps = 3100
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

optimum = 0.10935402004130808; marginal = 0.12118914748331369; distinct = 0.13561892773013406; uniform = 0.1364341945469452
ascending = 1
colour(k) = tc_viridis_rgb(0.9 * (k - 1) / (n - 1.0))
low = optimum - 0.25*(uniform-optimum); high = uniform + 0.6*(uniform-optimum)
raw = data."loss.csv"; smooth = data."smooth.csv"; floors = data."floors.csv"
set multiplot
set lmargin at screen across(1.65); set rmargin at screen across(6.9)
set bmargin at screen up(1.2); set tmargin at screen up(6.2)
set xlabel "training step"; set ylabel "loss (nats per token)" offset 0.6,0; unset key
set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*1000; set yrange [low:high]
set label 1 "62 characters alike" at graph 0.98, first uniform right offset 0,0.5 font tiny
set label 2 "distinct" at graph 0.5, first distinct right offset 0,-0.6 font tiny
set label 3 (ascending ? "each slot's own" : "") at graph 0.98, first marginal right offset 0,0.5 font tiny
set label 4 "the best possible" at graph 0.98, first optimum right offset 0,-0.6 font tiny
plot raw using "step":"loss" with lines lc rgb tc_sky lw 0.5 dt 1, \
     uniform with lines lc rgb tc_grey lw 1 dt (4,4), \
     distinct with lines lc rgb tc_grey lw 1 dt (2,3), \
     (ascending ? marginal : NaN) with lines lc rgb tc_grey lw 1 dt (4,4), \
     optimum with lines lc rgb tc_red lw 1.2 dt 1, \
     smooth using "step":"loss" with lines lc rgb tc_blue lw 1.6 dt 1
unset for [i=1:4] label i
set lmargin at screen across(8.4); set rmargin at screen across(13.0)
set ylabel "loss of a slot (nats)" offset 0.8,0; set yrange [2.7:4.6]
set label 1 "ln 62" at graph 0.98, first log(62) right offset 0,0.5 font tiny textcolor rgb tc_grey
set for [k=1:n] label 10+k sprintf("slot %d", k) at screen across(13.2), screen up(5.6-0.5*k) \
    textcolor rgb colour(k)
set label 20 "dashed: the best" at screen across(13.2), screen up(5.1-0.5*n) font tiny textcolor rgb tc_grey
set label 21 "possible" at screen across(13.2), screen up(4.75-0.5*n) font tiny textcolor rgb tc_grey
plot log(62) with lines lc rgb tc_grey lw 1 dt (4,4), \
     for [k=1:n] smooth using 1:2+k with lines lc rgb colour(k) lw 1.6 dt 1, \
     for [k=1:n] floors every ::k-1::k-1 using (0):"floor":(steps):(0) with vectors nohead lc rgb colour(k) lw 1 dt (4,4)
unset multiplot
