# Onset of each trigram against what the initial model foretells
# Written by tc-skip-trigram-analyse, run infinite.  To draw it by hand:
#     cd figures/skip-trigram/infinite && gnuplot onset.gp
name = "onset"
width = 14; height = 5.5
load "../../style.gp"
data = "../../../data/skip-trigram/infinite/"

n = 10   # trigrams
trigger(k) = n + 2 + k
colour(k) = tc_viridis_rgb(0.93 * k / (n - 1.0))
small = format eq "svg" ? ",10" : ",8"; tiny = format eq "svg" ? ",9" : ",7"
# Places on the page in cm from its left and lower edges; a round step between tics.
across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)
unit(x) = 10**floor(log10(x)); lead(x) = x / unit(x)
nice(x) = unit(x) * (lead(x) > 5 ? 10 : lead(x) > 2 ? 5 : lead(x) > 1 ? 2 : 1)

predictor = "time_alone"
predictor_label = "closed-form onset time of (s, m)"
same_unit = 0   # then the dashed line is y = x
onset = data."onset.csv"
set multiplot layout 1,3 margins across(1.45),across(13.7),up(1.15),up(5.2) \
    spacing across(0.35)
stats onset using "onset" name "y" nooutput
stats onset using "score" name "s" nooutput
stats onset using "margin" name "m" nooutput
stats onset using predictor name "p" nooutput
pad = 0.13
below(low, high) = low - pad * (high - low); above(low, high) = high + pad * (high - low)
step(low, high) = nice((high - low) / 4)
dots = "with points pt 7 ps 0.6 lc rgb tc_blue"
names = "with labels left offset 0.5,0.4 font tiny textcolor rgb tc_grey"
set yrange [below(y_min, y_max):above(y_min, y_max)]; set ytics step(y_min, y_max); unset key
set ylabel "measured onset (step)"; set xlabel "initial QK score s"
set xrange [below(s_min, s_max):above(s_min, s_max)]; set xtics step(s_min, s_max)
plot onset using "score":"onset" @dots, onset using "score":"onset":"trigger" @names
unset ylabel; set format y ""; set xlabel "initial OV margin m"
set xrange [below(m_min, m_max):above(m_min, m_max)]; set xtics step(m_min, m_max)
plot onset using "margin":"onset" @dots, onset using "margin":"onset":"trigger" @names
set xlabel predictor_label
set xrange [below(p_min, p_max):above(p_min, p_max)]; set xtics step(p_min, p_max)
plot (same_unit ? x : NaN) with lines lc rgb tc_grey lw 1 dt (4,4), \
     onset using predictor:"onset" @dots, onset using predictor:"onset":"trigger" @names
unset multiplot
