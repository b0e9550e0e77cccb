# Loss without each frequency, and with random sets of frequencies alone
# Written by tc-modular-addition-analyse, run demo-ulp-1.  To draw it by hand:
#     cd figures/modular-addition/demo-ulp-1 && gnuplot ablations.gp
name = "ablations"
width = 14; height = 6
load "../../style.gp"
data = "../../../data/modular-addition/demo-ulp-1/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 4; array key[4]
key[1] = 19
key[2] = 36
key[3] = 38
key[4] = 41
full = 0.006693443593470787; kept = 5.941913494359615e-07   # the model's loss; restricted to its keys
array side[56]   # where the label of a frequency stands
do for [i=1:|side|] { side[i] = 0 }
side[36] = -1
side[38] = 1
side[41] = 1
at(s, x) = column("key") == 1 && side[int(column("k"))] == s ? x : NaN
spectrum = data."spectrum.csv"; sets = data."random-sets.csv"
above(x) = column("without_logits") > column("without_neurons") ? column("without_logits") : column("without_neurons")
set multiplot
@tc_log_y; set yrange [full/10:99]
set lmargin at screen across(1.5); set rmargin at screen across(8.9)
set bmargin at screen up(1.15); set tmargin at screen up(5.6)
set xlabel "frequency k taken out"; set ylabel "loss (nats, log scale)"
set xrange [0:(p+1)/2]; set xtics 0,10; set key at graph 0.99, graph 0.6 right samplen 1
set label 1 "full model" at graph 0.99, first full right offset 0,-0.6 font tiny textcolor rgb tc_grey
set label 2 "ln p" at graph 0.01, first log(p) left offset 0,0.6 font tiny textcolor rgb tc_grey
plot full with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \
     log(p) with lines lc rgb tc_grey lw 0.8 dt (4,4) notitle, \
     spectrum using "k":"without_logits" with points pt 7 ps 0.35 lc rgb tc_blue \
         title "from the logits, its two directions", \
     spectrum using "k":"without_neurons" with points pt 6 ps 0.5 lc rgb tc_orange \
         title "from the neurons, its 3×3 block", \
     spectrum using "k":(at(0, above(0))):"k" with labels offset 0,0.7 font tiny notitle, \
     spectrum using "k":(at(-1, above(0))):"k" with labels right offset 0,0.7 font tiny notitle, \
     spectrum using "k":(at(1, above(0))):"k" with labels left offset 0,0.7 font tiny notitle
set lmargin at screen across(10.3); set rmargin at screen across(13.8)
unset ylabel; set xrange [-0.7:keys+0.5]; set xtics 0,1; unset key
set xlabel "key frequencies in the set"
unset label 1; set label 2 at graph 0.99, first log(p) right
set label 3 "the keys" at first keys, first kept right offset -0.6,0 font tiny textcolor rgb tc_red
set label 4 "random sets" at first -0.4, first log(p)/30 left font tiny textcolor rgb tc_blue
plot log(p) with lines lc rgb tc_grey lw 0.8 dt (4,4), \
     sets using (column("keys") + (column("set") - 50) / 250):"loss" with points pt 7 ps 0.25 lc rgb tc_blue, \
     "+" using (keys):(kept) every ::0::0 with points pt 5 ps 0.6 lc rgb tc_red
unset multiplot
