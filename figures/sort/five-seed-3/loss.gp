# Loss and accuracy while training
# Written by tc-sort-analyse, run five-seed-3.  To draw it by hand:
#     cd figures/sort/five-seed-3 && gnuplot loss.gp
name = "loss"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/sort/five-seed-3/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

steps = 10000
set multiplot layout 1,2 margins across(1.5),across(13.7),up(1.25),up(5.7) \
    spacing across(2.0)
set xlabel "training step"; set xrange [0:steps]; set xtics 0,nice(steps/4.0)
set ylabel "loss (nats per token, log scale)"; @tc_log_y; set key top right
plot data."loss.csv" using "step":"loss" with lines lt 1 lw 0.8 title "training batch", \
     data."loss.csv" using "step":"validation_loss" with linespoints lt 2 dt 1 ps 0.25 \
         title "validation"
unset logscale y; set format y "%g"; set yrange [0:105]; set ytics 0,20; unset label 1
set ylabel "right (%)"; set key bottom right
plot data."loss.csv" using "step":(100*column("token_accuracy")) with lines lc rgb tc_sky \
         lw 0.7 dt 1 title "tokens, batch", \
     data."loss.csv" using "step":(100*column("validation_token_accuracy")) smooth unique \
         with points lt 1 ps 0.25 title "tokens, validation", \
     data."loss.csv" using "step":(100*column("validation_accuracy")) smooth unique \
         with points lt 2 ps 0.25 title "lists, validation"
unset multiplot
