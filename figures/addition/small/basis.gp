# The base-10 Fourier basis and its Gram matrix
# Written by tc-addition-analyse, run small.  To draw it by hand:
#     cd figures/addition/small && gnuplot basis.gp
name = "basis"
width = 14; height = 5.6
load "../../style.gp"
data = "../../../data/addition/small/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

@tc_heatmap; @tc_rdbu; unset colorbox
set multiplot
set xrange [-0.5:9.5]; set yrange [9.5:-0.5]
set bmargin at screen up(1.35); set tmargin at screen up(5)
set lmargin at screen across(1.4); set rmargin at screen across(5.05)
set xtics 0,1 scale 0 font small; set xlabel "digit" offset 0,0.2
set ytics ("const" 0, "±1" 9) font small
set for [k=1:4] ytics add (sprintf("cos %d", k) 2*k-1, sprintf("sin %d", k) 2*k)
set title "basis" offset 0,-0.6; set cbrange [-0.5:0.5]; set cbtics 0.5
set colorbox user origin screen across(5.25), screen up(1.35) size screen across(0.2), screen up(3.65)
plot data."basis.csv" matrix every 1:1:1:1 \
     using ($1-1):($2-1):($1-1.5):($1-0.45):($2-1.5):($2-0.45):3 \
     with boxxyerror fillcolor palette fillstyle solid noborder
set lmargin at screen across(8); set rmargin at screen across(11.65)
set title "products of basis functions"; set cbrange [-1:1]; set cbtics 1; unset xlabel
set xtics ("const" 0, "±1" 9) rotate by 90 right font small offset 0,0.2
set for [k=1:4] xtics add (sprintf("cos %d", k) 2*k-1, sprintf("sin %d", k) 2*k)
set colorbox user origin screen across(11.85), screen up(1.35) size screen across(0.2), screen up(3.65)
plot data."gram.csv" matrix every 1:1:1:1 \
     using ($1-1):($2-1):($1-1.5):($1-0.45):($2-1.5):($2-0.45):3 \
     with boxxyerror fillcolor palette fillstyle solid noborder
unset multiplot
