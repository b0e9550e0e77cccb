# Where heads look, by output slot
# Written by tc-sort-analyse, run one-head.  To draw it by hand:
#     cd figures/sort/one-head && gnuplot attention.gp
name = "attention"
width = 14; height = 6.3
load "../../style.gp"
data = "../../../data/sort/one-head/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

length = 10; heads = 1
attention = data."attention.csv"
of(h, x) = column("head") == h && column("slot") >= 0 ? x : NaN
set multiplot layout heads,2 margins across(1.4),across(13.7),up(1.2),up(height-1.5) \
    spacing across(1.7),up(0.9)
step = length > 10 ? 4 : length > 5 ? 2 : 1
set xrange [-0.4:length+0.4]; set xtics step; set yrange [0:1.02]; set ytics 0.2
do for [h=0:heads-1] {
  if (h == heads-1) { set xlabel "output slot (last: after the last token)" } else { unset xlabel }
  set ylabel (heads > 1 ? sprintf("head %d: mean attention", h) : "mean attention")
  if (h == 0) { set key at graph 1, graph 1.36 right top maxrows 3 samplen 1.2 width -1 font small } else { unset key }
  plot attention using "slot":(of(h, column("next"))) with linespoints lt 1 title "right token", \
       attention using "slot":(of(h, column("greater"))) with linespoints lt 2 title "greater values", \
       attention using "slot":(of(h, column("lower"))) with linespoints lt 3 title "lower values", \
       attention using "slot":(of(h, column("said"))) with linespoints lt 4 title "sorted part", \
       attention using "slot":(of(h, column("start")+column("mid"))) with linespoints lt 5 title "START, MID"
  set ylabel "share, or weight"
  if (h == 0) { set key at graph 1, graph 1.36 right top maxrows 3 samplen 1.2 width -1 font small }
  plot attention using "slot":(of(h, column("argmax"))) with linespoints lt 1 title "greatest on right token", \
       attention using "slot":(of(h, column("most"))) with linespoints lt 2 title "greatest weight", \
       attention using "slot":(of(h, column("entropy"))) with linespoints lt 3 title "entropy/ln(keys)"
}
unset multiplot
