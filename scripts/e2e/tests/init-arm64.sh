#!/usr/bin/env bash
# Generated Dockerfiles build for arm64 on another machine by linking across: no step is emulated, and what comes out is a
# program for arm64.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
name='target: init-arm64'
[ "$(uname -m)" = x86_64 ] || leave_out "$name" "this machine is no x86_64"
has_target aarch64-unknown-linux-musl || leave_out "$name" "the Rust target aarch64-unknown-linux-musl is not installed"
need_engine "$name"
need_tools "$name" jq readelf
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images "$name" debian rust
trap remove_generated EXIT

# machines TARGET: the machines of the image's programs.
machines() {
  rm -rf "$WORK/files"
  mkdir "$WORK/files"
  expect "docker create" "$DOCKER" create --platform linux/arm64 --name "$generated-files" "$generated-$1"
  expect "docker cp" "$DOCKER" cp "$generated-files:/usr/local/bin" "$WORK/files"
  expect "docker rm" "$DOCKER" rm "$generated-files"
  for file in "$WORK/files/bin"/*; do readelf -h "$file" | sed -n 's/^ *Machine: *//p'; done | sort -u
}

# for_arm64 DIRECTORY NAME TARGET
for_arm64() {
  copy_project "$1" "$2"
  generate --base scratch
  image_build "$2" "$3" --platform linux/arm64
  same "$3: the image's platform" arm64 "$("$DOCKER" image inspect -f '{{.Architecture}}' "$generated-$3")"
  same "$3: the machines of its programs" AArch64 "$(machines "$3")"
}

for_arm64 "$ROOT/examples/html-to-markdown" example html-to-markdown
if command -v qemu-aarch64-static >/dev/null; then
  # It has a thread alone with this option: qemu-user-static 7.2 hangs with more.
  version=$(timeout 60 qemu-aarch64-static "$WORK/files/bin/html-to-markdown" --version)
  [[ $version = 'html-to-markdown '[0-9]* ]] || fail "--version prints \"$version\""
fi
# C code, compiled for arm64 along.
for_arm64 "$ROOT/tests/workspaces/c-code" c-code soundings
