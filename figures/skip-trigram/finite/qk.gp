# Full QK circuit over tokens and positions, after training
# Written by tc-skip-trigram-analyse, run finite.  To draw it by hand:
#     cd figures/skip-trigram/finite && gnuplot qk.gp
name = "qk"
width = 10.5; height = 8.5
load "../../style.gp"
data = "../../../data/skip-trigram/finite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

tokens = 2*n + 2; positions = 42
@tc_heatmap; @tc_rdbu
set cbrange [-5:5]; set cblabel "part of the attention score" offset 0.7,0
set xtics ("0, 1" 0.5, "filler" 1.5+n/2.0, "triggers" 1.5+1.5*n, \
    "pos. 0" tokens, "10" tokens+10, "20" tokens+20, "30" tokens+30, "40" tokens+40) rotate by 90 right
array edge[3] = [1.5, 1.5 + n, 1.5 + 2*n]
do for [i=1:3] { set arrow from first edge[i], graph 0 to first edge[i], graph 1 nohead front lc rgb tc_grey lw 0.6 }
set ytics ("0, 1" 0.5, "filler" 1.5+n/2.0, "triggers" 1.5+1.5*n, \
    "pos. 0" tokens, "10" tokens+10, "20" tokens+20, "30" tokens+30, "40" tokens+40)
array edge[3] = [1.5, 1.5 + n, 1.5 + 2*n]
do for [i=1:3] { set arrow from graph 0, first edge[i] to graph 1, first edge[i] nohead front lc rgb tc_grey lw 0.6 }
set xrange [-0.5:tokens+positions-0.5]; set yrange [tokens+positions-0.5:-0.5]
set xlabel "source" offset 0,1; set ylabel "destination"
set lmargin at screen across(2.2); set rmargin at screen across(8.3)
set bmargin at screen up(1.9); set tmargin at screen up(8)
# The only destination whose attention is read: the last token at the last position.
set label 1 "◀ read" at graph 1, first 1 left offset 0.3,0 font tiny front
set label 2 "◀ read" at graph 1, first tokens+positions-1 left offset 0.3,0 font tiny front
set colorbox user origin screen across(9.2), screen up(2.4) size screen across(0.3), screen up(5.1)
plot data."qk_final.csv" \
     matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 with boxxyerror fillcolor palette fillstyle solid noborder
