# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker, tmp and recipe.
# The official Rust images: Debian with rustup's minimal profile, copied from this machine. The musl targets come with it,
# where this machine has them, as rustup may not reach its server from a build.

# Real images trust the public roots only; where this machine reaches crates through a CA of its own, so must they.
certificates=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

# Asked for outside the checkout: a rust-toolchain.toml must not decide.
machine_rustc() (cd / && rustc "$@")

# rust_tags RELEASE: sets release, slim_tags, full_tags and tags.
rust_tags() {
  local version
  release=$1
  version=$(machine_rustc -V | cut -d' ' -f2)
  slim_tags=("rust:1-slim-$release" "rust:slim-$release" "rust:${version%.*}-slim-$release" "rust:$version-slim-$release")
  full_tags=("rust:1-$release" "rust:$release" "rust:${version%.*}-$release" "rust:$version-$release")
  tags=("${slim_tags[@]}" "${full_tags[@]}")
}

# Recipes of other releases begin with this one and change these.
rust_tags bookworm
full_tags+=(rust:1)
tags+=(rust:1)
based_on=(debian)

# musl_targets SYSROOT: those that are installed there.
musl_targets() {
  local target
  for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
    [ ! -d "$1/lib/rustlib/$target/lib" ] || echo "$target"
  done
}

key_material() {
  # Twice for this image itself: its directory is in every key.
  cat "$E2E_SCRIPTS/images/rust/"*
  machine_rustc -vV
  musl_targets "$(machine_rustc --print sysroot)"
  cat "$certificates"
}

build() {
  command -v rustup >/dev/null || die "rust: no rustup on this machine to copy"
  local context=$tmp/rust sysroot version host item targets
  sysroot=$(machine_rustc --print sysroot)
  version=$(machine_rustc -V | cut -d' ' -f2)
  host=$(machine_rustc -vV | sed -n 's/^host: //p')
  local toolchain=$context/rustup/toolchains/$version-$host
  mkdir -p "$toolchain/bin" "$toolchain/lib/rustlib" "$context/cargo/bin"

  # rustc, cargo and the standard library; no documentation, clippy or rustfmt.
  for item in cargo rustc rustdoc; do cp -a "$sysroot/bin/$item" "$toolchain/bin/"; done
  cp -a "$sysroot"/lib/*.so* "$toolchain/lib/"
  mapfile -t targets < <(musl_targets "$sysroot")
  for item in "$host" "${targets[@]}"; do cp -a "$sysroot/lib/rustlib/$item" "$toolchain/lib/rustlib/"; done
  [ ! -d "$sysroot/libexec" ] || cp -a "$sysroot/libexec" "$toolchain/"
  for item in "cargo-$host" "rustc-$host" "rust-std-$host" "${targets[@]/#/rust-std-}"; do
    [ -f "$sysroot/lib/rustlib/manifest-$item" ] || continue
    cp -a "$sysroot/lib/rustlib/manifest-$item" "$toolchain/lib/rustlib/"
    echo "$item" >>"$toolchain/lib/rustlib/components"
  done
  cp -a "$sysroot/lib/rustlib/rust-installer-version" "$toolchain/lib/rustlib/" 2>/dev/null || true
  # With these, rustup knows what is installed and where the rest is.
  if cp "$sysroot/lib/rustlib/multirust-channel-manifest.toml" "$toolchain/lib/rustlib/" 2>/dev/null; then
    {
      echo 'config_version = "1"'
      for item in "cargo $host" "rustc $host" "rust-std $host" "${targets[@]/#/rust-std }"; do
        printf '\n[[components]]\npkg = "%s"\ntarget = "%s"\nis_extension = false\n' "${item% *}" "${item#* }"
      done
    } >"$toolchain/lib/rustlib/multirust-config.toml"
  fi
  ln -s "$version-$host" "$context/rustup/toolchains/stable-$host"
  printf 'version = "12"\ndefault_toolchain = "%s"\nprofile = "minimal"\nauto_self_update = "disable"\n\n[overrides]\n' \
    "$version-$host" >"$context/rustup/settings.toml"
  cp -L "$(command -v rustup)" "$context/cargo/bin/rustup"
  for item in cargo rustc rustdoc; do ln -s rustup "$context/cargo/bin/$item"; done
  chmod -R a+w "$context/rustup" "$context/cargo"
  cp -L "$certificates" "$context/ca.crt"
  cp "$E2E_SCRIPTS/images/rust/Dockerfile" "$context/"

  local arguments=(--build-arg "RELEASE=$release" --build-arg "VERSION=$version" --build-arg "KEY=$1")
  quietly "rust-$release-slim" "$docker" build "${arguments[@]}" --target slim "${slim_tags[@]/#/--tag=}" "$context"
  quietly "rust-$release-full" "$docker" build "${arguments[@]}" --target full "${full_tags[@]/#/--tag=}" "$context"
}
