#!/bin/sh
# Builds a program of this workspace, runs it, and does both again after each change of the sources. compose.yaml starts
# it in the stage `dev` of the Dockerfile.
#
#   sh docker/dev.sh PACKAGE/PROGRAM [ARGUMENT...]     CARGO_OPTIONS: more options for `cargo build`
#
# The program runs on while its successor is compiled, and if that fails. Sources are looked at once a second: what tells
# of changes at once doesn't reach into the virtual machines in which Docker runs on other systems than Linux.
set -u

# The image has the toolchain that the Dockerfile chose. A toolchain file would have rustup fetch another one.
RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-$(cd / && rustup default 2>/dev/null | cut -d ' ' -f 1)}
export RUSTUP_TOOLCHAIN

# A user whom the image doesn't know has no home.
[ -w "${HOME:-/}" ] || export HOME=/tmp

package=${1%%/*}
program=${1#*/}
shift
child=''     # process number of the running program
binary=''    # its file
started=''   # the state of that file when it was started

say() { printf 'dev: %s\n' "$*" >&2; }

# What differs between two states of the sources. Directories tell of files that are gone.
sources() {
  find . \( -name .git -o -name node_modules -o -path ./target \) -prune -o \
    -exec stat -c '%n %s %y' {} + 2>/dev/null | cksum
}

stop_program() {
  [ -n "$child" ] || return 0
  kill -TERM "$child" 2>/dev/null
  # Who doesn't stop is killed.
  (sleep 10 && kill -KILL "$child") 2>/dev/null &
  guard=$!
  wait "$child" 2>/dev/null
  kill "$guard" 2>/dev/null
  child=''
}

# A shell hears of signals between commands alone, or while it waits: all that takes time runs in the background.
finish() {
  trap '' TERM INT
  stop_program
  exit 0
}
trap finish TERM INT

build() {
  # shellcheck disable=SC2086 # These are several words.
  cargo build --package "$package" --bin "$program" ${CARGO_OPTIONS:-} \
    --message-format=json-render-diagnostics >/tmp/dev.messages &
  wait $! || return 1
  binary=$(sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' /tmp/dev.messages | tail -n 1)
  [ -x "$binary" ]
}

run() {
  if ! build; then
    say "$program can't be built; the next change is waited for"
    return
  fi
  state=$(stat -c '%i %y' "$binary")
  # A change of something else, such as a README, leaves it alone.
  if [ -n "$child" ] && [ "$state" = "$started" ]; then return; fi
  stop_program
  # The healthcheck knows it by this name, wherever Cargo puts it.
  ln -sfn "$binary" "/tmp/$program"
  started=$state
  say "$program starts"
  "$binary" "$@" &
  child=$!
}

# Whether the program has ended and waits to be asked how.
ended() { [ -n "$child" ] && grep -qs '^State:[[:space:]]*Z' "/proc/$child/status"; }

seen=''
while :; do
  now=$(sources)
  if [ "$now" != "$seen" ]; then
    seen=$now
    run "$@"
  fi
  if ended; then
    wait "$child"
    say "$program ended with exit code $?; it starts again after the next change"
    child=''
  fi
  sleep 1 &
  wait $!
done
