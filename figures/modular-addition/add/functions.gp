# Losses of the four functions, test pairs by whether their swap trains
# Written by tc-modular-addition-analyse, run add.  To draw it by hand:
#     cd figures/modular-addition/add && gnuplot functions.gp
name = "functions"
width = 14; height = 9
load "../../style.gp"
data = "../../../data/modular-addition/add/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

losses = data."function_losses.csv"
of(i, y) = column("function") == i ? column(y) : NaN
array last[4]
do for [i=0:3] { stats losses using (of(i, "step")) name "s" nooutput; last[i+1] = 1e3*ceil(s_max/1e3) }
names = "'a + b' 'a − b' 'a² + ab + b²' 'a random table'"
set multiplot layout 2,2 margins across(1.5),across(13.6),up(1.2),up(8.0) \
    spacing across(0.6),up(1.1)
@tc_log_y; set yrange [1e-8:100]; set ytics 1e-8,100; unset key
set label 2 "epoch" at screen across(7.6), screen up(0.35) center
set label 3 "loss (nats, log scale)" at screen across(0.3), screen up(4.6) center rotate
set label 4 "training pairs" at screen across(4.2), screen up(8.75) right \
    textcolor rgb tc_blue
set label 5 "test pairs whose swap trains" at screen across(9.1), screen up(8.75) right \
    textcolor rgb tc_green
set label 6 "other test pairs" at screen across(12.6), screen up(8.75) right \
    textcolor rgb tc_red
do for [i=0:3] {
  set title word(names, i + 1) offset 0,-0.7
  set xrange [0:last[i+1]]; set xtics 0,(last[i+1] > 10000 ? 5000 : 2000)
  set format x "%.0s%c"
  if (i % 2 == 0) { set format y "10^{%T}" } else { set format y "" }
  set label 1 sprintf("ln %d", p) at graph 0.98, first log(p) right offset 0,-0.7 \
      textcolor rgb tc_grey
  plot log(p) with lines lc rgb tc_grey lw 1 dt (4,4), \
       losses using (of(i, "step")):(of(i, "test_loss_swap_unseen")) with lines lt 2 dt 1, \
       losses using (of(i, "step")):(of(i, "test_loss_swap_seen")) with lines lt 3 dt 1, \
       losses using (of(i, "step")):(of(i, "loss")) with lines lt 1
  do for [j=2:6] { unset label j }
}
unset multiplot
