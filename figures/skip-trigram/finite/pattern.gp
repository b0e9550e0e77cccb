# Attention pattern of one example, before and after training
# Written by tc-skip-trigram-analyse, run finite.  To draw it by hand:
#     cd figures/skip-trigram/finite && gnuplot pattern.gp
name = "pattern"
width = 14; height = 7.5
load "../../style.gp"
data = "../../../data/skip-trigram/finite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

positions = 42
@tc_heatmap; @tc_viridis; set cbrange [0:1]; unset colorbox
set multiplot layout 1,2 margins across(1.4),across(12.3),up(1.3),up(6.65) \
    spacing across(0.4)
set xrange [-0.5:positions-0.5]; set yrange [positions-0.5:-0.5]
set xtics 0,10; set ytics 0,10
set xlabel "source position"; set ylabel "destination position"
set title "before training" offset 0,-0.6
plot data."pattern_initial.csv" \
         matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 with boxxyerror fillcolor palette fillstyle solid noborder, \
     data."pattern_initial.csv" \
         matrix every 1:1:1:1 using ($3 == $3 ? NaN : $1-1):($2-1):($1-1.5):($1):($2-2):($2-0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder
unset ylabel; unset ytics; set title "after training"
set colorbox user origin screen across(12.6), screen up(1.3) size screen across(0.3), screen up(5.35)
set cblabel "attention"
plot data."pattern_final.csv" \
         matrix every 1:1:1:1 using ($1-1):($2-1):($1-1.5):($1):($2-1.5):($2):3 with boxxyerror fillcolor palette fillstyle solid noborder, \
     data."pattern_final.csv" \
         matrix every 1:1:1:1 using ($3 == $3 ? NaN : $1-1):($2-1):($1-1.5):($1):($2-2):($2-0.5) with boxxyerror fillcolor rgb tc_masked fillstyle solid noborder
unset multiplot
