#!/usr/bin/env bash
# The example's Dockerfile for every base: scratch, distroless, Alpine and Debian. Each passes `check`, is built with
# BuildKit and runs locked down.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init-bases
need_tools init-bases curl jq
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images init-bases debian rust distroless alpine
trap remove_generated EXIT
program=html-to-markdown

for base in scratch distroless alpine debian; do
  copy_project "$ROOT/examples/$program" "$base"
  generate --base "$base"
  image_build "$base" "$program"
  start "$program" -p 127.0.0.1::3000
  becomes_healthy "$program"
  same "a conversion on $base" '# Hull' \
    "$(ask "$(address "$program" 3000)/convert" -H 'Content-Type: text/html' --data-binary '<h1>Hull</h1>')"
  is_locked_down "$program"
  stops "$program"
  echo "$base: $(megabytes "$program")"
  if [ "$base" = scratch ]; then
    "$DOCKER" create --name "$generated-files" "$generated-$program" >/dev/null
    expect "the program" "$DOCKER" cp "$generated-files:/usr/local/bin/$program" "$WORK/program"
    size=$("$DOCKER" image inspect -f '{{.Size}}' "$generated-$program")
    most=$(($(stat -c %s "$WORK/program") + 200000))
    [ "$size" -le "$most" ] || fail "on scratch the image has $size bytes, the program and 200 KB are $most"
  fi
done

# Packages of Alpine need its repository, which not every machine reaches.
cd "$WORK/alpine" || fail "no project"
! grep -q 'apk add' Dockerfile || fail "a static program needs no package of Alpine"
if ! timeout 60 "$DOCKER" run --rm alpine:3.23 apk add --no-cache libpq >"$WORK/logs/apk" 2>&1; then
  leave_part_out 'target: packages of Alpine' "its repository can't be reached: $(grep -m 1 -iE 'error|warning' "$WORK/logs/apk")"
  exit 0
fi
copy_project "$ROOT/tests/workspaces/openssl" openssl-alpine
generate --base alpine
image_build openssl-alpine seal
start seal -p 127.0.0.1::8200
becomes_healthy seal
stops seal
