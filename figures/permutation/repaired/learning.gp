# What learning the first term does to completion from terms that do not ascend
# Written by tc-permutation-analyse, run repaired.  To draw it by hand:
#     cd figures/permutation/repaired && gnuplot learning.gp
name = "learning"
width = 12; height = 9
load "../../style.gp"
data = "../../../data/permutation/repaired/"

n = 4; terms = 24; positions = 121; steps = 8000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

learning = data."learning.csv"
set multiplot
set xrange [0:steps]; set xtics 0,ceil(steps/3000.0)*500; set key opaque; unset key
set lmargin at screen across(1.8); set rmargin at screen across(11.7); set format x ""
set bmargin at screen up(6.8); set tmargin at screen up(8.8)
set ylabel "slots (nats)" offset 0.5,0; set yrange [3.2:4.5]; set ytics 3.2,0.4
set label 1 "a character of the first term, mean" at graph 0.98,0.85 right font small
plot learning using "step":"slots" with lines lt 1 lw 1.6
unset label 1
set bmargin at screen up(3.5); set tmargin at screen up(6.5); set key bottom right
set ylabel "completed exactly (%)" offset 0.5,0; set yrange [0:108]; set ytics 0,20
plot learning using "step":(100*column("ascending")) with lines lt 3 lw 1.4 title "ascending first terms", \
     learning using "step":(100*column("by_position")) with lines lt 1 lw 1.4 title "any order, scores by position alone", \
     learning using "step":(100*column("any_order")) with linespoints lt 2 pt 7 ps 0.3 title "any order"
set bmargin at screen up(1.2); set tmargin at screen up(3.2); set format x "%g"; unset key
set xlabel "training step"; set ylabel "explained (%)" offset 0.5,0; set yrange [0:60]
set label 1 "scores by position, by the relation" at graph 0.98,0.85 right font small
plot learning using "step":(100*column("explained")) with lines lt 1 lw 1.6
unset multiplot
