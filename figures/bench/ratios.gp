# How many times longer a step takes in PyTorch and JAX
#     cd figures/bench && gnuplot ratios.gp
name = "ratios"
width = 16; height = 7.5
load "../style.gp"
data = "../../data/bench/ratios.csv"

small = format eq "svg" ? ",9" : ",6.5"; names = format eq "svg" ? ",10" : ",7"
step = 0.205; centre(i) = (i - 1.5)*step    # four bars a run
titles = "'PyTorch, eager' 'PyTorch, compiled' TransformerLens 'JAX, jit'"
variant(i) = word("eager compile transformerlens jit", i + 1)
array colours[4] = [tc_blue, tc_sky, tc_orange, tc_green]
slash(s) = strstrt(s, "/")
long(s) = s[1:8] eq "modular-" ? "modular-\n".s[9:strlen(s)] : s
broken(s) = long(s[1:slash(s) - 1])."\n".s[slash(s) + 1:strlen(s)]
digits(x) = sprintf(x < 9.95 ? "%.1f" : "%.0f", x)

stats data using "ours" name "n" nooutput
set xrange [-0.6:n_records - 0.4]; set logscale y; set yrange [0.5:200]
set ylabel "time of a step, ours = 1"
set lmargin 7; set rmargin 1; set bmargin 3.6; set tmargin 2
set format y "%g"; set grid noxtics; set xtics scale 0 noenhanced font names
set key at graph 0.5, 1.12 center top horizontal maxrows 1
set boxwidth 0.19; set style fill solid noborder
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb tc_black lw 1.2 front
plot for [i=0:3] data using ($0 + centre(i)):(column(variant(i))):(0.19) \
       with boxes lc rgb colours[i + 1] title word(titles, i + 1), \
     for [i=0:3] data using ($0 + centre(i)):(column(variant(i))):(digits(column(variant(i)))) \
       with labels offset 0,0.5 font small notitle, \
     data using 0:(NaN):xtic(broken(strcol("run"))) notitle
