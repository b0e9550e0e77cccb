# Training and test loss on fixed data: the mean and each digit
# Written by tc-addition-analyse, run finite-small.  To draw it by hand:
#     cd figures/addition/finite-small && gnuplot generalisation.gp
name = "generalisation"
width = 14; height = 9
load "../../style.gp"
data = "../../../data/addition/finite-small/"

n = 6   # answer digits, tok 0 ... tok n - 1
steps = 4000; view = 500   # of the close-ups
place_names = "lead ten-thousands thousands hundreds tens units"; place(k) = word(place_names, k + 1)
# The leading digit black, the others from the most significant down.
colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)
pale = 0x90000000   # added to a colour: mostly transparent

columns = (n + 2) / 2; finite = data."finite.csv"
set multiplot layout 2,columns margins across(1.55),across(13.7),up(1.15),up(7.9) \
    spacing across(0.25),up(0.75)
set xrange [0:steps]; set xtics 0,nice(steps/2.5),0.95*steps; @tc_log_y; set yrange [1e-9:300]
set ytics 1e-8,1e4,1; unset key
set label 2 "training step" at screen across(7.6), screen up(0.3) center
set label 3 "loss (nats, log scale)" at screen across(0.3), screen up(4.5) center rotate
set label 4 "training set" at screen across(3.7), screen up(8.7) right textcolor rgb tc_blue
set label 5 "the notebook's test batches" at screen across(8.2), screen up(8.7) right textcolor rgb tc_green
set label 6 "test batches with a seed of their own" at screen across(13.7), screen up(8.7) right \
    textcolor rgb tc_red
do for [k=-1:n-1] {
  if (k < 0) { set title "mean" offset 0,-0.7 } else {
    set title sprintf("tok %d, %s", k, place(k)) offset 0,-0.7 }
  if ((k + 1) % columns == 0) { set format y "10^{%T}" } else { set format y "" }
  if ((k + 1) / columns == 1) { set format x "%g" } else { set format x "" }
  shown = k < 0 ? 2 : 5 + k; test = k < 0 ? 3 : 5 + n + k; fresh = k < 0 ? 4 : 5 + 2*n + k
  plot (k < 0 ? NaN : k == 0 ? log(2) : log(10)) with lines lc rgb tc_grey lw 1 dt (4,4), \
       finite using 1:test with lines lc rgb tc_green lw 0.6 dt 1, \
       finite using 1:fresh with lines lc rgb tc_red lw 0.9 dt 1, \
       finite using 1:shown with lines lc rgb tc_blue lw 1.3 dt 1
  unset for [i=2:6] label i
}
unset multiplot
