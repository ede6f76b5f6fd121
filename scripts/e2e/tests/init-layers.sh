#!/usr/bin/env bash
# The dependency layer of generated Dockerfiles: an edit of a source compiles no dependency and ships the new code, also
# in a workspace with path dependencies; an edit of Cargo.lock compiles what it changes.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init-layers
need_tools init-layers curl jq
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images init-layers debian rust distroless
trap remove_generated EXIT

# first_build WORKSPACE TARGET: without what others left in layers.
first_build() {
  copy_project "$ROOT/tests/workspaces/$1" "$1"
  # What an earlier run has left in the engine is of no use to this one.
  echo "# $$ $(date +%s)" >>Cargo.toml
  # shellcheck disable=SC2119 # Without options.
  generate
  image_build first "$2"
  [ -n "$(dependencies_compiled first)" ] || fail "$1: no dependency is seen in the log of the first build"
}

# rebuild WHAT TARGET WANTED: the packages of the project that are compiled, and no dependency.
rebuild() {
  image_build edit "$2"
  same "dependencies compiled after $1" '' "$(dependencies_compiled edit)"
  same "packages compiled after $1" "$3" "$(members_compiled edit)"
}

# says TARGET PORT PATH: what it answers in a container.
says() {
  start "$1" -p "127.0.0.1::$2"
  within 20 answers "$(address "$1" "$2")$3" || fail "$1 does not answer"
  ask "$(address "$1" "$2")$3"
  expect "docker rm" "$DOCKER" rm -f "$generated-$1"
}

first_build single tide
sed -i 's/{:.2} m/{:.2} metres/' src/main.rs
rebuild "an edit of the source" tide 'tide v0.3.1'
[[ $(says tide 8080 /) = *metres ]] || fail "the new code is not in the image"
# The time of a file may go back: a checkout of an older commit, or a copy that keeps times.
sed -i 's/{:.2} metres/{:.2} fathoms/' src/main.rs
touch -d '2001-01-01' src/main.rs
rebuild "an edit with an old time" tide 'tide v0.3.1'
[[ $(says tide 8080 /) = *fathoms ]] || fail "the new code is not in the image, as its file is old"

locked=$(sed -n '/^name = "log"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
older=0.4.28
[ "$locked" != "$older" ] || older=0.4.27
expect "another version of a dependency" cargo update -p log --precise "$older"
image_build lock tide
dependencies_compiled lock | grep -qx "log v$older" || fail "an edit of Cargo.lock does not compile the dependency: $(dependencies_compiled lock)"

first_build virtual harbour-api
sed -i 's/Great Eastern/Great Western/' crates/berths/src/lib.rs
# Members are compiled together, by the command that compiled the dependencies: its options decide about features.
members=$'harbour-api v1.4.0\nharbour-berths v1.4.0\nharbour-worker v1.4.0'
rebuild "an edit of a path dependency" harbour-api "$members"
[[ $(says harbour-api 7000 /berths) = *'Great Western'* ]] || fail "the new code of a path dependency is not in the image"
sed -i 's/no such page/nothing here/' crates/api/src/serve.rs
rebuild "an edit of a member" harbour-api "$members"
