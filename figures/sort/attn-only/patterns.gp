# Attention patterns, with the tokens
# Written by tc-sort-analyse, run attn-only.  To draw it by hand:
#     cd figures/sort/attn-only && gnuplot patterns.gp
name = "patterns"
width = 14; height = 7.6
load "../../style.gp"
data = "../../../data/sort/attn-only/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

array chosen[42] = ["START", "22", "19", "12", "0", "10", "2", "6", "17", "29", "4", "11", "1", "6", "1", "22", "9", "24", "21", "13", "10", "MID", "0", "1", "1", "2", "4", "6", "6", "9", "10", "10", "11", "12", "13", "17", "19", "21", "22", "22", "24", "29"]
n = 42; first = 21; heads = 1
@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox; set cbtics 0.2
patterns = data."patterns.csv"
is(list, head) = strcol("list") eq list && column("head") == head
stats patterns using (column("query") >= first ? column("attention") : NaN) \
    name "scale" nooutput
tiny = format eq "svg" ? (n > 30 ? ",7" : ",9") : (n > 30 ? ",6" : ",7")
set xrange [-0.5:n-0.5]; set yrange [n-0.5:first-0.5]
set cbrange [0:ceil(10*scale_max)/10.0]; rows = heads
set multiplot layout rows,1 margins across(1.6),across(12.0),up(1.3),up(height-0.6) \
    spacing across(0.3),up(0.7)
do for [h=0:heads-1] {
  if (heads > 1) { set title sprintf("head %d", h) offset 0,-0.7 }
  set for [i=0:n-1] xtics (chosen[i+1] i) font tiny rotate by 90 right
  set for [i=first:n-1] ytics (chosen[i+1] i) font tiny
  if (h == heads-1) { set xlabel "attended to" offset 0,0.2 }
  set ylabel "attends"
  if (h == 0) { set colorbox user origin screen across(12.3), screen up(1.3) \
      size screen across(0.3), screen up(height-1.9); set cblabel "attention" } \
  else { unset colorbox }
  plot patterns using (is("chosen", h) ? column("key") : NaN):"query": \
      (column("key")-0.5):(column("key")+1):(column("query")-0.5): \
      (column("query")+1):"attention" \
      with boxxyerror fillcolor palette fillstyle solid noborder, \
      patterns using (is("chosen", h) && column("key") == column("query") ? \
      column("key") : NaN):"query":(column("key")+0.5):(n):(column("query")-1): \
      (column("query")+0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder
}
unset multiplot
