# Attention scores by position alone, and the relation that they should be
# Written by tc-permutation-analyse, run repaired.  To draw it by hand:
#     cd figures/permutation/repaired && gnuplot qk.gp
name = "qk"
width = 16; height = 8.3
load "../../style.gp"
data = "../../../data/permutation/repaired/"

n = 4; terms = 24; positions = 121; steps = 8000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

# For each position, which character of the first term stands there.
array element[positions+1] = [-1,-1,0,1,2,3,-1,0,1,3,2,-1,0,2,1,3,-1,0,2,3,1,-1,0,3,1,2,-1,0,3,2,1,-1,1,0,2,3,-1,1,0,3,2,-1,1,2,0,3,-1,1,2,3,0,-1,1,3,0,2,-1,1,3,2,0,-1,2,0,1,3,-1,2,0,3,1,-1,2,1,0,3,-1,2,1,3,0,-1,2,3,0,1,-1,2,3,1,0,-1,3,0,1,2,-1,3,0,2,1,-1,3,1,0,2,-1,3,1,2,0,-1,3,2,0,1,-1,3,2,1,0,-1]
# 1: the next position holds the same character; negative: masked, or it is punctuation.
related(p, r) = r > p || p <= n || element[p+2] < 0 ? NaN : element[p+2] == element[r+1]
scores = data."qk.csv"
stats scores matrix every 1:1:1:1 using 3 name "s" nooutput
most = s_max > -s_min ? s_max : -s_min
@tc_heatmap; @tc_rdbu; set cbrange [-most:most]
set multiplot
set bmargin at screen up(1.2); set tmargin at screen up(7.6)
set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]
set xlabel "position attended to"; set ylabel "position that attends"
set xtics 2,6*(n+1); set ytics 2,6*(n+1)
set lmargin at screen across(1.5); set rmargin at screen across(7.5)
set colorbox user origin screen across(14.3), screen up(1.2) size screen across(0.3), screen up(6.4)
set cblabel "score, less its row's mean" offset 1,0
set title "what the weights say" offset 0,-0.6
plot scores matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels
unset ylabel; set format y ""; unset colorbox
set lmargin at screen across(7.9); set rmargin at screen across(13.9)
set title "the same character (rows: the one to come)" offset 0,-0.6
plot scores matrix every 1:1:1:1 using ($1-1):($2-1):(related($2-1, $1-1) * most * 0.75) with image pixels
unset multiplot
