# Scores of the heads over training
# Written by tc-induction-analyse, run finite.  To draw it by hand:
#     cd figures/induction/finite && gnuplot scores.gp
name = "scores"
width = 14; height = 8.6
load "../../style.gp"
data = "../../../data/induction/finite/"

steps = 12000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

previous = 2
scores = data."scores.csv"; view = steps > 3000 && steps <= 6000 ? 3000 : steps
one(l, h, name) = column("layer") == l && column("head") == h ? column(name) : NaN
set multiplot layout 2,2 margins across(1.6),across(12.5),up(1.15),up(7.9) \
    spacing across(1.5),up(1.35)
set xrange [0:view]; set xtics 0,view/3; set yrange [0:1.02]; set ytics 0,0.25
unset key; set datafile missing NaN
@tc_panel_title
set title "previous token (slot 1), layer 0"; set ylabel "attention" offset 0,0
# Thin: over all queries, not only where it matters.
plot for [h=0:heads-1] scores using "step":(one(0,h,"previous_all")) with lines lt h+1 lw 0.7, \
     for [h=0:heads-1] scores using "step":(one(0,h,"previous")) with lines lt h+1
set title "prefix matching, layer 1"; unset ylabel
set key at screen across(13.95), screen up(7.6) right Left reverse samplen 1.2
plot for [h=0:heads-1] scores using "step":(one(1,h,"prefix_seen")) with lines lt h+1 lw 0.7 notitle, \
     for [h=0:heads-1] scores using "step":(one(1,h,"prefix")) with lines lt h+1 title sprintf("H%d", h)
unset key; set xlabel "training step" offset 0,0.3; set yrange [-1.02:1.02]; set ytics -1,0.5
set title "copying, layer 1"; set ylabel "sum / sum of moduli" offset 0,0
plot for [h=0:heads-1] scores using "step":(one(1,h,"copying")) with lines lt h+1
set title sprintf("K-composition with L0H%d", previous); unset ylabel
set yrange [0:*]; set ytics 0,0.1
plot for [h=0:heads-1] scores using "step":(one(1,h,"k_composition")) with lines lt h+1
unset multiplot
