#!/usr/bin/env bash
# What `plimsoll init` writes for seven kinds of workspaces passes `check`, is built with BuildKit, and runs locked down:
# it answers, is healthy, and stops in time.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init-build
need_tools init-build curl jq
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images init-build debian rust distroless alpine postgres
trap remove_generated EXIT

# workspace NAME: a copy of it with its files.
workspace() {
  copy_project "$ROOT/tests/workspaces/$1" "$1"
  # shellcheck disable=SC2119 # Without options.
  generate
}

# serves TARGET PORT PATH WANTED [OPTION...]: built, run, asked, found healthy, stopped.
serves() {
  local where
  image_build "$1" "$1"
  start "$1" -p "127.0.0.1::$2" "${@:5}"
  where=$(address "$1" "$2")
  within 20 answers "$where$3" || {
    "$DOCKER" logs "$generated-$1"
    fail "$1 does not answer on port $2"
  }
  [[ $(ask "$where$3") =~ $4 ]] || fail "$1 answers \"$(ask "$where$3")\" to $3"
  has_healthcheck "$1" || fail "$1 has no health check"
  becomes_healthy "$1"
  is_locked_down "$1"
  echo "$1: $(megabytes "$1")"
}

# A single crate: a route for its health, a port by a variable.
workspace single
serves tide 8080 / ' m$'
stops tide

# Several binaries: one asks itself for its health, the other has no port and knows no signals.
workspace virtual
serves harbour-api 7000 /berths '"Cutty Sark"'
stops harbour-api
image_build pilot pilot
start pilot
has_said() { "$DOCKER" logs "$generated-pilot" 2>&1 | grep -q '"to":2'; }
within 10 has_said || fail "the worker says \"$("$DOCKER" logs "$generated-pilot" 2>&1)\""
is_locked_down pilot
stops pilot

# C code of its own, and no handler for SIGTERM.
workspace c-code
serves soundings 9100 '/depth?12,900,11' '^12$'
stops soundings

# OpenSSL of the system; it listens on loopback unless a variable says more.
workspace openssl
serves seal 8200 /healthz ok
same "a seal" 64 "$(ask "$(address seal 8200)/seal" --data-binary hull | tr -d '\n' | wc -c)"
stops seal

# protoc, with the types that come in another package; one binary is a command.
workspace protobuf
serves charts 50051 / Bristol
ask "$(address charts 50051)/" >"$WORK/chart.bin"
stops charts
image_build chart-dump chart-dump
same "what the command prints" 'Bristol lighthouse' \
  "$("$DOCKER" run --rm -i "${locked_down[@]}" "$generated-chart-dump" <"$WORK/chart.bin" | head -n 2 | awk '{ print $1 }' | xargs)"

# libpq, with a database to talk to.
workspace libpq
expect "a network" "$DOCKER" network create "$generated"
expect "a database" "$DOCKER" run -d --name "$generated-db" --network "$generated" -e POSTGRES_USER=captain \
  -e POSTGRES_PASSWORD=for-this-test -e POSTGRES_DB=log postgres:15
trap 'remove_generated; "$DOCKER" network rm "$generated" >/dev/null 2>&1' EXIT
serves logbook 8000 /healthz ok --network "$generated" \
  -e "DATABASE_URL=postgres://captain:for-this-test@$generated-db:5432/log"
writes() { ask "$(address logbook 8000)/entries" -o /dev/null --data-binary 'fair wind' 2>/dev/null; }
within 30 writes || {
  "$DOCKER" logs "$generated-logbook"
  fail "the log can't be written"
}
same "the log" 'fair wind' "$(ask "$(address logbook 8000)/entries")"
stops logbook

# SQLite, compiled along.
workspace sqlite
serves manifest 8080 /healthz ok
expect "an entry" ask "$(address manifest 8080)/cargo" --data-binary tea
same "the entries" tea "$(ask "$(address manifest 8080)/cargo")"
stops manifest
