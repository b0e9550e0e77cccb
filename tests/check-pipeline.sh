#!/bin/sh
# check-pipeline.sh - what pipeline.mk promises about when things are done again,
# shown on an experiment made of two tiny programs that keep a journal of what
# they were asked to do, and a gnuplot that does likewise.
set -eu
source=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
CC=${CC:-cc}
command -v make >/dev/null && $CC --version >/dev/null 2>&1 || exit 77
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES EXPERIMENTS RUNS QUICK
tmp=$(mktemp -d)
tmp=$(cd "$tmp" && pwd -P)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
export JOURNAL="$tmp/journal" CC

# The toy house.
mkdir -p "$tmp/house/src/experiments/toy" "$tmp/house/figures" "$tmp/house/data"
cd "$tmp/house"
ln -s "$source/pipeline.mk" .
mkdir build-aux paper
cp "$source"/build-aux/*.sh build-aux/
echo '# style' >figures/style.gp
printf '%s\n' '\input{../data/toy/a/macros}' >paper/report.tex
for run in a b long; do echo "value = $run" >src/experiments/toy/$run.conf; done
cat >train.c <<'END'
/* tc-toy-train --run NAME --out DIR --threads N [--resume] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static void copy (const char *from, const char *folder, const char *name)
{
  char path[4096], line[256] = "";
  snprintf (path, sizeof path, "%s", from);
  FILE *f = fopen (path, "r");
  if (f && !fgets (line, sizeof line, f))
    line[0] = 0;
  if (f)
    fclose (f);
  snprintf (path, sizeof path, "%s/%s", folder, name);
  f = fopen (path, "w");
  if (!f)
    exit (1);
  fprintf (f, "# %sstep,loss\n0,2.5\n1,1.5\n", line);
  fclose (f);
}
int main (int argc, char **argv)
{
  const char *run = "", *out = "", *threads = "", *resume = "";
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--run")) run = argv[++i];
    else if (!strcmp (argv[i], "--out")) out = argv[++i];
    else if (!strcmp (argv[i], "--threads")) threads = argv[++i];
    else if (!strcmp (argv[i], "--resume")) resume = " resume";
    else return 2;
  FILE *journal = fopen (getenv ("JOURNAL"), "a");
  fprintf (journal, "train %s %s%s\n", run, threads, resume);
  fclose (journal);
  char conf[4096];
  snprintf (conf, sizeof conf, "%s/src/experiments/toy/%s.conf", getenv ("HOUSE"), run);
  if (getenv ("INTERRUPT"))
    {
      copy (conf, out, "checkpoint.safetensors");
      return 130;
    }
  copy (conf, out, "loss.csv");
  copy (conf, out, "model.safetensors");
  return 0;
}
END
cat >analyse.c <<'END'
/* tc-toy-analyse --quiet --run NAME --model DIR --out DATADIR --figures FIGDIR --threads N */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define LABEL "loss"
int main (int argc, char **argv)
{
  const char *run = "", *model = "", *out = "", *folder = "", *threads = "";
  for (int i = 1; i < argc; i++)
    if (!strcmp (argv[i], "--run")) run = argv[++i];
    else if (!strcmp (argv[i], "--model")) model = argv[++i];
    else if (!strcmp (argv[i], "--out")) out = argv[++i];
    else if (!strcmp (argv[i], "--figures")) folder = argv[++i];
    else if (!strcmp (argv[i], "--threads")) threads = argv[++i];
    else if (strcmp (argv[i], "--quiet")) return 2;
  if (atoi (threads) < 1)
    return 2;
  FILE *journal = fopen (getenv ("JOURNAL"), "a");
  fprintf (journal, "analyse %s\n", run);
  fclose (journal);
  char path[4096], text[4096];
  snprintf (path, sizeof path, "%s/model.safetensors", model);
  FILE *f = fopen (path, "r");
  size_t n = f ? fread (text, 1, sizeof text, f) : 0;
  if (!f)
    return 1;
  fclose (f);
  const char *names[] = { "loss.csv", "macros.tex" };
  for (int i = 0; i < 2; i++)
    {
      snprintf (path, sizeof path, "%s/%s", out, names[i]);
      f = fopen (path, "w");
      fwrite (text, 1, n, f);
      fclose (f);
    }
  const char *figures[] = { "loss", "other" };
  for (int i = 0; i < 2; i++)
    {
      snprintf (path, sizeof path, "%s/%s.gp", folder, figures[i]);
      f = fopen (path, "w");
      fprintf (f, "# %s of %s\n", i ? "other" : LABEL, run);
      fclose (f);
    }
  return 0;
}
END
cat >gnuplot <<'END'
#!/bin/sh
# gnuplot -d -e "format = '...'; output = '...'" SCRIPT
eval "$(echo "$3" | sed 's/ = /=/g')"
if grep -q broken "$4"; then echo "line 1: warning: broken" >&2; echo stub >"$output"; exit 0; fi
echo "draw $(basename "$PWD")/$4 $format" >>"$JOURNAL"
echo "(D:20261123000000)" | cat - "$4" >"$output"
END
cat >pdflatex <<'END'
#!/bin/sh
echo typeset >>"$JOURNAL"
cat ../data/toy/*/macros.tex ../figures/toy/*/*.pdf version.tex >report.pdf || exit 1
touch report.aux report.log
END
chmod +x gnuplot pdflatex
cat >rules <<'END'
PACKAGE_VERSION = 0
PUBLICATION_EPOCH = 0
STRIP = strip
PDFLATEX = no-such-pdflatex
GNUPLOT = $(HOUSE)/gnuplot
experiments = toy
toy_runs = a b long
toy_quick = a b
all: bin/tc-toy-train bin/tc-toy-analyse
bin/tc-toy-%: $(srcdir)/%.c
	@mkdir -p bin; $(CC) -g -o $@ $<
include $(srcdir)/pipeline.mk
END
(echo 'srcdir = .'; cat rules) >Makefile
HOUSE=$PWD
export HOUSE

failures=0 passes=0
fail () { echo "FAIL: $*"; failures=$((failures + 1)); [ ! -f "$tmp/log" ] || sed 's/^/    /' "$tmp/log"; }
pass () { passes=$((passes + 1)); }
# does WHAT EXPECTED-JOURNAL COMMAND...: the command succeeds and did just that.
does ()
{
  what=$1 expected=$2
  shift 2
  : >"$JOURNAL"
  "$@" >"$tmp/log" 2>&1 </dev/null || { fail "$what: exit status $?"; return 0; }
  found=$(LC_ALL=C sort "$JOURNAL" | tr '\n' ';')
  if [ "$found" = "$expected" ]; then pass; else fail "$what: did '$found' instead of '$expected'"; fi
}
refuses ()                      # refuses WHAT MESSAGE COMMAND...
{
  what=$1 message=$2
  shift 2
  if "$@" >"$tmp/log" 2>&1 </dev/null; then fail "$what: succeeded"; return 0; fi
  if grep -q -e "$message" "$tmp/log"; then pass; else fail "$what: says nothing of '$message'"; fi
}
holds () { what=$1; shift; if "$@"; then pass; else fail "$what"; fi; }

trained='analyse a;analyse b;analyse long;train a 1;train b 1;train long 1;'
drawn () { for f in loss other; do for t in pdf svg; do printf 'draw %s/%s.gp %s;' "$1" $f $t; done; done; }

# From nothing to published files; these are what a clone starts from.
does "make data trains and analyses every run" "$trained" make data
does "make data again does nothing" "" make data
does "make figures draws every script twice" "$(drawn a)$(drawn b)$(drawn long)" make figures
does "make figures again does nothing" "" make figures
holds "a PDF has no clock in it" grep -q '(D:20000101000000)' figures/toy/a/loss.pdf
does "make manifest lists what there is" "" make manifest
does "make verify agrees" "" make verify
cp -r . "$tmp/clone"
cd "$tmp/clone"
HOUSE=$PWD
rm -rf bin runs stamps figures/toy/*/*.svg figures/toy/*/*.pdf
cp -r . "$tmp/outside-source"

# A fresh clone.
does "make figures in a fresh clone trains nothing" "$(drawn a)$(drawn b)$(drawn long)" make -j2 figures
holds "nor does it build programs" test ! -e bin
does "make verify in a fresh clone agrees" "" make verify
does "QUICK=yes leaves out the long run" "analyse a;analyse b;train a 1;train b 1;" make -j2 data QUICK=yes
does "make data does the rest" "analyse long;train long 1;" make data
does "equal files are not drawn again" "" make figures
holds "and the models are the published ones" make -s verify

# Edits.
sed -i 's|^#include <stdio.h>|/* A comment\n   of two lines.  */\n&|' train.c
does "an edited comment reruns nothing" "" make -j2 data figures
holds "though it was compiled again" test bin/tc-toy-train -nt train.c
echo '# changed' >>figures/toy/b/loss.gp
does "an edited plot script is drawn again, alone" "draw b/loss.gp pdf;draw b/loss.gp svg;" make figures
echo 'value = 7' >src/experiments/toy/b.conf
does "an edited configuration reruns its run" "analyse b;train b 1;" make data
# Its script is regenerated, its CSV changed.
does "whose figures are drawn again" "$(drawn b)" make figures
sed -i 's/LABEL "loss"/LABEL "the loss"/' analyse.c
does "an edited analysis retrains nothing" "analyse a;analyse b;analyse long;" make -j2 data
does "and draws again only what changed" \
  "draw a/loss.gp pdf;draw a/loss.gp svg;draw b/loss.gp pdf;draw b/loss.gp svg;draw long/loss.gp pdf;draw long/loss.gp svg;" \
  make figures
refuses "make verify sees what changed" "differs data/toy/b/loss.csv" make verify RUNS="toy/b"
refuses "make verify gives both sums" "expected [0-9a-f]*" make verify
sed -i 's/"other" }/"another" }/; s/"loss", "other"/"loss", "another"/' analyse.c
make data figures >/dev/null 2>&1
holds "a script no longer written is removed" test ! -e figures/toy/a/other.gp -a ! -e figures/toy/a/other.svg
holds "and its successor drawn" test -e figures/toy/a/another.svg
rm runs/toy/a/model.safetensors
does "a lost model is trained again" "analyse a;train a 1;" make data
rm data/toy/a/loss.csv
does "a lost CSV is written again" "analyse a;" make data
echo '# broken' >>figures/toy/a/loss.gp
refuses "a gnuplot warning fails the figure" "gnuplot failed or warned" make figures
holds "no half-drawn figure is left" sh -c '! ls figures/toy/a/*.tmp* 2>/dev/null'
does "without gnuplot there is one line, and success" "" make figures GNUPLOT=no-such-gnuplot
holds "that says so" grep -q 'gnuplot is missing' "$tmp/log"
sed -i /broken/d figures/toy/a/loss.gp
make figures >/dev/null
does "without TeX, too" "" make paper
holds "that says so, too" grep -q 'TeX is missing' "$tmp/log"
typeset="make -j2 PDFLATEX=$HOUSE/pdflatex BIBTEX=true"
does "make paper typesets, twice to settle" "typeset;typeset;" $typeset paper
does "make paper again does nothing" "" $typeset paper
cp paper/report.pdf "$tmp/report.pdf"
touch paper/report.tex
does "an edited text is typeset again" "typeset;typeset;" $typeset paper
holds "to the same bytes" cmp paper/report.pdf "$tmp/report.pdf"
echo '# edited' >>src/experiments/toy/long.conf
does "QUICK=yes leaves a long run alone" "" $typeset paper QUICK=yes
does "make paper brings all up to date" "analyse long;train long 1;" $typeset paper
refuses "an unknown experiment is named" "unknown experiment 'toi'" make data EXPERIMENTS="toy toi"
refuses "an unknown run is named" "unknown run 'toy/c'" make data RUNS="toy/c"

echo 'value = 11' >src/experiments/toy/b.conf
does "an analysis that reads another run's data is done again with it" \
  "analyse a;analyse b;train b 1;" make -j2 data toy_after_a=b
holds "after it" [ "$(tail -n 1 "$JOURNAL")" = "analyse a" ]
does "where that run is left alone, so is it" "" make -j2 data toy_after_a=b RUNS=toy/a

# Interruptions.
cp data/toy/a/loss.csv "$tmp/before.csv"
echo 'value = 8' >src/experiments/toy/a.conf
refuses "an interrupted run fails" "Error 130" env INTERRUPT=1 make data
holds "earlier results stay" cmp -s data/toy/a/loss.csv "$tmp/before.csv"
does "it goes on from its checkpoint" "analyse a;train a 1 resume;" make data
echo 'value = 9' >src/experiments/toy/a.conf
refuses "side by side, too" "Error 130" env INTERRUPT=1 make -j2 data
echo 'value = 10' >src/experiments/toy/a.conf
does "but not with another configuration" "analyse a;train a 1;" make -j2 data
does "threads are for whoever asks for them" "analyse a;analyse b;analyse long;train a 5;train b 5;train long 5;" \
  make -j3 data TC_THREADS=5 -W src/experiments/toy/a.conf -W src/experiments/toy/b.conf -W src/experiments/toy/long.conf

# Out of the tree, from sources that cannot be written.
cd "$tmp/outside-source"
HOUSE=$PWD
(cd "$tmp/outside-source" && find . -type f | LC_ALL=C sort | xargs cksum) >"$tmp/before"
chmod -R a-w .
mkdir "$tmp/outside"
cd "$tmp/outside"
(echo 'srcdir = ../outside-source'; cat ../outside-source/rules) >Makefile
does "out of the tree, figures come from published files" "$(drawn a)$(drawn b)$(drawn long)" make -j2 figures
does "out of the tree, one run" "analyse b;train b 1;" make data RUNS=toy/b
does "out of the tree, published and new are equal" "" make verify
does "and nothing is drawn again" "" make figures
rm -rf data
does "copies come back" "analyse b;" make data RUNS=toy/b
does "and agree" "" make verify
(cd "$tmp/outside-source" && find . -type f | LC_ALL=C sort | xargs cksum) >"$tmp/after"
holds "the source tree was only read" cmp -s "$tmp/before" "$tmp/after"
make figures >/dev/null 2>&1
chmod -R u+w ../outside-source
echo '2,0.5' >>../outside-source/data/toy/b/loss.csv
does "what was done here is not overwritten by what is published" "" make figures
refuses "but it is no longer the same" "differs data/toy/a/loss.csv" \
  sh -c 'echo 2,0.5 >>data/toy/a/loss.csv; make verify'
holds "and the first step that differs is named" grep -q 'line 5, step 2' "$tmp/log"

echo "$passes passed, $failures failed"
[ $failures = 0 ]
