//! The little that is needed of URLs: where a `Location` leads, and what a `Link` points at.

use crate::transport::url::Url;

/// What `location` means in an answer of the URL `base` (RFC 3986, section 5), without a fragment.
///
/// A registry behind a proxy that ends TLS often calls itself by `http:`. Where it means the host that
/// answered over TLS, TLS it is.
pub(crate) fn resolve(base: &str, location: &str) -> Option<String> {
    let base = Url::parse(base)?;
    let found = base.join(location)?;
    let is_itself = found.authority() == base.authority();
    Some(if is_itself { Url { target: found.target, ..base } } else { found }.to_string())
}

/// A URL with one more parameter in its query.
pub(crate) fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let separator = match url.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{separator}{name}={}", encode(value))
}

/// A value as it stands in a query (RFC 3986: all but unreserved characters are encoded).
pub(crate) fn encode(value: &str) -> String {
    use std::fmt::Write as _;
    value.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(text, "%{byte:02X}").ok();
        }
        text
    })
}

/// What of a header `Link` (RFC 8288) leads to the next page: `<URL>; rel="next"`.
pub(crate) fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((target, after)) = rest.split_once('<').and_then(|(_, it)| it.split_once('>')) {
        // The parameters of this link end where the next begins.
        let parameters = after.split('<').next().unwrap_or_default();
        let is_next = parameters.split([';', ',']).any(|it| {
            it.split_once('=').is_some_and(|(name, value)| {
                let value = value.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && value.split_ascii_whitespace().any(|it| it.eq_ignore_ascii_case("next"))
            })
        });
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}

/// Path and query of a URL, if it lies where `base` does.
pub(crate) fn within(base: &str, url: &str) -> Option<String> {
    let (ours, theirs) = (Url::parse(base)?, Url::parse(&resolve(base, url)?)?);
    (ours.origin() == theirs.origin()).then_some(theirs.target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_relative_absolute_or_refused() {
        let base = "https://r.example:5000/v2/a/blobs/uploads/?mount=x";
        for (location, expected) in [
            ("/v2/x?_state=a%2Fb", Some("https://r.example:5000/v2/x?_state=a%2Fb")),
            ("uuid?s=1#f", Some("https://r.example:5000/v2/a/blobs/uploads/uuid?s=1")),
            ("?s=1", Some("https://r.example:5000/v2/a/blobs/uploads/?s=1")),
            ("https://cdn.example/x", Some("https://cdn.example/x")),
            ("http://cdn.example/x", Some("http://cdn.example/x")),
            ("//cdn.example/x", Some("https://cdn.example/x")),
            ("http://R.example:5000/x", Some("https://r.example:5000/x")),
            ("file:///etc/passwd", None),
            ("/a b", None),
            ("https://", None),
        ] {
            assert_eq!(resolve(base, location).as_deref(), expected, "{location}");
        }
        assert_eq!(resolve("https://h/", "http://h/x").as_deref(), Some("https://h/x"));
    }

    #[test]
    fn parameters_join_a_query() {
        let digest = "sha256:0a";
        for (url, expected) in [
            ("http://h/u", "http://h/u?digest=sha256%3A0a"),
            ("http://h/u?", "http://h/u?digest=sha256%3A0a"),
            ("http://h/u?a=b%3D", "http://h/u?a=b%3D&digest=sha256%3A0a"),
            ("http://h/u?a=b&", "http://h/u?a=b&digest=sha256%3A0a"),
        ] {
            assert_eq!(with_parameter(url, "digest", digest), expected);
        }
    }

    #[test]
    fn the_next_page_is_found_among_links() {
        assert_eq!(next_link(r#"</v2/a?n=1>; rel="next""#), Some("/v2/a?n=1"));
        assert_eq!(next_link("<a>; rel=prev, <b>; title=x; rel=NEXT"), Some("b"));
        assert_eq!(next_link(r#"<a,b>; rel="last next""#), Some("a,b"));
        assert_eq!(next_link("<a>; rel=prev"), None);
        assert_eq!(next_link("a; rel=next"), None);
    }

    #[test]
    fn pages_on_other_hosts_are_none() {
        let base = "https://r.example/v2/a/tags/list?n=2";
        assert_eq!(within(base, "/v2/x?last=b").as_deref(), Some("/v2/x?last=b"));
        assert_eq!(within(base, "http://r.example/v2/x").as_deref(), Some("/v2/x"));
        assert_eq!(within(base, "https://evil.example/v2/x"), None);
        assert_eq!(within(base, "https://r.example@evil.example/v2/x"), None);
    }
}
