#!/usr/bin/env bash
# `init`: process 1 is pid1, built for the image, or a static program of the user's; it reaps orphans and passes
# SIGTERM on, for a program that does neither.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init

# Leaves an orphan that dies, then says how many zombies there are.
mkdir -p "$WORK/orphans/src"
cd "$WORK/orphans"
printf '[package]\nname = "orphans"\nversion = "0.1.0"\nedition = "2021"\n\n[workspace]\n' >Cargo.toml
cat >src/main.rs <<'RUST'
use std::{env, fs, process::Command, thread::sleep, time::Duration};

fn main() {
    let again = |what: &str| Command::new(env::current_exe().unwrap()).arg(what).spawn().unwrap();
    match env::args().nth(1).as_deref() {
        Some("parent") => drop(again("orphan")),
        Some("orphan") => sleep(Duration::from_millis(300)),
        _ => {
            again("parent").wait().unwrap();
            sleep(Duration::from_millis(800));
            let zombie = |status: String| status.contains("State:\tZ");
            let zombies = fs::read_dir("/proc").unwrap().flatten()
                .filter_map(|it| fs::read_to_string(it.path().join("status")).ok())
                .filter(|status| zombie(status.clone())).count();
            println!("process {}, {zombies} zombies", std::process::id());
            loop { sleep(Duration::from_secs(1)); }
        }
    }
}
RUST
expect "cargo generate-lockfile" cargo generate-lockfile --offline

image=plimsoll-e2e:init-$$ container=plimsoll-e2e-init-$$
cleanup() {
  "$DOCKER" rm -f "$container" >/dev/null 2>&1 || true
  "$DOCKER" rmi -f "$image" >/dev/null 2>&1 || true
}
trap cleanup EXIT

# try WHAT ENTRYPOINT: the program runs below process 1, leaves no zombie, and ends on SIGTERM.
try() {
  local said took
  expect "plimsoll build with $1" "$PLIMSOLL" build . -o "docker:$image"
  same "$1: what comes first" "$2" "$("$DOCKER" inspect -f '{{index .Config.Entrypoint 0}}' "$image")"
  expect "docker run" "$DOCKER" run -d --name "$container" --read-only --cap-drop ALL "$image"
  # shellcheck disable=SC2317 # Called by within.
  has_said() { said=$("$DOCKER" logs "$container") && [ -n "$said" ]; }
  within 10 has_said || fail "$1: it says nothing"
  [[ $said = "process "* && $said != "process 1,"* && $said = *", 0 zombies" ]] || fail "$1: it says \"$said\""
  took=$(milliseconds)
  expect "docker stop" "$DOCKER" stop -t 10 "$container"
  took=$(($(milliseconds) - took))
  [ $took -lt 2000 ] || fail "$1: docker stop took $took ms"
  cleanup
}

if tini=$(command -v tini-static); then
  cp "$tini" tini-static
  printf '[image]\ninit = "./tini-static"\n' >plimsoll.toml
  try tini-static /usr/local/bin/tini-static
else
  leave_part_out "init: tini-static" "tini-static is not installed"
fi

printf '[image]\ninit = "pid1"\n' >plimsoll.toml
if told=$(cargo info pid1-exe@0.1.6 2>&1); then
  try pid1 /usr/local/bin/pid1
  # It was kept: the second build is as quick as any.
  began=$(milliseconds)
  expect "a second build" "$PLIMSOLL" build . -o "docker:$image"
  took=$(($(milliseconds) - began))
  [ $took -lt 5000 ] || fail "the second build took $took ms"
else
  leave_part_out "init: pid1" "its crate cannot be downloaded (${told##*$'\n'})"
fi
