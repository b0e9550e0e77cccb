#!/bin/sh
# manifest.sh - print the SHA-256 of every published file and every trained
# model, sorted by name, but no answers to prompts.  Run in the build folder.
set -eu
{
  find data -type f ! -name manifest.sha256 ! -name '*.tmp' ! -path 'data/*/prompt/*'
  find figures -type f -name '*.gp' ! -path 'figures/*/prompt/*'
  find runs -name model.safetensors -path 'runs/*/*/model.safetensors' 2>/dev/null || :
} | LC_ALL=C sort | xargs sha256sum
