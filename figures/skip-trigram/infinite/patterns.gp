# Attention of the last token in one example of each trigram, before, in and after the phase change
# Written by tc-skip-trigram-analyse, run infinite.  To draw it by hand:
#     cd figures/skip-trigram/infinite && gnuplot patterns.gp
name = "patterns"
width = 14; height = 8.4
load "../../style.gp"
data = "../../../data/skip-trigram/infinite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

positions = 42; panels = 5; array step[panels]
step[1] = 0
step[2] = 100
step[3] = 150
step[4] = 300
step[5] = 3000
@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox
set multiplot layout 2,3 margins across(1.35),across(13.8),up(1.25),up(7.8) \
    spacing across(0.4),up(1.3)
set xrange [-0.5:positions-0.5]; set yrange [n-0.5:-0.5]; set xtics 0,10
do for [i=1:panels] {
  if (i == panels) {
    set colorbox user origin screen across(10.3), screen up(1.9) \
        size screen across(3), screen up(0.25) horizontal
    set cblabel "attention"; set cbtics 0,0.5
    set label 1 "the trigger" at screen across(10.8), screen up(2.9) left \
        point pt 6 ps 0.6 lw 0.8 lc rgb tc_black offset 0.8,0
  }
  set title sprintf("step %d", step[i]) offset 0,-0.7
  set xlabel (i > 2 ? "source position" : "")
  if (i % 3 == 1) { set ylabel "trigger"; set for [k=0:n-1] ytics (sprintf("%d", trigger(k)) k) font tiny } \
  else { unset ylabel; unset ytics }
  first = (i - 1) * n * positions; last = i * n * positions - 1
  plot data."patterns.csv" every ::first::last \
           using "position":"trigram":(column("position")-0.5):(column("position")+1): \
               (column("trigram")-0.5):(column("trigram")+1):"attention" \
           with boxxyerror fillcolor palette fillstyle solid noborder, \
       data."patterns.csv" every ::first::last \
           using (column("token") >= trigger(0) ? column("position") : NaN):"trigram" \
           with points pt 6 ps 0.6 lw 0.8 lc rgb tc_red
}
unset multiplot
