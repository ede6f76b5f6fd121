//! Names of images, right and wrong.

use proptest::prelude::*;

use super::*;

fn full(text: &str) -> String {
    ImageName::parse(text).map_or_else(|error| format!("{text}: {error}"), |it| it.to_string())
}

#[test]
fn short_names_mean_the_official_images() {
    for text in [
        "rust",
        "library/rust",
        "docker.io/rust",
        "docker.io/library/rust",
        "index.docker.io/rust",
        "index.docker.io/library/rust",
    ] {
        let name = ImageName::parse(text).unwrap();
        assert_eq!(name.to_string(), "docker.io/library/rust", "{text}");
        assert_eq!(name.familiar(), "rust");
        assert!(name.is_official());
    }
}

#[test]
fn a_first_part_is_a_registry_only_if_it_looks_like_one() {
    for (text, registry, repository, familiar) in [
        ("grafana/loki", "docker.io", "grafana/loki", "grafana/loki"),
        ("library/a/b", "docker.io", "library/a/b", "library/a/b"),
        ("localhost/app", "localhost", "app", "localhost/app"),
        ("localhost:5000/app", "localhost:5000", "app", "localhost:5000/app"),
        ("ghcr.io/a/b/c", "ghcr.io", "a/b/c", "ghcr.io/a/b/c"),
        ("127.0.0.1/a", "127.0.0.1", "a", "127.0.0.1/a"),
        ("[::1]:5000/a", "[::1]:5000", "a", "[::1]:5000/a"),
        ("[2001:db8::1]/a", "[2001:db8::1]", "a", "[2001:db8::1]/a"),
        ("MyHost/app", "MyHost", "app", "MyHost/app"),
        ("a_b.example/c", "", "a_b.example/c", "a_b.example/c"),
        ("xn--n3h.example/a", "xn--n3h.example", "a", "xn--n3h.example/a"),
        ("a/b.example", "docker.io", "a/b.example", "a/b.example"),
    ] {
        let name = ImageName::parse(text).unwrap();
        assert_eq!((&*name.registry, &*name.repository), (registry, repository), "{text}");
        assert_eq!(name.familiar(), familiar, "{text}");
        assert!(!name.is_official(), "{text}");
    }
}

#[test]
fn tags_and_digests_are_kept() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let name = ImageName::parse(&format!("rust:1.90-slim_x@{digest}")).unwrap();
    assert_eq!(
        (name.tag.as_deref(), name.digest.as_deref()),
        (Some("1.90-slim_x"), Some(&*digest))
    );
    assert_eq!(name.to_string(), format!("docker.io/library/rust:1.90-slim_x@{digest}"));
    assert_eq!(name.clone().with_default_tag(), name);
    let name = ImageName::parse(&format!("a.b:1/rust@{digest}")).unwrap();
    assert_eq!((name.tag.as_deref(), name.digest.is_some()), (None, true));
    assert_eq!(name.clone().with_default_tag(), name);
    let name = ImageName::parse("rust").unwrap();
    assert_eq!(name.with_default_tag().tag.as_deref(), Some("latest"));
    assert_eq!(full("host:80"), "docker.io/library/host:80");
    assert_eq!(full("rust:V1"), "docker.io/library/rust:V1");
    let longest = "t".repeat(128);
    assert_eq!(full(&format!("a:{longest}")), format!("docker.io/library/a:{longest}"));
}

#[test]
fn other_digests_have_their_own_length() {
    for (algorithm, length) in [("sha256", 64), ("sha384", 96), ("sha512", 128)] {
        let digits = "f".repeat(length);
        assert!(ImageName::parse(&format!("a@{algorithm}:{digits}")).is_ok());
        let digest = format!("{algorithm}:{digits}f");
        let error = ImageNameError::Digest { digest: digest.clone() };
        assert_eq!(ImageName::parse(&format!("a@{digest}")), Err(error));
    }
}

#[test]
fn path_parts_have_single_separators() {
    for text in ["a.b", "a_b", "a__b", "a-b", "a----b", "0", "a1/b2/c3"] {
        assert!(ImageName::parse(text).is_ok(), "{text}");
    }
    for text in
        ["a..b", "a___b", "a._b", "a-_b", "-a", "a-", "_a", "a.", "a//b", "/a", "a/", "ä", "a b"]
    {
        let error = ImageName::parse(text);
        assert!(matches!(error, Err(ImageNameError::Repository { .. })), "{text}: {error:?}");
    }
}

#[test]
fn each_fault_has_its_own_error() {
    let id = "0123456789abcdef".repeat(4);
    let upper = |it: &str| ImageNameError::UpperCase { repository: it.to_owned() };
    let registry = |it: &str| ImageNameError::Registry { registry: it.to_owned() };
    let tag = |it: &str| ImageNameError::Tag { tag: it.to_owned() };
    let digest = |it: &str| ImageNameError::Digest { digest: it.to_owned() };
    let long_tag = "t".repeat(129);
    for (text, error) in [
        ("", ImageNameError::Empty),
        (&*id, ImageNameError::Id { name: id.clone() }),
        ("Rust", upper("Rust")),
        ("a/B:1", upper("a/B")),
        ("Foo_bar/x", upper("Foo_bar/x")),
        ("ÄB", upper("ÄB")),
        ("rust:", ImageNameError::EmptyTag),
        ("rust:@sha256:0", ImageNameError::EmptyTag),
        ("rust:-1", tag("-1")),
        ("rust:a:b", tag("a:b")),
        ("rust:a b", tag("a b")),
        (&format!("rust:{long_tag}"), tag(&long_tag)),
        ("rust@", digest("")),
        ("rust@sha256:0", digest("sha256:0")),
        ("rust@sha256", digest("sha256")),
        ("rust@a@b", digest("a@b")),
        (&format!("rust@sha256:{}", "A".repeat(64)), digest(&format!("sha256:{}", "A".repeat(64)))),
        ("rust@md5:0", ImageNameError::DigestAlgorithm { algorithm: "md5".to_owned() }),
        ("a_b:80/c", registry("a_b:80")),
        ("a.:80/c", registry("a.:80")),
        ("-a.b/c", registry("-a.b")),
        (":5000/c", registry(":5000")),
        ("a.b:/c", registry("a.b:")),
        ("a.b:x/c", registry("a.b:x")),
        ("[::1/c", registry("[::1")),
        ("[]:1/c", registry("[]:1")),
        ("[::1]80/c", registry("[::1]80")),
        ("[::1%eth0]/c", registry("[::1%eth0]")),
        ("https://a/b", registry("https:")),
        ("./a", registry(".")),
        (&"a".repeat(256), ImageNameError::TooLong { length: 264 }),
    ] {
        assert_eq!(ImageName::parse(text), Err(error), "{text}");
    }
    // The limit counts `library/` but not the registry.
    assert!(ImageName::parse(&"a".repeat(247)).is_ok());
    assert!(ImageName::parse(&format!("a.example/{}", "a".repeat(255))).is_ok());
}

proptest! {
    #[test]
    fn a_normalized_name_is_read_as_itself(text in "[a-zA-Z0-9._:/@\\[\\]é-]{0,20}|[a-z]{1,4}([./:][a-z0-9]{1,4}){0,4}") {
        if let Ok(name) = ImageName::parse(&text) {
            if !name.registry.is_empty() {
                prop_assert_eq!(ImageName::parse(&name.to_string()), Ok(name.clone()));
            }
            let mut familiar = name.clone();
            (familiar.tag, familiar.digest) = (None, None);
            let again = ImageName::parse(&name.familiar());
            // A short name of 64 hexadecimal digits would be an id.
            let is_id = matches!(again, Err(ImageNameError::Id { .. }));
            prop_assert!(is_id || again == Ok(familiar));
        }
    }
}
