# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker and recipe.
# Distroless: files of Debian packages, without a package manager or a shell.
tags=()
for variant in static base cc; do
  tags+=("gcr.io/distroless/$variant-debian12:nonroot" "gcr.io/distroless/$variant-debian12:latest")
done
based_on=(debian)

build() {
  local variant image
  for variant in static base cc; do
    image=gcr.io/distroless/$variant-debian12
    quietly "distroless-$variant" "$docker" build --build-arg "KEY=$1" --target "$variant" -t "$image:latest" "$recipe"
    quietly "distroless-$variant-nonroot" "$docker" build --build-arg "KEY=$1" --target "$variant-nonroot" \
      -t "$image:nonroot" "$recipe"
  done
}
