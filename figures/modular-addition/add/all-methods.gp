# Every key frequency of every model of the sum: what attention does for it, and what it is without its double
# Written by tc-modular-addition-analyse, run add.  To draw it by hand:
#     cd figures/modular-addition/add && gnuplot all-methods.gp
name = "all_methods"
width = 14; height = 5.2
load "../../style.gp"
data = "../../../data/modular-addition/add/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

methods = data."all-methods.csv"
array name_of[4] = ["seed 0", "seed 1", "seed 2", "demo"]
of(i, x) = column("run_index") == i-1 ? x : NaN
set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.15),up(5.0) \
    spacing across(1.9)
set xlabel "attention at k, √(Σ_h α^2+β^2)"; set xrange [-0.02:0.45]; set xtics 0,0.1
set ylabel "opposite pairs without 2k" offset 0.5,0; set yrange [-0.1:1.25]; set ytics 0,0.5
set key at graph 0.5, graph 0.72 center samplen 0.8
set label 1 "clock" at graph 0.98, first 1 right offset 0,1.2 textcolor rgb tc_grey
set label 2 "pizza" at first 0.06, first 0.02 left textcolor rgb tc_grey
plot for [i=1:4] methods using (of(i, column("heads"))):"opposite_without" with points \
         lt i ps 0.7 title name_of[i]
unset key; unset label
set ylabel "norm of W_E at 2k / at k" offset 0.5,0; set yrange [0:2.05]; set ytics 0,0.5
plot for [i=1:4] methods using (of(i, column("heads"))):"double_ratio" with points lt i ps 0.7, \
     methods using (column("double_ratio") > 1 ? column("heads") : NaN):"double_ratio":(sprintf("k = %d", column("k"))) \
         with labels left offset 0.6,0.3 font tiny
unset multiplot
