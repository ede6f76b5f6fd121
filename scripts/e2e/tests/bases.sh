#!/usr/bin/env bash
# Images on real bases, from a registry: Alpine, Debian and distroless. Each runs locked down; a dynamic program runs
# where it was proven to and is refused where it would not; layers are mounted, and a base is there without its registry.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools bases jq skopeo docker-registry
need_engine bases

# A registry of its own, as it is stopped on the way.
scripts=$ROOT/scripts/e2e
registry=bases-$$
REGISTRY=$("$scripts/registry-up" --name "$registry")
cleanup() {
  "$scripts/registry-down" --name "$registry" --purge >/dev/null 2>&1 || true
  "$DOCKER" rmi -f "$image" >/dev/null 2>&1 || true
}
image=plimsoll-e2e:bases-$$
trap cleanup EXIT
"$scripts/base-images" --push "$REGISTRY" alpine debian distroless || leave_out bases "the base images can't be made here"
export PLIMSOLL_CACHE_DIR=$WORK/cache
static_program "$WORK/hello" 'hello from a base'
printf 'fn main() { println!("{}", "dynamic"); }\n' >"$WORK/dynamic.rs"
expect "rustc compiles a dynamic program" rustc --edition 2021 -O --crate-name program -o "$WORK/dynamic" "$WORK/dynamic.rs"
cd "$WORK" || exit

locked_down=(--rm --read-only --cap-drop ALL --security-opt no-new-privileges --memory 64m --pids-limit 64)

alpine=$REGISTRY/library/alpine:3.23
debian=$REGISTRY/library/debian:bookworm-slim
distroless=$REGISTRY/distroless/static-debian12:nonroot
cc=$REGISTRY/distroless/cc-debian12:nonroot

for base in "$alpine" "$debian" "$distroless"; do
  expect "a build on $base" "$PLIMSOLL" build --binary "$WORK/hello" --base "$base" -o "docker:$image" -o "oci:$WORK/out.oci"
  layout_is_exact "$WORK/out.oci"
  same "what it prints on $base" 'hello from a base' "$("$DOCKER" run "${locked_down[@]}" "$image")"
  user=$("$DOCKER" image inspect -f '{{.Config.User}}' "$image")
  [ "${user%%:*}" = 65532 ] || fail "on $base it runs as \"$user\""
done

# The base's own programs are there, as nothing of it is hidden.
expect "a build on Alpine" "$PLIMSOLL" build --binary "$WORK/hello" --base "$alpine" -o "docker:$image"
same "Alpine's own user" root "$("$DOCKER" run "${locked_down[@]}" --user 0 --entrypoint /bin/sh "$image" -c 'id -un')"

expect "a dynamic program on distroless/cc" "$PLIMSOLL" build --binary "$WORK/dynamic" --base "$cc" -o "docker:$image"
same "what it prints" dynamic "$("$DOCKER" run "${locked_down[@]}" "$image")"
for base in "$alpine" "$distroless"; do
  if said=$("$PLIMSOLL" build --binary "$WORK/dynamic" --base "$base" -o "oci:$WORK/no.oci" 2>&1); then
    fail "a dynamic program was packed on $base"
  fi
  [[ $said = *"can't run on the base"* ]] || fail "why not on $base: $said"
done

# What the registry has of the base is mounted: no more than the program goes over the line.
expect "a push" "$PLIMSOLL" build --binary "$WORK/hello" --base "$debian" --push -t "$REGISTRY/e2e/bases-$$:1.0.0"
grep -q "^mounted sha256:" "$WORK/expect.log" || {
  cat "$WORK/expect.log"
  fail "no layer of the base was mounted"
}
skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/e2e/bases-$$:1.0.0" >"$WORK/manifest.json"
same "base.name" "$debian" "$(jq -r '.annotations["org.opencontainers.image.base.name"]' "$WORK/manifest.json")"

# Without the registry, the lock file and what was downloaded suffice.
before=$("$PLIMSOLL" build --binary "$WORK/hello" --base "$debian" -o "oci:$WORK/a.oci" --format json | jq -r .digest)
expect "registry-down" "$scripts/registry-down" --name "$registry"
after=$("$PLIMSOLL" build --binary "$WORK/hello" --base "$debian" -o "oci:$WORK/b.oci" --offline --format json | jq -r .digest)
same "the digest offline" "$before" "$after"
