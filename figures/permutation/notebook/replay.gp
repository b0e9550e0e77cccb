# The notebook's printed losses beside three runs from other random numbers
# Written by tc-permutation-analyse, run notebook.  To draw it by hand:
#     cd figures/permutation/notebook && gnuplot replay.gp
name = "replay"
width = 11; height = 6
load "../../style.gp"
data = "../../../data/permutation/notebook/"

n = 4; terms = 24; positions = 121; steps = 3100
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

optimum = 0.10935402004130808; uniform = 0.1364341945469452
replay = data."replay.csv"
set lmargin at screen across(1.5); set rmargin at screen across(10.7)
set bmargin at screen up(1.2); set tmargin at screen up(5.8)
set xlabel "epoch (its first step)"; set ylabel "loss (nats per token)" offset 0.5,0
set xrange [4.5:20.5]; set yrange [0.102:0.18]; set xtics 5,5
set label 1 "62 characters alike" at graph 0.01, first uniform left offset 0,-0.6 font tiny textcolor rgb tc_grey
set label 2 "the best possible" at graph 0.01, first optimum left offset 0,-0.5 font tiny textcolor rgb tc_grey
plot uniform with lines lc rgb tc_grey lw 1 dt (4,4) notitle, \
     optimum with lines lc rgb tc_red lw 1 dt 1 notitle, \
     replay using "epoch":"ours" with lines lt 1 lw 1 title "three seeds", \
     replay using "epoch":"seed_1" with lines lt 6 lw 1 notitle, \
     replay using "epoch":"seed_2" with lines lt 3 lw 1 notitle, \
     replay using "epoch":"printed" with linespoints lc rgb tc_black lw 1.2 dt 1 pt 7 ps 0.5 title "printed"
