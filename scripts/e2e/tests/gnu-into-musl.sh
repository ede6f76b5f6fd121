#!/usr/bin/env bash
# A program that is linked to glibc, copied into Alpine: the image builds without a complaint and does not start.
# `plimsoll check` says so before. With the mistake mended, it says nothing and the image runs.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine gnu-into-musl
if ! "$ROOT/scripts/e2e/base-images" rust alpine >"$WORK/images.log" 2>&1; then
  leave_out gnu-into-musl "no base images: $(tail -n 1 "$WORK/images.log")"
fi
cd "$WORK"

image=plimsoll-e2e-gnu-$$
cleanup() { "$DOCKER" rmi -f "$image:wrong" "$image:right" >/dev/null 2>&1 || true; }
trap cleanup EXIT

mkdir -p project/src
cd project
cat >Cargo.toml <<'TOML'
[package]
name = "greeter"
version = "0.1.0"
edition = "2021"
TOML
cat >Cargo.lock <<'TOML'
version = 3

[[package]]
name = "greeter"
version = "0.1.0"
TOML
echo 'fn main() { println!("it runs"); }' >src/main.rs
printf '*\n!Cargo.*\n!src\n' >.dockerignore

# dockerfile FLAGS: builds with these flags of rustc, and copies into Alpine.
dockerfile() {
  cat <<DOCKERFILE
FROM rust:1-bookworm AS builder
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
COPY src src
RUN ${1}cargo build --locked --release
FROM alpine:3.23
COPY --from=builder /app/target/release/greeter /usr/local/bin/greeter
USER 65532
ENTRYPOINT ["/usr/local/bin/greeter"]
DOCKERFILE
}

# finds RULE: whether it is found.
finds() { "$PLIMSOLL" check --select "$1" --quiet --format concise Dockerfile >../found.txt 2>&1; }

dockerfile '' >Dockerfile
if finds libc-mismatch; then fail "check says nothing of the program for glibc in Alpine"; fi
grep -q '^Dockerfile:7:.*libc-mismatch' ../found.txt || fail "check says something else: $(cat ../found.txt)"
expect "docker build of the faulty Dockerfile" "$DOCKER" build -q -t "$image:wrong" .
status=0
said=$("$DOCKER" run --rm "$image:wrong" 2>&1) || status=$?
[ $status != 0 ] || fail "the image runs: $said"
grep -qi 'no such file or directory' <<<"$said" || fail "the image does not start, but for another reason: $said"

dockerfile "RUSTFLAGS='-C target-feature=+crt-static' " >Dockerfile
finds libc-mismatch || fail "check finds fault with a static program: $(cat ../found.txt)"
expect "docker build of the mended Dockerfile" "$DOCKER" build -q -t "$image:right" .
same "what the mended image prints" "it runs" "$("$DOCKER" run --rm "$image:right")"
