//! What is asked of registries, and how long they are waited for.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use plimsoll_image::{Reference, media_type};

use super::{digest, lock, server};
use crate::{
    init::images::{
        candidates::Candidate,
        finder::{Finder, Source},
        registries::{Answer, Registries},
    },
    registry::impatient_client,
    settings::RegistrySettings,
};

fn registries() -> Registries {
    Registries::new(impatient_client(&RegistrySettings::default(), &[]))
}

fn head(status: &str, media_type: &str, word: &str) -> String {
    let digest = digest(word);
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nDocker-Content-Digest: {digest}\r\n\
         Content-Length: 9\r\n\r\n"
    )
}

/// Has `index` for several platforms and `only` for one; refuses `private`.
fn answer(line: &str) -> String {
    let has = |tag: &str| line.contains(&format!("/manifests/{tag} "));
    if has("index") {
        head("200 OK", media_type::INDEX, "index")
    } else if has("only") {
        head("200 OK", media_type::MANIFEST, "only")
    } else if has("private") {
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned()
    } else {
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned()
    }
}

fn name(host: &str, tag: &str) -> Reference {
    format!("{host}/rust:{tag}").parse().unwrap()
}

fn candidates(host: &str, tags: &[&str]) -> Vec<Candidate> {
    let candidate = |tag: &&str| Candidate { reference: name(host, tag), is_exact: true };
    tags.iter().map(candidate).collect()
}

#[test]
fn every_name_gets_what_its_registry_says() {
    let (host, log) = server::registry(answer);
    let names: Vec<_> =
        ["index", "only", "absent", "private"].iter().map(|it| name(&host, it)).collect();
    let answers = registries().ask(names);
    let found = |it: &str| answers[&name(&host, it)].clone();
    assert_eq!(found("index"), Answer::Found { digest: digest("index"), is_index: true });
    assert_eq!(found("only"), Answer::Found { digest: digest("only"), is_index: false });
    assert_eq!(found("absent"), Answer::Absent);
    assert!(matches!(found("private"), Answer::Refused(why) if why.starts_with("127.0.0.1:")));
    // Nothing was downloaded.
    let log = log.lock().unwrap();
    assert!(log.iter().all(|it| it.starts_with("HEAD ") || it.starts_with("GET /v2/ ")), "{log:?}");
}

#[test]
fn a_host_that_says_nothing_is_waited_for_once() {
    // Nobody listens there any more.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (host, _) = server::registry(answer);
    // A listener that accepts and never answers.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf_host = deaf.local_addr().unwrap().to_string();
    let limit = Duration::from_millis(400);
    let mut registries = registries().within(limit, Duration::from_secs(10));
    let begin = Instant::now();
    let mut names: Vec<_> = (0..20).map(|it| name(&deaf_host, &it.to_string())).collect();
    names.extend([name(&silent, "1"), name(&host, "index")]);
    let answers = registries.ask(names.clone());
    assert_eq!(answers.len(), names.len());
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    let why = format!("{deaf_host} does not answer in time");
    assert_eq!(answers[&name(&deaf_host, "7")], Answer::Silent(why.clone()));
    let gone = format!("{silent} can't be reached");
    assert_eq!(answers[&name(&silent, "1")], Answer::Silent(gone));
    assert!(matches!(answers[&name(&host, "index")], Answer::Found { .. }));

    let again = Instant::now();
    let answers = registries.ask(vec![name(&deaf_host, "later"), name(&host, "absent")]);
    assert_eq!(answers[&name(&deaf_host, "later")], Answer::Silent(why));
    assert_eq!(answers[&name(&host, "absent")], Answer::Absent);
    assert!(again.elapsed() < limit, "{:?}", again.elapsed());
}

#[test]
fn what_a_registry_has_is_pinned_to_its_index_and_locked() {
    let (host, log) = server::registry(answer);
    let wanted = candidates(&host, &["absent", "index", "only"]);
    let settings = RegistrySettings::default();
    let mut finder = Finder::new(lock(&["debian:12"]), false).with_registries(&settings, &[]);
    finder.ask(std::slice::from_ref(&wanted));
    let found = finder.find(&wanted).unwrap();
    assert_eq!(found.source, Source::Registry { is_index: true });
    let image = finder.take(&found);
    let expected = format!("{host}/rust:index@{}", digest("index"));
    assert_eq!((image.reference(), &image.why_not), (expected, &None));
    // What others have locked stays; the file is read again as it was meant.
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("plimsoll.lock");
    finder.lock().write(&path).unwrap();
    let read = plimsoll_build::base::lock::Lock::read(&path).unwrap();
    assert_eq!(&read, finder.lock());
    assert_eq!(read.get("debian:12").unwrap().digest, digest("debian:12"));

    // What is locked is asked of nobody again, whatever the registry has now.
    let before = log.lock().unwrap().len();
    let mut finder = Finder::new(read, false).with_registries(&settings, &[]);
    finder.ask(std::slice::from_ref(&wanted));
    let found = finder.find(&wanted).unwrap();
    assert_eq!((found.source, found.digest), (Source::Locked, Some(digest("index"))));
    assert_eq!(log.lock().unwrap().len(), before);
}

#[test]
fn an_update_moves_what_is_locked() {
    let (host, _) = server::registry(answer);
    let wanted = candidates(&host, &["only"]);
    let stale = name(&host, "only").to_string();
    let settings = RegistrySettings::default();
    let mut finder = Finder::new(lock(&[&stale]), true).with_registries(&settings, &[]);
    finder.ask(std::slice::from_ref(&wanted));
    let found = finder.find(&wanted).unwrap();
    assert_eq!(finder.not_updated(&found), None);
    finder.take(&found);
    assert_eq!(finder.lock().get(&stale).unwrap().digest, digest("only"));
    assert_eq!(finder.notes(), [format!("{stale} is there for one platform alone")]);
}
