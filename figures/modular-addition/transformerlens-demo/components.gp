# The embedding in the Fourier basis, and the angles between its directions at the key frequencies
# Written by tc-modular-addition-analyse, run transformerlens-demo.  To draw it by hand:
#     cd figures/modular-addition/transformerlens-demo && gnuplot components.gp
name = "components"
width = 14; height = 5.6
load "../../style.gp"
data = "../../../data/modular-addition/transformerlens-demo/"

p = 113; steps = 25000
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 4; array key[4]
key[1] = 8
key[2] = 19
key[3] = 41
key[4] = 54
components = data."components.csv"
set multiplot
set lmargin at screen across(1.3); set rmargin at screen across(7.9)
set bmargin at screen up(1.15); set tmargin at screen up(5.2)
set xlabel "frequency k"; set ylabel "norm of W_E" offset 0.5,0; set yrange [0:*]; set ytics 1
set xrange [0:(p+1)/2]; set xtics 0,10; set key top left Left reverse samplen 1
plot components using (column("k") > 0 && column("is_sine") == 0 ? column("k")-0.18 : NaN):"embedding" \
         with impulses lc rgb tc_blue lw 1.6 dt 1 title "cosine", \
     components using (column("is_sine") == 1 ? column("k")+0.18 : NaN):"embedding" \
         with impulses lc rgb tc_orange lw 1.6 dt 1 title "sine"
@tc_heatmap; @tc_rdbu; set cbrange [-1:1]
set lmargin at screen across(9.5); set rmargin at screen across(12.6)
set bmargin at screen up(1.65); set tmargin at screen up(4.75)
set xrange [-0.5:2*keys-0.5]; set yrange [2*keys-0.5:-0.5]; unset xlabel; unset ylabel
unset xtics; unset ytics
set for [i=1:keys] xtics ("cos ".key[i] 2*i-2, "sin ".key[i] 2*i-1) rotate by 90 right font tiny
set for [i=1:keys] ytics ("cos ".key[i] 2*i-2, "sin ".key[i] 2*i-1) font tiny
set cblabel "cosine" offset 0.5,0; set cbtics 1
set colorbox user origin screen across(12.9), screen up(1.65) size screen across(0.25), screen up(3.1)
plot data."cosines.csv" matrix every 1:1:1:1 using ($1-1):($2-1):3 with image pixels
unset multiplot
