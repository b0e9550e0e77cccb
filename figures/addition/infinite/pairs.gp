# How neurons and logits divide over functions of a column's pair of digits
# Written by tc-addition-analyse, run infinite.  To draw it by hand:
#     cd figures/addition/infinite && gnuplot pairs.gp
name = "pairs"
width = 14; height = 5.8
load "../../style.gp"
data = "../../../data/addition/infinite/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

means = data."pairs_mean.csv"
# Six bars a panel: three quantities, each trained (wide) and untrained (narrow).
array at[6] = [0, 0.62, 1.3, 1.92, 2.6, 3.22]; half(i) = int(i) % 2 ? 0.14 : 0.36
place(i) = at[int(i) + 1]
array part[7] = ["additive", "k1", "k2", "k3", "k4", "k5", "rest"]
below(j) = j == 1 ? 0 : below(j-1) + column(part[j-1])
array fill[7]; fill[1] = 0xb0b0b0; fill[7] = 0xf0f0f0
do for [k=1:5] { fill[k+1] = tc_viridis_rgb(0.9*(k-1)/4.0) }
array reading[2] = ["at the column's own answer digit", "at the next answer digit"]
set multiplot layout 1,2 margins across(1.35),across(11.4),up(1.15),up(5.2) spacing across(0.3)
set xrange [-0.55:3.55]; set yrange [0:100]; set ytics 0,20; set xtics scale 0
set xtics ("neuron\ninputs" 0.25, "neuron\noutputs" 1.55, "logits" 2.85) font small
set ylabel "share of variance, %" offset 0.8,0; set style fill solid 1 noborder
do for [r=0:1] {
  if (r == 1) { set format y ""; unset ylabel
    set key at screen across(13.9), screen up(5.2) top right Right reverse Left samplen 1 invert
  } else { unset key }
  set title reading[r+1] offset 0,-0.6
  plot for [j=1:7] means every ::(6*r)::(6*r+5) \
           using (place($0)):(below(j)):(place($0)-half($0)):(place($0)+half($0)): \
               (below(j)):(below(j)+column(part[j])) \
           with boxxyerror fillcolor rgb fill[j] \
           title (j == 1 ? "f(D)+g(D')" : j == 7 ? "others" : sprintf("k = %d", j-1))
}
unset multiplot
