#!/bin/sh
# manifest.sh - print the SHA-256 of every published file and every trained
# model, sorted by name, but no answers to prompts and no measured times.  Run in
# the build folder.
set -eu
{
  find data -type f ! -name manifest.sha256 ! -name '*.tmp' ! -path 'data/*/prompt/*' \
    ! -path 'data/bench/*'
  find figures -type f -name '*.gp' ! -path 'figures/*/prompt/*' ! -path 'figures/bench/*'
  find runs -name model.safetensors -path 'runs/*/*/model.safetensors' 2>/dev/null || :
} | LC_ALL=C sort | xargs sha256sum
