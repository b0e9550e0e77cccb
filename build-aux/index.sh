#!/bin/sh
# index.sh - write figures/index.html, one page with every drawn figure, each
# with links to its script and its data.  Run in the build folder.
set -eu
index=figures/index.html
{
  cat <<'END'
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Toy Circuits: figures</title>
<style>
body { font: 16px/1.4 sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em }
figure { display: inline-block; margin: 1em; vertical-align: top }
img { max-width: 100% }
</style>
<h1>Toy Circuits: figures</h1>
END
  previous=
  find figures -name '*.svg' | LC_ALL=C sort | while read -r svg; do
    figure=${svg#figures/}
    figure=${figure%.svg}
    run=${figure%/*}
    [ "$run" = "$previous" ] ||
      printf '<h2 id="%s">%s</h2>\n<p><a href="../data/%s/">data/%s/</a></p>\n' "$run" "$run" "$run" "$run"
    previous=$run
    printf '<figure><img src="%s.svg" alt="%s"><figcaption><a href="%s.gp">%s.gp</a></figcaption></figure>\n' \
      "$figure" "$figure" "$figure" "$figure"
  done
} >"$index.tmp"
if cmp -s "$index.tmp" "$index"; then rm "$index.tmp"; else mv "$index.tmp" "$index"; fi
