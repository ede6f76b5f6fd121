#!/usr/bin/env bash
# What `plimsoll init` writes for Compose, from an empty machine: the example comes up with PostgreSQL, both healthy; a
# conversion is stored; an edit is built and answers; a wrong password is found by `check` before and by the start-up
# after; in production the image runs locked down.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init-compose
need_tools init-compose curl jq docker-compose
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images init-compose debian rust postgres
# docker-compose 1.29 builds with the client's BuildKit when it is told to.
PATH=$(dirname "$DOCKER"):$PATH
export COMPOSE_PROJECT_NAME=$generated COMPOSE_DOCKER_CLI_BUILD=1

production() { docker-compose -f compose.prod.yaml -p "$generated-prod" "$@"; }
cleanup() {
  docker-compose down --volumes --timeout 3 >/dev/null 2>&1 || true
  production down --timeout 3 >/dev/null 2>&1 || true
  "$DOCKER" rmi -f "$generated-dev" >/dev/null 2>&1 || true
  remove_generated
}
trap cleanup EXIT

# up: starts all services; the log of the build is $WORK/logs/up.
up() {
  docker-compose up -d >"$WORK/logs/up" 2>&1 </dev/null || {
    tail -n 40 "$WORK/logs/up"
    fail "docker-compose up"
  }
}
# container SERVICE
container() { docker-compose ps -q "$1"; }
state_of() { "$DOCKER" inspect -f '{{.State.Health.Status}}' "$(container "$1")" 2>/dev/null; }
healthy() { [ "$(state_of "$1")" = healthy ]; }
# become_healthy SECONDS SERVICE...
become_healthy() {
  local service
  for service in "${@:2}"; do
    within "$1" healthy "$service" || {
      docker-compose logs --tail 40 "$service"
      fail "$service is \"$(state_of "$service")\" after $1 s"
    }
  done
}
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

copy_project "$ROOT/examples/html-to-markdown" html-to-markdown
# shellcheck disable=SC2119 # Without options.
generate
same "the mode of .env" 600 "$(stat -c %a .env)"
grep -q '^POSTGRES_PASSWORD=.' .env || fail "no password was drawn"
# Whatever this machine has on these ports, and however the image of another run is called.
port=$(free_port)
sed -i "s/127.0.0.1:3000:3000/127.0.0.1:$port:3000/; s/^    image: .*-dev$/    image: $generated-dev/" compose.yaml
echo "POSTGRES_PORT=$(free_port)" >>.env
expect "docker-compose config" docker-compose config --quiet
TAG=1 DATABASE_URL=x expect "docker-compose config in production" production config --quiet

# ---- from nothing to an answer

began=$(milliseconds)
up
become_healthy 60 db
become_healthy 300 app
echo "up and healthy after $((($(milliseconds) - began) / 1000)) s"
same "the user of the program" "$(id -u)" "$("$DOCKER" exec "$(container app)" id -u)"
same "a conversion" '# Hull' "$(ask "127.0.0.1:$port/convert" -H 'Content-Type: text/html' --data-binary '<h1>Hull</h1>')"
# shellcheck disable=SC2016 # Variables of the container.
stored() { docker-compose exec -T db sh -c 'psql -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atc "select count(*) from conversions"'; }
same "conversions in PostgreSQL" 1 "$(stored | tr -d '\r')"

# An edit is built in the container, with the dependencies that are there, and answers.
built() { docker-compose logs app 2>/dev/null; }
before=$(built | grep -c 'Compiling ')
began=$(milliseconds)
sed -i 's/"answers"/"answers again"/' crates/html-to-markdown/src/routes/healthz.rs
rebuilt() { [ "$(built | grep -c 'Compiling ')" -gt "$before" ] && [ "$(built | grep -c 'html-to-markdown starts')" -ge 2 ]; }
within 120 rebuilt || {
  built | tail -n 30
  fail "an edit is not built"
}
echo "an edit is built after $((($(milliseconds) - began) / 1000)) s"
same "what the edit compiled" html-to-markdown "$(built | sed -n 's/.*Compiling \([^ ]*\) .*/\1/p' | tail -n +$((before + 1)) | sort -u | xargs)"
become_healthy 60 app
same "what the edit answers" '{"status":"ok","database":"answers again"}' "$(ask "127.0.0.1:$port/healthz")"
same "a conversion after the edit" '# Keel' "$(ask "127.0.0.1:$port/convert" -H 'Content-Type: text/html' --data-binary '<h1>Keel</h1>')"
same "conversions after the edit" 2 "$(stored | tr -d '\r')"

# ---- a wrong password in one place

cp compose.yaml compose.right
# shellcheck disable=SC2016 # Compose's variable.
sed -i 's/postgres:\/\/${POSTGRES_USER}:${POSTGRES_PASSWORD}@/postgres:\/\/${POSTGRES_USER}:wrong@/' compose.yaml
cmp -s compose.yaml compose.right && fail "the address of the database is not where it was"
rule=$("$PLIMSOLL" check --format json --fail-on never compose.yaml | jq -r '[.findings[].rule] | unique | join(" ")')
[[ " $rule " = *' database-credentials-mismatch '* ]] || fail "check finds \"$rule\" where the password is wrong"
up
refused() { docker-compose logs --tail 20 app 2>/dev/null | grep -qi 'password authentication failed\|refuses the user'; }
within 90 refused || {
  docker-compose logs --tail 20 app
  fail "the start-up does not say that the password is wrong"
}
! healthy app || fail "the program is healthy without its database"
mv compose.right compose.yaml
up
become_healthy 60 app

# ---- production

database=$("$DOCKER" inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$(container db)")
# shellcheck disable=SC1091 # Written by init.
. ./.env
docker-compose stop app >/dev/null 2>&1
image_build production html-to-markdown -t "$generated-app:1.2.3"
sed -i "s/127.0.0.1:3000:3000/127.0.0.1:$port:3000/; s/^    restart: .*/    network_mode: bridge\n&/" compose.prod.yaml
export IMAGE=$generated-app TAG=1.2.3
export DATABASE_URL="postgres://$POSTGRES_USER:$POSTGRES_PASSWORD@$database:5432/$POSTGRES_DB"
"$DOCKER" network connect bridge "$(container db)"
database=$("$DOCKER" inspect -f '{{.NetworkSettings.Networks.bridge.IPAddress}}' "$(container db)")
DATABASE_URL="postgres://$POSTGRES_USER:$POSTGRES_PASSWORD@$database:5432/$POSTGRES_DB"
expect "docker-compose up in production" production up -d
app=$(production ps -q app)
in_production() { [ "$("$DOCKER" inspect -f '{{.State.Health.Status}}' "$app")" = healthy ]; }
within 60 in_production || {
  production logs
  fail "the program is not healthy in production"
}
same "a conversion in production" '# Deck' "$(ask "127.0.0.1:$port/convert" -H 'Content-Type: text/html' --data-binary '<h1>Deck</h1>')"
same "conversions in production" 3 "$(stored | tr -d '\r')"
same "how it is locked down" 'true [ALL] [no-new-privileges:true] 65532:65532' \
  "$("$DOCKER" inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.Config.User}}' "$app")"
[ "$("$DOCKER" inspect -f '{{.HostConfig.Memory}}' "$app")" -gt 0 ] || fail "no limit of memory in production"
[ "$("$DOCKER" inspect -f '{{.HostConfig.PidsLimit}}' "$app")" -gt 0 ] || fail "no limit of processes in production"
began=$(milliseconds)
expect "docker-compose stop" production stop
took=$(($(milliseconds) - began))
[ "$took" -lt 4000 ] || fail "docker-compose stop took $took ms"
same "its exit code" 0 "$("$DOCKER" inspect -f '{{.State.ExitCode}}' "$app")"
