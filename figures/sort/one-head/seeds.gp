# Notebook 000's run with five seeds, and the rows it printed
# Written by tc-sort-analyse, run one-head.  To draw it by hand:
#     cd figures/sort/one-head && gnuplot seeds.gp
name = "seeds"
width = 14; height = 6.2
load "../../style.gp"
data = "../../../data/sort/one-head/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

seeds = "42 2 3 4 5"
set multiplot layout 1,2 margins across(1.5),across(13.5),up(1.25),up(5.3) \
    spacing across(1.6)
set xlabel "training step"; set xrange [0:1800]; set xtics 0,500
# Logarithmic, with none at the bottom: of 1000 lists the least else is 0.1 %.
wrong(x) = x < 1 ? 100*(1-x) : 0.05
@tc_log_y; set yrange [0.04:150]; set ylabel "lists wrong (%, log scale)"
set ytics ("0" 0.05, "0.1" 0.1, "1" 1, "10" 10, "100" 100)
do for [set in "validation test"] {
  set title set eq "test" ? "test lists" : "validation lists" offset 0,-0.6
  if (set eq "test") { unset ylabel; set key off } else { set key top right maxrows 3 samplen 1.5 font small }
  plot for [i=1:5] data."seeds.csv" using "step":(wrong(column(set."_".word(seeds,i)))) \
           with lines lt i lw 1 title "seed ".word(seeds,i), \
       data."replay.csv" using "step":(set eq "test" ? NaN : wrong(column("printed_validation"))) \
           with points pt 6 ps 0.6 lc rgb tc_black title "printed"
}
unset multiplot
