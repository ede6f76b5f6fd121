#!/usr/bin/env bash
# A pure-Rust program is built for arm64 without a cross compiler, and runs; both platforms make one index.
# The program has one thread: qemu-user-static 7.2 hangs with more.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
name='target: arm64'
has_target aarch64-unknown-linux-musl || leave_out "$name" "the Rust target aarch64-unknown-linux-musl is not installed"
need_tools "$name" skopeo umoci jq
emulator=()
if [ "$(uname -m)" != aarch64 ]; then
  need_tools "$name" qemu-aarch64-static
  emulator=(qemu-aarch64-static)
fi

mkdir -p "$WORK/voyage/src"
cd "$WORK/voyage"
# Its own [workspace]: cargo would look for one in the directories above.
cat >Cargo.toml <<'TOML'
[package]
name = "voyage"
version = "1.2.3"
edition = "2021"

[workspace]
TOML
cat >src/main.rs <<'RUST'
use std::collections::BTreeMap;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let lengths: BTreeMap<&str, usize> = words.iter().map(|it| (it.as_str(), it.len())).collect();
    println!("{} {lengths:?}", std::env::consts::ARCH);
}
RUST
expect "cargo generate-lockfile" cargo generate-lockfile --offline

expect "plimsoll build --platform linux/arm64" "$PLIMSOLL" build --platform linux/arm64 -o "oci:$WORK/arm64.oci"
layout_is_exact "$WORK/arm64.oci"
config=$(config_of "$WORK/arm64.oci")
same "the image's platform" linux/arm64 "$(jq -r '.os + "/" + .architecture' "$config")"
rootless=(--rootless)
[ "$(id -u)" != 0 ] || rootless=()
reference=$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"] // "latest"' "$WORK/arm64.oci/index.json")
expect "umoci unpack" umoci unpack "${rootless[@]}" --image "$WORK/arm64.oci:$reference" "$WORK/bundle"
program=$WORK/bundle/rootfs$(jq -er '.config.Entrypoint[0]' "$config")
same "what the program prints" 'aarch64 {"hull": 4, "keel": 4}' \
  "$(timeout 60 "${emulator[@]}" "$program" keel hull)"

has_target x86_64-unknown-linux-musl || leave_out 'target: amd64 and arm64' "the Rust target x86_64-unknown-linux-musl is not installed"
expect "plimsoll build of two platforms" \
  "$PLIMSOLL" build --platform linux/amd64,linux/arm64 -o "oci:$WORK/both.oci"
layout_is_exact "$WORK/both.oci"
index=$(blob "$WORK/both.oci" "$(manifest_digest "$WORK/both.oci")")
same "the index's type" application/vnd.oci.image.index.v1+json "$(jq -r .mediaType "$index")"
same "the index's platforms" 'linux/amd64 linux/arm64' \
  "$(jq -r '[.manifests[].platform | .os + "/" + .architecture] | join(" ")' "$index")"
same "the same image alone and in the index" "$(manifest_digest "$WORK/arm64.oci")" \
  "$(jq -r '.manifests[] | select(.platform.architecture == "arm64") | .digest' "$index")"
expect "skopeo copy --all" skopeo --insecure-policy copy --all "oci:$WORK/both.oci" "dir:$WORK/both.dir"
