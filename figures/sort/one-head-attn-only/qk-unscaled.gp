# Full QK circuit over tokens and positions, without 1/sqrt (d_head)
# Written by tc-sort-analyse, run one-head-attn-only.  To draw it by hand:
#     cd figures/sort/one-head-attn-only && gnuplot qk-unscaled.gp
name = "qk_unscaled"
width = 12.5; height = 10.9
load "../../style.gp"
data = "../../../data/sort/one-head-attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

tokens = 66; mid = 77; tiny = format eq "svg" ? ",8" : ",6"
factor = 5.656854249492381
m = 0.5
@tc_heatmap; @tc_rdbu; set cbrange [-m:m]
inputs = tokens + 2*(mid-tokens)
inputs = 88
set xtics ("tok 0" 0, "tok 8" 8, "tok 16" 16, "tok 24" 24, "tok 32" 32, "tok 40" 40, "tok 48" 48, "tok 56" 56, "START, MID" 64.5, "pos in 0" 67, "pos in 5" 72, "pos out 0" 78, "pos out 5" 83) font tiny rotate by 90 right
set ytics ("tok 0" 0, "tok 8" 8, "tok 16" 16, "tok 24" 24, "tok 32" 32, "tok 40" 40, "tok 48" 48, "tok 56" 56, "START, MID" 64.5, "pos in 0" 67, "pos in 5" 72, "pos out 0" 78, "pos out 5" 83) font tiny
set lmargin at screen across(1.7); set rmargin at screen across(10.6)
set bmargin at screen up(1.7); set tmargin at screen up(10.6)
set colorbox user origin screen across(10.9), screen up(1.7) size screen across(0.3), screen up(8.9)
set cblabel (factor == 1 ? "part of the attention score" : "part of the score, not divided by sqrt(d_{head})") offset 1.3,0
set xlabel "key" offset 0,0.3; set ylabel "query"
set xrange [-0.5:inputs-0.5]; set yrange [inputs-0.5:-0.5]
do for [i=1:2] { at = (i == 1 ? tokens : mid) - 0.5
  set arrow 2*i from at, graph 0 to at, graph 1 nohead front lc rgb tc_grey lw 0.5
  set arrow 2*i+1 from graph 0, first at to graph 1, first at nohead front lc rgb tc_grey lw 0.5 }
plot data."qk.csv" matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5): \
    ($2):(factor*$3) with boxxyerror fillcolor palette fillstyle solid noborder
