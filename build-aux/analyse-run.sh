#!/bin/sh
# analyse-run.sh EXPERIMENT RUN THREADS - analyse runs/EXPERIMENT/RUN and publish
# the CSVs to data/EXPERIMENT/RUN and the plot scripts to figures/EXPERIMENT/RUN.
# Files that say the same as before keep their dates, so that only figures whose
# data or script changed are drawn again; files no longer written are removed.
# The stamp lists what was published.  Run in the build folder by pipeline.mk.
set -eu
experiment=$1 run=$2 threads=$3
name=$experiment/$run
stamp=stamps/$name.analysed
new=stamps/$name.new

rm -rf "$new"
mkdir -p "$new/data/$name" "$new/figures/$name"
echo "analyse $name" >&2
"bin/tc-$experiment-analyse" --quiet --threads "$threads" --run "$run" --model "runs/$name" \
  --out "$new/data/$name" --figures "$new/figures/$name"
files=$(cd "$new" && find data figures -type f | LC_ALL=C sort)

[ -n "$files" ] || { echo "bin/tc-$experiment-analyse: wrote nothing" >&2; exit 1; }
for file in $files; do
  mkdir -p "$(dirname "$file")"
  cmp -s "$new/$file" "$file" || mv "$new/$file" "$file"
done
# find's list is complete before the first file is removed.
find "data/$name" "figures/$name" -type f ! -name '*.svg' ! -name '*.pdf' >"$stamp.tmp" 2>/dev/null || :
while read -r file; do
  printf '%s\n' "$files" | grep -qxF "$file" && continue
  rm -f "$file"
  case $file in *.gp) rm -f "${file%.gp}.svg" "${file%.gp}.pdf" ;; esac
done <"$stamp.tmp"
rm -rf "$new"
printf '%s\n' "$files" >"$stamp.tmp"
mv "$stamp.tmp" "$stamp"
