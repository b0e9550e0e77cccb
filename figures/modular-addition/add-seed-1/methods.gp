# What each key frequency contributes, by the difference of the two numbers, with and without its double in the embedding
# Written by tc-modular-addition-analyse, run add-seed-1.  To draw it by hand:
#     cd figures/modular-addition/add-seed-1 && gnuplot methods.gp
name = "methods"
width = 14; height = 5.2
load "../../style.gp"
data = "../../../data/modular-addition/add-seed-1/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 5; array key[keys]
key[1] = 7
key[2] = 23
key[3] = 26
key[4] = 28
key[5] = 45
shown = 5; sign = "−"
amplitudes = data."amplitudes.csv"; unset key; side = 12.5 / (shown > 3 ? shown : 3)
of(i, x) = column("k") == key[i] ? x : NaN
set multiplot
set xrange [0:1];  set ytics 0,0.5; set yrange [0:2]
set label 1 "as trained" at screen across(5.4), screen up(4.95) right textcolor rgb tc_blue
set label 2 "without 2k in the embedding" at screen across(10.2), screen up(4.95) right textcolor rgb tc_orange
set label 3 "|cos(w(a".sign."b)/2)|" at screen across(13.8), screen up(4.95) right textcolor rgb tc_grey
set label 4 "w_k(a".sign."b) / 2π" at screen across(7.5), screen up(0.3) center
do for [i=1:shown] {
  set lmargin at screen across(1.4+(i-1)*side); set rmargin at screen across(1.25+i*side)
  set bmargin at screen up(1.15); set tmargin at screen up(4.1)
  set title "k = ".key[i] offset 0,-0.6
  set xtics ("0" 0, "½" 0.5); if (i == shown) { set xtics add ("1" 1) }
  if (i == 1) { set format y "%g"; set ylabel "amplitude / its mean" offset 0.5,0 } else { set format y ""; unset ylabel }
  set xrange [*:*]; set yrange [*:*]; stats amplitudes using (of(i, column("amplitude"))) name "m" nooutput
  stats amplitudes using (of(i, column("without_double"))) name "w" nooutput
  set xrange [0:1]; set yrange [0:2]
  plot amplitudes using (of(i, column("phase")/p)):(abs(cos(pi*column("phase")/p))*pi/2) \
           with lines lc rgb tc_grey lw 1 dt (4,4), \
       amplitudes using (of(i, column("phase")/p)):(column("without_double")/w_mean) \
           with points pt 7 ps 0.2 lc rgb tc_orange, \
       amplitudes using (of(i, column("phase")/p)):(column("amplitude")/m_mean) \
           with points pt 7 ps 0.2 lc rgb tc_blue
  unset for [j=1:4] label j
}
unset multiplot
