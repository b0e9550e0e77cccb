# Share of lists that are wrong at each slot
# Written by tc-sort-analyse, run five-plain.  To draw it by hand:
#     cd figures/sort/five-plain && gnuplot bound.gp
name = "bound"
width = 10; height = 5.6
load "../../style.gp"
data = "../../../data/sort/five-plain/"

# Places on the page in cm from its left and lower edges.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
small = format eq "svg" ? ",10" : ",8"
# A round step between tics.
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

length = 5
@tc_log_y; set xrange [-0.5:length-0.5]; set key bottom center
set xlabel "output slot"; set ylabel "lists wrong there (log scale)"
bound = data."bound.csv"
plot bound using "slot":"certified" with linespoints lt 2 dt 1 title "certified: at most", \
     bound using "slot":(column("sampled") > 0 ? column("sampled") : NaN) with linespoints lt 1 title "sampled"
