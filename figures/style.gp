# figures/style.gp - the look that every figure shares.  gnuplot 5.4 or later.
#
# A script figures/<experiment>/<run>/<name>.gp begins
#
#     name = "loss"                  # the script's own name, without .gp
#     width = 16; height = 9         # size in cm; optional, this is the default
#     load "../../style.gp"
#
# and then only sets labels and plots; it reads nothing but CSV files, by a
# path relative to its own folder (gnuplot runs inside that folder):
#
#     plot "../../../data/<experiment>/<run>/loss.csv" using "step":"loss" \
#          with lines title "training loss"
#
# A labelled matrix is read with `matrix rowheaders columnheaders`.
# A script never sets a terminal or an output.  By hand, `gnuplot loss.gp` writes
# loss.svg beside the script; `make figures` chooses for itself with
#
#     LC_ALL=C.UTF-8 gnuplot -d -e "format = 'svg'; output = '<file>'" loss.gp
#
# where format is svg or pdf.  CSV files have `#` comments, then one row of
# column names, which `using "name"` refers to.
#
# What a script finds here:
#   line types 1 to 8   Okabe-Ito colours, each with its own dash and point:
#                       `with lines lt 2`, or just the default cycle
#   tc_black … tc_purple, tc_grey, tc_masked      colours: `lc rgb tc_blue`
#   @tc_viridis         palette for magnitudes
#   @tc_rdbu            palette for signed values, white at zero, red negative:
#                       follow it by a symmetric `set cbrange [-m:m]`
#   tc_viridis_rgb(x), tc_rdbu_rgb(x)   the same colours as 0xRRGGBB numbers,
#                       for x in [0,1] and [-1,1]: `lc rgb variable`
#   tc_text_rgb(rgb)    black or white, whichever reads better on that colour
#   tc_label(format, x) a cell's number as text, empty where it is missing
#   @tc_heatmap         axes for a labelled matrix: row 0 on top, no grid,
#                       masked (missing) cells grey
#   @tc_log_y           logarithmic y axis, labels 10^k
#   @tc_panel_title     `set title` settings for one panel of a multiplot

if (!exists("format")) format = "svg"
if (!exists("width")) width = 16
if (!exists("height")) height = 9
if (!exists("name")) name = "figure"
if (!exists("output")) output = name . "." . format

set encoding utf8
# In PDF text is 9 pt.  In SVG it is 12 pixels, for screens, and a centimetre 128/2.54
# pixels: gnuplot leaves more room around SVG text, so that it fits the same layout
# only if it is a little smaller beside the picture.
if (format eq "svg") {
  set terminal svg size width*128/2.54, height*128/2.54 fixed enhanced \
      font "Arial,12" background "#ffffff" linewidth 1.2 dashlength 0.8 name name
} else { if (format eq "pdf") {
  # cairo takes 4/3 of a point for one.
  set terminal pdfcairo size width cm, height cm enhanced color \
      font "Liberation Sans,9" fontscale 0.75 linewidth 2 dashlength 0.8 background "#ffffff"
} else {
  exit error "style.gp: format must be 'svg' or 'pdf'"
} }
set output output

# Data: comma-separated, `#` comments, one header row, nan = missing.
set datafile separator comma
set datafile commentschars "#"
set datafile columnheaders

# Colours: Okabe and Ito's set for colour-blind readers, as in Wong (2011).
tc_black = "#000000"; tc_orange = "#e69f00"; tc_sky = "#56b4e9"
tc_green = "#009e73"; tc_yellow = "#f0e442"; tc_blue = "#0072b2"
tc_red = "#d55e00"; tc_purple = "#cc79a7"
tc_grey = "#808080"; tc_masked = "#d9d9d9"
set linetype 1 lc rgb tc_blue   lw 1.5 dt 1         pt 7  ps 0.4
set linetype 2 lc rgb tc_red    lw 1.5 dt (12,4)    pt 5  ps 0.4
set linetype 3 lc rgb tc_green  lw 1.5 dt (4,4)     pt 9  ps 0.4
set linetype 4 lc rgb tc_purple lw 1.5 dt (12,4,2,4) pt 13 ps 0.4
set linetype 5 lc rgb tc_orange lw 1.5 dt 1         pt 6  ps 0.4
set linetype 6 lc rgb tc_sky    lw 1.5 dt (12,4)    pt 4  ps 0.4
set linetype 7 lc rgb tc_black  lw 1.5 dt (4,4)     pt 8  ps 0.4
set linetype 8 lc rgb tc_yellow lw 1.5 dt (12,4,2,4) pt 12 ps 0.4
set linetype cycle 8

# Axes.
set border 3 lc rgb "#404040" lw 0.8
set tics nomirror out scale 0.6 textcolor rgb "#202020"
set grid lc rgb "#e4e4e4" lw 0.6 dt 1
set key top right noenhanced samplen 2.5 spacing 1.15 width 0
set minussign
unset mouse

# Palettes: viridis (CC0) at nine stops; ColorBrewer's RdBu with a white stop
# at zero, red for negative values.
tc_viridis = 'set palette defined (0 "#440154", 1 "#472c7a", 2 "#3b518b", ' \
  . '3 "#2c718e", 4 "#21908d", 5 "#27ad81", 6 "#5cc863", 7 "#aadc32", 8 "#fde725")'
tc_rdbu = 'set palette defined (-4 "#b2182b", -3 "#d6604d", -2 "#f4a582", -1 "#fddbc7", ' \
  . '0 "#ffffff", 1 "#d1e5f0", 2 "#92c5de", 3 "#4393c3", 4 "#2166ac")'
array tc_viridis_stops[9] = [0x440154, 0x472c7a, 0x3b518b, 0x2c718e, 0x21908d, 0x27ad81, 0x5cc863, 0xaadc32, 0xfde725]
array tc_rdbu_stops[9] = [0xb2182b, 0xd6604d, 0xf4a582, 0xfddbc7, 0xffffff, 0xd1e5f0, 0x92c5de, 0x4393c3, 0x2166ac]
tc_clip(x) = x > 0 ? (x < 1 ? 1.0*x : 1.0) : 0.0
tc_byte(rgb, shift) = (rgb >> shift) & 255
tc_mix1(a, b, t, shift) = int(tc_byte(a, shift) * (1 - t) + tc_byte(b, shift) * t + 0.5) << shift
tc_mix(a, b, t) = tc_mix1(a, b, t, 16) + tc_mix1(a, b, t, 8) + tc_mix1(a, b, t, 0)
tc_stop(x) = x >= 1 ? 8 : int(x * 8) + 1
tc_viridis_rgb(x) = (tc_x = tc_clip(x), tc_i = tc_stop(tc_x), \
  tc_mix(tc_viridis_stops[tc_i], tc_viridis_stops[tc_i + 1], tc_x * 8 - (tc_i - 1)))
tc_rdbu_rgb(x) = (tc_x = tc_clip((x + 1.0) / 2), tc_i = tc_stop(tc_x), \
  tc_mix(tc_rdbu_stops[tc_i], tc_rdbu_stops[tc_i + 1], tc_x * 8 - (tc_i - 1)))
tc_text_rgb(rgb) = 0.299 * tc_byte(rgb, 16) + 0.587 * tc_byte(rgb, 8) + 0.114 * tc_byte(rgb, 0) > 140 \
  ? 0x000000 : 0xffffff

tc_label(format, x) = x == x ? sprintf(format, x) : ""

tc_heatmap = 'unset grid; unset key; set border 15; set autoscale fix; set yrange [] reverse; ' \
  . 'set tics scale 0; set object 1 rectangle from graph 0,0 to graph 1,1 behind ' \
  . 'fillcolor rgb tc_masked fillstyle solid noborder'
tc_log_y = 'set logscale y; set format y "10^{%T}"'
tc_panel_title = 'set title offset 0,-0.5 font ",10"'
