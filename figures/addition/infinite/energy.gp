# Energy of the weights by frequency of the digit
# Written by tc-addition-analyse, run infinite.  To draw it by hand:
#     cd figures/addition/infinite && gnuplot energy.gp
name = "energy"
width = 14; height = 5.2
load "../../style.gp"
data = "../../../data/addition/infinite/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

objects = 7; array heading[objects]
heading[1] = "W_E"
heading[2] = "W_U"
heading[3] = "W_L"
heading[4] = "head 0 (next)"
heading[5] = "head 1 (own)"
heading[6] = "head 2 (own)"
heading[7] = "head 3 (own)"
rows = data."energy.csv"; colour(k) = tc_viridis_rgb(0.9*(k-1)/4.0)
set multiplot layout 1,objects margins across(1.35),across(13.9),up(1.75),up(4.55) spacing across(0.15)
set xrange [0.4:5.6]; set yrange [0:100]; set xtics 1,1 scale 0 font small offset 0,0.3
set boxwidth 0.8; set style fill solid 1 noborder; unset key; set bars 0; set pointintervalbox 0
set ytics 0,20; set ylabel "share of energy, %" offset 1,0
middle(k) = (column("published_low") + column("published_high")) / 2
set label 1 "before training" at screen across(1.5), screen up(0.35) left point pt 6 ps 0.5 lc rgb tc_black offset 0.7,0 font small
set label 2 "published" at screen across(5), screen up(0.35) left point pt 13 ps 0.6 lc rgb tc_red offset 0.7,0 font small
set label 3 "100 random bases: median and range" at screen across(7.6), screen up(0.35) left point pt 2 ps 0.4 lc rgb tc_grey offset 0.7,0 font small
do for [i=0:objects-1] {
  if (i > 0) { set format y ""; unset ylabel; unset label 1; unset label 2; unset label 3 }
  if (i == objects/2) { set xlabel "frequency k" offset 0,0.7 } else { unset xlabel }
  set title heading[i+1] font small offset 0,-0.6
  plot rows every ::(5*i)::(5*i+4) using "frequency":"share":(colour(column("frequency"))) \
           with boxes lc rgb variable, \
       rows every ::(5*i)::(5*i+4) using (column("frequency")-0.28):"random_median":"random_low":"random_high" \
           with yerrorbars pt 2 ps 0.4 lc rgb tc_grey lw 1 dt 1, \
       rows every ::(5*i)::(5*i+4) using "frequency":"untrained" \
           with points pt 6 ps 0.5 lc rgb tc_black, \
       rows every ::(5*i)::(5*i+4) using (column("frequency")+0.28):(middle(0)):"published_low":"published_high" \
           with yerrorbars pt 13 ps 0.6 lc rgb tc_red lw 1.5 dt 1
}
unset multiplot
