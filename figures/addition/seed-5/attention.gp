# Mean attention from each answer digit's prediction, by head
# Written by tc-addition-analyse, run seed-5.  To draw it by hand:
#     cd figures/addition/seed-5 && gnuplot attention.gp
name = "attention"
width = 14; height = 6.6
load "../../style.gp"
data = "../../../data/addition/seed-5/"

n = 5; answers = n + 1; positions = 3*n + 3   # n digits
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"

@tc_heatmap; @tc_viridis; unset colorbox; set cbrange [0:0.6]
# Columns by their power of ten.
set xtics ("+" n, "=" 2*n+1) font tiny
set for [i=0:n-1] xtics add (sprintf("%d", n-1-i) i, sprintf("%d", n-1-i) n+1+i)
set for [k=0:n-1] xtics add (sprintf("%d", k) 2*n+2+k)
row_tics = 'set ytics ("tok 0" 0) font small; '\
    .'set for [k=1:n] ytics add (sprintf("tok %d", k) k)'
heads = 4; across_page = 2; down_page = (heads + 1) / 2
rows = data."attention.csv"; each = answers*(2*n + 2) + answers*n/2
set multiplot layout down_page,across_page margins across(1.75),across(12),up(0.95),up(height-0.75) \
    spacing across(0.35),up(1.25)
set xrange [-0.5:positions-1.5]; set yrange [answers-0.5:-0.5]
set arrow 1 from first n-0.5, graph 0 to first n-0.5, graph 1 nohead front lc rgb tc_grey lw 0.6
set arrow 2 from first n+0.5, graph 0 to first n+0.5, graph 1 nohead front lc rgb tc_grey lw 0.6
set arrow 3 from first 2*n+0.5, graph 0 to first 2*n+0.5, graph 1 nohead front lc rgb tc_grey lw 0.6
set arrow 4 from first 2*n+1.5, graph 0 to first 2*n+1.5, graph 1 nohead front lc rgb tc_grey lw 0.6
set ytics scale 0; set xtics scale 0 offset 0,0.5
do for [h=0:heads-1] {
  set title sprintf("head %d", h) offset 0,-0.75
  if (h < heads - across_page) { unset label 1; unset label 2; unset label 3 } else {
    set label 1 "x" at first (n-1)/2.0, graph 0 center offset 0,-1.6
    set label 2 "y" at first n+1+(n-1)/2.0, graph 0 center offset 0,-1.6
    set label 3 "answer" at first 2*n+2+(n-1)/2.0, graph 0 center offset 0,-1.6
  }
  if (h % across_page == 0) { eval row_tics } else { set ytics ("" 0) }
  if (h == heads - 1) {
    set colorbox user origin screen across(12.3), screen up(0.95) \
        size screen across(0.25), screen up(height-1.7)
    set cblabel "attention" offset 0.5,0
  }
  plot rows every ::(h*each)::(h*each+each-1) \
           using "position":"tok":(column("position")-0.5):(column("position")+0.55): \
               (column("tok")-0.5):(column("tok")+0.55):"attention" \
           with boxxyerror fillcolor palette fillstyle solid noborder
}
unset multiplot
