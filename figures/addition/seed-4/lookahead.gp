# Carries from a distance, by answer digit
# Written by tc-addition-analyse, run seed-4.  To draw it by hand:
#     cd figures/addition/seed-4 && gnuplot lookahead.gp
name = "lookahead"
width = 14; height = 5.6
load "../../style.gp"
data = "../../../data/addition/seed-4/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

rows = data."lookahead.csv"
set multiplot layout 1,2 margins across(1.5),across(11.6),up(1.2),up(5.3) spacing across(1.6)
set xrange [0.7:n+0.3]; set xtics 1,1; set xlabel "columns to the one that decides"
set yrange [0:1.03]; set ylabel "right with and without the carry"; unset key
of(k, x) = column("tok") == k ? x : NaN
set datafile missing NaN
plot for [k=0:n-1] rows using (of(k, column("distance"))):"followed" with linespoints lt k+1 ps 0.6
set ylabel "swing of the margin (logits)" offset 0.5,0; set yrange [*:*]; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1
set key at screen across(13.8), screen up(5.3) top right Right samplen 2
plot for [k=0:n-1] rows using (of(k, column("distance"))):(column("margin_with")-column("margin_without")) \
         with linespoints lt k+1 ps 0.6 title sprintf("tok %d", k)
unset multiplot
