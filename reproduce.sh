#!/bin/sh
# Everything, from a fresh clone: install, build, train, analyse, draw, typeset,
# and compare with what is published.  All the work is done by ./bootstrap and
# make; this script calls them and says where to look.
set -eu
cd "$(dirname "$0")"

usage ()
{
  cat <<'END'
Usage: ./reproduce.sh [OPTION]... [EXPERIMENT]...
Install what is missing, build, train and analyse the experiments (default: all),
draw the figures, typeset the report, and compare the results with the published
ones, byte for byte.  Interrupted, it goes on from the last checkpoint next time.

  --quick        a smoke run of a few minutes: only the short runs, done in full;
                 published files of the others stay as they are
  --verify       only compare what is here with the published results
  --jobs N       use N processor cores (default: all)
  --yes          install missing packages without asking
  --no-install   install nothing; fail if something required is missing
  --no-tex       do without TeX: data and figures, no typeset report
  --help         show this help

Exit status: 0 everything equals the published results, 1 a step failed or a
result differs, 2 usage.
END
}

say () { printf '%s\n' "$*" >&2; }
misuse ()
{
  say "reproduce.sh: $*"
  say "Try './reproduce.sh --help' for more information."
  exit 2
}

# The published list of experiments, before there is a Makefile to ask.
known=$(sed -n 's/^experiments += *//p' src/experiments/local.mk | tr '\n' ' ')
known=${known% }

quick='' verify='' jobs='' bootstrap_flags='' experiments=''
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=yes ;;
    --verify) verify=yes ;;
    --jobs) [ $# -gt 1 ] || misuse "--jobs needs a number"; jobs=$2; shift ;;
    --jobs=*) jobs=${1#--jobs=} ;;
    --yes|--no-install|--no-tex) bootstrap_flags="$bootstrap_flags $1" ;;
    --help|-h) usage; exit 0 ;;
    -*) misuse "unknown option '$1'" ;;
    *) case " $known " in
         *" $1 "*) experiments="$experiments $1" ;;
         *) misuse "unknown experiment '$1'; there are: $known" ;;
       esac ;;
  esac
  shift
done
[ -n "$jobs" ] || jobs=$(nproc 2>/dev/null || echo 1)
case $jobs in
  *[!0-9]*|''|0*) misuse "--jobs needs a whole number of at least 1, not '$jobs'" ;;
esac
experiments=${experiments:-$known}

started=$(date +%s)
elapsed ()
{
  seconds=$(($(date +%s) - started))
  printf '%d:%02d' $((seconds / 60)) $((seconds % 60))
}
step () { say ""; say "== $(elapsed)  $*"; }
run ()                          # run TARGET... with the chosen experiments
{
  make --no-print-directory -j"$jobs" EXPERIMENTS="$experiments" QUICK="$quick" "$@"
}
stopped ()
{
  say ""
  say "reproduce.sh: could not $doing; stopped after $(elapsed), the same command goes on from there"
  exit 1
}
trap 'stopped' INT TERM
try () { "$@" || stopped; }

doing="set up"; step "set up"
# shellcheck disable=SC2086
try ./bootstrap $bootstrap_flags
if [ -z "$verify" ]; then
  doing="build the programs"; step "build";             try run all
  doing="train and analyse";  step "train and analyse"; try run data
  doing="draw the figures";   step "figures";           try run figures
  case $bootstrap_flags in
    *--no-tex*) ;;
    *) doing="typeset the report"; step "report"; try run paper ;;
  esac
fi
doing="compare"; step "compare with the published results"
equal=yes
run verify || equal=no

step "done"
say "experiments: $(echo $experiments)${quick:+ (short runs only)}"
say "models:      runs/<experiment>/<run>/model.safetensors"
say "data:        data/<experiment>/<run>/*.csv"
if [ -f figures/index.html ]; then
  say "figures:     figures/index.html shows figures/<experiment>/<run>/*.svg"
else
  say "figures:     none; gnuplot is missing, ./bootstrap installs it"
fi
if [ -f paper/report.pdf ]; then
  say "report:      paper/report.pdf      <- read this first"
else
  say "report:      none; $(command -v pdflatex >/dev/null 2>&1 || echo 'TeX is missing, ./bootstrap installs it; ')make paper typesets it"
fi
if [ $equal = yes ]; then
  say "published results: identical, byte for byte"
else
  say "published results: DIFFERENT; which files is said above"
  exit 1
fi
