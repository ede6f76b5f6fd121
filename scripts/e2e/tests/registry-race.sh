#!/usr/bin/env bash
# Two at once push different images as the same version: one wins, and the other says so. The protocol has no "only
# if it is not there": who looks and writes within the same milliseconds as another may be written over, and
# has to notice it afterwards.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools registry-race docker-registry skopeo jq curl perl
. "$(dirname "${BASH_SOURCE[0]}")/../registries.sh"
cd "$WORK"
ROUNDS=20

own_registry race
test_image a.oci one
test_image b.oci two
declare -A digest=([a]=$(manifest_digest a.oci) [b]=$(manifest_digest b.oci))

# push_one IMAGE ROUND: leaves its exit code in IMAGE.status.
push_one() {
  local status=0
  "$PLIMSOLL" push -q "$1.oci" "$address/team/app:1.0.$2" >"$1.out" 2>"$1.err" || status=$?
  echo $status >"$1.status"
}
refused=0 silent=0 both_refused=0
for ((round = 0; round < ROUNDS; round++)); do
  push_one a $round &
  one=$!
  push_one b $round &
  wait $one $!
  tag=$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$address/team/app:1.0.$round")
  winner='' loser='' won=0
  for image in a b; do
    case $(cat $image.status) in
      0) won=$((won + 1)) ;;
      2) ;;
      *)
        cat $image.err
        fail "round $round: exit code $(cat $image.status)"
        ;;
    esac
    if [ "$tag" = "${digest[$image]}" ]; then winner=$image; else loser=$image; fi
  done
  [ -n "$winner" ] || fail "round $round: the tag names $tag, which nobody pushed"
  if [ "$(cat $loser.status)" = 0 ]; then
    silent=$((silent + 1))
  else
    for it in a b; do grep -q "${digest[$it]}" $loser.err || fail "round $round: $loser does not name ${digest[$it]}"; done
    refused=$((refused + 1))
  fi
  [ $won -gt 0 ] || both_refused=$((both_refused + 1))
done
echo "$ROUNDS rounds: the loser was told so $refused times, and believed to have won $silent times;" \
  "in $both_refused of them both gave up"
[ $silent = 0 ] || fail "a push whose tag was written over said that it went well"
