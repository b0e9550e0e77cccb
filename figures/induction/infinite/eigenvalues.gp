# Eigenvalues of the OV circuits, and of the QK circuits composed with one head
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot eigenvalues.gp
name = "eigenvalues"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

previous = 0
table = data."eigenvalues.csv"
# Twelve rows (say) to a circuit: OV by layer and head, then QK by pair of heads.
stats table using "real" name "all" nooutput
each = all_records / (2*heads + heads*heads)
block(r, h) = each*(r < 2 ? r*heads + h : 2*heads + previous*heads + h)
set multiplot layout 3,heads margins across(0.8),across(13.8),up(0.7),up(5.55) \
    spacing across(0.35),up(0.55)
unset key; unset xtics; unset ytics; set border 15
set xzeroaxis lc rgb tc_grey lw 0.8; set yzeroaxis lc rgb tc_grey lw 0.8
signed_root(x) = sgn(x)*sqrt(abs(x))
set label 1 "real part (signed square root)" at screen across(7.5), screen up(0.2) center font small
set label 2 "imaginary part" at screen across(0.25), screen up(3.1) center rotate font small
do for [r=0:2] { do for [h=0:heads-1] {
  set title (r < 2 ? sprintf("OV of L%dH%d", r, h) : sprintf("QK of L1H%d with L0H%d", h, previous)) offset 0,-0.8 font tiny
  from = block(r, h); to = from + each - 1
  set autoscale; stats table using (sqrt(sqrt(column("real")**2 + column("imaginary")**2))) \
      every ::from::to name "root" nooutput
  m = 1.15*root_max; set xrange [-m:m]; set yrange [-m:m]
  plot table every ::from::to using (signed_root(column("real"))):(signed_root(column("imaginary"))) \
       with points pt 7 ps 0.35 lc rgb (r < 2 ? tc_blue : tc_red)
  unset label 1; unset label 2
} }
unset multiplot
