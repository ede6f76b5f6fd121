# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker and recipe.
# Distroless: files of Debian packages, without a package manager or a shell.

# distroless_tags NUMBER: sets number and tags.
distroless_tags() {
  number=$1 tags=()
  local variant
  for variant in static base cc; do
    tags+=("gcr.io/distroless/$variant-debian$number:nonroot" "gcr.io/distroless/$variant-debian$number:latest")
  done
}

# Recipes of other releases begin with this one and change these: the release, and what its packages are called.
distroless_tags 12
arguments=(--build-arg RELEASE=bookworm --build-arg OPENSSL=libssl3 --build-arg GCC_BASE=gcc-12-base)
based_on=(debian)

build() {
  local variant image context=$E2E_SCRIPTS/images/distroless
  for variant in static base cc; do
    image=gcr.io/distroless/$variant-debian$number
    quietly "distroless-$variant-$number" "$docker" build "${arguments[@]}" --build-arg "KEY=$1" --target "$variant" \
      -t "$image:latest" "$context"
    quietly "distroless-$variant-$number-nonroot" "$docker" build "${arguments[@]}" --build-arg "KEY=$1" \
      --target "$variant-nonroot" -t "$image:nonroot" "$context"
  done
}
