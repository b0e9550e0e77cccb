#!/bin/sh
# checksum.sh PROGRAM SUM - write the checksum of PROGRAM's stripped code to
# SUM, leaving SUM and its date alone where it already says the same.  What a
# program computes is then redone when its code changes, and not when a comment
# or a debugging symbol does.
set -eu
program=$1 sum=$2
mkdir -p "$(dirname "$sum")"
trap 'rm -f "$sum.bin" "$sum.tmp"' EXIT
${STRIP:-strip} -R .note.gnu.build-id -R .comment -o "$sum.bin" "$program"
cksum <"$sum.bin" >"$sum.tmp"
cmp -s "$sum.tmp" "$sum" || mv "$sum.tmp" "$sum"
