#!/usr/bin/env bash
# A kill -9 at any moment leaves the old layout or the new one; the next run cleans up.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools kill skopeo jq
ROUNDS=50

# Plimsoll's cache lies in the target directory of the project, which is known here.
project=$WORK/project output=$WORK/output
mkdir -p "$project/src" "$output"
cd "$project"
printf '[package]\nname = "program"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n' >Cargo.toml
echo 'fn main() {}' >src/main.rs
expect "cargo generate-lockfile" cargo generate-lockfile --offline

mkdir a b # The same name twice: that of the file may go into the image.
static_program a/program first
static_program b/program second
fatten a/program 6
fatten b/program 9

build() { "$PLIMSOLL" build --binary "$1/program" -o "oci:$2" -q; }
forget() { rm -rf target "${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll"; }
files_of() { (cd "$1" && find . | sort); }

# What each binary gives when it is left alone, and how long that takes without a cache and with one.
export XDG_CACHE_HOME=$WORK/cache
declare -A digest milliseconds
forget
for binary in a b; do
  for cache in cold warm; do
    began=$(milliseconds)
    expect "plimsoll build --binary $binary/program" build $binary "$WORK/$cache-$binary.oci"
    milliseconds[$cache-$binary]=$(($(milliseconds) - began))
  done
  layout_is_exact "$WORK/cold-$binary.oci"
  digest[$binary]=$(manifest_digest "$WORK/cold-$binary.oci")
done
[ "${digest[a]}" != "${digest[b]}" ] || fail "both binaries give the same image"
cp -a target "$WORK/full-cache"

# Without a cache a run mostly compresses; with one, it mostly writes the layout; and a cache that a killed run left
# must not harm the next.
plan=(cold-a left-a warm-b warm-a cold-b left-b warm-a warm-b)
layout=$output/k.oci before='' killed=0 old=0 new=0
for ((round = 0; round < ROUNDS; round++)); do
  cache=${plan[round % 8]%-*} binary=${plan[round % 8]#*-}
  [ "$cache" = left ] || forget
  [ "$cache" != warm ] || cp -a "$WORK/full-cache" target
  [ "$cache" = warm ] || cache=cold
  after=$((RANDOM * 12 * milliseconds[$cache-$binary] / 10 / 32767))
  # Not through a function: $! would be a shell, and plimsoll would live on.
  "$PLIMSOLL" build --binary "$binary/program" -o "oci:$layout" -q >"$WORK/build.log" 2>&1 &
  pid=$!
  sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
  kill -9 $pid 2>/dev/null || true
  status=0
  wait $pid 2>/dev/null || status=$?
  case $status in
    0) ;;
    137) killed=$((killed + 1)) ;;
    *)
      cat "$WORK/build.log"
      fail "round $round: exit code $status"
      ;;
  esac

  if [ ! -e "$layout" ]; then
    [ $status != 0 ] || fail "round $round: it ended well and wrote nothing"
    same "the layout that was there before round $round, killed after $after ms" '' "$before"
    continue
  fi
  layout_is_whole "$layout"
  expect "skopeo inspect, round $round" skopeo --insecure-policy inspect "oci:$layout"
  now=$(manifest_digest "$layout")
  if [ "$now" = "${digest[$binary]}" ]; then
    new=$((new + 1))
  else
    [ $status != 0 ] || fail "round $round: it ended well and wrote something else"
    same "the image of round $round, killed after $after ms" "$before" "$now"
    old=$((old + 1))
  fi
  before=$now
done
echo "$ROUNDS rounds: $killed killed, old $old times, new $new times"
# Else it says nothing about kills.
[ $killed -ge $((ROUNDS / 4)) ] || fail "only $killed of $ROUNDS runs were killed"

# Nothing is left of the killed runs, neither beside the output nor in the cache.
for binary in a b; do
  expect "a run after the kills" build $binary "$layout"
  layout_is_exact "$layout"
  same "the image after the kills" "${digest[$binary]}" "$(manifest_digest "$layout")"
done
same "what lies beside the output" k.oci "$(ls -A "$output")"
left=$(files_of target)
forget
for binary in a b; do expect "a run in a new cache" build $binary "$WORK/fresh.oci"; done
same "the files of the cache" "$(files_of target)" "$left"
