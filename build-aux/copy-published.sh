#!/bin/sh
# copy-published.sh SOURCE - bring the published files of every run that was not
# analysed in this build folder from SOURCE/data and SOURCE/figures, which may be
# read-only, into data/ and figures/ here.  Equal files keep their dates.
set -eu
source=$1
(cd "$source" && find data figures -type f ! -name '*.svg' ! -name '*.pdf' ! -name '*.tmp' ! -name '*.html') |
while read -r file; do
  run=${file#*/}                # <experiment>/<run>/<file>
  run=${run%/*}
  [ -f "stamps/$run.analysed" ] && continue
  cmp -s "$source/$file" "$file" && continue
  mkdir -p "$(dirname "$file")"
  rm -f "$file"
  cp "$source/$file" "$file"
  chmod u+w "$file"
done
