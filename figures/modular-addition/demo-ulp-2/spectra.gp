# Key frequencies, seen in three ways: embedding, neuron-logit map, neurons
# Written by tc-modular-addition-analyse, run demo-ulp-2.  To draw it by hand:
#     cd figures/modular-addition/demo-ulp-2 && gnuplot spectra.gp
name = "spectra"
width = 14; height = 4.6
load "../../style.gp"
data = "../../../data/modular-addition/demo-ulp-2/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 3; array key[3]
key[1] = 19
key[2] = 38
key[3] = 41
array side[56]   # where the label of a frequency stands
do for [i=1:|side|] { side[i] = 0 }
side[38] = -1
side[41] = 1
at(s, x) = column("key") == 1 && side[int(column("k"))] == s ? x : NaN
spectrum = data."spectrum.csv"; unset key
is(x) = column("key") == 1 ? x : NaN; is_not(x) = column("key") == 1 ? NaN : x
set multiplot layout 1,3 margins across(1.1),across(13.8),up(1.15),up(4.0) \
    spacing across(1.25)
set xtics 0,20; set xlabel "frequency k"
array what[3] = ["embedding", "w_l", "neurons"]
array heading[3] = ["norm of W_E", "norm of W_L", "neurons of the frequency"]
do for [i=1:3] {
  set title heading[i] offset 0,-0.3
  set xrange [*:*]; set yrange [*:*]; stats spectrum using (column(what[i])) name "most" nooutput
  set xrange [0:(p+1)/2]; set yrange [0:(most_max > 0 ? 1.12*most_max : 1)]
  plot spectrum using "k":(is_not(column(what[i]))) with impulses lc rgb tc_blue lw 1.5 dt 1, \
       spectrum using "k":(is(column(what[i]))) with impulses lc rgb tc_red lw 1.5 dt 1, \
       spectrum using "k":(at(0, column(what[i]))):"k" with labels offset 0,0.5 font tiny, \
       spectrum using "k":(at(-1, column(what[i]))):"k" with labels right offset -0.1,0.4 font tiny, \
       spectrum using "k":(at(1, column(what[i]))):"k" with labels left offset 0.1,0.4 font tiny
}
unset multiplot
