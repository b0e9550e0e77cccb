# What the last token attends to, by token and by position
# Written by tc-skip-trigram-analyse, run infinite.  To draw it by hand:
#     cd figures/skip-trigram/infinite && gnuplot scores.gp
name = "scores"
width = 14; height = 6
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

positions = 42
scores = data."scores.csv"
token(x) = column("kind") < 4 ? x : NaN; position(x) = column("kind") == 4 ? x : NaN
set multiplot layout 1,2 margins across(1.35),across(13.7),up(1.25),up(5.4) \
    spacing across(0.5)
stats scores using "final" name "s" nooutput
set yrange [1.12*s_min:1.12*s_max]; set xzeroaxis lc rgb tc_grey lw 0.8 dt 1
set xlabel "source token"; set ylabel "part of the last token's score"
set xtics (0, 2, n+2, 2*n+1); set xrange [-0.7:2*n+1.7]
set label 1 "filler" at first 1.5+n/2.0, graph 1 center offset 0,0.5
set label 2 "triggers" at first 1.5+1.5*n, graph 1 center offset 0,0.5
set key top left Left reverse samplen 1
plot scores using (token(column("index"))):"final" \
         with impulses lc rgb tc_blue lw 5 dt 1 title "after training", \
     scores using (token(column("index"))):"initial" \
         with points pt 7 ps 0.4 lc rgb tc_orange title "before"
unset label 1; unset label 2
set xlabel "source position"; unset ylabel; set format y ""; unset key
set xtics 0,10; set xrange [-0.9:positions-0.1]
plot scores using (position(column("index"))):"final" \
         with impulses lc rgb tc_blue lw 2.5 dt 1, \
     scores using (position(column("index"))):"initial" \
         with points pt 7 ps 0.3 lc rgb tc_orange
unset multiplot
