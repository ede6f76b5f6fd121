#!/usr/bin/env bash
# What plimsoll writes is taken by the tools that everybody has: skopeo, umoci, a registry and a Docker Engine.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools accepted-by-peers skopeo umoci jq
cd "$WORK"

program=plimsoll-e2e-peers-$$
static_program "$WORK/$program" accepted
skopeo=(skopeo --insecure-policy)

loaded=''
cleanup() { [ -z "$loaded" ] || "$DOCKER" rmi -f "$loaded" >/dev/null 2>&1 || true; }
trap cleanup EXIT

# unpacks_with_umoci NAME: and the program in there is the one that went in.
unpacks_with_umoci() {
  local rootless=(--rootless) reference entrypoint
  [ "$(id -u)" != 0 ] || rootless=()
  reference=$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"] // "latest"' "$1.oci/index.json")
  expect "umoci unpack, $1" umoci unpack "${rootless[@]}" --image "$1.oci:$reference" "$1.bundle"
  entrypoint=$1.bundle/rootfs$(jq -er '.config.Entrypoint[0]' "$(config_of "$1.oci")")
  same "mode of the program, $1" 555 "$(stat -c %a "$entrypoint")"
  [ "$(id -u)" != 0 ] || same "owner of the program, $1" 0:0 "$(stat -c %u:%g "$entrypoint")"
  same "what the program prints, $1" accepted "$("$entrypoint")"
}

declare -A suffix=([gzip]=+gzip [zstd]=+zstd [none]='')
for compression in gzip zstd none; do
  layout=$compression.oci
  expect "plimsoll build --compression $compression" \
    "$PLIMSOLL" build --binary "$program" -o "oci:$layout" --compression "$compression"
  layout_is_exact "$layout"
  digest=$(manifest_digest "$layout")
  same "the layers' type" "application/vnd.oci.image.layer.v1.tar${suffix[$compression]}" \
    "$(jq -r '.layers[].mediaType' "$(blob "$layout" "$digest")" | sort -u)"

  expect "skopeo inspect, $compression" "${skopeo[@]}" inspect "oci:$layout"
  expect "skopeo copy to a directory, $compression" "${skopeo[@]}" copy "oci:$layout" "dir:$compression.dir"
  if [ -n "$REGISTRY" ]; then
    remote=docker://$REGISTRY/$program:$compression
    # As it is: skopeo would compress what is not.
    expect "skopeo copy to a registry, $compression" \
      "${skopeo[@]}" copy --preserve-digests --dest-tls-verify=false "oci:$layout" "$remote"
    same "the digest in the registry, $compression" "$digest" \
      "$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "$remote")"
  fi
  # umoci knows zstd from version 0.5 on.
  if [ $compression != zstd ] || [[ ! $(umoci --version) =~ version\ 0\.[0-4]\. ]]; then
    unpacks_with_umoci $compression
  fi
done

expect "plimsoll build of archives" \
  "$PLIMSOLL" build --binary "$program" -o oci-archive:oci.tar -o docker-archive:docker.tar
expect "skopeo copy of an OCI archive" "${skopeo[@]}" copy oci-archive:oci.tar dir:oci-archive.dir
same "the manifest in the OCI archive" "$(manifest_digest gzip.oci)" \
  "sha256:$(sha256sum <oci-archive.dir/manifest.json | cut -d' ' -f1)"
expect "skopeo copy of a docker archive" "${skopeo[@]}" copy docker-archive:docker.tar dir:docker-archive.dir

[ -n "$REGISTRY" ] || leave_part_out "accepted-by-peers: registry" "no registry"
if [ -n "$DOCKER_HOST" ]; then
  loaded=$("$DOCKER" load -i docker.tar | sed -n 's/^Loaded image\( ID\)\{0,1\}: //p')
  [ -n "$loaded" ] || fail "docker load names no image"
  same "what the loaded image prints" accepted "$("$DOCKER" run --rm "$loaded")"
else
  leave_part_out "accepted-by-peers: docker load" "no Docker Engine"
fi
