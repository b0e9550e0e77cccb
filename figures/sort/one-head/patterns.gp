# Attention patterns, with the tokens
# Written by tc-sort-analyse, run one-head.  To draw it by hand:
#     cd figures/sort/one-head && gnuplot patterns.gp
name = "patterns"
width = 14; height = 7.9
load "../../style.gp"
data = "../../../data/sort/one-head/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

array chosen[22] = ["START", "40", "33", "41", "29", "11", "43", "55", "3", "50", "16", "MID", "3", "11", "16", "29", "33", "40", "41", "43", "50", "55"]
array typical[22] = ["START", "5", "26", "32", "29", "10", "42", "3", "11", "55", "18", "MID", "3", "5", "10", "11", "18", "26", "29", "32", "42", "55"]
n = 22; first = 0; heads = 1
@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox; set cbtics 0.2
patterns = data."patterns.csv"
is(list, head) = strcol("list") eq list && column("head") == head
stats patterns using (column("query") >= first ? column("attention") : NaN) \
    name "scale" nooutput
tiny = format eq "svg" ? (n > 30 ? ",7" : ",9") : (n > 30 ? ",6" : ",7")
set xrange [-0.5:n-0.5]; set yrange [n-0.5:first-0.5]
set multiplot layout 1,2 margins across(1.35),across(12.0),up(1.35),up(6.8) \
    spacing across(1.35)
do for [i=1:2] {
  list = i == 1 ? "chosen" : "typical"
  set title (i == 1 ? "list of the notebook" : "first test list") offset 0,-0.7
  set for [k=0:n-1] xtics ((i == 1 ? chosen[k+1] : typical[k+1]) k) font tiny rotate by 90 right
  set for [k=0:n-1] ytics ((i == 1 ? chosen[k+1] : typical[k+1]) k) font tiny
  set xlabel "attended to" offset 0,0.2
  if (i == 1) { set ylabel "attends" } else { unset ylabel }
  if (i == 2) { set colorbox user origin screen across(12.3), screen up(1.35) \
      size screen across(0.3), screen up(5.45); set cblabel "attention" }
  set arrow 1 from first n/2-0.5, first n-0.5 to first n/2-0.5, first n/2-0.5 nohead front \
      lc rgb tc_grey lw 0.6
  set arrow 2 from first -0.5, first n/2-0.5 to first n/2-0.5, first n/2-0.5 nohead front \
      lc rgb tc_grey lw 0.6
  plot patterns using (is(list, 0) ? column("key") : NaN):"query": \
      (column("key")-0.5):(column("key")+1):(column("query")-0.5): \
      (column("query")+1):"attention" \
      with boxxyerror fillcolor palette fillstyle solid noborder, \
      patterns using (is(list, 0) && column("key") == column("query") ? \
      column("key") : NaN):"query":(column("key")+0.5):(n):(column("query")-1): \
      (column("query")+0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder
}
unset multiplot
