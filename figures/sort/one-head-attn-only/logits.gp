# The next token at every position of sixteen lists
# Written by tc-sort-analyse, run one-head-attn-only.  To draw it by hand:
#     cd figures/sort/one-head-attn-only && gnuplot logits.gp
name = "logits"
width = 14; height = 9.4
load "../../style.gp"
data = "../../../data/sort/one-head-attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

length = 10; examples = 16
array m[3]
m[1] = 20
m[2] = 20
m[3] = 25
array what[3]; what[1] = "logit"; what[2] = "centred"; what[3] = "log_probability"
array title[3]; title[1] = "logit"; title[2] = "logit less the mean over classes"; \
    title[3] = "log-probability (nats)"
@tc_heatmap; @tc_rdbu; logits = data."logits.csv"
set multiplot layout 3,1 margins across(1.4),across(12.2),up(1.2),up(8.8) \
    spacing across(0.3),up(0.75)
step = length > 10 ? 5 : 2
set xrange [-0.5:2*length+0.5]; set yrange [examples-0.5:-0.5]; set ytics 0,5
set ylabel "list"; set xtics step
set label 1 "unsorted part" at first 0, graph 1 left offset 0,0.5 textcolor rgb tc_grey font small
do for [i=1:3] {
  if (i < 3) { set cbrange [-m[i]:m[i]]; set cbtics m[i] } \
  else { @tc_viridis; set cbrange [-10:0]; set cbtics ("< -10" -10, "-5" -5, "0" 0) }
  set title title[i] offset 0,-0.7
  if (i > 1) { unset label 1 }; set format x (i == 3 ? "%g" : "")
  set colorbox user origin screen across(12.5), screen up(1.2 + (3-i)*2.785) \
      size screen across(0.3), screen up(2.03)
  set arrow 1 from first length+0.5, graph 0 to first length+0.5, graph 1 nohead front lc rgb tc_black lw 0.8
  if (i == 3) { set xlabel "position where the next token is predicted (right of the line: scored)" offset 0,0.3 }
  plot logits using "position":"example":(column("position")-0.5):(column("position")+1): \
      (column("example")-0.5):(column("example")+1):(column(what[i])) \
      with boxxyerror fillcolor palette fillstyle solid noborder
}
unset multiplot
