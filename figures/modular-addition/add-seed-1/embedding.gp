# The embedding in the Fourier basis at eight moments
# Written by tc-modular-addition-analyse, run add-seed-1.  To draw it by hand:
#     cd figures/modular-addition/add-seed-1 && gnuplot embedding.gp
name = "embedding"
width = 14; height = 7
load "../../style.gp"
data = "../../../data/modular-addition/add-seed-1/"

p = 113; steps = 20000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

moments = "0 400 1200 2400 3600 4800 5800 20000"
components = data."moments.csv"
stats components using "norm" name "norm" nooutput
set multiplot layout 2,4 margins across(1.2),across(13.8),up(1.2),up(5.9) \
    spacing across(0.25),up(0.75)
set xrange [0:p/2.0]; set yrange [0:1.05*norm_max]; set xtics 0,20; unset key
set label 1 "frequency" at screen across(7.5), screen up(0.35) center
set label 2 "norm of W_E" at screen across(0.3), screen up(3.7) center rotate
set label 3 "cosine" at screen across(11.9), screen up(6.75) right textcolor rgb tc_blue
set label 4 "sine" at screen across(13.8), screen up(6.75) right textcolor rgb tc_red
do for [i=1:words(moments)] {
  set title "epoch ".word(moments, i) offset 0,-0.8
  if (i % 4 == 1) { set format y "%g" } else { set format y "" }
  if (i > 4) { set format x "%g" } else { set format x "" }
  plot components using (column("step") == real(word(moments, i)) \
           && column("is_sine") == 0 ? column("frequency") - 0.2 : NaN):"norm" \
           with impulses lc rgb tc_blue lw 1 dt 1, \
       components using (column("step") == real(word(moments, i)) \
           && column("is_sine") == 1 ? column("frequency") + 0.2 : NaN):"norm" \
           with impulses lc rgb tc_red lw 1 dt 1
  unset label 1; unset label 2; unset label 3; unset label 4
}
unset multiplot
