# shellcheck shell=bash disable=SC2034,SC2154 # Read by ../../base-images, which gives docker and tmp.
# Debian's slim image: the minimal variant without documentation and translations.
# Recipes of other releases begin with this one and change these two.
release=bookworm
tags=(debian:bookworm-slim debian:12-slim)

build() {
  need_packages mmdebstrap gpgv ca-certificates
  # The machine's own list of sources, wherever it reaches Debian. A mirror has other releases in the same place.
  local sources=() file machine
  # shellcheck disable=SC1091 # The machine's.
  machine=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  for file in /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list; do
    [ -s "$file" ] || continue
    if grep -q "$release" "$file"; then
      sources+=("$file")
    elif [ -n "$machine" ] && grep -qE "^[^#]*/debian(-security)?\b" "$file" && grep -q "$machine" "$file"; then
      sed "s/\b$machine\b/$release/g" "$file" >"$tmp/${file##*/}"
      sources+=("$tmp/${file##*/}")
    fi
  done
  [ ${#sources[@]} -gt 0 ] || die "debian: no apt source for $release on this machine"

  local options=(--mode=root --variant=minbase) part
  for part in doc man info locale; do options+=(--dpkgopt="path-exclude=/usr/share/$part/*"); done
  options+=(--dpkgopt='path-include=/usr/share/doc/*/copyright' --dpkgopt='path-include=/usr/share/locale/locale.alias')
  # A merged /usr by usr-is-merged: usrmerge would bring all of Perl.
  options+=(--hook-dir="$(dpkg -L mmdebstrap | grep '/hooks/merged-usr$')" --include=usr-is-merged)
  # The copied list gets the name that it has in the real image.
  # shellcheck disable=SC2016 # $1 is mmdebstrap's.
  options+=(--customize-hook='cd "$1/etc/apt/sources.list.d" &&
    if ls 0000*.sources >/dev/null 2>&1; then cat 0000*.sources >debian.sources && rm 0000*.sources; fi')
  quietly "mmdebstrap-$release" mmdebstrap "${options[@]}" "$release" "$tmp/debian.tar" "${sources[@]}"

  "$docker" import -c 'CMD ["bash"]' -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    -c "LABEL plimsoll.standin=$1" "$tmp/debian.tar" "${tags[0]}" >/dev/null
  "$docker" tag "${tags[@]}"
}
