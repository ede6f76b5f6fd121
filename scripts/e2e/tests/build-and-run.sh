#!/usr/bin/env bash
# The standard's own example is built, loaded into a Docker Engine and run locked down: it becomes healthy,
# converts over HTTP, is not root, and stops in time.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine build-and-run
need_tools build-and-run curl jq

image=plimsoll-e2e:build-and-run-$$ container=plimsoll-e2e-build-and-run-$$
locked_down=(--read-only --cap-drop ALL --security-opt no-new-privileges --memory 64m --pids-limit 64)
cleanup() {
  "$DOCKER" rm -f "$container" >/dev/null 2>&1 || true
  "$DOCKER" rmi -f "$image" >/dev/null 2>&1 || true
}
trap cleanup EXIT

example=$ROOT/examples/html-to-markdown
expect "plimsoll build" "$PLIMSOLL" build "$example" -o "oci:$WORK/example.oci" -o "docker:$image"
layout_is_exact "$WORK/example.oci"
# The second build finds everything in its cache and prints for `docker run $(plimsoll build -q ...)`.
same "what -q prints" "$image" "$("$PLIMSOLL" build "$example" -o "docker:$image" -q)"

expect "docker run" "$DOCKER" run -d --name "$container" "${locked_down[@]}" -p 127.0.0.1::3000 "$image"
is_healthy() { [ "$("$DOCKER" inspect -f '{{.State.Health.Status}}' "$container")" = healthy ]; }
within 60 is_healthy || {
  "$DOCKER" inspect -f '{{json .State}}' "$container"
  "$DOCKER" logs "$container"
  fail "it does not become healthy"
}

address=$("$DOCKER" port "$container" 3000/tcp | head -n 1)
converted=$(curl --silent --show-error --fail --noproxy '*' --max-time 10 -H 'Content-Type: text/html' --data-binary \
  '<h1>Hull</h1><p>A <strong>mark</strong> and a <a href="https://example.org/">line</a>.</p>' "http://$address/convert")
same "a conversion" $'# Hull\n\nA **mark** and a [line](https://example.org/).' "$converted"

same "the processes' users" 65532 "$("$DOCKER" top "$container" -o pid,uid | awk 'NR > 1 { print $2 }' | sort -u)"

began=$(milliseconds)
expect "docker stop" "$DOCKER" stop -t 10 "$container"
took=$(($(milliseconds) - began))
[ "$took" -lt 2000 ] || fail "docker stop took $took ms"
same "its exit code" 0 "$("$DOCKER" inspect -f '{{.State.ExitCode}}' "$container")"

version=$("$DOCKER" run --rm "${locked_down[@]}" "$image" --version)
[[ $version = 'html-to-markdown '[0-9]* ]] || fail "--version prints \"$version\""
