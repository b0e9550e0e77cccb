#!/bin/sh
# check-commands.sh - the two commands of the README before anything is
# configured: what they call, in which order, what they say and how they exit.
# ./bootstrap and the Makefile it makes are stand-ins that keep a journal.
set -eu
source=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES EXPERIMENTS RUNS QUICK BOOTSTRAP_FLAGS
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export JOURNAL="$tmp/journal"
mkdir -p "$tmp/house/src/experiments"
cd "$tmp/house"
cp "$source/GNUmakefile" "$source/reproduce.sh" "$source/pipeline.mk" .
cp "$source/bootstrap" real-bootstrap
printf 'experiments += sort\nexperiments += modular-addition\n' >src/experiments/local.mk
cat >bootstrap <<'END'
#!/bin/sh
echo "bootstrap $*" >>"$JOURNAL"
[ -z "${FAIL_BOOTSTRAP-}" ] || exit 1
cp stand-in Makefile
END
cat >stand-in <<'END'
all check data figures paper verify help clean:
	@echo "$@ $(EXPERIMENTS)$(QUICK:%= quick)" >>"$(JOURNAL)"
	@test "$(FAIL)" != $@
.PHONY: all check data figures paper verify help clean
END
chmod +x bootstrap

passes=0 failures=0
# does WHAT STATUS JOURNAL MESSAGE COMMAND...
does ()
{
  what=$1 expected_status=$2 expected=$3 message=$4
  shift 4
  rm -f "$JOURNAL" Makefile
  : >"$JOURNAL"
  status=0
  "$@" >"$tmp/log" 2>&1 </dev/null || status=$?
  found=$(tr '\n' ';' <"$JOURNAL")
  if [ "$status" = "$expected_status" ] && [ "$found" = "$expected" ] &&
    { [ -z "$message" ] || grep -q -e "$message" "$tmp/log"; }; then
    passes=$((passes + 1))
  else
    failures=$((failures + 1))
    echo "FAIL: $what: exit status $status, did '$found'"
    sed 's/^/    /' "$tmp/log"
  fi
}

both="sort modular-addition"
does "make check goes through bootstrap" 0 "bootstrap ;check ;" "" make check
does "so do several goals, in order" 0 "bootstrap --yes;data ;figures ;" "" make data figures BOOTSTRAP_FLAGS=--yes
does "plain make builds" 0 "bootstrap ;all ;" "" make
does "a failing bootstrap ends it" 2 "bootstrap ;" "" env FAIL_BOOTSTRAP=1 make check
does "make help needs nothing" 0 "" "make check  *the tests" make help
does "make clean neither" 0 "" "nothing to do" make clean

does "reproduce.sh does it all" 0 \
  "bootstrap ;all $both;data $both;figures $both;paper $both;verify $both;" "published results: identical" ./reproduce.sh
does "one experiment" 0 "bootstrap ;all sort;data sort;figures sort;paper sort;verify sort;" \
  "experiments: *sort$" ./reproduce.sh sort
does "--quick, passing flags on" 0 \
  "bootstrap --yes --no-tex;all $both quick;data $both quick;figures $both quick;verify $both quick;" \
  "short runs only" ./reproduce.sh --quick --yes --no-tex --jobs 3
does "--verify only compares" 0 "bootstrap ;verify $both;" "" ./reproduce.sh --verify
does "a difference is said and fails" 1 "bootstrap ;verify $both;" "DIFFERENT" env MAKEFLAGS=FAIL=verify ./reproduce.sh --verify
does "a failing step is named" 1 "bootstrap ;all $both;data $both;" "could not train" env MAKEFLAGS=FAIL=data ./reproduce.sh
does "a failing bootstrap, too" 1 "bootstrap --no-install;" "could not set up" env FAIL_BOOTSTRAP=1 ./reproduce.sh --no-install
does "an unknown experiment" 2 "" "unknown experiment 'sorting'; there are: $both" ./reproduce.sh sort sorting
does "an unknown option" 2 "" "unknown option '--fast'" ./reproduce.sh --fast
does "a number that is none" 2 "" "not 'two'" ./reproduce.sh --jobs=two
does "zero cores" 2 "" "not '0'" ./reproduce.sh --jobs 0
does "a missing number" 2 "" "needs a number" ./reproduce.sh --jobs
does "reproduce.sh --help" 0 "" "Usage: ./reproduce.sh" ./reproduce.sh --help
does "bootstrap --help" 0 "" "Usage: ./bootstrap" ./real-bootstrap --help
does "bootstrap: an unknown option" 2 "" "unknown option '--now'" ./real-bootstrap --now
# A machine on which nothing is found, with an apt-get that must not be called.
mkdir path
for tool in sh cat id sed grep dirname env; do ln -s "$(command -v $tool)" path/; done
printf '#!/bin/sh\necho "apt-get $*" >>"$JOURNAL"\n' >path/apt-get
chmod +x path/apt-get
does "bootstrap --no-install gives the command and fails" 1 "" \
  "apt-get install -y --no-install-recommends autoconf .* libgsl-dev" env PATH="$PWD/path" ./real-bootstrap --no-install
rm path/apt-get
does "bootstrap on another system lists the packages" 1 "" "no apt-get" env PATH="$PWD/path" ./real-bootstrap

echo "$passes passed, $failures failed"
[ $failures = 0 ]
