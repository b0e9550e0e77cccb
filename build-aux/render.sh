#!/bin/sh
# render.sh FORMAT SCRIPT OUTPUT - draw one figure; FORMAT is svg or pdf.
# gnuplot runs in the script's own folder; the file appears under its name only
# when it is complete, and the same script and data give the same bytes.
set -eu
format=$1 script=$2 output=$3
mkdir -p "$(dirname "$output")"
tmp=$PWD/$output.tmp
trap 'rm -f "$tmp" "$tmp.err"' EXIT

# C.UTF-8: with plain C gnuplot cannot show Unicode labels.
status=0
(cd "$(dirname "$script")" &&
  LC_ALL=C.UTF-8 TZ=UTC0 "${GNUPLOT:-gnuplot}" -d -e "format = '$format'; output = '$tmp'" \
    "$(basename "$script")") 2>"$tmp.err" || status=$?
# A masked cell of a matrix is no accident.
grep -v -e 'matrix contains missing or undefined values' -e '^[[:space:]]*$' "$tmp.err" >&2 &&
  { [ $status != 0 ] || status=1; }
[ $status = 0 ] && [ -s "$tmp" ] || { echo "$script: gnuplot failed or warned; no $output" >&2; exit 1; }

# cairo writes the clock: same length, so that the offsets in the file still hold.
[ "$format" != pdf ] || LC_ALL=C sed -i 's/(D:[0-9]\{14\}/(D:20000101000000/' "$tmp"
mv "$tmp" "$output"
