# Each digit's phase change by the rule, and the fitted sigmoid
# Written by tc-addition-analyse, run seed-1.  To draw it by hand:
#     cd figures/addition/seed-1 && gnuplot phases.gp
name = "phases"
width = 14; height = 8
load "../../style.gp"
data = "../../../data/addition/seed-1/"

n = 6   # answer digits, tok 0 ... tok n - 1
steps = 2000; view = 1500   # of the close-ups
place_names = "lead ten-thousands thousands hundreds tens units"; place(k) = word(place_names, k + 1)
# The leading digit black, the others from the most significant down.
colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)
pale = 0x90000000   # added to a colour: mostly transparent

columns = (n + 1) / 2; phases = data."phases.csv"; smooth = data."smooth.csv"
set multiplot layout 2,columns margins across(1.3),across(13.7),up(1.15),up(6.9) \
    spacing across(0.3),up(0.75)
set xrange [0:view]; set xtics 0,nice(view/3.0),0.95*view; unset key
set label 2 "training step" at screen across(7.5), screen up(0.3) center
set label 3 "loss (nats)" at screen across(0.3), screen up(4) center rotate
set label 4 "centred mean" at screen across(4.4), screen up(7.7) right textcolor rgb tc_blue
set label 5 "fitted sigmoid" at screen across(7.4), screen up(7.7) right textcolor rgb tc_red
set label 6 "without information, half of it" at screen across(13.6), screen up(7.7) \
    right textcolor rgb tc_grey
falling(t, drop, at, width) = drop / (1 + exp((t - at) / width))
set yrange [0:2.6]; set ytics 0,1; set samples 400
do for [k=0:n-1] {
  set title sprintf("tok %d, %s", k, place(k)) offset 0,-0.7
  if (k % columns == 0) { set format y "%g" } else { set format y "" }
  if (k / columns == 1) { set format x "%g" } else { set format x "" }
  array p[9]; do for [i=1:9] { p[i] = NaN }
  stats phases using (column("tok") == k ? (p[1] = column("half_step"), \
      p[2] = column("plateau"), p[3] = column("low"), p[4] = column("drop"), \
      p[5] = column("location"), p[6] = column("width"), p[7] = column("carry_drop"), \
      p[8] = column("carry_location"), p[9] = column("carry_width"), 0) : 0) nooutput
  half = p[1]; plateau = p[2]
  second(t) = p[7] == p[7] ? falling(t, p[7], p[8], p[9]) : 0
  unset arrow 1
  if (half == half) {
    set arrow 1 from first half, graph 0 to first half, first plateau/2 nohead \
        lc rgb tc_blue lw 0.8 dt (2,2) front
  }
  plot plateau with lines lc rgb tc_grey lw 1 dt (4,4), \
       plateau/2 with lines lc rgb tc_grey lw 0.6 dt (2,3), \
       data."loss.csv" using 1:3+k with lines lc rgb tc_sky lw 0.3 dt 1, \
       smooth using 1:3+k with lines lc rgb tc_blue lw 1.5 dt 1, \
       p[3] + falling(x, p[4], p[5], p[6]) + second(x) with lines lc rgb tc_red lw 1.1 dt (8,4)
  unset for [i=2:6] label i
}
unset multiplot
