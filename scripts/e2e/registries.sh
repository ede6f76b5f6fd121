# shellcheck shell=bash disable=SC2154 # The variables that are read here and not set come from scripts/test.
# Registries of a test's own, in its $WORK, and what every registry must do with plimsoll. Sourced after
# testing.sh by the tests registry-*.sh; needs docker-registry, skopeo, jq and openssl.
#
# An end of the test, however it comes, ends what was started: by its pid.

started=()
images=()
end_what_was_started() {
  local pid image
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for image in "${images[@]}"; do "$DOCKER" rmi -f "$image" >/dev/null 2>&1 || true; done
}
trap end_what_was_started EXIT

# No password of the user of this machine, and none of it written to her files.
export DOCKER_CONFIG=$WORK/docker-config REGISTRY_AUTH_FILE=$WORK/auth.json HOME=$WORK/home
mkdir -p "$DOCKER_CONFIG" "$HOME"
skopeo=(skopeo --insecure-policy)

free_port() {
  perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:0")->sockport'
}

# own_registry NAME [MORE_YAML [TLS_YAML]]: starts one on a free port and sets $address. Its requests are in NAME.log.
own_registry() {
  local name=$1 pid port
  port=$(free_port)
  address=127.0.0.1:$port
  mkdir -p "$WORK/$name"
  {
    printf 'version: 0.1\nlog: {level: warn}\n'
    printf 'storage: {filesystem: {rootdirectory: "%s"}, delete: {enabled: true}}\n' "$WORK/$name"
    printf 'http: {addr: "%s", secret: of-a-test%s}\n' "$address" "${3:+, $3}"
    printf '%s\n' "${2:-}"
  } >"$WORK/$name.yml"
  docker-registry serve "$WORK/$name.yml" >>"$WORK/$name.log" 2>&1 </dev/null &
  pid=$!
  started+=("$pid")
  within 20 answers "$address" || {
    cat "$WORK/$name.log"
    fail "the registry $name does not come up"
  }
}
# Any answer counts, 401 and that of the wrong protocol as well.
answers() { curl --silent --insecure --noproxy '*' --max-time 5 --output /dev/null "http://$1/v2/"; }

# log_in ADDRESS USER PASSWORD: as `docker login` would write it.
log_in() {
  jq -n --arg host "$1" --arg auth "$(printf %s "$2:$3" | base64 -w0)" '{auths: {($host): {auth: $auth}}}' \
    >"$DOCKER_CONFIG/config.json"
  cp "$DOCKER_CONFIG/config.json" "$REGISTRY_AUTH_FILE"
}
log_out() { rm -f "$DOCKER_CONFIG/config.json" "$REGISTRY_AUTH_FILE"; }

# requests NAME METHOD: the lines of that registry's log with this method. What is asked last is written a little later.
requests() { grep -a "\"$2 /v2/" "$WORK/$1.log" || true; }
forget_requests() {
  sleep 0.3
  : >"$WORK/$1.log"
}

# test_image LAYOUT TEXT: an image of a static program that prints TEXT.
test_image() {
  local program=$WORK/${1%.oci}.program
  static_program "$program" "$2"
  # The path of the program in the image is its name.
  mkdir -p "$WORK/${1%.oci}.dir"
  mv "$program" "$WORK/${1%.oci}.dir/program"
  expect "plimsoll build of $1" "$PLIMSOLL" build --binary "$WORK/${1%.oci}.dir/program" -o "oci:$WORK/$1"
}

# pushes WHAT PRINTED ARGUMENT...: plimsoll push with these arguments prints that.
pushes() {
  local what=$1 wanted=$2 got
  shift 2
  got=$("$PLIMSOLL" push -q "$@" 2>"$WORK/push.log") || {
    cat "$WORK/push.log"
    fail "$what: exit code $?"
  }
  same "$what: what is printed" "$wanted" "$got"
}

# refuses WHAT WORDS ARGUMENT...: plimsoll push fails with exit code 2 and these words (an extended regular expression).
refuses() {
  local what=$1 words=$2 status=0
  shift 2
  "$PLIMSOLL" push "$@" >"$WORK/refused.out" 2>"$WORK/refused.log" || status=$?
  cat "$WORK/refused.log"
  same "$what: exit code" 2 "$status"
  grep -qiE -- "$words" "$WORK/refused.log" || fail "$what: its words are not like \"$words\""
  [ ! -s "$WORK/refused.out" ] || fail "$what: it printed a result"
}

# works_with NAME ADDRESS LAYOUT TEXT: all that plimsoll and others do with the registry NAME, which is open for them.
works_with() {
  local name=$1 address=$2 layout=$WORK/$3 text=$4 digest tls=(--src-tls-verify=false) file lines
  digest=$(manifest_digest "$layout")

  forget_requests "$name"
  pushes "$name: push" "$address/team/first@$digest" "$layout" "$address/team/first:1.0.0"
  same "$name: no upload in chunks" '' "$(requests "$name" PATCH)"

  forget_requests "$name"
  pushes "$name: push of the same" "$address/team/first@$digest" "$layout" "$address/team/first:1.0.0"
  sleep 0.3
  for method in POST PUT PATCH; do same "$name: nothing is sent" '' "$(requests "$name" $method)"; done
  lines=$(grep -ac '"HEAD /v2/.* 200 ' "$WORK/$name.log" || true)
  same "$name: one question for one tag" 1 "$lines"

  forget_requests "$name"
  pushes "$name: copy to another repository" "$address/team/second@$digest" \
    "registry:$address/team/first:1.0.0" "$address/team/second:1.0.0"
  sleep 0.3
  requests "$name" POST | grep -aq 'mount=.* 201 ' || {
    cat "$WORK/$name.log"
    fail "$name: nothing was mounted"
  }
  same "$name: nothing mounted is sent" '' "$(requests "$name" PUT | grep -a /blobs/ || true)"

  # What others get is what is in the layout, and what plimsoll gets.
  expect "$name: skopeo copy" "${skopeo[@]}" copy "${tls[@]}" "docker://$address/team/second:1.0.0" "dir:$WORK/$name.dir"
  same "$name: the manifest" "$digest" "sha256:$(sha256sum <"$WORK/$name.dir/manifest.json" | cut -d' ' -f1)"
  for file in "$WORK/$name.dir"/*; do
    [[ ${file##*/} =~ ^[0-9a-f]{64}$ ]] || continue
    cmp "$file" "$layout/blobs/sha256/${file##*/}" || fail "$name: a blob is another"
  done
  same "$name: skopeo's digest" "$digest" \
    "$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$address/team/first:1.0.0")"

  # What others push, plimsoll takes.
  expect "$name: skopeo pushes" \
    "${skopeo[@]}" copy --preserve-digests --dest-tls-verify=false "oci:$layout" "docker://$address/other/theirs:1"
  pushes "$name: copy of theirs" "$address/other/ours@$digest" \
    "registry:$address/other/theirs:1" "$address/other/ours:1"

  if [ -n "$DOCKER_HOST" ]; then
    expect "$name: docker pull" "$DOCKER" pull "$address/team/second:1.0.0"
    images+=("$address/team/second:1.0.0")
    same "$name: what the pulled image prints" "$text" "$("$DOCKER" run --rm "$address/team/second:1.0.0")"
  else
    leave_part_out "registry-$name: docker pull" "no Docker Engine"
  fi
}
