# Full OV circuit over tokens and positions
# Written by tc-sort-analyse, run five.  To draw it by hand:
#     cd figures/sort/five && gnuplot ov.gp
name = "ov"
width = 14; height = 8.2
load "../../style.gp"
data = "../../../data/sort/five/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

tokens = 67; mid = 73; tiny = format eq "svg" ? ",8" : ",6"
m = 20
inputs = 79
@tc_heatmap; @tc_rdbu; set cbrange [-m:m]
set xtics ("tok 0" 0, "tok 8" 8, "tok 16" 16, "tok 24" 24, "tok 32" 32, "tok 40" 40, "tok 48" 48, "tok 56" 56, "START, MID" 65.5, "pos in 0" 68, "pos out 0" 74) font tiny rotate by 90 right
set ytics ("tok 0" 0, "tok 8" 8, "tok 16" 16, "tok 24" 24, "tok 32" 32, "tok 40" 40, "tok 48" 48, "tok 56" 56, "START, MID" 65.5) font tiny
set lmargin at screen across(1.7); set rmargin at screen across(11.7)
set bmargin at screen up(1.7); set tmargin at screen up(7.9)
set colorbox user origin screen across(12.0), screen up(1.7) size screen across(0.3), screen up(6.2)
set cblabel "logit, centred over classes" offset 1.3,0
set xlabel "attended to" offset 0,0.3; set ylabel "class"
set xrange [-0.5:inputs-0.5]; set yrange [tokens-0.5:-0.5]
do for [i=1:2] { at = (i == 1 ? tokens : mid) - 0.5
  set arrow i from at, graph 0 to at, graph 1 nohead front lc rgb tc_grey lw 0.5 }
plot data."ov.csv" matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 with boxxyerror fillcolor palette fillstyle solid noborder
