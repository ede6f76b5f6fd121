#!/usr/bin/env bash
# A registry that sends clients to a token server on another port.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools registry-token docker-registry skopeo jq curl perl openssl python3
. "$(dirname "${BASH_SOURCE[0]}")/../registries.sh"
cd "$WORK"

expect "a key for tokens" openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=tokens of a test' \
  -keyout token.key -out token.crt
port=$(free_port)
touch asked.log
python3 "$ROOT/scripts/e2e/token-server.py" "$port" token.key token.crt asked.log >token.log 2>&1 </dev/null &
started+=($!)
within 20 curl --silent --noproxy '*' --output /dev/null "http://127.0.0.1:$port/?service=x" || fail "no token server"
own_registry token "auth: {token: {realm: \"http://127.0.0.1:$port/token\", service: \"registry of a test\",
  issuer: plimsoll-tests, rootcertbundle: \"$WORK/token.crt\"}}"
test_image a.oci token
digest=$(manifest_digest a.oci)

log_in "$address" writer right
works_with token "$address" a.oci token
: >asked.log
pushes "a push of five requests and more" "$address/team/counted@$digest" a.oci "$address/team/counted:1.0.0"
[ "$(wc -l <asked.log)" -le 2 ] || fail "more tokens than one or two: $(cat asked.log)"

refuses "a repository that is not ours" "$address.*(refused|denied)" a.oci "$address/theirs/app:1.0.0"
# Without the right to read the source, a mount becomes an upload.
log_in "$address" reader right
refuses "a reader who writes" "$address.*(refused|denied)" a.oci "$address/team/app:1.0.0"
log_in "$address" writer wrong-password
refuses "a wrong password" "(refused|denied|credential|password)" a.oci "$address/team/app:1.0.0"
! grep -q wrong-password refused.log || fail "the password is shown"
log_out
refuses "no password" "docker login|credential" a.oci "$address/team/app:1.0.0"
