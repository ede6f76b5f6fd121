#!/usr/bin/env bash
# A registry with HTTPS, its certificate signed by a CA that only SSL_CERT_FILE names.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools registry-tls docker-registry skopeo jq curl perl openssl
. "$(dirname "${BASH_SOURCE[0]}")/../registries.sh"
cd "$WORK"

certificate() { # certificate NAME ALTERNATIVE_NAMES
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" >"$1.extensions"
  expect "a request of $1" openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
  expect "a certificate of $1" openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 \
    -extfile "$1.extensions" -out "$1.crt"
}
expect "a CA" openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=CA of a test' -keyout ca.key -out ca.crt
certificate right IP:127.0.0.1,DNS:localhost
certificate other DNS:registry.example
test_image a.oci tls
digest=$(manifest_digest a.oci)

own_registry tls '' "tls: {certificate: \"$WORK/right.crt\", key: \"$WORK/right.key\"}"
refuses "a CA that nobody knows" "TLS with $address" a.oci "$address/team/app:1.0.0"
export SSL_CERT_FILE=$WORK/ca.crt
works_with tls "$address" a.oci tls
pushes "by its name" "localhost:${address#*:}/team/named@$digest" a.oci "localhost:${address#*:}/team/named:1.0.0"

good=$address
own_registry other-name '' "tls: {certificate: \"$WORK/other.crt\", key: \"$WORK/other.key\"}"
refuses "a certificate for another name" "TLS with $address" a.oci "$address/team/app:1.0.0"
# --insecure is about plain HTTP, and makes no certificate good.
refuses "the same with --insecure" "TLS with $address" --insecure "$address" a.oci "$address/team/app:1.0.0"

SSL_CERT_FILE=$WORK/none.crt refuses "certificates that are not there" "SSL_CERT_FILE" a.oci "$good/team/app:1.0.0"
echo "no certificate" >nonsense.crt
SSL_CERT_FILE=$WORK/nonsense.crt refuses "a file of nonsense" "SSL_CERT_FILE|TLS with" a.oci "$good/team/app:1.0.0"
