# Training loss of each answer digit
# Written by tc-addition-analyse, run finite-small-weak.  To draw it by hand:
#     cd figures/addition/finite-small-weak && gnuplot digits.gp
name = "digits"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/addition/finite-small-weak/"

n = 6   # answer digits, tok 0 ... tok n - 1
steps = 4000; view = 500   # of the close-ups
place_names = "lead ten-thousands thousands hundreds tens units"; place(k) = word(place_names, k + 1)
# The leading digit black, the others from the most significant down.
colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)
pale = 0x90000000   # added to a colour: mostly transparent

set multiplot layout 1,2 margins across(1.35),across(10.9),up(1.25),up(6.2) \
    spacing across(1.9)
set xlabel "training step"; set ylabel "loss (nats)" offset 0.6,0; unset key
set xrange [0:view]; set xtics 0,nice(view/3.0); set yrange [0:2.9]
set label 1 "ln 10" at graph 0.99, first log(10) right offset 0,0.55 font tiny textcolor rgb tc_grey
set label 2 "ln 2" at graph 0.99, first log(2) right offset 0,0.55 font tiny textcolor rgb tc_grey
raw = data."loss.csv"; smooth = data."smooth.csv"
plot log(10) with lines lc rgb tc_grey lw 1 dt (4,4), \
     log(2) with lines lc rgb tc_grey lw 1 dt (4,4), \
     for [k=0:n-1] raw using 1:3+k with lines lc rgb pale+colour(k) lw 0.4 dt 1, \
     for [k=0:n-1] smooth using 1:3+k with lines lc rgb colour(k) lw 1.6 dt 1
@tc_log_y; set yrange [1e-3:4]; unset label 1; unset label 2
set xrange [0:steps]; set xtics 0,nice(steps/3.0)
set ylabel "loss (nats, log scale)"
set key at screen across(13.95), screen up(6.2) right Left reverse maxcols 1 samplen 1
plot for [k=0:n-1] smooth using 1:3+k with lines lc rgb colour(k) lw 1.6 dt 1 \
         title place(k), \
     log(10) with lines lc rgb tc_grey lw 1 dt (4,4) title "ln 10, ln 2", \
     log(2) with lines lc rgb tc_grey lw 1 dt (4,4) notitle
unset multiplot
