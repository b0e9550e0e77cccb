# Attention over one held-out sequence
# Written by tc-permutation-analyse, run repaired.  To draw it by hand:
#     cd figures/permutation/repaired && gnuplot pattern.gp
name = "pattern"
width = 12; height = 10.5
load "../../style.gp"
data = "../../../data/permutation/repaired/"

n = 4; terms = 24; positions = 121; steps = 8000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

@tc_heatmap; @tc_viridis; set cbrange [0:1]; set cblabel "attention"
set lmargin at screen across(1.6); set rmargin at screen across(10.2)
set bmargin at screen up(1.3); set tmargin at screen up(10.2)
set colorbox user origin screen across(10.5), screen up(1.3) size screen across(0.3), screen up(8.9)
set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]
set xlabel "position attended to (lines: terms)"; set ylabel "position that attends"
set xtics 2,6*(n+1); set ytics 2,6*(n+1)
set for [t=1:terms-1] arrow t from 1.5+(n+1)*t,positions-0.5 to 1.5+(n+1)*t,-0.5 nohead front lw 0.2 lc rgb "#90ffffff"
set for [t=1:terms-1] arrow 200+t from -0.5,1.5+(n+1)*t to positions-0.5,1.5+(n+1)*t nohead front lw 0.2 lc rgb "#90ffffff"
plot data."pattern.csv" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels
