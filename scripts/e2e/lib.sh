# shellcheck shell=bash
# What the scripts beside this file share: the work directory, packages, processes. Sourced, never run.
#
# All state lies in one work directory, $E2E: $PLIMSOLL_E2E_DIR, else target/e2e of the checkout.

E2E_SCRIPTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
ROOT=${E2E_SCRIPTS%/scripts/e2e}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# A unix socket's path has at most 107 bytes, and the engine's longest lies 45 bytes below the work directory.
E2E_LONGEST=62

# Sets and makes $E2E, and sets $E2E_MAKESHIFT where it could not lie in target/.
use_work_dir() {
  E2E_MAKESHIFT=''
  E2E=${PLIMSOLL_E2E_DIR:-$ROOT/target/e2e}
  if [ -z "${PLIMSOLL_E2E_DIR:-}" ] && [ ${#E2E} -gt $E2E_LONGEST ]; then
    local short
    short=plimsoll-e2e-$(printf %s "$ROOT" | sha256sum | cut -c1-10)
    E2E=${TMPDIR:-/tmp}/$short
    [ ${#E2E} -le $E2E_LONGEST ] || E2E=/tmp/$short
    # shellcheck disable=SC2034 # scripts/test deletes it at the end.
    E2E_MAKESHIFT=1
    # Anybody could have made that directory, or a link of that name, before us.
    if ! mkdir -m 700 "$E2E" 2>/dev/null && { [ -L "$E2E" ] || [ ! -O "$E2E" ]; }; then
      die "$E2E is not ours: remove it"
    fi
  fi
  mkdir -p "$E2E/bin" "$E2E/cache" "$E2E/log" "$E2E/tmp" || die "cannot make the work directory $E2E"
  E2E=$(cd "$E2E" && pwd -P)
}

is_root() { [ "$(id -u)" = 0 ]; }
need_root() { is_root || die "needs root"; }

# quietly NAME CMD...: runs CMD with its output in log/NAME.log, and shows the end of it when CMD fails.
quietly() {
  local log="$E2E/log/$1.log"
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    die "failed: $* (log: $log)"
  fi
}

installed() { dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }

# need_packages PACKAGE...: installs what is absent, without recommended packages.
need_packages() {
  local package missing=()
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "no apt-get here: install ${missing[*]} by hand"
  is_root || die "not root: install ${missing[*]} by hand"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -q -y)
  quietly apt-update "${apt[@]}" update
  quietly apt-install "${apt[@]}" install --no-install-recommends "${missing[@]}"
}

# docker_client HOST: prints the path of a docker client that HOST answers to.
# Debian's own comes first: a newer one on PATH may lack the buildx plugin without which it cannot build,
# and an older one may be refused by a newer engine.
docker_client() {
  local client
  for client in "$(dpkg -L docker.io 2>/dev/null | grep '/bin/docker$')" "$(command -v docker)"; do
    [ -n "$client" ] || continue
    timeout 20 "$client" -H "$1" version -f '{{.Server.Version}}' >/dev/null 2>&1 || continue
    # The file itself: the name may be that of the link which is made to it.
    readlink -f "$client"
    return 0
  done
  return 1
}

# alive_with PID TEXT: whether that process lives and has TEXT in its command line.
# A pid file outlives its process, and the number may belong to another one by now.
alive_with() {
  [ -n "${1:-}" ] && [ -r "/proc/$1/cmdline" ] && tr '\0' ' ' <"/proc/$1/cmdline" | grep -qF -- "$2"
}

# stop_process PID SECONDS: asks with TERM, waits that long, then kills.
stop_process() {
  local i
  kill -TERM "$1" 2>/dev/null || return 0
  for ((i = 0; i < $2 * 10; i++)); do
    kill -0 "$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$1" 2>/dev/null || true
  sleep 0.2
}

# lock NAME: lets one such script at a time work in this work directory. Children must not inherit it (9>&-).
lock() {
  exec 9>"$E2E/log/$1.lock"
  flock -w 1200 9 || die "another $1 holds $E2E/log/$1.lock"
}
