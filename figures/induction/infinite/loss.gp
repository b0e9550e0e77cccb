# Loss over training with the levels that mean something
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot loss.gp
name = "loss"
width = 14; height = 6.5
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

uniform = 4.901855980345003
unit = 1.0119047619047619
optimal = 3.1141202698662367
floors = data."floors.csv"; log_csv = data."loss.csv"; curves = data."curves.csv"
stats curves using "one-layer" name "single" nooutput
stats floors using "any_token" name "any" nooutput
stats floors using "one_token" name "one" nooutput
stats floors using "first_slot" name "slot" nooutput
stats floors using "longest_match" name "longest" nooutput
any_floor = any_mean * unit; one_floor = one_mean * unit; slot_floor = slot_mean * unit; longest_floor = longest_mean * unit
set multiplot layout 1,2 margins across(1.3),across(13.5),up(1.2),up(6.2) \
    spacing across(2.1)
set xlabel "training step"; set ylabel "loss (printed unit)" offset 0.8,0; unset key
set xrange [0:2000]; set xtics 0,500; set yrange [0:5.4]
set label 1 "nothing known" at graph 0.98, first uniform right offset 0,0.5 font tiny textcolor rgb tc_grey
set label 2 "called optimal" at graph 0.98, first optimal right offset 0,0.5 font tiny textcolor rgb tc_grey
set label 3 "any token so far" at graph 0.98, first any_floor right offset 0,0.5 font tiny textcolor rgb tc_grey
set label 4 "one layer" at graph 0.98, first single_min right offset 0,0.5 font tiny textcolor rgb tc_purple
plot uniform with lines lc rgb tc_grey lw 1 dt (4,4), \
     optimal with lines lc rgb tc_grey lw 0.8 dt (1,3), \
     any_floor with lines lc rgb tc_grey lw 1 dt (4,4), \
     curves using "step":"one-layer" with lines lc rgb tc_purple lw 1.4 dt (12,4,2,4), \
     log_csv using "step":"loss" with lines lc rgb tc_sky lw 0.8 dt 1, \
     log_csv using "step":"running" with lines lc rgb tc_red lw 1.4 dt (12,4)
set label 1 "any occurrence" at graph 0.02, first one_floor left offset 0,0.5
set label 2 "one in the first slot" at graph 0.02, first slot_floor left offset 0,-0.6 font tiny textcolor rgb tc_grey
set label 3 "the longest match" at graph 0.02, first longest_floor left offset 0,0.5 font tiny textcolor rgb tc_grey
unset label 4
@tc_log_y; set format y "%g"; set yrange [0.01:6]; set xrange [0:steps]
set xtics 0,2000; set ylabel "loss (log scale)" offset 0.4,0
set key at graph 0.98, graph 0.98 right Left reverse samplen 1.5
plot one_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     slot_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     longest_floor with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     log_csv using "step":"loss" with lines lc rgb tc_sky lw 0.8 dt 1 title "batch", \
     log_csv using "step":"running" with lines lc rgb tc_red lw 1.4 dt (12,4) title "running mean", \
     log_csv using "step":(unit*column("copy_2")) with lines lc rgb tc_orange lw 1 dt 1 title "second copy", \
     log_csv using "step":(unit*column("copy_3")) with lines lc rgb tc_green lw 1 dt 1 title "third copy"
unset multiplot
