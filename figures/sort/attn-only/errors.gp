# Mistakes by neighbour gap
# Written by tc-sort-analyse, run attn-only.  To draw it by hand:
#     cd figures/sort/attn-only && gnuplot errors.gp
name = "errors"
width = 14; height = 6.4
load "../../style.gp"
data = "../../../data/sort/attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

from = 0; shown = 12
triples = data."triples.csv"; near(x) = x <= shown
stats triples using (near(column("gap")) && near(column("next_gap")) ? \
    column("wrong")/column("n") : NaN) name "share" nooutput
# No mistakes: far below the frame, so that lines leave it.
errors = data."errors.csv"; is(x) = strcol("by") eq "gap" ? (x > 0 ? x : 1e-12) : NaN
set yrange [1e-6:1]
step = shown > 12 ? 6 : 2
set multiplot layout 1,2 margins across(1.6),across(12.3),up(1.25),up(5.3) spacing across(1.9)
set xlabel "right token less the one before"; set ylabel "mistakes per prediction (log scale)" offset 0.5,0
@tc_log_y; set xrange [from-0.5:shown+0.5]; set xtics step
set key at graph 1, graph 1.27 right top maxrows 2 samplen 1.2 width -1 font small
plot errors using "at":(is(column("skip")/column("n"))) with linespoints lt 1 title "skips one", \
     errors using "at":(is(column("repeat")/column("n"))) with linespoints lt 2 title "repeats", \
     errors using "at":(is(column("off_list")/column("n"))) with linespoints lt 3 title "not in the list", \
     errors using "at":(is(column("other")/column("n"))) with linespoints lt 4 title "other"
unset logscale y; set format y "%g"; unset key; unset grid
@tc_heatmap; @tc_viridis; set yrange [0.5:shown+0.5] noreverse; set xrange [0.5:shown+0.5]
set xtics step nomirror; set ytics step
set xlabel "y - x"; set ylabel "z - y" offset 0.5,0
set title "x < y < z: y not predicted after x" offset 0,-0.6
set colorbox user origin screen across(12.55), screen up(1.25) size screen across(0.3), screen up(4.05)
set cblabel "share of lists"; set cbrange [0:(share_max > 0 ? share_max : 1)]
plot triples using "gap":"next_gap":(column("gap")-0.5):(column("gap")+1): \
    (column("next_gap")-0.5):(column("next_gap")+1): \
    (column("wrong")/column("n")) with boxxyerror fillcolor palette fillstyle solid noborder
unset multiplot
