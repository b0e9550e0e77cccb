# The neurons with the greatest effect, over the pair of digits in the tens
# Written by tc-addition-analyse, run small.  To draw it by hand:
#     cd figures/addition/small && gnuplot neurons.gp
name = "neurons"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/addition/small/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

shown = 6; array heading[shown]; array about[shown]
heading[1] = "neuron 250"; about[1] = "k=2: 9%"
heading[2] = "neuron 116"; about[2] = "k=2: 15%"
heading[3] = "neuron 8"; about[3] = "k=2: 11%"
heading[4] = "neuron 70"; about[4] = "D+D': 97%"
heading[5] = "neuron 209"; about[5] = "D+D': 97%"
heading[6] = "neuron 48"; about[6] = "D+D': 96%"
cells = data."neuron_cells.csv"
@tc_heatmap; @tc_viridis; unset colorbox; set tics scale 0
set multiplot
side = 1.95; left(i) = 1.35 + i*(side + 0.12) + (i >= shown/2 ? 0.25 : 0)
set xrange [-0.5:9.5]; set yrange [-0.5:9.5]
set label 1 "at the tens' answer digit" at screen across(left(0) + 1.5*side + 0.12), screen up(5.9) center
set label 2 "at the hundreds'" at screen across(left(3) + 1.5*side + 0.12), screen up(5.9) center
do for [i=0:shown-1] { do for [carry=0:1] {
  first = (2*i + carry)*100; last = first + 99
  stats cells every ::(2*i*100)::(2*i*100+199) using "output" name "o" nooutput
  set cbrange [0:o_max]
  set lmargin at screen across(left(i)); set rmargin at screen across(left(i) + side)
  base = carry ? 0.9 : 0.9 + side + 0.12
  set bmargin at screen up(base); set tmargin at screen up(base + side)
  if (carry) { unset title; set xtics 0,3 font tiny offset 0,0.4; set xlabel "D" offset 0,1 } \
  else { set title heading[i+1]."\n".about[i+1] font tiny offset 0,-0.9; set xtics ("" 0); unset xlabel }
  if (i == 0) { set ytics 0,3 font tiny; set ylabel sprintf("carry in %d\nD'", carry) offset 0.9,0 font small } \
  else { set ytics ("" 0); unset ylabel }
  plot cells every ::first::last \
       using "x":"y":(column("x")-0.5):(column("x")+0.55):(column("y")-0.5):(column("y")+0.55):"output" \
       with boxxyerror fillcolor palette fillstyle solid noborder
  unset label 1; unset label 2
} }
unset multiplot
