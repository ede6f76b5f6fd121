#!/bin/sh
# Copies what dependencies are compiled from: the manifests of the workspace, Cargo.lock and Cargo's settings, with stubs
# in place of the sources of its members. The result changes when dependencies do, and stays as it is when sources are
# edited: so does the layer of the Dockerfile in which dependencies are compiled.
#
#   sh docker/manifests.sh CONTEXT OUTPUT     in the directory of the workspace, which lies in CONTEXT
#
# OUTPUT/.members names the packages that are stubs, as options of `cargo clean`. Cargo itself says which packages,
# programs and libraries there are, so nothing has to be changed here when some are added.
set -eu

context=$(cd "$1" && pwd -P)
output=$2
mkdir -p "$output"
work=$(mktemp -d)
cargo metadata --no-deps --offline --format-version 1 >"$work/metadata.json"

# ---- What Cargo says, in lines of words between tabs

# Of each package come first its name, then the paths of its dependencies, then its programs and libraries, and
# its manifest last.
name='"name":"[^"]*","version":"[^"]*","id"'
target='"kind":\["[^]]*\],"crate_types":\[[^]]*\],"name":"[^"]*","src_path":"[^"]*"'
grep -oE "$name|\"(path|manifest_path|workspace_root)\":\"[^\"]*\"|$target" "$work/metadata.json" |
  awk -F '"' -v OFS='\t' '
    $2 == "name" { package = $4 }
    $2 == "path" { needs[++n] = $4 }
    $2 == "kind" { kinds[++k] = $4; sources[k] = $(NF - 1) }
    $2 == "workspace_root" { print "root", $4 }
    $2 == "manifest_path" {
      sub("/Cargo.toml$", "", $4)
      print "member", $4, package
      for (i = 1; i <= n; i++) print "needs", $4, needs[i]
      for (i = 1; i <= k; i++) print "target", $4, kinds[i], sources[i]
      n = k = 0
    }' >"$work/said"
# said WORD: the lines that begin with it, without it.
said() { sed -n "s/^$1$(printf '\t')//p" "$work/said"; }
root=$(said root)
said member | cut -f 1 | sort -u >"$work/members"

# ---- Packages that are taken whole

# paths MANIFEST DIRECTORY SECTION: the directories of members that a section of it names, seen from DIRECTORY.
paths() {
  awk -v wanted="$3" '/^[ \t]*\[/ { inside = ($0 ~ wanted) } inside' "$1" |
    sed -nE "s/.*path[ \t]*=[ \t]*[\"']([^\"']*).*/\1/p" |
    while read -r path; do
      path=$(cd "$2" && cd "$path" 2>/dev/null && pwd -P) || continue
      grep -xF -e "$path" "$work/members" || true
    done
}

# No member is a package in Cargo.lock that the workspace doesn't count to itself, such as one beside it, or one that
# [patch] names. It is a dependency like others. So are those in a directory of vendored packages.
find "$context" -name Cargo.toml -type f | sort >"$work/manifests"
while read -r manifest; do
  directory=${manifest%/Cargo.toml}
  if [ "$directory" = "$root" ] || grep -qxF -e "$directory" "$work/members"; then continue; fi
  sed -nE "s/^[ \t]*name[ \t]*=[ \t]*[\"']([^\"']*).*/name = \"\1\"/p" "$manifest" >"$work/names"
  if [ -f "$directory/.cargo-checksum.json" ] || grep -qxF -f "$work/names" "$root/Cargo.lock"; then
    echo "$directory"
  fi
done <"$work/manifests" >"$work/whole"

# Members on which such a package depends, or which take the place of a dependency, need their sources too; and so do the
# members on which these depend.
find "$context" -path '*/.cargo/config*' -type f >"$work/settings"
{
  paths "$root/Cargo.toml" "$root" '^[ \t]*[[]patch'
  while read -r settings; do paths "$settings" "${settings%/.cargo/*}" '^[ \t]*[[]patch'; done <"$work/settings"
  while read -r directory; do paths "$directory/Cargo.toml" "$directory" 'dependencies'; done <"$work/whole"
} | sed 's/^/real\t/' >"$work/real"
said needs | cat "$work/real" - | awk -F '\t' '
  $1 == "real" { real[$2]; next }
  { from[++n] = $1; to[n] = $2 }
  END {
    do {
      more = 0
      for (i = 1; i <= n; i++) if (from[i] in real && !(to[i] in real)) { real[to[i]]; more = 1 }
    } while (more)
    for (it in real) print it
  }' | sort >>"$work/whole"

cd "$context"
{
  cat "$work/manifests" "$work/settings" "$work/whole"
  find "$context" -name Cargo.lock -type f
} | sed "s|^$context|.|" | sort -u >"$work/taken"
tar -cf - -T "$work/taken" | tar -xf - -C "$output"

# ---- Stubs of programs, libraries and build scripts

is_stub() { ! grep -qxF -e "$1" "$work/whole"; }

# Programs come last: where a library has the same source, `main` is missed by the program alone.
tab=$(printf '\t')
said target | sort -r -k 2 -t "$tab" | while IFS=$tab read -r directory kind path; do
  is_stub "$directory" || continue
  case $kind in
    bin | custom-build) text='fn main() {}' ;;
    test | bench | example)
      # Those that Cargo finds by itself are not missed, those that the manifest names are.
      grep -q "^\[\[$kind\]\]" "$directory/Cargo.toml" || continue
      text='fn main() {}'
      ;;
    *) text='' ;;
  esac
  stub=$output${path#"$context"}
  mkdir -p "${stub%/*}"
  # A stub uses no dependency, whatever [lints] says about that.
  printf '//! A stub.\n#![allow(unused_crate_dependencies)]\n%s\n' "$text" >"$stub"
done

# Packages that are neither members nor dependencies are looked at for what others inherit from them: they are packages if
# they have a source.
while read -r manifest; do
  for source in src/lib.rs src/main.rs; do
    stub=$output${manifest#"$context"}
    stub=${stub%/Cargo.toml}/$source
    if [ -f "${manifest%/Cargo.toml}/$source" ] && [ ! -f "$stub" ]; then
      mkdir -p "${stub%/*}"
      printf '//! A stub.\nfn main() {}\n' >"$stub"
    fi
  done
done <"$work/manifests"

said member | while IFS=$tab read -r directory package; do
  if is_stub "$directory"; then echo "--package $package"; fi
done | sort -u >"$output/.members"
rm -r "$work"
