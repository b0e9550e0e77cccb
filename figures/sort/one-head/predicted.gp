# Predicted and actual tokens, one panel per list
# Written by tc-sort-analyse, run one-head.  To draw it by hand:
#     cd figures/sort/one-head && gnuplot predicted.gp
name = "predicted"
width = 14; height = 8.6
load "../../style.gp"
data = "../../../data/sort/one-head/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

length = 10; examples = 16; values = 64
predicted = data."predicted.csv"; is(e, x) = column("example") == e ? x : NaN
set multiplot layout 4,examples/4 margins across(1.3),across(13.8),up(1.15),up(7.9) \
    spacing across(0.25),up(0.25)
set xrange [-0.7:length-0.3]; set yrange [-1:values]; unset key
step = length > 10 ? 5 : length > 5 ? 3 : 1; high = values > 40 ? 20 : 10
set xtics step; set ytics high
set label 1 "output slot" at screen across(7.5), screen up(0.3) center
set label 2 "token" at screen across(0.3), screen up(4.5) center rotate
set label 3 "○ actual" at screen across(10.3), screen up(8.25) left textcolor rgb tc_orange
set label 4 "• predicted" at screen across(12.0), screen up(8.25) left textcolor rgb tc_blue
do for [e=0:examples-1] {
  set format y (e % (examples/4) == 0 ? "%g" : ""); set format x (e >= examples*3/4 ? "%g" : "")
  plot predicted using "slot":(is(e, column("actual"))) with points pt 6 ps 0.55 lc rgb tc_orange, \
       predicted using "slot":(is(e, column("predicted"))) with points pt 7 ps 0.3 lc rgb tc_blue
  unset label
}
unset multiplot
