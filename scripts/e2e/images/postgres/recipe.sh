# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker and recipe.
# The official PostgreSQL image: Debian's server behind an entry point that makes the database.
tags=(postgres:15 postgres:15-bookworm)
based_on=(debian)

build() {
  quietly postgres "$docker" build --build-arg "KEY=$1" -t postgres:15 "$recipe"
  "$docker" tag postgres:15 postgres:15-bookworm
}
