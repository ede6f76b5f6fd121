//! The form of a remote's URL that may stand in a public place.

/// Forges that serve a repository under its page's address too, so the page's is the better one.
const FORGES: &[&str] = &["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"];

/// Turns a remote's URL into one that anybody may see and open.
///
/// User names, passwords, query strings and fragments are dropped: they may be secret. The forms of
/// SSH (`git@host:path`, `ssh://git@host:port/path`) and `git://` become `https://host/path`.
/// Returns nothing for a local path, a host without a dot that only SSH's configuration may know,
/// and every other form.
pub fn public_url(remote: &str) -> Option<String> {
    let remote = remote.trim();
    if remote.contains(|it: char| it.is_control() || it.is_whitespace()) {
        return None;
    }
    let (scheme, authority, path) = if let Some((scheme, rest)) = remote.split_once("://") {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        (scheme, authority, path)
    } else {
        // Git takes a colon for a host's end only if no slash stands before it.
        let (authority, path) = remote.split_once(':').filter(|(it, _)| !it.contains('/'))?;
        ("scp", authority, path)
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_user, host)| host);
    let (scheme, host) = match scheme.to_ascii_lowercase().as_str() {
        "https" => ("https", host),
        "http" => ("http", host),
        "scp" => ("https", ssh_host(host)?),
        // The port is SSH's or git's own: no use to a browser.
        "ssh" | "git+ssh" | "ssh+git" | "git" => ("https", ssh_host(without_port(host))?),
        _ => return None,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    // A path below somebody's home directory has no place on the web.
    if host.is_empty() || path.is_empty() || path.starts_with('~') {
        return None;
    }
    let path = match path.strip_suffix(".git") {
        Some(page) if FORGES.contains(&host.to_ascii_lowercase().as_str()) => page,
        _ => path,
    };
    Some(format!("{scheme}://{host}/{path}"))
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    }
}

fn ssh_host(host: &str) -> Option<&str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-');
    (host.contains('.') && host.chars().all(is_name)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_dropped() {
        for (remote, expected) in [
            ("https://user:token@example.com/a/b.git", "https://example.com/a/b.git"),
            ("https://token@example.com:8443/a/b", "https://example.com:8443/a/b"),
            ("https://a@b:p@ss@example.com/a", "https://example.com/a"),
            ("https://example.com/a?private_token=1#x", "https://example.com/a"),
            ("HTTP://u@git/a/", "http://git/a"),
        ] {
            assert_eq!(public_url(remote).as_deref(), Some(expected), "{remote}");
        }
    }

    #[test]
    fn ssh_forms_become_https() {
        for remote in [
            "git@example.com:group/repo.git",
            "example.com:group/repo.git",
            "git@example.com:/group/repo.git",
            "ssh://git@example.com/group/repo.git",
            "ssh://git@example.com:2222/group/repo.git",
            "git+ssh://git@example.com/group/repo.git",
            "git://example.com:9418/group/repo.git",
        ] {
            let expected = Some("https://example.com/group/repo.git");
            assert_eq!(public_url(remote).as_deref(), expected, "{remote}");
        }
    }

    #[test]
    fn a_forge_is_named_by_its_page() {
        let page = Some("https://github.com/a/b");
        for remote in
            ["git@github.com:a/b.git", "https://x@github.com/a/b.git", "https://github.com/a/b/"]
        {
            assert_eq!(public_url(remote).as_deref(), page, "{remote}");
        }
    }

    #[test]
    fn what_is_not_public_gives_nothing() {
        for remote in [
            "",
            "/srv/git/a.git",
            "../a",
            "./a:b",
            "C:\\src\\a",
            "C:/src/a",
            "file:///srv/a",
            "work:group/repo",
            "ssh://work/group/repo",
            "git@example.com:~me/repo",
            "ext::sh -c whatever",
            "codecommit::eu-west-1://repo",
            "https://example.com",
            "https:///a",
            "git@[::1]:a",
            "https://example.com/a\u{7}b",
        ] {
            assert_eq!(public_url(remote), None, "{remote}");
        }
    }
}
