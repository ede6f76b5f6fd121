#!/usr/bin/env bash
# Images from a Dockerfile by the real Docker Engine and by buildah: the digest is known, a secret is read and is in no
# layer, the health check survives, a failing build is one, and what is pushed is what was reported.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools build-engines jq skopeo
cd "$WORK" || exit

name=plimsoll-e2e-engines-$$
cleanup() {
  [ -z "$DOCKER_HOST" ] || "$DOCKER" rmi -f "$name:1.2.3" "$name:example" >/dev/null 2>&1 || true
  rm -rf --one-file-system "$WORK/storage"
}
trap cleanup EXIT

# One static program is all that the Dockerfile needs: no base, no shell, no network.
mkdir -p project
cat >tool.rs <<'RUST'
use std::{env, fs, process::exit, thread::sleep, time::Duration};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match &words[..] {
        ["secret", wanted] => {
            let found = fs::read_to_string("/run/secrets/token").unwrap();
            println!("a secret of {} letters", found.trim().len());
            exit(i32::from(found.trim().len().to_string() != *wanted))
        }
        ["write", text] => fs::write("/for", text).unwrap(),
        ["fail"] => {
            println!("no luck");
            exit(7)
        }
        ["sleep", name] => {
            println!("{name} sleeps");
            sleep(Duration::from_secs(600))
        }
        _ => println!("hello from a Dockerfile"),
    }
}
RUST
target=()
if has_target "$(uname -m)-unknown-linux-musl"; then target=(--target "$(uname -m)-unknown-linux-musl"); fi
expect "rustc compiles a static program" rustc --edition 2021 -O "${target[@]}" -C target-feature=+crt-static -o project/hello tool.rs
cat >project/Dockerfile <<'DOCKERFILE'
FROM scratch AS builder
COPY hello /hello
ARG WHO=nobody
RUN --mount=type=secret,id=token ["/hello", "secret", "11"]
RUN ["/hello", "write", "for somebody"]

FROM builder AS broken
RUN ["/hello", "fail"]

FROM scratch AS app
COPY --from=builder /hello /hello
COPY --from=builder /for /for
USER 65532:65532
HEALTHCHECK --interval=7s CMD ["/hello"]
ENTRYPOINT ["/hello"]
DOCKERFILE
export TOKEN=hunter2-e2e

# try ENGINE: builds, and looks at all that was promised.
try() {
  local engine=$1 config digest
  local build=("$PLIMSOLL" build --engine "$engine" project --target app --secret "id=token,env=TOKEN" --build-arg WHO=you)
  rm -rf out.oci
  "${build[@]}" --format json -o oci:out.oci -t "$name:1.2.3" >report.json 2>log || {
    cat log
    fail "$engine did not build"
  }
  layout_is_exact out.oci
  digest=$(manifest_digest out.oci)
  same "$engine: the digest" "$digest" "$(jq -r .digest report.json)"
  same "$engine: the user" 65532:65532 "$(jq -r '.images[0].user' report.json)"
  same "$engine: its layers" 2 "$(jq '.images[0].layers | length' report.json)"
  jq -e '.images[0].layers | all(.created_by != "" and .size > 0)' report.json >/dev/null || fail "$engine: layers without a command"
  config=$(config_of out.oci)
  same "$engine: the health check" '["CMD","/hello"]' "$(jq -c .config.Healthcheck.Test "$config")"
  # Nothing of the secret, wherever one looks: in the log, the report, the configuration and the layers.
  if grep -q hunter2-e2e log report.json "$config"; then fail "$engine: the secret is shown"; fi
  for layer in $(jq -r '.images[0].layers[].digest' report.json); do
    if gzip -dc <"$(blob out.oci "$layer")" | grep -qa hunter2-e2e; then fail "$engine: the secret is in a layer"; fi
  done
  same "$engine: an unchanged build" "$digest" "$("${build[@]}" --format json -o oci:out.oci -t "$name:1.2.3" 2>/dev/null | jq -r .digest)"

  local status=0
  "$PLIMSOLL" build --engine "$engine" project --target broken --secret id=token,env=TOKEN -o oci:no.oci >said 2>log || status=$?
  same "$engine: exit code of a failing build" 2 "$status"
  if [ -s said ] || [ -e no.oci ]; then fail "$engine: a failing build gave something"; fi
  grep -q 'project/Dockerfile:8' log || {
    cat log
    fail "$engine: the instruction is not shown"
  }

  if [ -n "$REGISTRY" ]; then
    local reference=$REGISTRY/e2e/$name-$engine
    same "$engine: what is pushed" "$reference@$digest" \
      "$("${build[@]}" -q --push -t "$reference:1.2.3" 2>/dev/null)"
    same "$engine: what the registry has" "$digest" \
      "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$reference:1.2.3")"
  else
    leave_part_out "build-engines: --push with $engine" "no registry"
  fi
}

# ends ENGINE: whoever stops plimsoll stops the engine.
ends() {
  local pid began
  printf 'FROM scratch\nCOPY hello /hello\nRUN ["/hello", "sleep", "%s"]\n' "$name" >project/Slow
  "$PLIMSOLL" build --engine "$1" project -f project/Slow -o oci:no.oci >said 2>log &
  pid=$!
  # shellcheck disable=SC2317 # Called by within.
  sleeps() { pgrep -f "^/hello sleep $name" >/dev/null; }
  within 60 sleeps || fail "$1: the build does not begin"
  began=$(milliseconds)
  kill -TERM $pid
  wait $pid && fail "$1: a stopped build succeeded"
  # shellcheck disable=SC2317 # Called by within.
  rests() { ! sleeps; }
  within 20 rests || fail "$1: it still runs $(($(milliseconds) - began)) ms after the signal"
}

if [ -n "$DOCKER_HOST" ]; then
  PATH=$(dirname "$DOCKER"):$PATH
  try docker
  ends docker
  # Without -o it stays in the engine, where it runs; BuildKit without buildx is the engine's own.
  status=0
  printed=$("$PLIMSOLL" build -q --engine buildkit project --secret id=token,env=TOKEN -t "$name:1.2.3" 2>log) || status=$?
  if [ $status != 0 ]; then
    cat log
    fail "no image in the engine"
  fi
  same "what is printed" "$name:1.2.3" "$printed"
  same "what it says" 'hello from a Dockerfile' "$("$DOCKER" run --rm --read-only --cap-drop ALL "$printed")"
  if [ -n "$REGISTRY" ]; then
    # The steps travel with the image.
    reference=$REGISTRY/e2e/$name-inline
    # One stage: the BuildKit of Docker 20.10 ends when it writes steps of an image whose stages all begin with scratch.
    printf 'FROM scratch\nCOPY hello /hello\nRUN ["/hello", "write", "for somebody"]\nENTRYPOINT ["/hello"]\n' >inline.Dockerfile
    inline=("$PLIMSOLL" build --engine docker -f inline.Dockerfile project --cache inline --push --allow-retag -t "$reference:main")
    expect "a build with an inline cache" "${inline[@]}"
    "${inline[@]}" >said 2>log || fail "it can't be built again: $(tail -n 3 log)"
    grep -q 'importing cache manifest' log || fail "the cache is not looked for: $(cat log)"
    skopeo inspect --config --raw --tls-verify=false "docker://$reference:main" | jq -e '."moby.buildkit.cache.v0"' >/dev/null ||
      fail "the image has no steps in it"
  fi
  # A Dockerfile of `init`.
  if "$ROOT/scripts/e2e/base-images" debian rust distroless >images.log 2>&1; then
    cp -r "$ROOT/tests/workspaces/single" single
    rm -rf single/target
    expect "plimsoll init" "$PLIMSOLL" init --yes --quiet --offline single
    expect "a Dockerfile of init" "$PLIMSOLL" build --engine docker single -t "$name:example"
    same "its user" 65532:65532 "$("$DOCKER" image inspect -f '{{.Config.User}}' "$name:example")"
  else
    leave_part_out "build-engines: a Dockerfile of init" "no base images: $(tail -n 1 images.log)"
  fi
else
  leave_part_out "build-engines: docker" "no Docker Engine"
fi

if command -v buildah >/dev/null; then
  mkdir -p storage
  printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$WORK/storage/root" "$WORK/storage/run" >storage.conf
  export CONTAINERS_STORAGE_CONF=$WORK/storage.conf
  # Its own clients of registries want a file there.
  unset DOCKER_CONFIG
  try buildah
  ends buildah
else
  leave_part_out "build-engines: buildah" "buildah is not installed"
fi
