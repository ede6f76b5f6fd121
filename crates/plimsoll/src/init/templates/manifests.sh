#!/bin/sh
# Copies what dependencies are compiled from: the manifests of the workspace, Cargo.lock and Cargo's settings, with stubs
# in place of all sources of its members. The result changes when dependencies do, and stays as it is when sources are
# edited: so does the layer of the Dockerfile in which dependencies are compiled.
#
#   sh docker/manifests.sh CONTEXT OUTPUT     in the directory of the workspace, which lies in CONTEXT
#
# The names of all members are written to OUTPUT/.members, as options of `cargo clean`. Cargo itself says which packages,
# programs and libraries there are, so nothing has to be changed here when some are added.
set -eu

context=$1
output=$2
mkdir -p "$output"
work=$(mktemp -d)
cargo metadata --no-deps --offline --format-version 1 >"$work/metadata.json"

# pick PATTERN: the parts of the metadata that match, one a line; there may be none.
pick() { grep -oE "$1" "$work/metadata.json" || true; }

# ---- What is taken as it is

root=$(pick '"workspace_root":"[^"]*"' | cut -d '"' -f 4)
pick '"manifest_path":"[^"]*"' | cut -d '"' -f 4 | sort -u >"$work/members"

cd "$context"
{
  # A package that is no member, such as one that [patch] names, is a dependency like others: it is taken whole.
  find . -name Cargo.toml | while read -r manifest; do
    path=$context/${manifest#./}
    if [ "$path" = "$root/Cargo.toml" ] || grep -qxF "$path" "$work/members"; then
      echo "$manifest"
    else
      echo "${manifest%/Cargo.toml}"
    fi
  done
  find . -name Cargo.lock -type f
  find . -path '*/.cargo/config*' -type f
} | sort -u >"$work/taken"
tar -cf - -T "$work/taken" | tar -xf - -C "$output"

# ---- Stubs of programs, libraries and build scripts

# manifest_of PATH: the manifest of the package in which a source lies.
manifest_of() {
  directory=${1%/*}
  while [ -n "$directory" ] && [ ! -f "$directory/Cargo.toml" ]; do directory=${directory%/*}; done
  echo "$directory/Cargo.toml"
}

pick '"kind":\["[^]]*\],"crate_types":\[[^]]*\],"name":"[^"]*","src_path":"[^"]*"' |
  sed -E 's/^"kind":\["([^"]*)".*"src_path":"([^"]*)"$/\1 \2/' | sort -u |
  while read -r kind path; do
    case $kind in
      bin | custom-build) text='fn main() {}' ;;
      test | bench | example)
        # Those that Cargo finds by itself are not missed, those that the manifest names are.
        grep -q "^\[\[$kind\]\]" "$(manifest_of "$path")" || continue
        text='fn main() {}'
        ;;
      *) text='' ;;
    esac
    stub=$output${path#"$context"}
    mkdir -p "${stub%/*}"
    printf '//! A stub.\n%s\n' "$text" >"$stub"
  done

pick '"name":"[^"]*","version":"[^"]*","id":"path\+file' | cut -d '"' -f 4 | sort -u |
  sed 's/^/--package /' >"$output/.members"
rm -r "$work"
