# shellcheck shell=bash disable=SC2154 # The variables that are read here and not set come from scripts/test.
# How scripts/test runs a step, counts what came of it and says so. Sourced by it, never run. $run is
# the directory of this run.

passed=0 failed=0 ignored=0 failures=()
# What is left out, one `left out: NAME: WHY` a line.
touch "$run/left-out"

seconds_since() { echo "$1 $EPOCHREALTIME" | tr , . | awk '{ printf "%.1f", $2 - $1 }'; }
say() { printf '%-20s %s\n' "$1" "$2"; }

left_out() { # left_out NAME WHY
  echo "left out: $1: $2" >>"$run/left-out"
  say "$1" "left out: $2"
}

# What cargo says about work that went well hides why the rest did not.
show_failure() {
  grep -avE '^ *(Adding|Blocking|Checking|Compiling|Doc-tests|Downloaded|Downloading|Finished|Fresh|Locking|Running|Updating) |^test .* \.\.\. ok$|^running [0-9]+ tests?$' \
    "$1" | cat -s | tail -n 200
  echo "(all of it: $1)"
}

# attempt NAME LIMIT CMD...: runs CMD with its output in $log. In the background, as bash obeys a signal at once
# only while it waits.
attempt() {
  local name=$1 limit=$2 status
  log=$E2E/log/test-${1// /-}.log
  shift 2
  began=$EPOCHREALTIME
  [ ! -t 1 ] || printf '%s ...\r' "$name"
  timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null 8>&- &
  child=$!
  wait "$child"
  status=$?
  child=''
  [ $status != 124 ] || echo "stopped after $limit s" >>"$log"
  return $status
}

failed_step() { # failed_step NAME COUNT
  failed=$((failed + $2)) failures+=("$1")
  say "$1" "FAILED  $(seconds_since "$began") s"
  show_failure "$log"
  return 1
}

check() { # check NAME CMD...: a step that passes or fails as a whole
  if attempt "$1" "$STEP_LIMIT" "${@:2}"; then
    say "$1" "ok  $(seconds_since "$began") s"
  else
    failed_step "$1" 1
  fi
}

# cargo_tests NAME CMD...: a step of many tests. Those that leave themselves out pass for cargo: they append their line to
# $PLIMSOLL_LEFT_OUT, or print it.
cargo_tests() {
  local status=0 p f i n
  : >"$run/lines"
  PLIMSOLL_LEFT_OUT=$run/lines attempt "$1" "$STEP_LIMIT" "${@:2}" || status=$?
  read -r p f i < <(awk '/^test result: / { p += $4; f += $6; i += $8 } END { print p + 0, f + 0, i + 0 }' "$log")
  # With a single thread, the test's own line has begun already.
  sed -nE 's/^(test .* \.\.\. )?(left out: .*)/\2/p' "$log" >>"$run/lines"
  sort -u "$run/lines" >>"$run/left-out"
  n=$(sort -u "$run/lines" | wc -l)
  passed=$((passed + p - n)) ignored=$((ignored + i))
  if [ $status = 0 ] && [ $((p + f)) -gt 0 ]; then
    say "$1" "ok  $(seconds_since "$began") s  ($((p - n)) passed, $((i + n)) skipped)"
  else
    [ $status != 0 ] || echo "not one test was run" >>"$log"
    # Without a failed test, it did not compile or it broke off.
    failed_step "$1" $((f > 0 ? f : 1))
  fi
}

e2e_test() { # e2e_test FILE
  local name=${1##*/} status=0 line
  name=${name%.sh}
  mkdir -p "$run/$name/tmp"
  # Settings of the caller that would change what is built or where do not reach a test. Git and Cargo look for
  # repositories and workspaces upwards: the first stops below the checkout, the second by an own [workspace].
  attempt "$name" "$E2E_LIMIT" env -u CARGO_TARGET_DIR -u SOURCE_DATE_EPOCH NO_COLOR=1 \
    PLIMSOLL="$binary" ROOT="$ROOT" E2E="$E2E" WORK="$run/$name" TMPDIR="$run/$name/tmp" \
    DOCKER_HOST="$engine" DOCKER="$E2E/bin/docker" DOCKER_CONFIG="$run/docker-config" REGISTRY="$registry" \
    GIT_CEILING_DIRECTORIES="$run" PLIMSOLL_LEFT_OUT="$run/left-out" "$1" || status=$?
  chmod -R u+rwX "$run/$name" 2>/dev/null
  rm -rf --one-file-system "${run:?}/$name"
  case $status in
    0)
      passed=$((passed + 1))
      say "$name" "ok  $(seconds_since "$began") s"
      ;;
    77)
      line=$(grep -a '^left out: ' "$log" | tail -n 1)
      [ -n "$line" ] || line="left out: $name: it did not say why"
      echo "$line" >>"$run/left-out"
      say "$name" "$line"
      ;;
    *) failed_step "$name" 1 ;;
  esac
}
