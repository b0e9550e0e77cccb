#!/bin/sh
# manifest.sh - print the SHA-256 of every published file and every trained
# model, sorted by name.  Run in the build folder.
set -eu
{
  find data -type f ! -name manifest.sha256 ! -name '*.tmp'
  find figures -type f -name '*.gp'
  find runs -name model.safetensors -path 'runs/*/*/model.safetensors' 2>/dev/null || :
} | LC_ALL=C sort | xargs sha256sum
