//! Secrets in texts.
//!
//! Tokens are put together here, so that scanners of this repository find none.

use super::*;

/// The kinds and texts of what is found.
fn found(text: &str) -> Vec<(&'static str, &str)> {
    find_secrets(text).into_iter().map(|it| (it.kind, &text[it.range])).collect()
}

/// A body that looks drawn by lot.
fn body(length: usize) -> String {
    "a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwXyZ".chars().cycle().take(length).collect()
}

#[test]
fn tokens_are_known_by_their_marks() {
    let cases = [
        (format!("AKIA{}", "2QXVK7T3LMWJ5RDN"), "AWS access key ID"),
        (format!("ghp_{}", body(36)), "GitHub token"),
        (format!("github_pat_{}_{}", body(22), body(59)), "GitHub token"),
        (format!("glpat-{}", body(20)), "GitLab token"),
        (format!("xoxb-{}", body(40)), "Slack token"),
        (format!("sk_live_{}", body(24)), "Stripe key"),
        (format!("AIza{}", body(35)), "Google API key"),
        (format!("sk-ant-api03-{}", body(80)), "Anthropic key"),
        (format!("sk-proj-{}", body(48)), "OpenAI key"),
        (format!("npm_{}", body(36)), "npm token"),
        (format!("cio{}", body(32)), "crates.io token"),
        (format!("hf_{}", body(34)), "Hugging Face token"),
        (format!("SG.{}.{}", body(22), body(43)), "SendGrid key"),
        (format!("123456789:AA{}", body(33)), "Telegram bot token"),
        (format!("eyJ{}.eyJ{}.{}", body(30), body(30), body(43)), "JSON Web Token"),
    ];
    for (token, kind) in &cases {
        for text in [
            format!("RUN curl -H 'Authorization: Bearer {token}' https://api.example.net"),
            format!("ENV SOMETHING={token}\n"),
            format!("ARG API_TOKEN=\"{token}\""),
            token.clone(),
        ] {
            assert_eq!(found(&text), [(*kind, token.as_str())], "{text}");
        }
        assert_eq!(found(&format!("x{token}")), [], "in the middle of a word");
    }
}

#[test]
fn what_stands_for_a_token_is_none() {
    for text in [
        "ENV AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "ENV AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "ENV GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "ENV GITHUB_TOKEN=${GITHUB_TOKEN}",
        "ENV API_KEY=<your key here>",
        "ENV SECRET_KEY=changeme",
        "RUN apk add sk-something-that-is-a-package-name-with-words-in-it-and-no-numbers",
        "RUN --mount=type=secret,id=token,env=CARGO_REGISTRY_TOKEN cargo publish",
        "cio is a word, and so is ciou",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn passwords_in_urls() {
    assert_eq!(
        found("ENV DATABASE_URL=postgres://app:q8Zr-tun4@db.internal:5432/app"),
        [("password in a URL", "q8Zr-tun4")]
    );
    let token = "f00ba4aa11bb22cc33dd44ee55ff66aa77bb88cc";
    assert_eq!(
        found(&format!("RUN git clone https://{token}@git.example.net/a.git")),
        [("token in a URL", token)]
    );
    for text in [
        "ENV DATABASE_URL=postgres://postgres:postgres@localhost/app",
        "ENV DATABASE_URL=postgres://user:password@db/app",
        "ENV DATABASE_URL=postgres://app:${PASSWORD}@db/app",
        "ENV DATABASE_URL=postgres://app:app@db/app",
        "RUN git clone https://git@github.com/a/b.git",
        "RUN curl https://host:8080/path@2x.png",
        "RUN curl https://cdn.example.net/npm/name@1.2.3",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn values_of_secret_names() {
    let value = "q8Zr4tun4Lw0xPe7Jm2K";
    assert_eq!(found(&format!("ENV APP_SECRET={value}")), [("secret value", value)]);
    assert_eq!(found(&format!("{{\"token\": \"{value}\"}}")), [("secret value", value)]);
    assert_eq!(secret_value("DB_PASSWORD", value), Some("password"));
    let key = format!("AccountKey={}==", body(86));
    assert_eq!(found(&key).first().map(|it| it.0), Some("Azure account key"));
    let login = "{\"auths\": {\"https://hub\": {\"auth\": \"dXNlcjpxOFpydHVuNA==\"}}}";
    assert_eq!(found(login), [("registry login", "dXNlcjpxOFpydHVuNA==")]);
    for text in [
        format!("ENV BUILD_ID={value}"),
        format!("ENV PUBLIC_KEY={value}"),
        "ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568".to_owned(),
        "ENV RELEASE_KEY=E3FF2839C048B25C084DEBE9B26995E310250568".to_owned(),
        "ENV TOKEN_PATH=/var/run/secrets/token12345678".to_owned(),
        "ENV AUTH=https://login1234567890.example.net".to_owned(),
        "ENV S3_KEY_PREFIX=service/dev/amd64/v1.2.3".to_owned(),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn secrets_come_in_order_and_apart() {
    let text = format!("A=ghp_{} B=ghp_{} é", body(36), body(40));
    let secrets = find_secrets(&text);
    assert_eq!(secrets.len(), 2);
    assert!(secrets.is_sorted_by(|a, b| a.range.end <= b.range.start));
}
