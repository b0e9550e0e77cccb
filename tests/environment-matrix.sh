#!/bin/sh
# One SHA-256 of every result over compilers, optimisation levels, instruction
# sets and thread counts, and over kill -9 followed by --resume.
#
# Usage: tests/environment-matrix.sh [--experiment NAME] [--run NAME] [--kills N]
#                                    [--keep DIR]
#
# Builds the programs with {gcc, clang} x {-O1, -O3} (a compiler that is not
# installed is skipped and said so), trains and analyses the run under
# TC_KERNELS={avx512, avx2, portable} (those this CPU has) x {1, 2, 3, 7}
# threads, and compares model.safetensors, loss.csv, every published CSV and
# every gnuplot script with the first environment's.  Then kills a training run
# N times at random moments with SIGKILL, resumes it each time, and compares
# again.  Exit status 0 when everything was identical, 1 otherwise.
# Takes some minutes; part of `make check-expensive`.
set -eu

experiment=skip-trigram run=infinite kills=10 keep=
while [ $# -gt 0 ]; do
  case $1 in
    --experiment) experiment=$2; shift 2 ;;
    --run) run=$2; shift 2 ;;
    --kills) kills=$2; shift 2 ;;
    --keep) keep=$2; shift 2 ;;
    --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;;
    *) echo "environment-matrix: unknown option '$1'" >&2; exit 2 ;;
  esac
done

top=$(cd "$(dirname "$0")/.." && pwd)
if [ -n "$keep" ]; then mkdir -p "$keep"; work=$(cd "$keep" && pwd)
else work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; fi
trap 'exit 130' INT TERM

# The digest of one environment's results: names and SHA-256 of its files.
digest ()   # FOLDER
{
  (cd "$1" && sha256sum run/model.safetensors run/loss.csv data/*.csv data/*.tex data/*.json figures/*.gp)
}

train_and_analyse ()   # BUILD FOLDER THREADS [extra train options]
{
  _build=$1 _out=$2 _threads=$3; shift 3
  "$_build/bin/tc-$experiment-train" --run "$run" --out "$_out/run" \
      --threads "$_threads" --quiet "$@" &&
  "$_build/bin/tc-$experiment-analyse" --run "$run" --model "$_out/run" \
      --out "$_out/data" --figures "$_out/figures" --threads "$_threads" --quiet
}

n=0 differing=0 reference=
compare ()   # NAME FOLDER
{
  n=$((n + 1))
  digest "$2" > "$work/sums"
  if [ -z "$reference" ]; then
    reference=$work/reference; cp "$work/sums" "$reference"
  elif ! cmp -s "$work/sums" "$reference"; then
    differing=$((differing + 1))
    echo "DIFFERS  $1"
    diff "$reference" "$work/sums" | sed -n '1,6p'
    return
  fi
  echo "same     $1"
}

# A source tree that was configured itself cannot also serve builds elsewhere.
mkdir -p "$work/source"
(cd "$top" && git archive HEAD) | tar -xf - -C "$work/source"
(cd "$work/source" && autoreconf -fi >/dev/null 2>&1)

for compiler in gcc clang; do
  if ! command -v "$compiler" >/dev/null; then echo "skipped  $compiler is not installed"; continue; fi
  for level in -O1 -O3; do
    build=$work/$compiler$level
    mkdir -p "$build"
    (cd "$build" && "$work/source/configure" -q CC="$compiler" CFLAGS="-g $level" >/dev/null &&
     make -s -j2 >make.log 2>&1) || { echo "environment-matrix: $compiler $level does not build, see make.log" >&2; exit 1; }
    for kernels in avx512 avx2 portable; do
      if ! TC_KERNELS=$kernels "$build/bin/tc-$experiment-train" --run "$run" \
           --out "$work/probe" --steps 1 --quiet 2>/dev/null; then
        echo "skipped  this CPU has no $kernels"; continue
      fi
      for threads in 1 2 3 7; do
        out=$work/out; rm -rf "$out"
        TC_KERNELS=$kernels; export TC_KERNELS
        train_and_analyse "$build" "$out" "$threads"
        unset TC_KERNELS
        compare "$compiler $level $kernels threads=$threads" "$out"
      done
    done
  done
done

# Sudden death: kill -9 at random moments, resume until the run ends.
build=$(ls -d "$work"/gcc-O3 "$work"/clang-O3 2>/dev/null | sed -n 1p)
out=$work/killed; rm -rf "$out"
killed=0
while [ "$killed" -lt "$kills" ]; do
  resume=; [ -e "$out/run/checkpoint.safetensors" ] && resume=--resume
  "$build/bin/tc-$experiment-train" --run "$run" --out "$out/run" --threads 2 --quiet \
      --checkpoint-every 20 $resume & pid=$!
  sleep "0.$(od -An -N2 -tu2 /dev/urandom | awk '{ printf "%03d", 20 + $1 % 150 }')"
  if kill -9 "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2>/dev/null || true
  if [ -e "$out/run/model.safetensors" ]; then break; fi
done
resume=; [ -e "$out/run/checkpoint.safetensors" ] && resume=--resume
train_and_analyse "$build" "$out" 2 $resume
compare "killed $killed times and resumed" "$out"

echo "$n environments, $differing differing"
sed 's/^/  /' "$reference" | sed -n '1,3p'
[ "$differing" -eq 0 ]
