# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images.
# shellcheck source=../distroless/recipe.sh
. "$E2E_SCRIPTS/images/distroless/recipe.sh"
distroless_tags 13
arguments=(--build-arg RELEASE=trixie --build-arg OPENSSL=libssl3t64 --build-arg GCC_BASE=gcc-14-base)
based_on=(debian-trixie)

key_material() { find "$E2E_SCRIPTS/images/distroless" -type f | LC_ALL=C sort | xargs cat; }
