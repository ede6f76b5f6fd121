# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images.
# shellcheck source=../rust/recipe.sh
. "$E2E_SCRIPTS/images/rust/recipe.sh"
rust_tags trixie
based_on=(debian-trixie)
