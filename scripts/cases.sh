# shellcheck shell=bash disable=SC2154 # The variables that are read here and not set come from scripts/test.
# Sets of real files with known results, which `cargo xtask cases` holds the program against. They are not part of
# the repository: their archives lie in $PLIMSOLL_CASES, by default ../shared/cases beside the checkout. Sourced by
# scripts/test, never run.

CASES=${PLIMSOLL_CASES:-$ROOT/../shared/cases}

# unpacked ARCHIVE: prints where the archive's files are, unpacked below target/ once for each version of it.
unpacked() {
  local archive=$CASES/$1.tar.gz sum dir
  sum=$(sha256sum "$archive") || return
  dir=$ROOT/target/cases/$1-${sum:0:16}
  if [ ! -d "$dir" ]; then
    rm -rf "$ROOT/target/cases/$1"-* "$dir.new"
    mkdir -p "$dir.new" && tar -C "$dir.new" -xzf "$archive" && mv "$dir.new" "$dir" || return
  fi
  echo "$dir"
}

# cases_of ARCHIVE KIND PATH...: a step for one kind of cases; the paths are in the archive.
cases_of() {
  local archive=$1 kind=$2 dir name="cases $2 $1" path
  shift 2
  if [ ! -f "$CASES/$archive.tar.gz" ]; then
    left_out "$name" "there is no $archive.tar.gz in \$PLIMSOLL_CASES (${PLIMSOLL_CASES:-../shared/cases})"
    return
  fi
  dir=$(unpacked "$archive") || { left_out "$name" "$archive.tar.gz could not be unpacked" && return; }
  local paths=()
  for path in "$@"; do paths+=("$dir/$path"); done
  check "$name" "$release/xtask" cases "$kind" "${paths[@]}"
}

# cases_in FILE KIND: a step for one kind of cases in a file that is no archive.
cases_in() {
  local file=$CASES/$1 kind=$2 name="cases $2 ${1##*/}"
  if [ ! -f "$file" ]; then
    left_out "$name" "there is no $1 in \$PLIMSOLL_CASES (${PLIMSOLL_CASES:-../shared/cases})"
    return
  fi
  check "$name" "$release/xtask" cases "$kind" "$file"
}

cases() {
  cases_of dockerfiles dockerfile-ast dockerfiles dockerfiles.buildkit-ast.jsonl
  cases_of dockerfiles buildkit-findings dockerfiles dockerfiles.buildkit-findings.jsonl
  cases_of dockerfile-edge-cases buildkit-findings dockerfile-edge-cases dockerfile-edge-cases.buildkit-findings.jsonl
  cases_of dockerfiles fixes dockerfiles
  cases_of dockerfile-edge-cases fixes dockerfile-edge-cases
  cases_of compose-spec compose-spec compose-spec
  cases_of compose-real fixes compose-real
  cases_of workflows fixes workflows
  cases_in tags/git-states.json git-states
  cases_in tags/metadata-cases.json tags
}
