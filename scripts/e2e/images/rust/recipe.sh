# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker, tmp and recipe.
# The official Rust images: Debian with rustup's minimal profile, copied from this machine.
tags=(rust:1-slim-bookworm rust:slim-bookworm rust:1-bookworm rust:bookworm rust:1)
based_on=(debian)

# Real images trust the public roots only; where this machine reaches crates through a CA of its own, so must they.
certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

# Asked for outside the checkout: a rust-toolchain.toml must not decide.
machine_rustc() (cd / && rustc "$@")

key_material() {
  machine_rustc -vV
  cat "$certificates"
}

build() {
  command -v rustup >/dev/null || die "rust: no rustup on this machine to copy"
  local context=$tmp/rust sysroot version host item
  sysroot=$(machine_rustc --print sysroot)
  version=$(machine_rustc -V | cut -d' ' -f2)
  host=$(machine_rustc -vV | sed -n 's/^host: //p')
  local toolchain=$context/rustup/toolchains/$version-$host
  mkdir -p "$toolchain/bin" "$toolchain/lib/rustlib" "$context/cargo/bin"

  # rustc, cargo and the host's standard library; no documentation, clippy, rustfmt or other targets.
  for item in cargo rustc rustdoc; do cp -a "$sysroot/bin/$item" "$toolchain/bin/"; done
  cp -a "$sysroot"/lib/*.so* "$toolchain/lib/"
  cp -a "$sysroot/lib/rustlib/$host" "$toolchain/lib/rustlib/"
  [ ! -d "$sysroot/libexec" ] || cp -a "$sysroot/libexec" "$toolchain/"
  for item in "cargo-$host" "rustc-$host" "rust-std-$host"; do
    [ -f "$sysroot/lib/rustlib/manifest-$item" ] || continue
    cp -a "$sysroot/lib/rustlib/manifest-$item" "$toolchain/lib/rustlib/"
    echo "$item" >>"$toolchain/lib/rustlib/components"
  done
  cp -a "$sysroot/lib/rustlib/rust-installer-version" "$toolchain/lib/rustlib/" 2>/dev/null || true
  ln -s "$version-$host" "$context/rustup/toolchains/stable-$host"
  printf 'version = "12"\ndefault_toolchain = "%s"\nprofile = "minimal"\nauto_self_update = "disable"\n\n[overrides]\n' \
    "$version-$host" >"$context/rustup/settings.toml"
  cp -L "$(command -v rustup)" "$context/cargo/bin/rustup"
  for item in cargo rustc rustdoc; do ln -s rustup "$context/cargo/bin/$item"; done
  chmod -R a+w "$context/rustup" "$context/cargo"
  cp -L "$certificates" "$context/ca.crt"
  cp "$recipe/Dockerfile" "$context/"

  local arguments=(--build-arg "VERSION=$version" --build-arg "KEY=$1")
  quietly rust-slim "$docker" build "${arguments[@]}" --target slim -t rust:1-slim-bookworm "$context"
  quietly rust-full "$docker" build "${arguments[@]}" --target full -t rust:1-bookworm "$context"
  "$docker" tag rust:1-slim-bookworm rust:slim-bookworm
  "$docker" tag rust:1-bookworm rust:bookworm
  "$docker" tag rust:1-bookworm rust:1
}
