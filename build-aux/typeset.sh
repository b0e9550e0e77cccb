#!/bin/sh
# typeset.sh SOURCE VERSION OUTPUT - typeset SOURCE/paper/report.tex to OUTPUT,
# the same bytes each time.  TeX runs in a scratch folder laid out like the
# source tree, whose data and figures are this build folder's, so that the
# sources' relative paths (../data, ../figures, ../src) always lead somewhere.
set -eu
source=$(cd "$1" && pwd) version=$2 output=$PWD/$3
scratch=$PWD/stamps/typeset
rm -rf "$scratch"
mkdir -p "$scratch/paper" "$(dirname "$output")"
ln -s "$PWD/data" "$PWD/figures" "$source/src" "$scratch/"
printf '\\newcommand*{\\tcVersion}{%s}\n' "$version" >"$scratch/paper/version.tex"
cd "$scratch/paper"
export TEXINPUTS="$source/paper:" BIBINPUTS="$source/paper:" BSTINPUTS="$source/paper:"
export FORCE_SOURCE_DATE=1 TZ=UTC0 max_print_line=1000

latex ()
{
  "${PDFLATEX:-pdflatex}" -halt-on-error -interaction=nonstopmode -file-line-error report.tex \
    >/dev/null </dev/null && return
  grep -A4 -e '^!' -e '^[^ ]*:[0-9]*: ' report.log >&2 || tail -20 report.log >&2
  echo "paper/report.tex: TeX failed; the whole log is stamps/typeset/paper/report.log" >&2
  exit 1
}

latex
if grep -q '\\citation' report.aux; then
  "${BIBTEX:-bibtex}" -terse report >&2 </dev/null || { cat report.blg >&2; exit 1; }
  latex
fi
# References settle in a few passes.
for pass in 1 2 3 4; do
  cat report.aux report.toc >settled.old 2>/dev/null || :
  latex
  cat report.aux report.toc 2>/dev/null | cmp -s - settled.old && break
done
if grep -E 'Warning: (Reference|Citation).*undefined' report.log >&2; then
  echo "paper/report.tex: undefined references" >&2
  exit 1
fi
mv report.pdf "$output"
