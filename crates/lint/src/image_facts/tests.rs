//! The digest of whole Dockerfiles.

use super::*;

fn image(text: &str, target: Option<&str>) -> ImageFacts {
    ImageFacts::read("/p/Dockerfile", "Dockerfile".to_owned(), &text.into(), target)
}

const TEXT: &str = r#"ARG TAG=3.22
FROM alpine:${TAG} AS base
ARG PORT=8080
ENV PORT=$PORT DATA_DIR=/data
EXPOSE $PORT 9000-9001/udp
FROM base AS dev
CMD ["cargo", "run"]
FROM base AS Run
RUN adduser -D app && mkdir -p /data /app/cache && chown app /data
WORKDIR /app
COPY --from=dev /x/server /usr/local/bin/
USER app
VOLUME ["/state"]
STOPSIGNAL SIGINT
HEALTHCHECK CMD ["server", "check"]
ENTRYPOINT ["/sbin/tini", "--", "server"]
CMD ["--listen", "0.0.0.0:3000"]
"#;

#[test]
fn a_stage_says_all_that_it_and_those_below_say() {
    let image = image(TEXT, Some("run"));
    assert_eq!(image.stage, Some(2));
    assert_eq!(image.stage_names().collect::<Vec<_>>(), ["base", "dev", "Run"]);
    assert_eq!((&*image.base, image.base_known), ("alpine:3.22", true));
    assert_eq!(image.base_variables, ["TAG"]);
    assert!(image.declares("TAG") && image.declares("PORT") && !image.declares("X"));
    assert!(image.exposes(8080) && image.exposes(9001) && !image.exposes(3000));
    assert!(image.ports_known);
    assert_eq!(image.program_port.as_ref().map(|it| it.value), Some(3000));
    assert!(matches!(&image.user, ImageUser::Other(name, Some(_)) if name == "app"));
    assert_eq!(image.volumes[0].value, "/state");
    assert_eq!(image.workdir.as_ref().map(|it| &*it.value), Some("/app"));
    assert_eq!(image.stop_signal.as_ref().map(|it| &*it.value), Some("SIGINT"));
    let words = vec!["server".to_owned(), "check".to_owned()];
    let test = ImageHealth::Test { words, is_shell: false };
    assert_eq!(image.health.as_ref().map(|it| &it.value), Some(&test));
    assert_eq!(image.init.as_ref().map(|it| &*it.value), Some("tini"));
    assert_eq!(image.variable("PORT").map(|it| (&*it.value, it.varies)), Some(("8080", true)));
    let made: Vec<_> = image.made.iter().map(|it| (&*it.path, it.owner, it.is_empty)).collect();
    assert_eq!(
        made,
        [
            ("/app", Ownership::Root, true),
            ("/app/cache", Ownership::Root, true),
            ("/data", Ownership::Other, true),
            ("/usr/local/bin/server", Ownership::Root, false),
        ]
    );
    let writes: Vec<_> = image.writes.iter().map(|it| &*it.value).collect();
    assert_eq!(writes, ["/data", "/data"]);
}

#[test]
fn targets_are_found_in_any_case_or_not_at_all() {
    let dev = image(TEXT, Some("DEV"));
    assert_eq!(dev.cmd.map(|it| it.value.words), Some(vec!["cargo".to_owned(), "run".to_owned()]));
    assert_eq!(dev.program_port.map(|it| it.value), Some(8080));
    assert!(!image(TEXT, Some("prod")).has_target());
    assert_eq!(image(TEXT, None).stage, Some(2));
}

#[test]
fn what_is_not_certain_is_said_so() {
    let other = image("ARG B\nFROM $B\nEXPOSE $P\n", None);
    assert_eq!((other.base_known, other.ports_known), (false, false));
    assert_eq!(other.user, ImageUser::Unknown);
    assert!(image("FROM a\nCOPPY x\n", None).is_broken);
    assert_eq!(image("", None).stage, None);
    assert!(image("FROM nginx:1\n", None).exposes(80));
}
