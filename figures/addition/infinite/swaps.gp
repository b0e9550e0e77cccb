# Which answer digits change when the pair of a column is exchanged
# Written by tc-addition-analyse, run infinite.  To draw it by hand:
#     cd figures/addition/infinite && gnuplot swaps.gp
name = "swaps"
width = 14; height = 4.9
load "../../style.gp"
data = "../../../data/addition/infinite/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

@tc_heatmap; @tc_viridis; unset colorbox
rows = data."swaps.csv"; array what[3] = ["truth", "guess", "moved"]
array heading[3] = ["the right digit changes", "the model's changes", "its logits move"]
stats rows using "moved" name "moved" nooutput
array top[3] = [1, 1, moved_max]
array format_of[3] = ["%.0f", "%.0f", "%.1f"]; array scale_of[3] = [100, 100, 1]
place(c) = n - 1 - c
set multiplot layout 1,3 margins across(1.5),across(13.8),up(1.1),up(4.2) spacing across(0.4)
set xrange [-0.5:n-0.5]; set yrange [n+0.5:-0.5]; set xtics scale 0 offset 0,0.4
set xtics ("1" n-1) font small; set for [c=1:n-1] xtics add (sprintf("10^{%d}", c) place(c))
set ytics ("tok 0" 0) font small; set for [k=1:n] ytics add (sprintf("tok %d", k) k)
set xlabel "column exchanged" offset 0,0.5
do for [i=1:3] {
  if (i > 1) { set ytics ("" 0) }
  set cbrange [0:top[i]]; set title heading[i].(i < 3 ? ", %" : "") offset 0,-0.6
  plot rows using (place(column("column"))):"tok": \
           (place(column("column"))-0.5):(place(column("column"))+0.55): \
           (column("tok")-0.5):(column("tok")+0.55):(column(what[i])) \
           with boxxyerror fillcolor palette fillstyle solid noborder, \
       rows using (place(column("column"))):"tok": \
           (tc_label(format_of[i], scale_of[i]*column(what[i]))): \
           (tc_text_rgb(tc_viridis_rgb(column(what[i]) / top[i]))) \
           with labels textcolor rgb variable font tiny
}
unset multiplot
