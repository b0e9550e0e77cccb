# What the right answer's margin is made of, in one example of each trigram
# Written by tc-skip-trigram-analyse, run infinite.  To draw it by hand:
#     cd figures/skip-trigram/infinite && gnuplot attribution.gp
name = "attribution"
width = 14; height = 7
load "../../style.gp"
data = "../../../data/skip-trigram/infinite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

@tc_heatmap; @tc_rdbu
m = 40
set cbrange [-m:m]; set cblabel "logit margin" offset 0.7,0
set xtics ("embedding" 0, "position" 1, "first token" 2, "last token" 3, \
    "filler" 4, "trigger" 5, "sum" 6)
set label 1 "direct path" at first 0.5, graph 1 center offset 0,0.6
set label 2 "read by the head from" at first 3.5, graph 1 center offset 0,0.6
set arrow 1 from first 1.5, graph 0 to first 1.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6
set arrow 2 from first 5.5, graph 0 to first 5.5, graph 1.08 nohead front lc rgb tc_grey lw 0.6
set for [k=0:n-1] ytics (sprintf("%d", trigger(k)) k); set ylabel "trigger of the example"
set lmargin at screen across(1.4); set rmargin at screen across(12.2)
set bmargin at screen up(0.8); set tmargin at screen up(6.3)
set colorbox user origin screen across(12.5), screen up(0.8) size screen across(0.3), screen up(5.5)
set xrange [-0.5:6.5]; set yrange [n-0.5:-0.5]
parts = data."contributions.csv"
plot parts \
         matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 with boxxyerror fillcolor palette fillstyle solid noborder, \
     parts matrix every 1:1:1:1 \
         using ($1-1):($2-1):(tc_label("%.2f", abs($3) < 0.005 ? 0 : $3)):(tc_text_rgb(tc_rdbu_rgb($3/m))) \
         with labels textcolor rgb variable font small
