# Embeddings in the planes of the key frequencies; clock or pizza
# Written by tc-modular-addition-analyse, run demo-ulp-5.  To draw it by hand:
#     cd figures/modular-addition/demo-ulp-5 && gnuplot circles.gp
name = "circles"
width = 14; height = 4.6
load "../../style.gp"
data = "../../../data/modular-addition/demo-ulp-5/"

p = 113; steps = 500
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)

keys = 5; array key[5]
key[1] = 9
key[2] = 19
key[3] = 24
key[4] = 38
key[5] = 41
shown = 5
circles = data."circles.csv"; geometry = data."geometry.csv"; unset key; unset grid
set multiplot
stats circles using (sqrt(column("x")**2 + column("y")**2)) name "r" nooutput
m = 1.1 * r_max; side = 9.0 / (shown > 4 ? shown : 4)
set border 0; unset tics; @tc_viridis; set cbrange [0:p-1]; unset colorbox
set xrange [-m:m]; set yrange [-m:m]
do for [i=1:shown] {
  set lmargin at screen across(0.2+(i-1)*side); set rmargin at screen across(0.1+i*side)
  set bmargin at screen up(1.4); set tmargin at screen up(1.3+side)
  set title "k = ".key[i] offset 0,-0.7
  if (i == shown) {
    set colorbox user horizontal origin screen across(2.9), screen up(0.95) size screen across(3.2), screen up(0.2)
    set cbtics 0,28 font tiny offset 0,0.5; set cblabel "number times k modulo p" offset 0,0.9 font tiny
  }
  plot circles using (column("k") == key[i] ? column("x") : NaN):"y":"phase" \
      with points pt 7 ps 0.3 lc palette
}
unset colorbox; set border 3; set grid
set lmargin at screen across(10.7); set rmargin at screen across(13.7)
set bmargin at screen up(1.15); set tmargin at screen up(4.2); unset title
set xtics -1,0.5 nomirror; set ytics 0,0.5 nomirror; set xrange [-0.35:1.2]; set yrange [0:1.15]
set xlabel "gradient symmetricity"; set ylabel "distance irrelevance" offset 0.5,0
is(model) = strcol("model") eq model
colour(model) = is("trained") ? 0xd55e00 : is("untrained") ? 0x808080 : 0x0072b2
plot geometry using "symmetricity":"irrelevance":(colour(0)) \
         with points pt 7 ps 0.6 lc rgb variable, \
     for [below=0:1] geometry using "symmetricity": \
         (is("trained") == below ? column("irrelevance") : NaN):"model":(colour(0)) \
         with labels offset 0,(below ? -0.8 : 0.8) font tiny textcolor rgb variable
unset multiplot
