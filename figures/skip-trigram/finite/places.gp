# What is remembered of where the triggers of finite data stood
# Written by tc-skip-trigram-analyse, run finite.  To draw it by hand:
#     cd figures/skip-trigram/finite && gnuplot places.gp
name = "places"
width = 14; height = 6
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

set multiplot layout 1,2 margins across(1.35),across(13.6),up(1.25),up(5.7) \
    spacing across(1.9)
places = data."places.csv"; unset key
set xlabel "training triggers there"; set ylabel "position's part of the score"
set xrange [-0.5:*]; set xtics 1
plot places using "trained":"score" with points pt 7 ps 0.5 lc rgb tc_blue, \
     places using (column("trained") == 0 ? 0 : NaN):"score" with points pt 7 ps 0.5 \
         lc rgb tc_red, \
     places using (column("trained") == 0 ? 0 : NaN):"score":"place" with labels left \
         offset 0.6,0 font tiny textcolor rgb tc_red
set xlabel "place of the trigger"; set ylabel "test loss (nats, log scale)"
set xrange [0:*]; set xtics 0,10; @tc_log_y; set yrange [*:10]
set label 1 "ln ".n at graph 0.98, first log(n) right offset 0,0.6 textcolor rgb tc_grey
set label 2 "no training trigger there" at graph 0.98, graph 0.8 right textcolor rgb tc_red
plot log(n) with lines lc rgb tc_grey lw 1 dt (4,4), \
     places using "place":"test_loss" with points pt 7 ps 0.5 lc rgb tc_blue, \
     places using "place":(column("trained") == 0 ? column("test_loss") : NaN) \
         with points pt 7 ps 0.5 lc rgb tc_red
unset multiplot
