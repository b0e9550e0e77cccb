# Which places of a character are read, and how well the head copies from them
# Written by tc-permutation-analyse, run repaired-seed-1.  To draw it by hand:
#     cd figures/permutation/repaired-seed-1 && gnuplot hubs.gp
name = "hubs"
width = 14; height = 7
load "../../style.gp"
data = "../../../data/permutation/repaired-seed-1/"

n = 4; terms = 24; positions = 121; steps = 3000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

hubs = data."hubs.csv"; colour(k) = tc_viridis_rgb(0.9 * (k - 1) / (n - 1.0))
set multiplot
set xrange [0.4:terms+0.6]; set xtics 1,1 font tiny; unset key; set grid noxtics
across_term(k) = 0.17*(k-0.5-n/2.0)
set lmargin at screen across(1.9); set rmargin at screen across(11.8)
set bmargin at screen up(4.3); set tmargin at screen up(6.8); set format x ""
set ylabel "attention (%)" offset 0.5,0; set yrange [0:*]; set ytics 0,20
set for [k=1:n] label k sprintf("character %d", k) at screen across(12.0), screen up(6.9-0.5*k) \
    textcolor rgb colour(k)
set label 20 "of the first term" at screen across(12.0), screen up(6.4-0.5*n) font tiny textcolor rgb tc_grey
plot for [k=1:n] hubs using (column("element") == k ? column("term") + across_term(k) : NaN): \
         (100*column("received")):(0.16) with boxes fillstyle solid noborder lc rgb colour(k)
unset for [k=1:20] label k
set bmargin at screen up(1.2); set tmargin at screen up(3.8); set format x "%g"
set xlabel "term of the place attended to"; set ylabel "copying margin" offset -0.7,0; set yrange [*<0:*]; set ytics autofreq
set xzeroaxis lt -1 lw 0.6
plot for [k=1:n] hubs using (column("element") == k ? column("term") + across_term(k) : NaN): \
         "margin":(0.16) with boxes fillstyle solid noborder lc rgb colour(k)
unset multiplot
