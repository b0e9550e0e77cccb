# OV circuit over characters
# Written by tc-permutation-analyse, run repaired.  To draw it by hand:
#     cd figures/permutation/repaired && gnuplot ov.gp
name = "ov"
width = 10.5; height = 8.6
load "../../style.gp"
data = "../../../data/permutation/repaired/"

n = 4; terms = 24; positions = 121; steps = 8000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

ov = data."ov.csv"; characters = 63
stats ov matrix every 1:1:1:1 using 3 name "s" nooutput
most = s_max > -s_min ? s_max : -s_min
@tc_heatmap; @tc_rdbu; set cbrange [-most:most]; set cblabel "logit, before the division by the norm" offset 1.2,0
set lmargin at screen across(1.3); set rmargin at screen across(8.4)
set bmargin at screen up(1.2); set tmargin at screen up(8.3)
set colorbox user origin screen across(8.7), screen up(1.2) size screen across(0.3), screen up(7.1)
set xrange [-0.5:characters-0.5]; set yrange [characters-0.5:-0.5]
set xlabel "character whose logit it adds to"; set ylabel "character attended to"
set xtics ("a" 1, "n" 14, "A" 27, "N" 40, "0" 53, "9" 62)
set ytics ("a" 1, "n" 14, "A" 27, "N" 40, "0" 53, "9" 62)
plot ov matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels
