# Attention of tokens on the first one, and what it adds to the scores of keys
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot switches.gp
name = "switches"
width = 14; height = 4.6
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

table = data."switches.csv"
stats table using "key" name "key" nooutput
set multiplot layout 1,heads margins across(1.3),across(13.8),up(1.15),up(3.9) \
    spacing across(0.35)
unset key; set xrange [-0.05:1.05]; set xtics ("0" 0, "0.5" 0.5, "1" 1); @tc_panel_title
span = key_max - key_min; set yrange [key_min-0.05*span:key_max+0.05*span]
set label 1 "attention on the first token, by the query's token" at screen across(7.55), screen up(0.25) center font small
set ylabel "added score" offset 0.1,0; set xzeroaxis lc rgb tc_grey lw 0.8
do for [h=0:heads-1] {
  set title sprintf("L0H%d", h)
  plot table using (column("head") == h ? column("on") : NaN):"key" with points pt 7 ps 0.25 lc rgb tc_blue
  unset label 1; unset ylabel; set format y ""
}
unset multiplot
