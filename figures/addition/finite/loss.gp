# Training loss, with the levels at which whole digits are known
# Written by tc-addition-analyse, run finite.  To draw it by hand:
#     cd figures/addition/finite && gnuplot loss.gp
name = "loss"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/addition/finite/"

n = 6   # answer digits, tok 0 ... tok n - 1
steps = 3000; view = 1000   # of the close-ups
place_names = "lead ten-thousands thousands hundreds tens units"; place(k) = word(place_names, k + 1)
# The leading digit black, the others from the most significant down.
colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)
pale = 0x90000000   # added to a colour: mostly transparent

set multiplot layout 1,2 margins across(1.35),across(13.4),up(1.25),up(6.2) \
    spacing across(2.0)
levels = data."levels.csv"; theory = data."theory.csv"
stats theory using "uninformed" name "u" nooutput; plateau = u_mean
stats theory using "prefix" name "p" nooutput; prefix = p_mean
stats data."loss.csv" using "loss" name "l" nooutput
set xlabel "training step"; set ylabel "loss (nats per digit)" offset 0.8,0; unset key
set xrange [0:steps]; set xtics 0,nice(steps/4.0); set yrange [0:2.75]
set label 1 sprintf("nothing known %.3f", plateau) at graph 0.98, first plateau \
    right offset 0,0.55 font tiny textcolor rgb tc_grey
known(k) = k == 0 ? "leading digit known" : sprintf("and %d digit%s", k, k > 1 ? "s" : "")
plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \
     levels using (0):"level":(steps):(0) with vectors nohead lc rgb tc_grey lw 0.6 dt (2,3), \
     data."loss.csv" using "step":"loss" with lines lc rgb tc_sky lw 0.6 dt 1, \
     data."smooth.csv" using "step":"loss" with lines lc rgb tc_blue lw 1.6 dt 1, \
     for [k=0:n-2] levels using (steps):(column("known") == k ? column("level") : NaN):(known(k)) \
         with labels right offset -0.5,(k ? 0.5 : -0.5) font tiny textcolor rgb tc_grey
unset label 1
@tc_log_y; set yrange [(l_min < 1e-2 ? l_min / 2 : 1e-2):4]
set ylabel "loss (nats per digit, log scale)" offset 0.4,0
plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \
     levels using (0):(column("level") > 0 ? column("level") : NaN):(steps):(0) \
         with vectors nohead lc rgb tc_grey lw 0.6 dt (2,3), \
     data."loss.csv" using "step":"loss" with lines lc rgb tc_sky lw 0.6 dt 1, \
     data."smooth.csv" using "step":"loss" with lines lc rgb tc_blue lw 1.6 dt 1
unset multiplot
