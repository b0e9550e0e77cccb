# Loss with either residual from either initialisation, and with other positions
# Written by tc-induction-analyse, run infinite.  To draw it by hand:
#     cd figures/induction/infinite && gnuplot residual.gp
name = "residual"
width = 14; height = 7
load "../../style.gp"
data = "../../../data/induction/infinite/"

steps = 6000; heads = 4
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

uniform = 4.901855980345003
unit = 1.0119047619047619
curves = data."curves.csv"; own = data."loss.csv"
# A line's sample and its name, in cm.
sample(i, x, y, name) = sprintf('set arrow %d from screen across(%g), screen up(%g) '\
    .'to screen across(%g), screen up(%g) nohead lt %d; '\
    .'set label %d "%s" at screen across(%g), screen up(%g) left font small', \
    10+i, x, y, x+0.75, y, i, 10+i, name, x+0.9, y)
eval sample(1, 1.3, 6.5, "doubled, as drawn"); eval sample(4, 1.3, 6.0, "doubled, matched")
eval sample(2, 5.3, 6.5, "usual, as drawn"); eval sample(3, 5.3, 6.0, "usual, matched")
eval sample(5, 9.4, 6.5, "the notebook's sines"); eval sample(6, 9.4, 6.0, "usual, as short")
eval sample(7, 9.4, 5.5, "usual sines")
set multiplot layout 1,3 margins across(1.3),across(13.6),up(1.15),up(4.6) \
    spacing across(0.85)
@tc_log_y; set format y "%g"; set ytics (0.2, 0.5, 1, 2, 5, 10); set yrange [0.2:10]
set xrange [0:3000]; set xtics 0,1000; unset key; @tc_panel_title
set xlabel "training step"; set ylabel "loss (printed unit)" offset 0.3,0
set title "seed 123"
plot own using "step":"smooth" with lines lt 1, \
     curves using "step":"plain-residual" with lines lt 2, \
     curves using "step":"reparametrised" with lines lt 3, \
     curves using "step":"doubled-plain-init" with lines lt 4
do for [i=11:17] { unset arrow i; unset label i }
unset ylabel; set format y ""
set title "seed 1"
plot curves using "step":"seed-1" with lines lt 1, \
     curves using "step":"plain-residual-seed-1" with lines lt 2, \
     curves using "step":"reparametrised-seed-1" with lines lt 3, \
     curves using "step":"doubled-plain-init-seed-1" with lines lt 4
set title "positions, seed 123"
plot own using "step":"smooth" with lines lt 1, \
     curves using "step":"sine" with lines lt 5, \
     curves using "step":"sine-matched" with lines lt 6, \
     curves using "step":"sine-standard" with lines lt 7
unset multiplot
