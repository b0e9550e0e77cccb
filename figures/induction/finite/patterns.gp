# Attention of every head in the sequence that the notebook prints
# Written by tc-induction-analyse, run finite.  To draw it by hand:
#     cd figures/induction/finite && gnuplot patterns.gp
name = "patterns"
width = 14; height = 7.4
load "../../style.gp"
data = "../../../data/induction/finite/"

steps = 12000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

n = 85; block = 16; copies = 3
array start[copies]
start[1] = 3
start[2] = 40
start[3] = 57
# A matrix whose row 0 holds the names and columns 0 to 2 layer, head and query.
table = data."patterns.csv"; unset datafile columnheaders
@tc_heatmap; @tc_viridis; unset colorbox; set cbrange [0:1]
set xrange [-0.5:n-0.5]; set yrange [n-0.5:-0.5]
set multiplot layout 2,heads margins across(1.25),across(12.75),up(0.85),up(6.9) \
    spacing across(0.25),up(0.6)
unset xtics; unset ytics
set label 1 "key position" at screen across(7), screen up(0.25) center font small
set label 2 "query position" at screen across(0.3), screen up(3.85) center rotate font small
# Copies of the block, as brackets at the axes.
do for [c=1:copies] {
  set arrow 2*c from first start[c]-0.5, graph -0.03 to first start[c]+block-0.5, graph -0.03 \
      nohead lc rgb tc_orange lw 2.5
  set arrow 2*c+1 from graph -0.03, first start[c]-0.5 to graph -0.03, first start[c]+block-0.5 \
      nohead lc rgb tc_orange lw 2.5
}
do for [l=0:1] { do for [h=0:heads-1] {
  set title sprintf("L%dH%d", l, h) offset 0,-0.8 font small
  if (l == 1 && h == heads-1) {
    set colorbox user origin screen across(12.95), screen up(0.85) size screen across(0.22), screen up(6.05)
    set cbtics 0,0.5 font tiny }
  from = (l*heads + h)*n
  plot table matrix every :::from+1::from+n using ($1-3):($2-from-1):3 with image
  unset label 1; unset label 2
} }
unset multiplot
