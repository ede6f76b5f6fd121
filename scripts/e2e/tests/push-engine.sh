#!/usr/bin/env bash
# Images of a Docker Engine and the archives that it saves are pushed, and everybody takes what is in the registry.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine push-engine
need_tools push-engine skopeo jq
[ -n "$REGISTRY" ] || leave_out push-engine "no registry"
cd "$WORK"

name=plimsoll-e2e-push-$$
static_program "$WORK/$name" pushed
skopeo=(skopeo --insecure-policy)
pushed=''
cleanup() {
  "$DOCKER" rmi -f "$name:1.2.3" "$name:other" ${pushed:+"$pushed"} >/dev/null 2>&1 || true
}
trap cleanup EXIT

# digest_of TAG: what the registry has there.
digest_of() { "${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$REGISTRY/$1"; }

expect "plimsoll build into the engine" "$PLIMSOLL" build --binary "$name" -o "docker:$name:1.2.3" -o oci:layout
"$DOCKER" tag "$name:1.2.3" "$name:other"
id=$("$DOCKER" image inspect --format '{{.Id}}' "$name:1.2.3")

# By a name, by another name, by its identifier: one image.
pushed=$("$PLIMSOLL" push -q "docker:$name:1.2.3" "$REGISTRY/$name:1.2.3")
same "what is printed" "$REGISTRY/$name@$(digest_of "$name:1.2.3")" "$pushed"
for other in "docker:$name:other" "docker:$id"; do
  same "the image as $other" "$pushed" "$("$PLIMSOLL" push -q "$other" "$REGISTRY/$name:1.2.3")"
done

# What the engine saves, with one name or two, packed or not, is the same image again.
"$DOCKER" save "$name:1.2.3" "$name:other" >two.tar
gzip --keep two.tar
for archive in two.tar two.tar.gz; do
  same "the image in $archive" "$pushed" "$("$PLIMSOLL" push -q "$archive" "$REGISTRY/$name:1.2.3")"
done

# The configuration is the engine's, to the byte, and layers are compressed.
"${skopeo[@]}" inspect --tls-verify=false --raw "docker://$pushed" >manifest.json
config=$(jq -r .config.digest manifest.json)
case $id in
  "$config") ;;
  # Engines that keep images in containerd call them by manifest or index.
  *) same "the configuration" "$(jq -r .config.digest "$(blob layout "$(manifest_digest layout)")")" "$config" ;;
esac
same "the layers' type" application/vnd.oci.image.layer.v1.tar+gzip "$(jq -r '.layers[].mediaType' manifest.json | sort -u)"

# The engine takes it back, and it runs.
"$DOCKER" rmi -f "$name:1.2.3" "$name:other" >/dev/null
expect "docker pull by digest" "$DOCKER" pull "$pushed"
same "what the program prints" pushed "$("$DOCKER" run --rm "$pushed")"

# A tag of a version never moves; nothing of the other image is sent.
static_program "$WORK/$name" another
status=0
"$PLIMSOLL" build --binary "$name" --push -t "$REGISTRY/$name:1.2.3" >out.log 2>&1 || status=$?
same "the exit code over another image" 2 $status
grep -q "exists as ${pushed#*@}, and would become sha256:" out.log || { cat out.log; fail "the digests are not named"; }
same "the tag" "${pushed#*@}" "$(digest_of "$name:1.2.3")"

# An image that the engine has not is told as such.
status=0
"$PLIMSOLL" push "docker:$name:nothing" "$REGISTRY/$name:2" >out.log 2>&1 || status=$?
same "the exit code without an image" 2 $status
grep -q "has no image \`$name:nothing\`" out.log || { cat out.log; fail "the missing image is not named"; }
