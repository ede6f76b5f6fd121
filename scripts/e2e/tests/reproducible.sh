#!/usr/bin/env bash
# Two clones in different directories, with different CARGO_HOMEs, give the same image.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools reproducible git jq

# A repository that holds the example as it is in this checkout.
mkdir "$WORK/origin"
cd "$ROOT"
git ls-files -z --cached --others --exclude-standard examples/html-to-markdown >"$WORK/files" 2>/dev/null ||
  leave_out reproducible "this checkout is no git repository"
tar --null --files-from="$WORK/files" --create | tar --extract --strip-components=2 --directory="$WORK/origin"
cd "$WORK/origin"
git init -q
git add --all
GIT_COMMITTER_DATE='1700000000 +0200' git -c user.name=test -c user.email=test@example.org \
  commit -q --date='1600000000 +0000' -m 'Build me twice'

one=$WORK/one two=$WORK/somewhere/else/entirely/two
git clone -q "$WORK/origin" "$one"
git clone -q "$WORK/origin" "$two"

# An empty CARGO_HOME, but for how this machine reaches crates.
cargo_home=${CARGO_HOME:-$HOME/.cargo} other_home=$WORK/other-cargo-home
mkdir "$other_home"
for file in config config.toml; do
  [ ! -f "$cargo_home/$file" ] || cp "$cargo_home/$file" "$other_home/"
done
(cd "$two" && CARGO_HOME=$other_home CARGO_NET_RETRY=1 timeout 300 cargo fetch --locked >"$WORK/fetch.log" 2>&1) || {
  cat "$WORK/fetch.log"
  leave_out reproducible "its crates cannot be downloaded again"
}

expect "the first build" "$PLIMSOLL" build "$one" -o "oci:$WORK/one.oci"
expect "the second build" env CARGO_HOME="$other_home" "$PLIMSOLL" build "$two" -o "oci:$WORK/two.oci"
layout_is_exact "$WORK/one.oci"
layout_is_exact "$WORK/two.oci"
if [ "$(manifest_digest "$WORK/one.oci")" != "$(manifest_digest "$WORK/two.oci")" ]; then
  # The first blob that differs tells where to look: config, or which layer.
  for layout in one two; do
    jq . "$(blob "$WORK/$layout.oci" "$(manifest_digest "$WORK/$layout.oci")")" "$(config_of "$WORK/$layout.oci")" >"$WORK/$layout.json"
  done
  diff "$WORK/one.json" "$WORK/two.json" || true
  fail "two clones give two images"
fi
