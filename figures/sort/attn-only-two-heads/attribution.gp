# What the right token's logit is made of, in one list
# Written by tc-sort-analyse, run attn-only-two-heads.  To draw it by hand:
#     cd figures/sort/attn-only-two-heads && gnuplot attribution.gp
name = "attribution"
width = 14; height = 8.540000000000001
load "../../style.gp"
data = "../../../data/sort/attn-only-two-heads/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

length = 20; parts = 6
m = 800
margin = 50
set ytics ("embedding" 0, "position" 1, "head 0" 2, "head 1" 3, "attention bias" 4, "output bias" 5)
@tc_heatmap; @tc_rdbu; set cbrange [-m:m]; set for [i=0:parts-1] ytics scale 0
parts_file = data."attribution.csv"
set multiplot layout 2,1 margins across(2.4),across(12.3),up(1.2),up(height-0.6) \
    spacing across(0.3),up(0.8)
set xrange [-0.5:length-0.5]; set yrange [parts-0.5:-0.5]
panel = (height - 2.6) / 2; set cbtics m
set colorbox user origin screen across(12.6), screen up(2.0+panel) size screen across(0.3), screen up(panel)
set title "logit of the right token" offset 0,-0.7; set format x ""
plot parts_file using (column("example") == 0 ? column("slot") : NaN):"index": \
    (column("slot")-0.5):(column("slot")+1):(column("index")-0.5):(column("index")+1):"logit" \
    with boxxyerror fillcolor palette fillstyle solid noborder
set cbrange [-margin:margin]; set cbtics margin
set colorbox user origin screen across(12.6), screen up(1.2) size screen across(0.3), screen up(panel)
set title "less that of the strongest other" offset 0,-0.7; set format x "%g"
set xlabel "output slot" offset 0,0.3
plot parts_file using (column("example") == 0 ? column("slot") : NaN):"index": \
    (column("slot")-0.5):(column("slot")+1):(column("index")-0.5):(column("index")+1):"margin" \
    with boxxyerror fillcolor palette fillstyle solid noborder
unset multiplot
