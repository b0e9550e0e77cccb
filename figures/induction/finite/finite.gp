# Training and test loss on fixed data
# Written by tc-induction-analyse, run finite.  To draw it by hand:
#     cd figures/induction/finite && gnuplot finite.gp
name = "finite"
width = 9; height = 6
load "../../style.gp"
data = "../../../data/induction/finite/"

steps = 12000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

uniform = 4.901855980345003
unit = 1.0119047619047619
batches = 4
log_csv = data."loss.csv"
set xlabel "epoch"; set ylabel "loss (printed unit)" offset 0.5,0
set xrange [10:steps/batches]; set logscale x; set yrange [0:*]
set key left top Left reverse samplen 1.5
set label 1 "nothing known" at graph 0.98, first uniform right offset 0,0.5 font tiny textcolor rgb tc_grey
plot uniform with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     log_csv using (column("step")/batches):"smooth" with lines lt 1 title "training", \
     log_csv using (column("step")/batches):"test_loss" with linespoints lc rgb tc_red lw 0.8 dt 1 pt 7 ps 0.25 title "test"
