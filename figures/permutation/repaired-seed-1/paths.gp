# Direct logit attribution after the first term, by what is to come
# Written by tc-permutation-analyse, run repaired-seed-1.  To draw it by hand:
#     cd figures/permutation/repaired-seed-1 && gnuplot paths.gp
name = "paths"
width = 12; height = 5.2
load "../../style.gp"
data = "../../../data/permutation/repaired-seed-1/"

n = 4; terms = 24; positions = 121; steps = 3000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

set lmargin at screen across(1.9); set rmargin at screen across(8.2)
set bmargin at screen up(0.9); set tmargin at screen up(5.0)
set ylabel "margin of the right logit" offset 0.5,0; set xrange [-0.6:2.6]; set xzeroaxis lt -1 lw 0.6
set xtics ("a character" 0, "a space" 1, "the period" 2) scale 0
set key at screen across(11.9), screen up(4.8) right Left reverse samplen 1
array colour[4] = [0x56b4e9, 0xe69f00, 0x0072b2, 0x808080]
array part[4] = ["present character", "position", "head", "biases"]
paths = data."paths.csv"
plot for [k=0:3] paths using (int($0) % 4 == k ? int($0)/4 + 0.2*(k-1.5) : NaN): \
         "margin":(0.17) with boxes fillstyle solid noborder lc rgb colour[k+1] title part[k+1]
