#!/bin/sh
# check-bench.sh - tc-bench times every run, and what make bench asks of it: the
# starts it writes are whole, a party answers, its losses are the same with other
# threads and kernels; and the published tables are those that bench/report.py makes
# of the published measurements.
set -eu
source=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
bench=bin/tc-bench
[ -x $bench ] || exit 77
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passes=0 failures=0
verify ()                       # verify WHAT COMMAND...
{
  what=$1
  shift
  if "$@"; then passes=$((passes + 1)); else failures=$((failures + 1)); echo "FAIL: $what"; fi
}

# All runs, and a number in every column.
$bench --threads 1 --repeats 1 --seconds 0.001 >"$tmp/steps.csv"
verify "a row for each of eight runs" [ "$(wc -l <"$tmp/steps.csv")" = 9 ]
verify "every column filled" [ "$(awk -F, 'NF != 14 || /,nan|,inf|,,/' "$tmp/steps.csv" | wc -l)" = 0 ]

$bench --export "$tmp" --losses 2
verify "a start for each of seven models" \
  [ "$(ls "$tmp" | grep -c -e '\.safetensors$' -e '\.batches$')" = 14 ]

# A party: its losses, an answer, its memory.
losses ()                       # losses THREADS KERNELS
{
  echo 0.001 | env ${2:+TC_KERNELS=$2} \
    $bench --party skip-trigram/infinite --threads "$1" --losses 3 >"$tmp/party"
  sed -n 's/.*"losses": \(\[[^]]*\]\).*/\1/p' "$tmp/party"
}
one=$(losses 1 '')
verify "a party answers three times" [ "$(grep -c -e '"losses"' -e '"ms"' -e '"memory_kb"' "$tmp/party")" = 3 ]
verify "three losses" [ "$(echo "$one" | tr ',' '\n' | grep -c '[0-9]')" = 3 ]
verify "the same with three threads" [ "$(losses 3 '')" = "$one" ]
verify "and with portable kernels" [ "$(losses 1 portable)" = "$one" ]

# Its steps are those of training.
trained ()                      # trained EXPERIMENT/RUN: as one line, like losses
{
  bin/tc-${1%/*}-train --run ${1#*/} --steps 3 --log-every 1 --threads 1 --quiet --out "$tmp/run" &&
    awk -F, '/^[0-9]/ { printf "%.15g ", $2 }' "$tmp/run/loss.csv"
}
stepped ()                      # stepped EXPERIMENT/RUN
{
  $bench --party $1 --threads 1 --losses 3 </dev/null |
    sed -n 's/.*"losses": \[\([^]]*\)\].*/\1/p' | tr ',' '\n' | awk '{ printf "%.15g ", $1 }'
}
for run in skip-trigram/infinite sort/one-head sort/attn-only permutation/notebook; do
  verify "$run trains as its program does" [ "$(stepped $run)" = "$(trained $run)" ]
done
if $bench --party no/such 2>"$tmp/error"; then failures=$((failures + 1)); fi
verify "an unknown run is named" grep -q "there is no run 'no/such'" "$tmp/error"

# What is published.
if [ -f "$source/data/bench/steps.csv" ] && command -v python3 >/dev/null; then
  mkdir "$tmp/published"
  cp "$source"/data/bench/*.csv "$tmp/published"
  PYTHONDONTWRITEBYTECODE=1 python3 "$source/bench/report.py" "$tmp/published"
  verify "published tables are made of published measurements" \
    diff -r "$source/data/bench" "$tmp/published"
fi

echo "$passes passed, $failures failed"
[ $failures = 0 ]
