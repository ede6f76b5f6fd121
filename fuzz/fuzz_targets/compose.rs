//! Whatever a Compose file holds: it is read and judged without a crash, and everything in it has a
//! place in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plimsoll_finding::Span;
use plimsoll_syntax::compose::interpolation::{Variable, references, substitute};
use plimsoll_syntax::compose::{self, Compose, Options, Service};
use plimsoll_syntax::yaml;

fuzz_target!(|text: &str| {
    let yaml = yaml::parse(text);
    let compose = Compose::new(&yaml);
    for service in &compose.services {
        check(service, text);
    }
    let unset = |_: &str| Variable::Unset;
    let unknown = Options::default();
    let set = Options { variables: &unset, is_partial: true };
    for options in [&unknown, &set] {
        for problem in compose::problems(&compose, options) {
            inside(problem.span, text);
            assert!(!problem.message.contains('\n'), "a message is one line: {}", problem.message);
            for (span, _) in problem.related {
                inside(span, text);
            }
        }
    }
    for reference in references(text) {
        assert!(text.get(reference.range).is_some());
    }
    if let Err(error) = substitute(text, &unset) {
        assert!(text.get(error.range()).is_some());
    }
});

fn check(service: &Service<'_>, text: &str) {
    inside(service.key.span(), text);
    for port in service.ports() {
        inside(port.span, text);
        for part in [port.host_ip, port.published, Some(port.target), port.protocol] {
            inside(part.map(|it| it.span).unwrap_or_default(), text);
        }
    }
    for mount in service.volumes() {
        inside(mount.span, text);
        for part in [mount.source, mount.target].into_iter().chain(mount.options.into_iter().map(Some))
        {
            inside(part.map(|it| it.span).unwrap_or_default(), text);
        }
    }
    for pair in service.environment().into_iter().chain(service.labels()) {
        inside(pair.span, text);
        inside(pair.name.span, text);
    }
    for command in [service.command(), service.entrypoint()].into_iter().flatten() {
        for word in command.words {
            inside(word.span, text);
        }
    }
    for dependency in service.depends_on() {
        inside(dependency.span, text);
    }
    for file in service.env_file() {
        inside(file.path.span, text);
    }
    if let Some(healthcheck) = service.healthcheck() {
        let _test = healthcheck.test();
    }
    if let Some(build) = service.build() {
        for pair in build.args().into_iter().chain(build.additional_contexts()) {
            inside(pair.span, text);
        }
    }
    let _resources = service.resources();
}

fn inside(span: Span, text: &str) {
    assert!(span.slice(text).is_some(), "{span:?} is not in the text, or cuts a character");
}
