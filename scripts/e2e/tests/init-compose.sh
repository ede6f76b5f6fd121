#!/usr/bin/env bash
# The Compose files of `plimsoll init`, with a real engine and PostgreSQL: development from nothing, where a changed
# source is compiled alone; a wrong password, which `check` finds before the start-up does; and production, locked down.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_engine init-compose
need_tools init-compose curl jq
# shellcheck source=../generated.sh
. "$ROOT/scripts/e2e/generated.sh"
need_images init-compose debian rust postgres

# docker-compose runs `docker build`, and so the client has to be on PATH.
PATH=$(dirname "$DOCKER"):$PATH
export COMPOSE_DOCKER_CLI_BUILD=1
if command -v docker-compose >/dev/null; then
  compose=(docker-compose)
elif "$DOCKER" compose version >/dev/null 2>&1; then
  compose=("$DOCKER" compose)
else
  leave_out init-compose "docker-compose is not installed"
fi
development=("${compose[@]}" -p "$generated-dev" -f compose.yaml)
production=("${compose[@]}" -p "$generated-prod" -f compose.prod.yaml)

clean_up() {
  local left project
  remove_generated
  for project in "$generated-dev" "$generated-prod"; do
    for kind in volume network; do
      left=$("$DOCKER" "$kind" ls -q --filter "label=com.docker.compose.project=$project" 2>/dev/null) || true
      # shellcheck disable=SC2086 # Several identifiers.
      [ -z "$left" ] || "$DOCKER" "$kind" rm $left >/dev/null 2>&1 || true
    done
  done
}
trap clean_up EXIT

copy_project "$ROOT/examples/html-to-markdown" html-to-markdown
# shellcheck disable=SC2119 # Without options.
generate
# The image of development has a name that is nobody else's.
sed -i "s/^\( *image: \)html-to-markdown-dev$/\1$generated-dev/" compose.yaml
grep -q "image: $generated-dev\$" compose.yaml || fail "compose.yaml names no image for development"

same "the mode of .env" 600 "$(stat -c %a .env)"
grep -qE '^POSTGRES_PASSWORD=[0-9a-f]{32}$' .env || fail "no password was drawn"

# Ports of the host that are free, as the engine says.
export APP_PORT=0 POSTGRES_PORT=0

# findings: the rules that `check` names, each once.
findings() { "$PLIMSOLL" check --format json --fail-on never . | jq -r '.findings[].rule' | sort -u | xargs; }
# With `.env`, and without it, as where the project is cloned.
same "findings with .env" '' "$(findings)"
mv .env ../env
same "findings without .env" '' "$(findings)"
! "${development[@]}" config >/dev/null 2>&1 || fail "Compose misses no password"
mv ../env .env
expect "compose config" "${development[@]}" config --quiet

# container SERVICE [PROJECT]: its identifier.
container() {
  "$DOCKER" ps -aq --filter "label=com.docker.compose.project=$generated-${2:-dev}" \
    --filter "label=com.docker.compose.service=$1"
}
state_is() { [ "$("$DOCKER" inspect -f '{{.State.Health.Status}}' "$(container "$1" "$2")")" = "$3" ]; }
# is_well SECONDS SERVICE PROJECT
is_well() {
  within "$1" state_is "$2" "$3" healthy || {
    "$DOCKER" inspect -f '{{json .State}}' "$(container "$2" "$3")"
    "$DOCKER" logs --tail 50 "$(container "$2" "$3")"
    fail "$2 of $3 is not healthy after $1 s"
  }
}
# where SERVICE PORT PROJECT: where the host reaches it.
where() { "$DOCKER" port "$(container "$1" "$3")" "$2/tcp" | head -n 1; }
log() { "$DOCKER" logs "$(container "$1" "${2:-dev}")" 2>&1; }
compiled() { log app | grep -c '^ *Compiling '; }
seconds() { echo "$1: $((($(milliseconds) - began) / 1000)) s"; }

# ---- development

began=$(milliseconds)
expect "compose up" "${development[@]}" up -d
seconds "compose up, with the image of development"
is_well 600 db dev
is_well 600 app dev
seconds "both healthy, with everything compiled"
at=$(where app 3000 dev)
[[ $at = 127.0.0.1:* ]] || fail "the program is published on $at"
[[ $(where db 5432 dev) = 127.0.0.1:* ]] || fail "the database is published on $(where db 5432 dev)"
convert() { ask "$1/convert" -H 'content-type: text/html' --data-binary "$2"; }
stored() { ask "$1/conversions" | jq -r '.kept_in + ": " + ([.conversions[].markdown] | join(", "))'; }
same "a conversion" '# Tides' "$(convert "$at" '<h1>Tides</h1>')"
same "what is stored" 'postgresql: # Tides' "$(stored "$at" | sed 's/\\n//g')"
same "the health" '{"status":"ok","database":"answers"}' "$(ask "$at/healthz")"

# Another source, and nothing else is compiled.
before=$(compiled)
[ "$before" -gt 20 ] || fail "only $before packages were compiled at first"
began=$(milliseconds)
sed -i 's/status: "ok"/status: "well"/' crates/html-to-markdown/src/routes/healthz.rs
has_changed() { [[ $(ask "$at/healthz" 2>/dev/null) = *'"well"'* ]]; }
within 120 has_changed || {
  log app | tail -n 30
  fail "a changed source does not become the program"
}
seconds "a changed source runs"
same "packages that were compiled again" html-to-markdown \
  "$(log app | sed -n 's/^ *Compiling \([^ ]*\) .*/\1/p' | tail -n "+$((before + 1))" | xargs)"
same "what is stored" 'postgresql: # Tides' "$(stored "$at" | sed 's/\\n//g')"

# What can't be compiled leaves the program alone.
sed -i 's/status: "well"/status: well/' crates/html-to-markdown/src/routes/healthz.rs
cannot_be_built() { log app | grep -q "can't be built"; }
within 60 cannot_be_built || fail "nothing is said of a source that can't be compiled"
has_changed || fail "a source that can't be compiled stops the program"
sed -i 's/status: well/status: "ok"/' crates/html-to-markdown/src/routes/healthz.rs

# What is written belongs to whoever owns the project.
same "owners of the project's files" "$(stat -c %u:%g .)" "$(find . -printf '%U:%G\n' | sort -u)"

# Locked down, and stopped in time.
inspect='{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}'
for service in app db; do
  same "$service, locked down" 'true [ALL] [no-new-privileges:true]' "$("$DOCKER" inspect -f "$inspect" "$(container $service)")"
done
began=$(milliseconds)
expect "compose stop" "${development[@]}" stop app
[ $(($(milliseconds) - began)) -lt 6000 ] || fail "the program of development stops after $(($(milliseconds) - began)) ms"
same "its exit code" 0 "$("$DOCKER" inspect -f '{{.State.ExitCode}}' "$(container app)")"

# ---- a wrong password, in one place

cp compose.yaml ../compose.yaml
# shellcheck disable=SC2016 # The variables are Compose's.
sed -i 's/\(postgres:\/\/${POSTGRES_USER}:\)${POSTGRES_PASSWORD}@/\1${WRONG_PASSWORD}@/' compose.yaml
echo 'WRONG_PASSWORD=of-somebody-else' >>.env
same "findings in a wrong address" database-credentials-mismatch "$(findings)"
"$PLIMSOLL" check . >wrong.log 2>&1 && fail "check passes with a wrong password"
grep -q 'gives another password than' wrong.log || fail "check says \"$(cat wrong.log)\""
! grep -Fq -e of-somebody-else -e "$(sed -n 's/^POSTGRES_PASSWORD=//p' .env)" wrong.log || fail "check shows a password"
rm wrong.log
expect "compose up with a wrong password" "${development[@]}" up -d
is_refused() { log app | grep -q 'password authentication failed'; }
within 120 is_refused || {
  log app | tail -n 30
  fail "a wrong password is not refused"
}
! state_is app dev healthy || fail "a program with a wrong password is healthy"
! answers "$(where app 3000 dev)/healthz" || fail "a program with a wrong password answers"
# The same on the other side.
mv ../compose.yaml compose.yaml
# shellcheck disable=SC2016 # The variables are Compose's.
sed -i 's/POSTGRES_PASSWORD: .*/POSTGRES_PASSWORD: ${WRONG_PASSWORD}/' compose.yaml
same "findings in a wrong server" database-credentials-mismatch "$(findings)"
expect "docker rm" "$DOCKER" rm -f "$(container app)"

# ---- production

image_build production html-to-markdown
expect "docker tag" "$DOCKER" tag "$generated-html-to-markdown" "$generated-html-to-markdown:1.2.3"
export IMAGE=$generated-html-to-markdown
! "${production[@]}" config >../missing 2>&1 || fail "Compose misses neither a version nor a database"
same "Compose names what is missing" 1 "$(grep -cE 'TAG|DATABASE_URL' ../missing)"
# shellcheck disable=SC1091 # The variables of the database.
. ./.env
export TAG=1.2.3 DATABASE_URL="postgres://$POSTGRES_USER:$POSTGRES_PASSWORD@database:5432/$POSTGRES_DB"
expect "compose config of production" "${production[@]}" config --quiet
expect "compose up --no-start of production" "${production[@]}" up --no-start
expect "a way to the database" "$DOCKER" network connect --alias database "$generated-prod_default" "$(container db)"
began=$(milliseconds)
expect "compose up of production" "${production[@]}" up -d
is_well 60 app prod
seconds "production is healthy"
at=$(where app 3000 prod)
[[ $at = 127.0.0.1:* ]] || fail "production is published on $at"
same "a conversion in production" '**Ebb**' "$(convert "$at" '<b>Ebb</b>')"
same "what is stored" 'postgresql: **Ebb**, # Tides' "$(stored "$at" | sed 's/\\n//g')"
app=$(container app prod)
same "production, locked down" 'true [ALL] [no-new-privileges:true] 65532:65532 268435456 256' \
  "$("$DOCKER" inspect -f "$inspect {{.Config.User}} {{.HostConfig.Memory}} {{.HostConfig.PidsLimit}}" "$app")"
same "users of its processes" 65532 "$("$DOCKER" top "$app" -o pid,uid | awk 'NR > 1 { print $2 }' | sort -u)"
began=$(milliseconds)
expect "compose stop of production" "$DOCKER" stop "$app"
took=$(($(milliseconds) - began))
[ "$took" -lt 2000 ] || fail "production stops after $took ms"
same "its exit code" 0 "$("$DOCKER" inspect -f '{{.State.ExitCode}}' "$app")"
expect "compose down of production" "$DOCKER" network disconnect "$generated-prod_default" "$(container db)"
expect "compose down of production" "${production[@]}" down
expect "compose down" "${development[@]}" down --volumes
