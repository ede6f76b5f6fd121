#!/usr/bin/env bash
# A registry without passwords: push, mount, pull back; and tags that never move.
. "$(dirname "${BASH_SOURCE[0]}")/../testing.sh"
need_tools registry-open docker-registry skopeo jq curl perl
. "$(dirname "${BASH_SOURCE[0]}")/../registries.sh"
cd "$WORK"

own_registry open
test_image a.oci one
test_image b.oci two
works_with open "$address" a.oci one

# A version names one image for ever, unless somebody insists.
old=$(manifest_digest a.oci) new=$(manifest_digest b.oci)
[ "$old" != "$new" ] || fail "both images are the same"
forget_requests open
refuses "another image for a version" "$old" b.oci "$address/team/first:1.0.0"
grep -q "$new" refused.log || fail "the new digest is not named"
sleep 0.3
for method in POST PUT PATCH; do same "nothing is sent for a refused tag" '' "$(requests open $method)"; done
same "the tag after it" "$old" \
  "$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$address/team/first:1.0.0")"
pushes "with --allow-retag" "$address/team/first@$new" --allow-retag b.oci "$address/team/first:1.0.0"
pushes "a moving tag" "$address/team/first@$old" a.oci "$address/team/first:latest"
pushes "a moving tag moves" "$address/team/first@$new" b.oci "$address/team/first:latest"

# Archives and several names.
expect "plimsoll build of archives" \
  "$PLIMSOLL" build --binary a.dir/program -o oci-archive:oci.tar -o docker-archive:docker.tar
pushes "an OCI archive" "$address/team/archive@$old" oci.tar "$address/team/archive:1.0.0"
"$PLIMSOLL" push docker.tar "$address/team/docker:1.0.0" --format json >docker.json 2>push.log || {
  cat push.log
  fail "a docker archive is not pushed"
}
expect "skopeo takes what was a docker archive" \
  "${skopeo[@]}" copy --src-tls-verify=false "docker://$address/team/docker:1.0.0" dir:docker.dir
"$PLIMSOLL" push -q a.oci "$address/team/many:1.0.0" "$address/team/many:1" "$address/team/more:1" >many.txt 2>push.log ||
  fail "several names: $(cat push.log)"
for name in many:1.0.0 many:1 more:1; do
  same "$name" "$old" "$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$address/team/$name")"
done

# From the build on.
expect "plimsoll build --push" \
  "$PLIMSOLL" build --binary a.dir/program --push -t "$address/team/built:1.0.0" -t "$address/team/built:latest"
for tag in 1.0.0 latest; do
  same "built:$tag" "$old" \
    "$("${skopeo[@]}" inspect --tls-verify=false --format '{{.Digest}}' "docker://$address/team/built:$tag")"
done

# Nobody is there.
dead=127.0.0.1:$(free_port)
refuses "a registry that is not there" "$dead" a.oci "$dead/team/app:1"
refuses "an image that is not there" "team/none" "registry:$address/team/none:1" "$address/team/x:1"
refuses "a name that is none" "Team" a.oci "$address/Team/app:1"
