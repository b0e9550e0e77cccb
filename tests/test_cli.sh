#!/bin/sh
# test_cli.sh - the programs as a user meets them: a table of arguments, exact
# messages and exit statuses; interrupted, killed and damaged runs; full disks and
# closed pipes.  Run in the build folder, on the template experiment.
set -eu
source=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
bin=$PWD/bin
train=$bin/tc-TEMPLATE-train
analyse=$bin/tc-TEMPLATE-analyse
unset TC_KERNELS TC_CONFIG_DIR
LC_ALL=C; export LC_ALL
[ -x "$train" ] || { echo "$train is not built"; exit 99; }

# In memory where there is such a folder: checkpoints are synced to disk.
[ -w /dev/shm ] && scratch=/dev/shm || scratch=${TMPDIR:-/tmp}
tmp=$(mktemp -d "$scratch/tc-cli-XXXXXX")
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"

passes=0 failures=0
pass () { passes=$((passes + 1)); }
fail () { failures=$((failures + 1)); echo "FAIL: $1"; sed 's/^/    /' err; }

# expect WHAT STATUS MESSAGE COMMAND...: exit status, and stderr to the letter.
# A message of misuse goes on with where help is.
expect ()
{
  what=$1 expected=$2 message=$3
  shift 3
  status=0
  "$@" >out 2>err </dev/null || status=$?
  if [ -z "$message" ]; then : >wanted; else printf '%s\n' "$message" >wanted; fi
  if [ "$expected" = 2 ]; then
    echo "Try '${message%%:*} --help' for more information." >>wanted
  fi
  if [ "$status" = "$expected" ] && cmp -s err wanted; then pass
  else fail "$what: exit status $status instead of $expected; wanted: $message"; fi
}
check () { what=$1; shift; if "$@"; then pass; else fail "$what"; fi; }
t='tc-TEMPLATE-train:' a='tc-TEMPLATE-analyse:'

# ---- Asking ----
expect "--help" 0 "" "$train" --help
check "--help says what it is" grep -q '^Usage: tc-TEMPLATE-train \[OPTION\]\.\.\.$' out
check "--help fits 79 columns" [ -z "$(awk 'length > 79' out)" ]
for option in run config seed data-seed model-seed steps threads out checkpoint-every resume \
    quiet help version log-every snapshot-every test-every stop-below n-layers n-heads d-model \
    d-head d-mlp act-fn normalization positions init attn-scale attn-bias mlp-bias unembed-bias \
    doubled-residual optimizer lr weight-decay beta1 beta2 eps momentum max-grad-norm \
    lr-schedule warmup-steps patience seq-len; do
  check "--help tells of --$option" grep -q -e "^  --$option " out
done
check "--help shows the run's defaults" grep -q 'updates to make.*' out
expect "analyse --help" 0 "" "$analyse" --help
check "analyse --help fits 79 columns" [ -z "$(awk 'length > 79' out)" ]
expect "--version" 0 "" "$train" --version
check "--version names program and package" grep -q '^tc-TEMPLATE-train (Toy Circuits) [0-9]' out

# ---- Misuse ----
integer='expected an integer'
expect "unknown option" 2 "$t unknown option '--d-modle' (did you mean 'd-model'?)" "$train" --d-modle 3
expect "no prefixes" 2 "$t unknown option '--quie' (did you mean 'quiet'?)" "$train" --quie
expect "argument" 2 "$t unexpected argument 'plain'; expected options, --name value" "$train" plain
expect "short option" 2 "$t unexpected argument '-h'; expected options, --name value" "$train" -h
expect "not a number" 2 "$t --steps: $integer of at least 0, found 'many'" "$train" --steps many
expect "negative" 2 "$t --steps: $integer of at least 0, found '-1'" "$train" --steps -1
expect "fraction" 2 "$t --steps: $integer of at least 0, found '1e3'" "$train" --steps=1e3
expect "too large" 2 "$t --d-model: $integer from 1 to 8192, found '9000'" "$train" --d-model 9000
expect "nothing" 2 "$t --lr: expected a number of at least 0, found nothing" "$train" --lr
expect "not finite" 2 "$t --lr: expected a number of at least 0, found 'inf'" "$train" --lr inf
expect "choice" 2 "$t --act-fn: expected relu, gelu, gelu_new or solu, found 'tanh'" \
  "$train" --act-fn tanh
expect "flag" 2 "$t --quiet: expected yes or no, found '2'" "$train" --quiet=2
expect "seed" 2 "$t --seed: $integer from 0 to 4294967295, found '4294967296'" \
  "$train" --seed 4294967296
expect "unknown run" 2 "$t unknown run 'plane'; expected one of: plain" "$train" --run plane
expect "no instruction set" 2 \
  "$t $(TC_KERNELS=mmx "$train" 2>&1 | sed -n 's/^[^:]*: //;1p')" env TC_KERNELS=mmx "$train"
check "the instruction set is named" grep -q mmx err
expect "threads" 2 "$t --threads: $integer from 0 to 1024, found '-2'" "$train" --threads -2
expect "contradiction" 2 \
  "$t stop-below needs test-every of at least 1" "$train" --stop-below 1 --test-every 0
expect "analyse has no --lr" 2 "$a unknown option '--lr'" "$analyse" --lr 1
check "misuse leaves nothing behind" [ ! -e runs ]

# ---- Configuration files ----
conf () { printf "$1" >my.conf; }
expect "no file" 1 "$t cannot read none.conf: No such file or directory" "$train" --config none.conf
expect "a folder" 1 "$t cannot read /: Is a directory" "$train" --config /
conf 'steps = 3\nseq-length = 5\n'
expect "unknown name" 2 "$t my.conf:2: unknown option 'seq-length'" "$train" --config my.conf
conf 'steps 3\n'
expect "no equals sign" 2 "$t my.conf:1: expected 'name = value', found 'steps 3'" \
  "$train" --config my.conf
conf '# comment\n\nsteps = 3\nlr ='
expect "cut off" 2 "$t my.conf:4: lr: expected a number of at least 0, found ''" \
  "$train" --config my.conf
conf 'lr = 1\nlr = 2\n'
expect "twice" 2 "$t my.conf:2: 'lr' was already set at line 1" "$train" --config my.conf
conf 'threads = 3\n'
expect "not a hyper-parameter" 2 \
  "$t my.conf:1: 'threads' belongs on the command line (--threads), not in a configuration" \
  "$train" --config my.conf
conf '\000\001\002'
expect "binary" 2 "$t my.conf:1: expected text, found a NUL byte" "$train" --config my.conf
mkdir -p confs/TEMPLATE
printf 'steps = few\n' >confs/TEMPLATE/plain.conf
expect "TC_CONFIG_DIR" 2 "$t confs/TEMPLATE/plain.conf:1: steps: $integer of at least 0, found 'few'" \
  env TC_CONFIG_DIR=confs "$train"

# ---- A run ----
run="--steps 60 --snapshot-every 20 --checkpoint-every 7 --test-every 10 --quiet"
# shellcheck disable=SC2086
expect "a run" 0 "" "$train" $run --out whole --threads 1
expect "it is analysed" 0 "" "$analyse" --model whole --out data --figures figures --quiet

# ---- Prompts ----
ask () { "$analyse" --model whole --out asked --figures asked --quiet "$@"; }
expect "a prompt is answered" 0 "" ask --prompt "1 2,3" --new 2
check "it is repeated" grep -qx 'prompt   1 2 3' out
check "greedily" grep -qx 'greedy   [0-7] [0-7]   (probability .*)' out
check "and by sampling" grep -qx 'sampled  [0-7] [0-7]   (probability .*)' out
check "the pattern has labels" grep -q '^query,0:1,1:2,2:3,3:[0-7],4:[0-7]$' \
  asked/pattern_greedy_0_0.csv
check "and a figure" grep -q 'pattern_%s_%d_%d.csv' asked/pattern.gp
cp out before
expect "the same again" 0 "" ask --prompt "1 2 3" --new 2
check "sampling is seeded" cmp -s out before
expect "greedy alone" 0 "" ask --prompt 1 --temperature 0
check "to the end of the context" [ "$(wc -w <out)" -eq $((2 + 1 + 11 + 2)) ]
expect "no token" 2 "$a --prompt: '8' is no token; the model knows 0 to 7" ask --prompt "1 8"
expect "an empty prompt" 2 "$a --prompt: 0 tokens; expected 1 to 12" ask --prompt " "
expect "too long an answer" 2 \
  "$a --new 11 after a prompt of 3: expected at most 10, for the model reads 12 tokens" \
  ask --prompt "1 2 3" --new 11
check "run.json goes along" cmp whole/run.json data/run.json
check "attention is in data" [ "$(grep -c '^[0-9]' data/attention.csv)" = 4 ]
check "a script is in figures" grep -q 'data/TEMPLATE/plain/attention.csv' figures/attention.gp
check "the run's own folder is the default" sh -c \
  "'$train' $run >/dev/null 2>&1 && cmp -s whole/loss.csv runs/TEMPLATE/plain/loss.csv"
check "no machine, thread, path or date in run.json" \
  sh -c "! grep -qiE 'thread|$tmp|/|20[2-9][0-9]' whole/run.json"
same () { cmp "whole/$1" "$2/$1" >/dev/null && cmp whole/loss.csv "$2/loss.csv" >/dev/null; }
for threads in 2 3 7; do
  # shellcheck disable=SC2086
  expect "$threads threads" 0 "" "$train" $run --out other --threads $threads
  check "$threads threads, same bytes" same model.safetensors other
done
for kernels in portable avx2 avx512 neon; do
  TC_KERNELS=$kernels "$train" --steps 0 --quiet --out probe 2>/dev/null || continue
  # shellcheck disable=SC2086
  expect "$kernels" 0 "" env TC_KERNELS=$kernels "$train" $run --out other
  check "$kernels, same bytes" same model.safetensors other
done

# Where a value comes from: command line, own file, shipped file, program.
conf 'steps = 2\nlr = 0.5\nseed = 9\n'
expect "own configuration" 0 "" "$train" --config my.conf --lr 0.25 --out own --quiet
check "command line over file" grep -q '"lr": 0.25,' own/run.json
check "file over program" grep -q '"steps": 2,' own/run.json
check "its name is the run's" grep -q '"run": "my",' own/run.json
check "one seed for both" [ "$(grep -c -- '-seed": 9,' own/run.json)" = 2 ]
expect "own on shipped" 0 "" "$train" --run plain --config my.conf --data-seed 4 --out own --quiet
check "the run keeps its name" grep -q '"run": "plain",' own/run.json
check "shipped under own" grep -q '"seq-len": 12,' own/run.json
check "data seed alone" grep -q '"data-seed": 4,' own/run.json
check "model seed from the file" grep -q '"model-seed": 9,' own/run.json
expect "--seed over the file" 0 "" "$train" --config my.conf --seed 5 --out own --quiet
check "both seeds follow" [ "$(grep -c -- '-seed": 5,' own/run.json)" = 2 ]

# ---- Folders, disks, pipes ----
echo x >file
expect "a file in the way" 1 "$t cannot create folder file: Not a directory" "$train" --out file --quiet
expect "no such place" 1 "$t cannot create folder /proc/none: No such file or directory" \
  "$train" --out /proc/none/x --quiet
if [ "$(id -u)" != 0 ]; then
  mkdir locked && chmod a-w locked
  expect "a locked folder" 1 "$t cannot create folder locked/x: Permission denied" \
    "$train" --out locked/x --quiet
fi
if [ -w /dev/full ]; then
  for option in --help --version; do
    for program in "$train" "$analyse"; do
      expect "$option to a full disk" 1 \
        "${program##*/}: cannot write standard output: No space left on device" \
        sh -c "'$program' $option >/dev/full"
    done
  done
fi
expect "--help to a closed pipe" 0 "$t cannot write standard output: Broken pipe
1" sh -c "{ sleep 0.2; '$train' --help; echo \$? >&2; } | :"
expect "--help to nothing" 1 "$t cannot write standard output: Bad file descriptor" \
  sh -c "'$train' --help >&-"
check "progress into a closed pipe" sh -c \
  "{ sleep 0.2; '$train' --steps 60 --out piped; echo \$? >status; } 2>&1 | :; [ \$(cat status) = 0 ]"
check "ends as if it were heard" [ -e piped/model.safetensors ]

# A limit on the size of files plays the full disk.
# shellcheck disable=SC2086
expect "a full disk" 1 "$t cannot write whole/loss.csv.part: File too large" \
  sh -c "trap '' XFSZ; ulimit -f 1; exec '$train' $run --steps 600 --checkpoint-every 0 --snapshot-every 0 --out whole"
check "leaves the earlier model" cmp whole/model.safetensors other/model.safetensors
check "leaves the earlier log" cmp whole/loss.csv other/loss.csv
cp -r data earlier
expect "a full disk while analysing" 1 "$a cannot write data/run.json: File too large" \
  sh -c "trap '' XFSZ; ulimit -f 2; exec '$analyse' --model whole --out data --figures figures --quiet"
check "leaves the earlier data" diff -r earlier data

# ---- Interrupted and killed ----
# grep's pattern, since the step is anybody's guess
interrupted ()   # SIGNAL
{
  status=0
  timeout --preserve-status -s "$1" 0.4 "$train" --steps 2000000 --snapshot-every 0 --log-every 1000 \
    --quiet --out endless $2 2>err || status=$?
  [ "$status" = 130 ] && [ "$(wc -l <err)" = 1 ] && grep -q \
    '^tc-TEMPLATE-train: interrupted after [0-9]* of 2000000 steps; the state is in endless/checkpoint.safetensors, and --resume continues from it$' err
}
if command -v timeout >/dev/null; then
  check "Ctrl-C saves the state" interrupted INT ""
  steps=$(sed 's/.*after \([0-9]*\) of.*/\1/' err)
  check "SIGTERM does, too, further on" interrupted TERM --resume
  check "from where it stopped" [ "$(sed 's/.*after \([0-9]*\) of.*/\1/' err)" -gt "$steps" ]
  check "no result is pretended" [ ! -e endless/model.safetensors ]

  # What timeout(1) does, made sure: the same signal again while the first is handled.
  "$train" --steps 2000000 --snapshot-every 0 --log-every 1000 --quiet --out endless --resume 2>err &
  pid=$!
  sleep 0.4
  for again in 1 2 3 4; do kill -TERM $pid 2>/dev/null || :; done
  status=0; wait $pid || status=$?
  check "a signal that comes in pieces is one" [ "$status" = 130 -a "$(wc -l <err)" = 1 ]
fi
killed=0
for wait in 0.02 0.01 0.03 0.02 0.05 0.01; do
  # shellcheck disable=SC2086
  "$train" $run --out killed --resume 2>/dev/null & pid=$!
  sleep $wait
  kill -9 $pid 2>/dev/null && killed=$((killed + 1))
  wait $pid 2>/dev/null || :
done
# shellcheck disable=SC2086
expect "killed and resumed" 0 "" "$train" $run --out killed --resume
check "same bytes" same model.safetensors killed
check "same snapshots" diff -r whole/snapshots killed/snapshots
# shellcheck disable=SC2086
expect "resumed with other options" 2 \
  "$t killed/checkpoint.safetensors belongs to a run with other options: it has \"lr\": 0.003, this run \"lr\": 0.1; --resume continues only the same run" \
  "$train" $run --out killed --resume --lr 0.1
head -c 3000 killed/checkpoint.safetensors >cut && mv cut killed/checkpoint.safetensors
status=0
# shellcheck disable=SC2086
"$train" $run --out killed --resume 2>err || status=$?
check "a truncated checkpoint" [ "$status" = 1 ]
"$train" $run --out killed --resume 2>err || :
check "is named" grep -q '^tc-TEMPLATE-train: killed/checkpoint.safetensors' err
check "leaves the model" same model.safetensors killed

# ---- Trained runs that are not what they should be ----
expect "nothing trained" 1 "$a there is no trained run in none: expected run.json and model.safetensors, which tc-TEMPLATE-train writes" \
  "$analyse" --model none
expect "unknown run" 2 "$a unknown run 'plane'; expected one of: plain" "$analyse" --run plane
damaged ()   # WHAT STATUS MESSAGE
{
  expect "$1" "$2" "$3" "$analyse" --model bad --out data --figures figures --quiet
  check "$1: earlier data stay" diff -r earlier data
}
rm -rf bad; cp -r whole bad
head -n 9 whole/run.json >bad/run.json
damaged "truncated run.json" 1 "$a bad/run.json:10: not JSON: string or '}' expected near end of file"
sed 's/"steps": 60/"steps": "x"/' whole/run.json >bad/run.json
damaged "mistyped run.json" 1 "$a bad/run.json: steps: expected an integer of at least 0"
sed '/"lr":/d' whole/run.json >bad/run.json
damaged "incomplete run.json" 1 "$a bad/run.json: option 'lr' is missing"
sed 's/"d-model": 32/"d-model": 0/' whole/run.json >bad/run.json
damaged "run.json out of range" 1 "$a bad/run.json: d-model: $integer from 1 to 8192, found '0'"
sed 's/"TEMPLATE"/"sort"/' whole/run.json >bad/run.json
damaged "another experiment's run.json" 1 "$a bad/run.json: expected a run of experiment 'TEMPLATE', found 'sort'"
sed 's/"run": "plain"/"run": "my"/' whole/run.json >bad/run.json
expect "another run" 2 "$a bad holds run 'my', not 'plain'" "$analyse" --run plain --model bad
cp whole/run.json bad
# The words after the file's name are the safetensors reader's.
malformed ()   # WHAT
{
  status=0
  "$analyse" --model bad --out data --figures figures --quiet 2>err || status=$?
  check_err=$(head -n 1 err)
  case $status,$(wc -l <err),$check_err in
    1,1,"$a "*"bad/$2"*) pass ;;
    *) fail "$1: exit status $status" ;;
  esac
  check "$1: earlier data stay" diff -r earlier data
}
head -c 1000 whole/model.safetensors >bad/model.safetensors; malformed "truncated model" model.safetensors
echo '{}' >bad/model.safetensors; malformed "no model" model.safetensors
rm bad/model.safetensors; malformed "missing model" model.safetensors
sed 's/"d-model": 32/"d-model": 16/' whole/run.json >bad/run.json
cp whole/model.safetensors bad; malformed "model of another shape" model.safetensors
cp whole/run.json bad
head -c 1000 whole/snapshots/step-000020.safetensors >bad/snapshots/step-000020.safetensors
malformed "truncated snapshot" snapshots/step-000020.safetensors

expect "a file in the way of data" 1 "$a cannot create folder file: Not a directory" \
  "$analyse" --model whole --out file --figures figures --quiet
expect "a file in the way of figures" 1 "$a cannot create folder file: Not a directory" \
  "$analyse" --model whole --out data --figures file --quiet

# ---- Every experiment ----
for program in "$bin"/tc-*-train "$bin"/tc-*-analyse; do
  name=${program##*/}
  expect "$name --help" 0 "" "$program" --help
  check "$name --help fits 79 columns" [ -z "$(awk 'length > 79' out)" ]
  expect "$name --nonsense" 2 "$name: unknown option '--nonsense'" "$program" --nonsense
  expect "$name --run nowhere" 2 \
    "$name: unknown run 'nowhere'; expected one of: $(
      "${program%-*}-train" --help | tr '\n' ' ' | sed 's/.*Runs: \([^.]*\)\..*/\1/')" \
    "$program" --run nowhere
done
skip=$bin/tc-skip-trigram
if [ -x "$skip-analyse" ]; then
  expect "a short run" 0 "" "$skip-train" --steps 30 --out short --quiet
  head -c 5000 short/loss.csv >cut && mv cut short/loss.csv
  expect "a truncated log" 1 "tc-skip-trigram-analyse: short/loss.csv:$(
    wc -l <short/loss.csv | awk '{ print $1 + 1 }'): the file ends in the middle of a line (truncated?)" \
    "$skip-analyse" --model short --out short/data --figures short/figures --quiet
fi

echo "$passes passed, $failures failed"
[ $failures = 0 ]
