#!/bin/sh
# bare-root.sh - the README's promise, kept on a machine that has nothing: in a
# bare Debian 12 root (debootstrap --variant=minbase, plus git, make and
# ca-certificates), clone this repository's HEAD and give one command.
#
# Usage: tests/bare-root.sh [--keep DIR] [COMMAND]...
#   COMMAND    "./reproduce.sh" and "make check" by default, each in a root of
#              its own
#   --keep DIR copies each command's output (command-1.log, ...) and the typeset
#              report to DIR
# Prints how long each step took.  Needs root, debootstrap, unshare and the
# package mirror; where one is missing the test is skipped (exit status 77).
# Part of `make check-expensive`: about ten minutes and 3 GB under TMPDIR.
#
# The mirror, its keys and the proxy settings are the host's own, read from apt
# when the test runs.  The host is out of reach: everything that is mounted is
# mounted in a private mount namespace, in which a process namespace of its own
# ends every process with the command; roots are made under one new folder,
# named by mktemp, and removed with --one-file-system.
set -eu

usage () { sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//p;}' "$0"; }
skip () { echo "bare-root: skipped: $*" >&2; exit 77; }

# Second stage, inside the namespaces: bare-root.sh --inside WORK COMMAND
# WORK/root is an unpacked root; whatever is mounted here ends with us.
if [ "${1-}" = --inside ]; then
  work=$2 command=$3 root=$2/root
  mount -t proc proc "$root/proc"
  mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  mkdir -p "$root/dev/pts"
  status=0
  # The caller's environment stays out: an unattended shell without a terminal.
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb VERBOSE=1 \
    chroot "$root" /bin/sh -ec '
      cd /root
      git clone -q /srv/toycircuits.git toycircuits
      cd toycircuits
      started=$(date +%s)
      status=0
      '"$command"' || status=$?
      echo "bare-root: \"'"$command"'\" took $(($(date +%s) - started)) s, exit status $status"
      changes=$(git status --porcelain)
      [ -z "$changes" ] || { echo "bare-root: git status is not clean:"; echo "$changes"; status=1; }
      exit $status' </dev/null || status=$?
  exit $status
fi

keep=''
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=$2; shift 2 ;;
    --help) usage; exit 0 ;;
    --*) echo "bare-root: unknown option '$1'" >&2; exit 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || set -- ./reproduce.sh "make check"
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
source=$(cd "$(dirname "$0")/.." && pwd)

[ "$(id -u)" = 0 ] || skip "needs root"
for tool in debootstrap unshare git apt-get; do
  command -v $tool >/dev/null 2>&1 || skip "$tool is missing"
done
git -C "$source" rev-parse HEAD >/dev/null 2>&1 || skip "not a git repository"
unshare --mount --pid --fork --kill-child true 2>/dev/null || skip "no namespaces here"
mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
  awk '$1 == "bookworm" && $2 == "main" { print $3; exit }')
[ -n "$mirror" ] || skip "apt knows no mirror of Debian 12 (bookworm)"
[ -z "$keep" ] || { mkdir -p "$keep"; keep=$(cd "$keep" && pwd); }

work=$(mktemp -d)
# Nothing is mounted in this namespace; --one-file-system in case that is wrong.
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' INT TERM
namespaces="unshare --mount --propagation private --pid --fork --kill-child"

started=$(date +%s)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
$namespaces debootstrap --variant=minbase --include=git,make,ca-certificates \
  ${keyring:+$([ -f $keyring ] && echo --keyring=$keyring)} \
  bookworm "$work/pristine" "$mirror" >"$work/debootstrap.log" 2>&1 ||
  { tail -5 "$work/debootstrap.log" >&2; echo "bare-root: debootstrap failed" >&2; exit 1; }
echo "bare-root: debootstrap took $(($(date +%s) - started)) s"

# How to reach packages, as the host does.
configure_apt ()                # configure_apt ROOT
{
  rm -f "$1/etc/apt/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
      /etc/apt/apt.conf /etc/apt/apt.conf.d/* /etc/apt/auth.conf /etc/apt/auth.conf.d/* \
      /etc/apt/keyrings/* /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/* /usr/share/keyrings/* \
      /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
    [ -f "$file" ] || continue
    mkdir -p "$1${file%/*}"
    rm -f "$1$file"
    cp -L "$file" "$1$file"
  done
  # Hooks that call what only the host has.
  rm -f "$1"/etc/apt/apt.conf.d/*packagekit* "$1"/etc/apt/apt.conf.d/*appstream* "$1"/etc/apt/apt.conf.d/*debconf*
}
configure_apt "$work/pristine"
git clone -q --bare "$source" "$work/pristine/srv/toycircuits.git"

number=0 failed=0
for command; do
  number=$((number + 1))
  rm -rf --one-file-system "$work/root"
  cp -a "$work/pristine" "$work/root"
  echo "bare-root: $command"
  if $namespaces "$self" --inside "$work" "$command" >"$work/command.log" 2>&1; then
    grep '^bare-root: ' "$work/command.log"
    case $command in
      *reproduce.sh*)
        report=$work/root/root/toycircuits/paper/report.pdf
        [ "$(head -c 5 "$report" 2>/dev/null)" = %PDF- ] ||
          { echo "bare-root: there is no paper/report.pdf"; failed=$((failed + 1)); } ;;
    esac
  else
    tail -40 "$work/command.log"
    failed=$((failed + 1))
  fi
  if [ -n "$keep" ]; then
    cp "$work/command.log" "$keep/command-$number.log"
    cp "$work/root/root/toycircuits/paper/report.pdf" "$keep/report-$number.pdf" 2>/dev/null || :
  fi
done
echo "bare-root: $((number - failed)) of $number commands kept their promise"
[ $failed = 0 ]
