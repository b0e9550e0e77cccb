# Where a position looks that predicts a character, by the term to come
# Written by tc-permutation-analyse, run repaired-seed-1.  To draw it by hand:
#     cd figures/permutation/repaired-seed-1 && gnuplot attention.gp
name = "attention"
width = 11; height = 6
load "../../style.gp"
data = "../../../data/permutation/repaired-seed-1/"

n = 4; terms = 24; positions = 121; steps = 3000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

set lmargin at screen across(1.5); set rmargin at screen across(10.7)
set bmargin at screen up(1.2); set tmargin at screen up(5.8)
set xlabel "term of the character to come"; set ylabel "attention (%)" offset 0.5,0
set xrange [1.5:terms+0.5]; set yrange [0:105]; set key center right
means = data."attention.csv"
plot means using "term":(100*column("right")) with linespoints lt 1 title "on all its earlier places", \
     means using "term":(100*column("first")) with linespoints lt 2 title "on the one in the first term", \
     means using "term":(100*column("uniform_first")) with lines lc rgb tc_grey lw 1 dt (4,4) \
         title "that, if all places were alike"
