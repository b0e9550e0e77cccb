# The purest neuron of each key frequency, over pairs and in the Fourier basis
# Written by tc-modular-addition-analyse, run transformerlens-demo.  To draw it by hand:
#     cd figures/modular-addition/transformerlens-demo && gnuplot neurons.gp
name = "neurons"
width = 14; height = 12.17575
load "../../style.gp"
data = "../../../data/modular-addition/transformerlens-demo/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 4; terms = 2*keys + 1; array key[4]
key[1] = 8
key[2] = 19
key[3] = 41
key[4] = 54
panels = 4; array heading[panels]; array file[panels]; array range[panels]; array k[panels]
heading[1] = "neuron 462, k = 8"; file[1] = "1"; range[1] = 38.4924185480121; k[1] = 8
heading[2] = "neuron 409, k = 19"; file[2] = "2"; range[2] = 52.228965550512406; k[2] = 19
heading[3] = "neuron 210, k = 41"; file[3] = "3"; range[3] = 136.76693603873764; k[3] = 41
heading[4] = "neuron 174, k = 54"; file[4] = "4"; range[4] = 58.2580653497015; k[4] = 54
table(row, i) = data."neuron-".row."-".file[i].".csv"
from = 1.45; step = 12.3 / (panels > 4 ? panels : 4); size = 0.87 * step
place(i, low) = sprintf("set lmargin at screen %f; set rmargin at screen %f; set bmargin at screen %f; set tmargin at screen %f", across(from+(i-1)*step), across(from+(i-1)*step+size), up(low), up(low+size))
@tc_heatmap; unset colorbox; set multiplot
@tc_viridis; set cbrange [0:*]
set xrange [-0.5:p-0.5]; set yrange [p-0.5:-0.5]; set xtics 0,50 font tiny offset 0,0.4
do for [i=1:panels] {
  set title heading[i] offset 0,-0.7 font small; set xlabel "b" offset 0,0.9
  if (i == 1) { set ytics 0,50 font tiny; set ylabel "a" offset 0.5,0 } else { unset ytics; unset ylabel }
  eval place(i, 3.5+2*size)
  plot table("map", i) matrix every 1:1:1:1 using ($1-1):($2-1):3 with image
}
unset title
do for [i=1:panels] {
  set xlabel "k b modulo p" offset 0,0.9
  if (i == 1) { set ytics 0,50 font tiny; set ylabel "k a modulo p" offset 0.5,0 } else { unset ytics; unset ylabel }
  eval place(i, 2.4+size)
  plot table("turned", i) matrix every 1:1:1:1 using ($1-1):($2-1):3 with image
}
unset xlabel; unset ylabel; unset xtics; unset ytics; @tc_rdbu
set xrange [-0.5:terms-0.5]; set yrange [terms-0.5:-0.5]
# A label for each function, or where they are many for each frequency.
many = keys > 4; set xtics rotate by 90 right font tiny; set xtics ("const" 0)
if (many) { set for [j=1:keys] xtics add ("".key[j] 2*j-0.5) } \
else { set for [j=1:keys] xtics add ("cos ".key[j] 2*j-1, "sin ".key[j] 2*j) }
do for [i=1:panels] {
  unset ytics
  if (i == 1) { set ytics font tiny; set ytics ("const" 0) }
  if (i == 1 && many) { set for [j=1:keys] ytics add ("k = ".key[j] 2*j-0.5) }
  if (i == 1 && !many) { set for [j=1:keys] ytics add ("cos ".key[j] 2*j-1, "sin ".key[j] 2*j) }
  set cbrange [-range[i]:range[i]]; eval place(i, 1.35)
  plot table("terms", i) matrix every 1:1:1:1 \
      using ($1-1):($2-1):($1 == 1 && $2 == 1 ? 0 : $3) with image pixels
}
unset multiplot
