#!/usr/bin/env bash
# `check --format sarif` against the schema of SARIF 2.1.0, which a package of npm brings along.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools sarif npm node
cd "$WORK"

package=@microsoft/jest-sarif@1.0.0-beta.0
npm install --no-audit --no-fund --silent --prefix "$WORK" "$package" >npm.log 2>&1 ||
  leave_out sarif "npm cannot install $package: $(tail -n 1 npm.log)"
cat >validate.js <<'JS'
const fs = require('fs');
const Ajv = require('ajv');
const ajv = new Ajv({ schemaId: 'auto', meta: false, allErrors: true, unknownFormats: 'ignore' });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const path = 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
const validate = ajv.compile(JSON.parse(fs.readFileSync(path)));
const log = JSON.parse(fs.readFileSync(process.argv[2]));
if (!validate(log)) {
  console.error(validate.errors);
  process.exit(1);
}
console.log(log.runs[0].results.length);
JS

# The schema is one that refuses something.
echo '{"version": "2.1.0", "runs": [{"results": []}]}' >wrong.sarif
! node validate.js wrong.sarif >/dev/null 2>&1 || fail "a log without a tool is valid"

mkdir -p "files/with space" files/latin
printf 'from alpine\nMAINTAINER m\u00fcller\nRUN apt-get update && \\\n  apt-get install curl\nCMD run now\n' >files/Dockerfile
printf 'FROM rust:latest AS build\nCOPY . .\nRUN cargo build --release\nFROM debian\nCOPY --from=build / /\n' \
  >"files/with space/a,b%.Dockerfile"
printf 'FROM scratch\n# caf\xe9\n' >files/latin/Dockerfile
status=0
"$PLIMSOLL" check --select all --format sarif -o all.sarif files 2>errors.log || status=$?
same "exit code where a file is not UTF-8" 2 "$status"
expect "a log with findings and an error is valid" node validate.js all.sarif
[ "$(node validate.js all.sarif)" -gt 1 ] || fail "nothing was found: $(cat errors.log)"

printf 'FROM scratch\nUSER 65532\n' >good.Dockerfile
expect "check without findings" "$PLIMSOLL" check --select root-user --format sarif -o none.sarif good.Dockerfile
expect "a log without findings is valid" node validate.js none.sarif
same "findings" 0 "$(node validate.js none.sarif)"
