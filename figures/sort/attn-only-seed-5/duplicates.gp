# How the head counts copies
# Written by tc-sort-analyse, run attn-only-seed-5.  To draw it by hand:
#     cd figures/sort/attn-only-seed-5 && gnuplot duplicates.gp
name = "duplicates"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/sort/attn-only-seed-5/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

set multiplot
set lmargin at screen across(1.5); set rmargin at screen across(6.6)
set bmargin at screen up(1.25); set tmargin at screen up(5.7)
set xlabel "copies of the next value in the list"; set ylabel "log mass over one copy's"
set xrange [0.7:5.3]; set xtics 1; set yrange [-0.1:2]; set key top left
plot log(x) with lines lc rgb tc_grey lw 1 dt (4,4) title "ln copies", \
     data."mass.csv" using "copies":"log_mass" with points pt 7 ps 0.7 lc rgb tc_blue \
         title "the head"
# Cells of the triangle: blue prefers the value again, red the next one.
set lmargin at screen across(8.6); set rmargin at screen across(13.0)
@tc_heatmap; @tc_rdbu; unset key
set xrange [0.5:5.5]; set yrange [5.5:0.5]; set ytics 1; set cbrange [0:1]
set palette defined (0 "#b2182b", 0.25 "#f4a582", 0.5 "#ffffff", 0.75 "#92c5de", 1 "#2166ac")
set xlabel "copies in the list"; set ylabel "copies written"
unset colorbox
set title "prefers it again (%)" offset 0,-0.7
plot data."duplicates.csv" using "in_list":"written":(column("in_list")-0.5): \
         (column("in_list")+0.5):(column("written")-0.5):(column("written")+0.5): \
         "prefer_again" with boxxyerror fillcolor palette fillstyle solid noborder, \
     data."duplicates.csv" using "in_list":"written": \
         (sprintf("%.1f", 100*column("prefer_again"))): \
         (tc_text_rgb(tc_rdbu_rgb(2*column("prefer_again")-1))) with labels font small \
         textcolor rgb variable
unset multiplot
