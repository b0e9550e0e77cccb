# Full OV circuit over tokens and positions, after training
# Written by tc-skip-trigram-analyse, run finite.  To draw it by hand:
#     cd figures/skip-trigram/finite && gnuplot ov.gp
name = "ov"
width = 14; height = 4.8
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
set cbrange [-40:40]; set cblabel "added to the logit" offset 0.7,0
set xtics ("0, 1" 0.5, "filler" 1.5+n/2.0, "triggers" 1.5+1.5*n, \
    "pos. 0" tokens, "10" tokens+10, "20" tokens+20, "30" tokens+30, "40" tokens+40) rotate by 90 right
array edge[3] = [1.5, 1.5 + n, 1.5 + 2*n]
do for [i=1:3] { set arrow from first edge[i], graph 0 to first edge[i], graph 1 nohead front lc rgb tc_grey lw 0.6 }
set cbtics nice(40/2.0)
set xrange [-0.5:tokens+positions-0.5]; set yrange [n-0.5:-0.5]
set xlabel "what is attended to" offset 0,1; set ylabel "answer"; set ytics 0,nice(n/5.0)
set lmargin at screen across(1.3); set rmargin at screen across(12)
set bmargin at screen up(1.9); set tmargin at screen up(4.5)
set colorbox user origin screen across(12.3), screen up(1.9) size screen across(0.3), screen up(2.6)
plot data."ov_final.csv" \
     matrix every 1:1:1:1 using ($2-1):($1-1):($2-1.5):($2):($1-1.5):($1):3 with boxxyerror fillcolor palette fillstyle solid noborder
