#!/bin/sh
# train-run.sh EXPERIMENT RUN CONF THREADS - train one run into
# runs/EXPERIMENT/RUN.  Where an earlier attempt with the same program and
# configuration was interrupted it goes on from its checkpoint; otherwise it
# starts afresh.  Run in the build folder by pipeline.mk.
set -eu
experiment=$1 run=$2 conf=$3 threads=$4
program=bin/tc-$experiment-train
folder=runs/$experiment/$run
stamp=stamps/$experiment/$run

inputs=$(cat "stamps/$experiment/train.sum"; cksum <"$conf")
resume=
if [ -f "$folder/checkpoint.safetensors" ] && [ "$inputs" = "$(cat "$stamp.inputs" 2>/dev/null)" ]; then
  resume=--resume
else
  rm -rf "$folder"
fi
mkdir -p "$folder"
printf '%s\n' "$inputs" >"$stamp.inputs"

train () { "$program" --run "$run" --out "$folder" --threads "$threads" $resume; }
echo "train $experiment/$run${resume:+ (going on from its checkpoint)}" >&2
case " ${MAKEFLAGS-} " in
  *" -j"*|*jobserver*)
    # Runs side by side would overwrite each other's progress bars on a
    # terminal: through a pipe each prints whole lines.  The pipe outlives
    # Ctrl-C, so that the program can still save its checkpoint.
    status=$({ { { train 2>&4 && echo 0 || echo $?; } >&3; } 4>&1 | { trap '' INT; cat >&2; }; } 3>&1)
    ;;
  *) status=0; train || status=$? ;;
esac
[ "$status" = 0 ] || exit "$status"
[ -f "$folder/model.safetensors" ] || { echo "$program: wrote no $folder/model.safetensors" >&2; exit 1; }
: >"$stamp.trained"
