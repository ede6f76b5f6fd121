//! Which redirects are followed.
//!
//! At most [`MOST`], never in a circle, never from HTTPS to plain HTTP but on hosts that may be spoken
//! to that way. Credentials stay with the registry: once a redirect left its scheme, host and port, they
//! are not sent again. Only `GET` and `HEAD` follow every redirect; what has a body follows 307 and 308,
//! which promise that nothing happened to it yet (RFC 9110, section 15.4). That holds for a part of an
//! upload as well: its session took nothing of it, and no URL is asked twice.

use super::{Method, url::Url};

/// How many redirects are followed.
pub(crate) const MOST: usize = 5;

/// Where a redirect leads, or why it is not followed.
///
/// `before` is every URL that answered so far, the last one included.
pub(crate) fn next(
    method: Method,
    status: u16,
    location: Option<&str>,
    before: &[Url],
    may_be_plain: impl Fn(&Url) -> bool,
) -> Result<Url, String> {
    let is_read = matches!(method, Method::Get | Method::Head);
    if !is_read && !matches!(status, 307 | 308) {
        return Err(format!("it redirects what is written with {status}, which is for reading"));
    }
    let from = before.last().ok_or("it redirects from nowhere")?;
    let location = location.ok_or_else(|| format!("it redirects to nowhere ({status})"))?;
    let to = from.join(location).ok_or("it redirects to what is no URL of HTTP")?;
    if before.contains(&to) {
        return Err(format!("it redirects in a circle, by way of {}", to.authority()));
    }
    if before.len() > MOST {
        return Err(format!("it redirects more than {MOST} times"));
    }
    if from.https && !to.https && !may_be_plain(&to) {
        return Err(format!("it redirects from HTTPS to plain HTTP, at {}", to.authority()));
    }
    Ok(to)
}

/// Whether a status is a redirect.
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(method: Method, status: u16, from: &str, to: &str) -> Result<String, String> {
        let from = Url::parse(from).unwrap();
        next(method, status, Some(to), &[from], Url::is_loopback).map(|it| it.to_string())
    }

    #[test]
    fn reading_follows_and_writing_does_not() {
        for status in [301, 302, 303, 307, 308] {
            let followed = follow(Method::Get, status, "https://a/x", "https://b/y");
            assert_eq!(followed.as_deref(), Ok("https://b/y"));
            let written = follow(Method::Put, status, "https://a/x", "https://b/y");
            assert_eq!(written.is_ok(), status >= 307, "{status}");
        }
        assert!(follow(Method::Patch, 308, "https://a/x", "https://a/x").is_err());
    }

    #[test]
    fn https_is_not_left_but_for_this_machine() {
        assert!(follow(Method::Get, 302, "https://a/x", "http://a/x").is_err());
        assert!(follow(Method::Get, 302, "https://a/x", "http://127.0.0.1:5000/x").is_ok());
        assert!(follow(Method::Get, 302, "http://a/x", "http://b/x").is_ok());
    }

    #[test]
    fn circles_and_long_ways_end() {
        let urls: Vec<_> =
            (0..6).map(|it| Url::parse(&format!("http://localhost/{it}")).unwrap()).collect();
        let go = |to, before| next(Method::Get, 302, Some(to), before, |_| true);
        assert!(go("/2", &urls[..4]).unwrap_err().contains("circle"));
        assert!(go("/9", &urls[..5]).is_ok());
        assert!(go("/9", &urls).unwrap_err().contains("more than 5"));
        assert!(go("javascript:x", &urls[..1]).is_err());
    }
}
