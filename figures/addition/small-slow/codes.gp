# What the carry head says about a digit, and how far to the right digits reach the neurons
# Written by tc-addition-analyse, run small-slow.  To draw it by hand:
#     cd figures/addition/small-slow && gnuplot codes.gp
name = "codes"
width = 14; height = 5.4
load "../../style.gp"
data = "../../../data/addition/small-slow/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

head = 3
set datafile missing NaN
set multiplot layout 1,2 margins across(1.4),across(11.9),up(1.2),up(5.1) spacing across(1.5)
of(h, x) = column("head") == h ? x : NaN; at(k, x) = column("tok") == k ? x : NaN
set xrange [-0.3:9.3]; set xtics 0,1; set xlabel "digit"; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1
set ylabel "first function of the digit" offset 0.5,0; set key top left Left reverse samplen 2
set yrange [-2.1:2.1]; set ytics -2,1
plot data."codes.csv" using (of(head, column("digit"))):"ramp" with lines lc rgb tc_grey lw 1 dt 2 title "ramp", \
     data."codes.csv" using (of(head, column("digit"))):"step" with lines lc rgb tc_grey lw 1 dt 3 title "step", \
     data."codes.csv" using (of(head, column("digit"))):"code" with linespoints lt 1 ps 0.6 title sprintf("head %d", head)
set xrange [-1.3:n-0.7]; set xlabel "columns to the right of the answer digit"; unset xzeroaxis
set ylabel "size of the neurons' input" offset 0.5,0; set yrange [0:*]; set ytics auto
set key at screen across(13.8), screen up(5.1) top right Right noreverse samplen 2
plot for [k=0:n] data."reach.csv" using (at(k, column("distance"))):"size" with linespoints lt k+1 ps 0.6 title sprintf("tok %d", k)
unset multiplot
