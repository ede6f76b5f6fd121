# shellcheck shell=bash
# What the tests of `plimsoll init` share: a project is copied, gets its files, is built with BuildKit and run locked
# down. Sourced after testing.sh, never run.
#
# Images and containers have names that begin with $generated; `remove_generated` removes them.

generated=plimsoll-e2e-generated-$$
export DOCKER_BUILDKIT=1 BUILDKIT_PROGRESS=plain
mkdir -p "$WORK/logs"

remove_generated() {
  local left
  left=$("$DOCKER" ps -aq --filter "name=^$generated" 2>/dev/null) || true
  # shellcheck disable=SC2086 # Several identifiers.
  [ -z "$left" ] || "$DOCKER" rm -f $left >/dev/null 2>&1 || true
  left=$("$DOCKER" images -q --filter "reference=$generated*" 2>/dev/null | sort -u) || true
  # shellcheck disable=SC2086 # Several identifiers.
  [ -z "$left" ] || "$DOCKER" rmi -f $left >/dev/null 2>&1 || true
}

# need_images NAME IMAGE...: the stand-ins for images that can't be pulled.
need_images() {
  "$ROOT/scripts/e2e/base-images" "${@:2}" >"$WORK/logs/images" 2>&1 ||
    leave_out "$1" "no base images: $(tail -n 1 "$WORK/logs/images")"
}

# copy_project DIR NAME: a copy without what was built and without the files of containers; enters it.
copy_project() {
  mkdir -p "$WORK/$2"
  tar -C "$1" --exclude=./target --exclude=./Dockerfile --exclude=./.dockerignore --exclude='./compose*.yaml' \
    --exclude=./plimsoll.toml --exclude=./.github -cf - . | tar -C "$WORK/$2" -xf -
  cd "$WORK/$2" || fail "no copy of $1"
}

# What is in the project, for comparing.
state() { find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum; }

# generate [OPTION...]: `plimsoll init` in the current directory. What it writes passes `check`, and a second run changes
# nothing.
generate() {
  local before findings
  expect "plimsoll init" "$PLIMSOLL" init --yes "$@"
  cp "$WORK/expect.log" "$WORK/logs/init"
  [ -f Dockerfile ] || fail "init wrote no Dockerfile"
  findings=$("$PLIMSOLL" check --format json --fail-on never . | jq -r '.findings[] | "\(.path):\(.span.start.line): \(.rule): \(.message)"')
  same "findings in what init wrote" '' "$findings"
  before=$(state)
  expect "plimsoll init again" "$PLIMSOLL" init --yes "$@"
  same "the project after a second init" "$before" "$(state)"
}

# image_build LOG TARGET [OPTION...]: builds a target of the Dockerfile in the current directory, as
# $generated-TARGET. The log is $WORK/logs/LOG.
image_build() {
  local log=$WORK/logs/$1
  "$DOCKER" build "${@:3}" --target "$2" -t "$generated-$2" . >"$log" 2>&1 </dev/null || {
    tail -n 60 "$log"
    cat Dockerfile
    fail "${PWD##*/}: docker build --target $2"
  }
  # What the compiler warns of in code of ours is a defect of ours.
  if grep -E '^#[0-9]+ +[0-9.]+ +warning: (unused|use of deprecated)' "$log"; then fail "$2: rustc warns"; fi
}

# dependencies_compiled LOG: what was compiled in that build and is no package of the project: cargo tells where its
# packages lie in parentheses.
dependencies_compiled() { sed -nE 's/^#[0-9]+ +[0-9.]+ +Compiling ([^ ]+ v[^ ]+)( \((proc-macro)\))?$/\1/p' "$WORK/logs/$1" | sort -u; }
# members_compiled LOG
members_compiled() { sed -nE 's/^#[0-9]+ +[0-9.]+ +Compiling ([^ ]+ v[^ ]+) \(\/.*$/\1/p' "$WORK/logs/$1" | sort -u; }

locked_down=(--read-only --cap-drop ALL --security-opt no-new-privileges --memory 128m --pids-limit 64)

# start TARGET [OPTION...]: runs it locked down, as a container of the image's name.
start() { expect "docker run $1" "$DOCKER" run -d --name "$generated-$1" "${locked_down[@]}" "${@:2}" "$generated-$1"; }

# address TARGET PORT: where the host reaches it.
address() { "$DOCKER" port "$generated-$1" "$2/tcp" | grep -v '^\[' | head -n 1; }

# ask URL [OPTION...]: what it answers.
ask() { curl --silent --show-error --fail --noproxy '*' --max-time 10 "${@:2}" "http://$1"; }
answers() { ask "$1" -o /dev/null 2>/dev/null; }

# is_up TARGET: it runs.
is_up() { [ "$("$DOCKER" inspect -f '{{.State.Running}}' "$generated-$1")" = true ]; }
is_healthy() { [ "$("$DOCKER" inspect -f '{{.State.Health.Status}}' "$generated-$1")" = healthy ]; }
becomes_healthy() {
  within 60 is_healthy "$1" || {
    "$DOCKER" inspect -f '{{json .State}}' "$generated-$1"
    "$DOCKER" logs "$generated-$1"
    fail "$1 does not become healthy"
  }
}
has_healthcheck() { [ "$("$DOCKER" image inspect -f '{{with .Config.Healthcheck}}{{index .Test 0}}{{end}}' "$generated-$1")" = CMD ]; }

# is_locked_down TARGET: the user of the image and of its processes is 65532.
is_locked_down() {
  same "$1: the image's user" 65532:65532 "$("$DOCKER" image inspect -f '{{.Config.User}}' "$generated-$1")"
  same "$1: the processes' users" 65532 "$("$DOCKER" top "$generated-$1" -o pid,uid | awk 'NR > 1 { print $2 }' | sort -u)"
}

# stops TARGET: on SIGTERM, within two seconds, by its own exit or by the signal.
stops() {
  local began took code
  began=$(milliseconds)
  expect "docker stop $1" "$DOCKER" stop -t 10 "$generated-$1"
  took=$(($(milliseconds) - began))
  code=$("$DOCKER" inspect -f '{{.State.ExitCode}}' "$generated-$1")
  [ "$took" -lt 2000 ] || fail "$1: docker stop took $took ms (exit code $code)"
  [ "$code" = 0 ] || [ "$code" = 143 ] || fail "$1: exit code $code after SIGTERM"
  expect "docker rm $1" "$DOCKER" rm -f "$generated-$1"
}

# megabytes TARGET: the image's size, for whoever reads the log.
megabytes() { "$DOCKER" image inspect -f '{{.Size}}' "$generated-$1" | awk '{ printf "%.2f MB", $1 / 1e6 }'; }
