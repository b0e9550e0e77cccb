# Composition of the two layers' heads, less that of Gaussian matrices
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot composition.gp
name = "composition"
width = 14; height = 4.9
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

table = data."composition.csv"
array names[3] = ["q", "k", "v"]
array titles[3] = ["queries", "keys", "values"]
m = 0; do for [i=1:3] { stats table using names[i] name "s" nooutput; \
  m = abs(s_min) > m ? abs(s_min) : m; m = abs(s_max) > m ? abs(s_max) : m }
@tc_heatmap; @tc_rdbu; set cbrange [-m:m]; unset colorbox
set xrange [-0.5:heads-0.5]; set yrange [heads-0.5:-0.5]
set multiplot layout 1,3 margins across(1.5),across(12.3),up(0.95),up(4.3) \
    spacing across(0.5)
set for [h=0:heads-1] xtics (sprintf("L1H%d", h) h); set for [h=0:heads-1] xtics add (sprintf("L1H%d", h) h)
set for [h=0:heads-1] ytics (sprintf("L0H%d", h) h); set for [h=0:heads-1] ytics add (sprintf("L0H%d", h) h)
set tics font tiny
@tc_panel_title
do for [i=1:3] {
  set title titles[i]
  if (i > 1) { set ytics ("" 0) }
  if (i == 3) { set colorbox user origin screen across(12.5), screen up(0.95) \
                    size screen across(0.25), screen up(3.35); set cbtics font tiny }
  name_i = names[i]
  plot table using "head2":"head1":name_i with image, \
       table using "head2":"head1":(sprintf("%.2f", column(name_i))):(tc_text_rgb(tc_rdbu_rgb(column(name_i)/m))) \
           with labels font tiny textcolor rgb variable
}
unset multiplot
