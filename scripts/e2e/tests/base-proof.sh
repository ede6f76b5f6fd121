#!/usr/bin/env bash
# Whether a dynamic program runs on a base: what `plimsoll build --base` says must be what happens in a container of it.
# Programs for glibc, for musl, static, with a library that no base has, and with a symbol version that no base has yet.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine base-proof
need_tools base-proof gcc rustc
[ "$(uname -m)" = x86_64 ] || leave_out base-proof "the programs are for x86_64"
if ! "$ROOT/scripts/e2e/base-images" --oci debian distroless alpine >"$WORK/images.log" 2>&1; then
  leave_out base-proof "no base images: $(tail -n 1 "$WORK/images.log")"
fi
cd "$WORK"
mkdir programs empty

cat >plain.c <<'C'
#include <stdio.h>
int main(void) { puts("it runs"); return 0; }
C
expect "gcc: a program for glibc" gcc -o programs/glibc plain.c
expect "gcc: a static program" gcc -static -o programs/static plain.c
echo 'fn main() { println!("it runs"); }' >plain.rs
expect "rustc: a program with libgcc_s" rustc -o programs/rust plain.rs
if command -v musl-gcc >/dev/null; then
  expect "musl-gcc: a program for musl" musl-gcc -o programs/musl plain.c
else
  leave_part_out "base-proof: musl" "musl-gcc is not installed"
fi

# Linked with a glibc of ours that has one symbol more, in a version to come.
cat >later.c <<'C'
int puts(const char *text) { return text != 0; }
int __libc_start_main(void) { return 0; }
long strtol_to_come(const char *text) { return text != 0; }
C
cat >later.map <<'MAP'
GLIBC_2.2.5 { global: puts; local: *; };
GLIBC_2.34 { global: __libc_start_main; };
GLIBC_2.99 { global: strtol_to_come; };
MAP
expect "gcc: a glibc to come" gcc -shared -fPIC -nostdlib -fno-builtin -Wl,-soname,libc.so.6 \
  -Wl,--version-script,later.map -o later.so later.c
cat >wants.c <<'C'
int puts(const char *);
long strtol_to_come(const char *);
int main(void) { puts("it runs"); return (int)strtol_to_come(0); }
C
expect "gcc: a program for it" gcc -nodefaultlibs -fno-builtin -o programs/later wants.c later.so

echo 'int hull(void) { return 0; }' >hull.c
expect "gcc: a library that no base has" gcc -shared -fPIC -Wl,-soname,libhull.so.7 -o libhull.so hull.c
echo 'int puts(const char *); int hull(void); int main(void) { puts("it runs"); return hull(); }' >needs.c
expect "gcc: a program that needs it" gcc -o programs/needs needs.c libhull.so

# proved BASE PROGRAM: whether the proof passes; what it said is in proof.txt.
proved() {
  rm -rf out
  (cd empty && "$PLIMSOLL" build --binary "../programs/$2" --base "oci:$1" -o oci:../out) >proof.txt 2>&1 </dev/null
}

# runs IMAGE PROGRAM: whether it does, in a container; what it said is in run.txt.
runs() {
  "$DOCKER" run --rm --network none -v "$WORK/programs/$2:/usr/local/bin/$2:ro" --entrypoint "/usr/local/bin/$2" "$1" \
    >run.txt 2>&1 </dev/null && grep -q '^it runs$' run.txt
}

count=0
while read -r layout image; do
  for program in programs/*; do
    program=${program##*/} said='' happens=''
    if proved "$E2E/oci/$layout" "$program"; then said=1; fi
    if runs "$image" "$program"; then happens=1; fi
    [ "$said" = "$happens" ] || {
      cat proof.txt run.txt
      fail "$program on $image: the proof says '${said:-no}', the container '${happens:-no}'"
    }
    # An error is about the program, not about something else that went wrong.
    [ -n "$said" ] || grep -Eq "can't run (on the base|in the image)" proof.txt || {
      cat proof.txt
      fail "$program on $image: another error"
    }
    case $program$said in
      later) [ "${layout#alpine}" != "$layout" ] || [ "${layout#static}" != "$layout" ] || {
        grep -q 'GLIBC_2.99 of libc.so.6 (for .strtol_to_come.)' proof.txt || { cat proof.txt; fail "$layout: the symbol is not named"; }
        grep -q "version .GLIBC_2.99' not found" run.txt || { cat run.txt; fail "$layout: it does not fail for its version"; }
      } ;;
      needs) [ "${layout#alpine}" != "$layout" ] || [ "${layout#static}" != "$layout" ] ||
        grep -q 'libhull.so.7' proof.txt || { cat proof.txt; fail "$layout: the library is not named"; } ;;
    esac
    count=$((count + 1))
  done
done <<'BASES'
debian_12-slim debian:12-slim
base-debian12_latest gcr.io/distroless/base-debian12:latest
cc-debian12_latest gcr.io/distroless/cc-debian12:latest
static-debian12_latest gcr.io/distroless/static-debian12:latest
alpine_3.23 alpine:3.23
BASES
[ $count -ge 25 ] || fail "only $count pairs were compared"
