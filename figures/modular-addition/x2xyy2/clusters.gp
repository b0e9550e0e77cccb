# How pure the neurons are, and what those of each key frequency are made of
# Written by tc-modular-addition-analyse, run x2xyy2.  To draw it by hand:
#     cd figures/modular-addition/x2xyy2 && gnuplot clusters.gp
name = "clusters"
width = 14; height = 5
load "../../style.gp"
data = "../../../data/modular-addition/x2xyy2/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 5; array key[5]
key[1] = 31
key[2] = 39
key[3] = 48
key[4] = 50
key[5] = 52
neurons = 512; shown = 5
colour(i) = tc_viridis_rgb(0.9 * (i - 1) / (keys > 1 ? keys - 1.0 : 1))
set multiplot
set lmargin at screen across(1.5); set rmargin at screen across(5.4)
set bmargin at screen up(1.15); set tmargin at screen up(4.7)
set xlabel "neurons, purest first"; set ylabel "share of variance at one k" offset 0.5,0
set xrange [0:neurons]; set xtics 0,neurons/2; set yrange [0:1.02]; set ytics 0,0.25
set key bottom left Left reverse samplen 0.6 maxrows 4 font tiny
set label 1 "0.85" at graph 0.02, first 0.85 left offset 0,-0.6 font tiny textcolor rgb tc_grey
plot 0.85 with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \
     for [i=1:keys] data."neurons.csv" \
         using (column("cluster") == key[i] ? column("rank") : NaN):"fraction" \
         with points pt 7 ps 0.3 lc rgb colour(i) title "k = ".key[i], \
     data."neurons.csv" using "rank":(column("cluster") == 0 ? column("fraction") : NaN) \
         with points pt 7 ps 0.2 lc rgb tc_grey title "none"
unset label 1; @tc_heatmap; @tc_viridis; unset xlabel; unset ylabel
# The 3x3 block of each key: shares of variance, mean over its neurons.
most = 0.3; set cbrange [0:most]; side = 6.9 / (shown > 3 ? shown : 3); size = 0.86 * side
of_term(n) = 7 + n
do for [i=1:shown] {
  left = 6.95 + (i - 1) * side
  set lmargin at screen across(left); set rmargin at screen across(left+size)
  set bmargin at screen up(2.6); set tmargin at screen up(2.6+size)
  if (i == 1) { set ytics ("const" 0, "cos" 1, "sin" 2) font tiny offset 0.5,0; set ylabel "of a" offset 1.5,0 } \
  else { unset ytics; unset ylabel }
  set xtics ("const" 0, "cos" 1, "sin" 2) font tiny rotate by 90 right offset 0,0.3
  set xrange [-0.5:2.5]; set yrange [2.5:-0.5]; set title "k = ".key[i] offset 0,-0.7
  if (i == 1) {
    set label 2 "of b" at screen across(10.3), screen up(1.45) center
    set colorbox user horizontal origin screen across(8.6), screen up(0.85) size screen across(3.5), screen up(0.2)
    set cbtics 0,0.1 font tiny offset 0,0.5; set cblabel "share of variance (numbers: %)" offset 0,0.9 font tiny
  } else { unset colorbox; unset label 2 }
  plot for [n=1:8] data."clusters.csv" every ::(i-1)::(i-1) \
         using (n % 3):(n / 3):(n%3-0.5):(n%3+0.5):(n/3-0.5):(n/3+0.5):(column(of_term(n))) \
         with boxxyerror fillcolor palette fillstyle solid noborder, \
       for [n=1:8] data."clusters.csv" every ::(i-1)::(i-1) \
         using (n % 3):(n / 3):(sprintf("%.0f", 100*column(of_term(n)))): \
         (tc_text_rgb(tc_viridis_rgb(column(of_term(n))/most))) \
         with labels textcolor rgb variable font tiny
}
unset multiplot
