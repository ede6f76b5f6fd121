# shellcheck shell=bash
# What the end-to-end tests in tests/ share. Sourced by each of them, never run.
#
# `scripts/test` gives a test in its environment:
#   PLIMSOLL     the release binary            E2E       the work directory of the engine and the registry
#   ROOT         the checkout                  WORK      an empty directory, deleted after the test
#   DOCKER_HOST  an engine, or empty           DOCKER    a docker client for it
#   REGISTRY     a registry's IP:PORT, or empty
# A test passes with exit code 0 and is left out with 77; any other is a failure, whose output is shown.
set -euo pipefail

# An ordered end of the test, so that its EXIT trap runs.
trap 'exit 143' TERM

fail() {
  printf 'failed: %s\n' "$*"
  exit 1
}

# leave_out NAME WHY: ends the test as left out. A NAME that begins with `target:` may be missing under CI, too.
leave_out() {
  printf 'left out: %s: %s\n' "$1" "$2"
  exit 77
}

# leave_part_out NAME WHY: the rest of the test goes on.
leave_part_out() {
  printf 'left out: %s: %s\n' "$1" "$2" | tee -a "${PLIMSOLL_LEFT_OUT:-/dev/null}"
}

# expect WHAT CMD...: fails as WHAT, with CMD's output, unless CMD succeeds.
expect() {
  local what=$1 status=0
  shift
  "$@" >"$WORK/expect.log" 2>&1 || status=$?
  [ $status = 0 ] || {
    cat "$WORK/expect.log"
    fail "$what (exit code $status: $*)"
  }
}

# same WHAT WANTED GOT
same() { [ "$2" = "$3" ] || fail "$1: wanted \"$2\", got \"$3\""; }

# within SECONDS CMD...: whether CMD succeeds in that time; it is asked ten times a second.
within() {
  local i
  for ((i = 0; i < $1 * 10; i++)); do
    if "${@:2}"; then return 0; fi
    sleep 0.1
  done
  return 1
}

milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

# need_tools NAME TOOL...: leaves the test NAME out where a tool is missing.
need_tools() {
  local tool
  for tool in "${@:2}"; do
    command -v "$tool" >/dev/null || leave_out "$1" "$tool is not installed"
  done
}
need_engine() { [ -n "$DOCKER_HOST" ] || leave_out "$1" "no Docker Engine"; }

has_target() { [ -d "$(rustc --print target-libdir --target "$1")" ]; }

# static_program FILE TEXT: compiles a static program that prints TEXT.
static_program() {
  local musl options=(-C target-feature=+crt-static)
  musl=$(uname -m)-unknown-linux-musl
  if has_target "$musl"; then options+=(--target "$musl"); fi
  printf 'fn main() { println!("{}", "%s"); }\n' "$2" >"$1.rs"
  expect "rustc compiles a static program" rustc --edition 2021 -O "${options[@]}" --crate-name program -o "$1" "$1.rs"
}

# fatten FILE MEGABYTES: appends bytes that do not compress, which an ELF file ignores, so that packing takes its time.
fatten() { head -c "$2M" /dev/urandom >>"$1"; }

# ---- OCI layouts

blob() { printf '%s/blobs/%s\n' "$1" "${2/:/\/}"; } # blob LAYOUT DIGEST

# manifest_digest LAYOUT: the digest that the layout's index.json names, of an image or of an index of several.
manifest_digest() { jq -er 'if (.manifests | length) == 1 then .manifests[0].digest else error end' "$1/index.json"; }

# reachable LAYOUT: the digests of all blobs that the layout's index.json leads to.
reachable() {
  local digest
  for digest in $(jq -er '.manifests[].digest' "$1/index.json"); do reachable_from "$1" "$digest"; done
}
reachable_from() {
  local below
  echo "$2"
  [ -f "$(blob "$1" "$2")" ] || return 0
  for below in $(jq -r '.manifests // [] | .[].digest' "$(blob "$1" "$2")"); do reachable_from "$1" "$below"; done
  jq -r '(.config // empty), (.layers // [])[] | .digest' "$(blob "$1" "$2")"
}

# layout_is_whole LAYOUT: every blob that its index.json leads to is there and has its digest.
layout_is_whole() {
  local digest file
  for file in oci-layout index.json; do [ -f "$1/$file" ] || fail "$1 has no $file"; done
  same "$1: imageLayoutVersion" 1.0.0 "$(jq -r .imageLayoutVersion "$1/oci-layout")"
  for digest in $(reachable "$1"); do
    file=$(blob "$1" "$digest")
    [ -f "$file" ] || fail "$1: the blob $digest is missing"
    same "$1: digest of a blob" "$digest" "sha256:$(sha256sum <"$file" | cut -d' ' -f1)"
  done
}

# layout_is_exact LAYOUT: it is whole and holds nothing else.
layout_is_exact() {
  layout_is_whole "$1"
  same "$1: its files" \
    "$({ printf '%s\n' ./index.json ./oci-layout; reachable "$1" | sed 's|sha256:|./blobs/sha256/|'; } | sort -u)" \
    "$(cd "$1" && find . ! -type d | sort)"
}

# config_of LAYOUT: the path of the only image's config.
config_of() { blob "$1" "$(jq -er .config.digest "$(blob "$1" "$(manifest_digest "$1")")")"; }
