# Training and test loss of each trigram on finite data
# Written by tc-skip-trigram-analyse, run finite.  To draw it by hand:
#     cd figures/skip-trigram/finite && gnuplot generalisation.gp
name = "generalisation"
width = 14; height = 8.5
load "../../style.gp"
data = "../../../data/skip-trigram/finite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

steps = 3000
rows = 2; columns = (n + 1) / 2
set multiplot layout rows,columns margins across(1.55),across(13.7),up(1.15),up(7.4) \
    spacing across(0.2),up(0.65)
set xrange [0:steps]; set xtics 0,nice(steps/2.5); @tc_log_y; set yrange [1e-10:30]
set ytics 1e-9,1e3,1; unset key
set label 2 "training step" at screen across(7.6), screen up(0.3) center
set label 3 "loss (nats, log scale)" at screen across(0.3), screen up(4.3) center rotate
set label 4 "test batches" at screen across(13.7), screen up(8.2) right textcolor rgb tc_red
set label 5 "training set" at screen across(11.2), screen up(8.2) right textcolor rgb tc_blue
set label 6 "ln ".n at screen across(8.7), screen up(8.2) right textcolor rgb tc_grey
do for [k=0:n-1] {
  set title sprintf("trigger %d", trigger(k)) offset 0,-0.7
  if (k % columns == 0) { set format y "10^{%T}" } else { set format y "" }
  if (k / columns == rows - 1) { set format x "%g" } else { set format x "" }
  plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \
       data."trigrams.csv" using 1:2+n+k with lines lc rgb tc_red lw 0.7 dt 1, \
       data."trigrams.csv" using 1:2+k with lines lc rgb tc_blue lw 1.3 dt 1
  unset for [i=2:6] label i
}
unset multiplot
