# The sequence, each character coloured by attention
# Written by tc-permutation-analyse, run notebook.  To draw it by hand:
#     cd figures/permutation/notebook && gnuplot tokens.gp
name = "tokens"
width = 15; height = 8.6
load "../../style.gp"
data = "../../../data/permutation/notebook/"

n = 4; terms = 24; positions = 121; steps = 3100
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

# Six terms to a line; '>' and the blank after it stand before the first.
columns = 6*(n+1); lines = int(ceil(terms/6.0)) + 1; tokens = data."tokens.csv"
line(p) = p < 2 ? 0 : 1 + int((p-2)/columns); place(p) = p < 2 ? p : int(p-2) % int(columns)
array title[3] = ["What the query before the framed character reads", \
    "What the query before the framed blank reads", \
    "Who reads the framed character"]
array framed[3]; array most[3]
do for [v=0:2] {
  stats tokens using (column("view") == v ? column("about") : NaN) name "q" nooutput
  stats tokens using (column("view") == v ? column("attention") : NaN) name "w" nooutput
  framed[v+1] = int(q_mean) + (v < 2); most[v+1] = w_max
}
@tc_heatmap; @tc_viridis; unset border; unset tics; unset colorbox; unset object 1
set multiplot
do for [v=0:2] {
  set lmargin at screen across(0.3); set rmargin at screen across(14.7)
  set tmargin at screen up(8.05-2.85*v); set bmargin at screen up(5.95-2.85*v)
  set title sprintf("%s (brightest: %.2f)", title[v+1], most[v+1]) offset 0,-0.8 font small
  set object 2 rectangle center place(framed[v+1]),line(framed[v+1]) size 1,1 front fillstyle empty border lc rgb tc_red lw 1.5
  set xrange [-0.6:columns-0.4]; set yrange [lines-0.4:-0.6]
  shade(x) = x == x ? tc_viridis_rgb(x/most[v+1]) : 0xffffff
  plot tokens using (column("view") == v ? place(column("position")) : NaN): \
         (line(column("position"))):(0.5):(0.5):(shade(column("attention"))) \
         with boxxyerror fillstyle solid noborder lc rgb variable, \
       tokens using (column("view") == v ? place(column("position")) : NaN): \
         (line(column("position"))):(strcol("token") eq "_" ? "·" : strcol("token")): \
         (tc_text_rgb(shade(column("attention")))) with labels noenhanced font small textcolor rgb variable
}
unset multiplot
