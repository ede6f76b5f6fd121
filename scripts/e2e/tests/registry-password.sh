#!/usr/bin/env bash
# A registry with a password (htpasswd, basic authentication).
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools registry-password docker-registry skopeo jq curl perl
. "$(dirname "${BASH_SOURCE[0]}")/../registries.sh"
cd "$WORK"

# bcrypt by libcrypt: no apache2-utils wanted.
# shellcheck disable=SC2016 # The dollar signs are Perl's.
perl -e '
  my $hash = crypt("right", q($2y$05$abcdefghijklmnopqrstuu));
  die "no bcrypt in libcrypt\n" unless $hash =~ /^\$2y/;
  print "writer:$hash\n"' >htpasswd || leave_out registry-password "libcrypt has no bcrypt"
own_registry password "auth: {htpasswd: {realm: test, path: \"$WORK/htpasswd\"}}"
test_image a.oci secret

log_in "$address" writer right
works_with password "$address" a.oci secret

log_in "$address" writer wrong-password
refuses "a wrong password" "$address.*(refused|denied|credential|password)" a.oci "$address/team/app:1.0.0"
! grep -q wrong-password refused.log || fail "the password is shown"
log_out
refuses "no password" "docker login|credential" a.oci "$address/team/app:1.0.0"
refuses "no password to read with" "docker login|credential" "registry:$address/team/first:1.0.0" "$address/team/x:1"

# The password of another port of this host is not for this one.
log_in 127.0.0.1:1 writer right
refuses "the password of another registry" "docker login|credential" a.oci "$address/team/app:1.0.0"

# Where a helper keeps the passwords.
mkdir -p bin
cat >bin/docker-credential-of-tests <<'HELPER'
#!/bin/sh
read -r host
echo "$1 $host" >>"$HELPER_LOG"
printf '{"ServerURL": "%s", "Username": "writer", "Secret": "right"}' "$host"
HELPER
chmod +x bin/docker-credential-of-tests
printf '{"credHelpers": {"%s": "of-tests"}}' "$address" >"$DOCKER_CONFIG/config.json"
export HELPER_LOG=$WORK/helper.log
PATH=$WORK/bin:$PATH pushes "with a helper" "$address/team/helped@$(manifest_digest a.oci)" a.oci "$address/team/helped:1"
same "what the helper was asked" "get $address" "$(sort -u helper.log)"
