#!/usr/bin/env bash
# Where the output cannot be written, one error says so, and the previous output stays as it is.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools full-disk jq setpriv
cd "$WORK"

mkdir small large
static_program small/program small
cp small/program large/program
fatten large/program 12

# unchanged_after WHAT LAYOUT CMD...: CMD ends with exit code 2, one error and nothing on stdout; all around LAYOUT is as before.
unchanged_after() {
  local what=$1 layout=$2 before status=0
  shift 2
  layout_is_exact "$layout"
  before=$(find "${layout%/*}" | sort; manifest_digest "$layout")
  "$@" >stdout 2>stderr || status=$?
  echo "$what: $(cat stderr)"
  same "exit code, $what" 2 $status
  same "stdout, $what" '' "$(cat stdout)"
  same "number of errors, $what" 1 "$(grep -c '^error' stderr)"
  grep -qF "${layout%/*}" stderr || fail "$what: the error does not name the path"
  layout_is_exact "$layout"
  same "the files around the output, $what" "$before" "$(find "${layout%/*}" | sort; manifest_digest "$layout")"
}

mkdir locked
expect "plimsoll build" "$PLIMSOLL" build --binary small/program -o "oci:$WORK/locked/k.oci"
chmod -R a-w locked
# Root without these two capabilities is held to permissions like everybody.
mere_mortal=()
if [ "$(id -u)" = 0 ]; then
  overrides=-dac_override,-dac_read_search
  mere_mortal=(setpriv "--bounding-set=$overrides" "--inh-caps=$overrides")
fi
unchanged_after "unwritable directory" "$WORK/locked/k.oci" \
  "${mere_mortal[@]}" "$PLIMSOLL" build --binary large/program -o "oci:$WORK/locked/k.oci"
same "an unwritable directory stays empty" '' "$(
  mkdir empty
  chmod a-w empty
  "${mere_mortal[@]}" "$PLIMSOLL" build --binary small/program -o "oci:$WORK/empty/k.oci" >/dev/null 2>&1 && echo written
  ls -A empty
)"

mkdir disk
mount -t tmpfs -o size=4m tmpfs disk 2>/dev/null || leave_out "full-disk: tmpfs" "no right to mount one"
trap 'umount -l "$WORK/disk"' EXIT
expect "plimsoll build" "$PLIMSOLL" build --binary small/program -o "oci:$WORK/disk/k.oci"
unchanged_after "full disk" "$WORK/disk/k.oci" "$PLIMSOLL" build --binary large/program -o "oci:$WORK/disk/k.oci"
