# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images.
# shellcheck source=../debian/recipe.sh
. "$E2E_SCRIPTS/images/debian/recipe.sh"
release=trixie
tags=(debian:trixie-slim debian:13-slim)

key_material() { cat "$E2E_SCRIPTS/images/debian/recipe.sh"; }
