# The logits over pairs (class 0) and in the Fourier basis (norm over classes)
# Written by tc-modular-addition-analyse, run subtract.  To draw it by hand:
#     cd figures/modular-addition/subtract && gnuplot logits.gp
name = "logits"
width = 14; height = 6.1
load "../../style.gp"
data = "../../../data/modular-addition/subtract/"

p = 113; steps = 40000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

range = 56.14965057373047
from = 1.3; step = 7.05; size = 4.3
place(i) = sprintf("set lmargin at screen %f; set rmargin at screen %f; set bmargin at screen %f; set tmargin at screen %f", across(from+(i-1)*step), across(from+(i-1)*step+size), up(1.15), up(1.15+size))
bar(i) = sprintf("set colorbox user origin screen %f, screen %f size screen %f, screen %f", across(from+(i-1)*step+size+0.12), up(1.15), across(0.2), up(size))
@tc_heatmap; set multiplot; set xrange [-0.5:p-0.5]; set yrange [p-0.5:-0.5]
@tc_rdbu; eval place(1); eval bar(1); set cbtics font tiny
set cbrange [-range:range]; set xtics 0,20; set ytics 0,20
set xlabel "b"; set ylabel "a"; set title "logit of class 0" offset 0,-0.6
plot data."logit-map.csv" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image
@tc_viridis; eval place(2); eval bar(2)
set cbrange [0:*]; set title "all logits: norm of each term" offset 0,-0.6
set xlabel "function of b, by frequency"; set ylabel "function of a, by frequency" offset 1,0
unset xtics; unset ytics; set xtics font tiny; set ytics font tiny; set xtics ("" 0); set ytics ("" 0)
set xtics add ("1" 2-0.5); set ytics add ("1" 2-0.5)
set xtics add ("8" 16-0.5); set ytics add ("8" 16-0.5)
set xtics add ("20" 40-0.5); set ytics add ("20" 40-0.5)
set xtics add ("42, 46" 88-0.5); set ytics add ("42, 46" 88-0.5)
plot data."logit-terms.csv" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image
unset multiplot
