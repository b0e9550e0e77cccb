# Accuracy by longest chain of carries, and which digits are wrong
# Written by tc-addition-analyse, run finite-small-weak.  To draw it by hand:
#     cd figures/addition/finite-small-weak && gnuplot errors.gp
name = "errors"
width = 14; height = 5.5
load "../../style.gp"
data = "../../../data/addition/finite-small-weak/"

n = 6   # answer digits, tok 0 ... tok n - 1
steps = 4000; view = 500   # of the close-ups
place_names = "lead ten-thousands thousands hundreds tens units"; place(k) = word(place_names, k + 1)
# The leading digit black, the others from the most significant down.
colour(k) = k == 0 ? 0 : tc_viridis_rgb(0.9 * (k - 1) / (n - 2.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)
pale = 0x90000000   # added to a colour: mostly transparent

errors = data."errors.csv"
stats errors using (100*column("wrong")) name "e" nooutput
set multiplot
set lmargin at screen across(1.5); set rmargin at screen across(5.5)
set bmargin at screen up(1.3); set tmargin at screen up(5.1)
set xlabel "longest chain of carries"; set ylabel "sums all right (%)" offset 0.5,0
set xrange [-0.4:n-1]; set xtics 0,1,n-2; set yrange [0:108]; unset key
accuracy = data."accuracy.csv"
plot accuracy using "chain":(100*column("accuracy")) with linespoints lt 1 pt 7 ps 0.6, \
     accuracy using "chain":(100*column("accuracy")):(sprintf("%.1f", 100*column("accuracy"))) \
         with labels left offset 0.5,0.5 font tiny textcolor rgb tc_blue
set lmargin at screen across(7.3); set rmargin at screen across(12.1)
@tc_heatmap; @tc_viridis
set cbrange [0:*]; set cblabel "wrong (%)" offset 0.5,0
set colorbox user origin screen across(12.4), screen up(1.3) size screen across(0.3), screen up(3.8)
set xrange [-0.5:n-0.5]; set yrange [n-1.5:-0.5]; set ytics 0,1
set for [k=0:n-1] xtics add (sprintf("%d", k) k)
set xlabel "answer digit (tok)"; set ylabel "longest chain of carries" offset 0.5,0
plot errors using "tok":"chain":(100*column("wrong")) with image, \
     errors using "tok":"chain":(sprintf("%.1f", 100*column("wrong"))): \
         (tc_text_rgb(tc_viridis_rgb(100*column("wrong")/(e_max > 0 ? e_max : 1)))) \
         with labels font tiny textcolor rgb variable
unset multiplot
