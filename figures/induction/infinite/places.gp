# Loss by place of the first copy and of the query in its copy
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot places.gp
name = "places"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

starts = 13; offsets = 15
table = data."places.csv"
@tc_heatmap; @tc_viridis; unset colorbox
set logscale cb; set cbrange [0.1:1]
set xrange [-0.5:offsets-0.5]; set yrange [starts+0.5:0.5]
set multiplot layout 1,2 margins across(1.4),across(12.4),up(1.15),up(5.6) \
    spacing across(0.5)
set xlabel "tokens of the copy before the query"; set ylabel "first copy begins at" offset 1,0
set xtics 0,2; set ytics 1,2; @tc_panel_title
set title "second copy"
each = starts*offsets
box(copy) = 'plot table every ::'.(copy*each).'::'.(copy*each+each-1).' using '\
    .'"offset":"start":(column("offset")-0.5):(column("offset")+0.5):'\
    .'(column("start")-0.5):(column("start")+0.5):"loss" '\
    .'with boxxyerror fillcolor palette fillstyle solid noborder'
eval box(0)
set title "third copy"; unset ylabel; set format y ""
set colorbox user origin screen across(12.65), screen up(1.15) size screen across(0.25), screen up(4.45)
set cblabel "loss (nats)" offset 0.6,0; set format cb "%g"; set cbtics (0.1, 0.2, 0.5, 1) font tiny
eval box(1)
unset multiplot
