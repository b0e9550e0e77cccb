#!/bin/sh
# verify.sh SOURCE RUN... - compare what this build folder holds for the named
# runs (<experiment>/<run>) with SOURCE/data/manifest.sha256.  Says which files
# differ, with the sums expected and found and, for a CSV, the first line that
# differs.  Exit status: 0 equal, 1 something differs or is missing.
set -eu
source=$1
shift
manifest=$source/data/manifest.sha256
[ -f "$manifest" ] || { echo "verify: there is no $manifest" >&2; exit 1; }
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT

same=0 wrong=0 skipped=0

published ()                    # the file as it was published, if it can be had
{
  if [ "$source" -ef . ]; then
    git show "HEAD:./$1" 2>/dev/null
  else
    cat "$source/$1"
  fi
}

first_difference ()
{
  case $1 in *.csv) ;; *) return 0 ;; esac
  published "$1" >"$tmp" || return 0
  awk -v old="$tmp" -F, '
    { more = (getline line <old) > 0
      if (!more || line != $0) {
        if ($1 ~ /^[0-9]+$/) printf "    first differs at line %d, step %s\n", NR, $1
        else printf "    first differs at line %d\n", NR
        printf "      published  %s\n      found      %s\n", more ? line : "(end of file)", $0
        exit } }' "$1"
}

compare ()                      # compare EXPECTED-SUM FILE
{
  if [ ! -f "$2" ]; then
    echo "missing $2"
    wrong=$((wrong + 1))
    return
  fi
  found=$(sha256sum <"$2")
  found=${found%% *}
  if [ "$found" = "$1" ]; then
    same=$((same + 1))
  else
    wrong=$((wrong + 1))
    printf 'differs %s\n    expected %s\n    found    %s\n' "$2" "$1" "$found"
    first_difference "$2"
  fi
}

is_selected () { case " $runs " in *" $1 "*) ;; *) return 1 ;; esac; }

runs=$*
done_here=0 total=0
for run in $runs; do
  total=$((total + 1))
  [ ! -f "stamps/$run.analysed" ] || done_here=$((done_here + 1))
done

exec 3<"$manifest"
while read -r sum file <&3; do
  run=${file#*/}
  run=${run%/*}
  case $file in
    runs/*)                     # a model: only where the run was done here
      is_selected "$run" || continue
      if [ -f "stamps/$run.trained" ]; then
        compare "$sum" "$file"
      else
        skipped=$((skipped + 1))
      fi ;;
    data/reference/*|figures/style.gp) ;;
    *) is_selected "$run" || continue
       [ -f "$file" ] || [ -f "stamps/$run.analysed" ] || continue
       compare "$sum" "$file" ;;
  esac
done
# What was written but never published.
for run in $runs; do
  [ -f "stamps/$run.analysed" ] || continue
  while read -r file; do
    grep -q "  $file\$" "$manifest" && continue
    echo "not in data/manifest.sha256: $file"
    wrong=$((wrong + 1))
  done <"stamps/$run.analysed"
done

echo "verify: $same files equal the published ones byte for byte, $wrong do not; $done_here of $total runs were done here"
[ $wrong = 0 ]
