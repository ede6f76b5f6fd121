//! Files that hold secrets, by their names.

/// Files that hold secrets whatever folder they are in, by their whole name.
const NAMES: &[(&str, &str)] = &[
    (".git-credentials", "git credentials"),
    (".htpasswd", "password file"),
    (".netrc", "login file"),
    ("_netrc", "login file"),
    (".npmrc", "npm settings, which may hold a token"),
    (".pgpass", "PostgreSQL passwords"),
    (".pypirc", "PyPI settings, which may hold a token"),
    (".dockercfg", "registry logins"),
    (".dockerconfigjson", "registry logins"),
    (".s3cfg", "S3 keys"),
    (".vault-token", "Vault token"),
    ("application_default_credentials.json", "Google Cloud credentials"),
    ("client_secret.json", "Google client secret"),
    ("credentials.json", "credentials"),
    ("gcloud-service-key.json", "Google Cloud credentials"),
    ("id_dsa", "SSH private key"),
    ("id_ecdsa", "SSH private key"),
    ("id_ed25519", "SSH private key"),
    ("id_rsa", "SSH private key"),
    ("kubeconfig", "Kubernetes credentials"),
    ("master.key", "key"),
    ("secrets.json", "secrets"),
    ("secrets.toml", "secrets"),
    ("secrets.yaml", "secrets"),
    ("secrets.yml", "secrets"),
    ("service-account.json", "Google Cloud credentials"),
    ("service_account.json", "Google Cloud credentials"),
    ("terraform.tfstate", "Terraform state"),
];

/// Files that hold secrets in one folder.
const PATHS: &[(&str, &str, &str)] = &[
    (".cargo", "credentials", "Cargo registry token"),
    (".cargo", "credentials.toml", "Cargo registry token"),
    (".aws", "credentials", "AWS credentials"),
    (".docker", "config.json", "registry logins"),
    (".kube", "config", "Kubernetes credentials"),
    (".azure", "accessTokens.json", "Azure credentials"),
    (".config/gh", "hosts.yml", "GitHub token"),
    (".gem", "credentials", "RubyGems key"),
];

/// Endings of files that hold secrets.
const ENDINGS: &[(&str, &str)] = &[
    (".jks", "key store"),
    (".kdbx", "password store"),
    (".key", "private key"),
    (".keystore", "key store"),
    (".kubeconfig", "Kubernetes credentials"),
    (".p12", "key store"),
    (".pem", "private key"),
    (".pfx", "key store"),
    (".ppk", "SSH private key"),
    (".tfvars", "Terraform variables"),
];

/// Folders that hold secrets, as a whole.
const FOLDERS: &[(&str, &str)] = &[
    (".aws", "AWS credentials"),
    (".gnupg", "GnuPG keys"),
    (".ssh", "SSH keys"),
    (".kube", "Kubernetes credentials"),
];

/// What the file of a path holds, if its name says that it is a secret: `.env`, `id_rsa`,
/// `.cargo/credentials.toml`. Examples (`.env.example`) and what is public (`id_rsa.pub`,
/// `ca.pem`) are none.
pub fn secret_file(path: &str) -> Option<&'static str> {
    let path = path.trim_end_matches('/');
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if is_example(name) {
        return None;
    }
    if let Some((_, kind)) = NAMES.iter().find(|(it, _)| *it == name) {
        return Some(kind);
    }
    let in_folder = |it: &str| {
        folder.strip_suffix(it).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    if let Some((_, _, kind)) = PATHS.iter().find(|(it, file, _)| *file == name && in_folder(it)) {
        return Some(kind);
    }
    if let Some((_, kind)) = FOLDERS.iter().find(|(it, _)| *it == name) {
        return Some(kind);
    }
    if name.starts_with(".env.") || name.strip_suffix(".env").is_some_and(|it| it != "*") {
        return Some("environment file");
    }
    let (_, kind) = ENDINGS.iter().find(|(it, _)| name.ends_with(it))?;
    (!is_public(name)).then_some(*kind)
}

/// Whether a name says that the file only shows how such a file looks.
fn is_example(name: &str) -> bool {
    const WORDS: &[&str] =
        &["example", "sample", "template", "dist", "defaults", "tmpl", "tpl", "schema", "test"];
    name.split(['.', '-', '_']).any(|word| WORDS.iter().any(|it| it.eq_ignore_ascii_case(word)))
        || [".pub", ".md"].iter().any(|it| name.ends_with(it))
}

/// Whether a certificate's name says that it is for everybody.
fn is_public(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "ca",
        "cacert",
        "cacerts",
        "cert",
        "certs",
        "certificate",
        "certificates",
        "chain",
        "fullchain",
        "public",
        "pub",
        "bundle",
        "root",
        "rootca",
        "intermediate",
        "trust",
        "truststore",
        "gpg",
        "archive",
        "signing",
        "release",
        "repo",
        "apt",
        "rds",
        "global",
        "isrgrootx1",
        "dhparam",
        "dhparams",
        "dh",
    ];
    // `ffdhe4096.pem` and its like are the groups of RFC 7919.
    name.starts_with("ffdhe")
        || name
            .split(['.', '-', '_'])
            .any(|word| WORDS.iter().any(|it| it.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::secret_file;

    #[test]
    fn secrets_by_name_folder_and_ending() {
        for path in [
            ".env",
            "./.env",
            "config/.env.production",
            "app.env",
            ".npmrc",
            "keys/id_rsa",
            "server.pem",
            "tls/privkey.pem",
            "server.key",
            "credentials.json",
            "/root/.netrc",
            ".cargo/credentials.toml",
            "/root/.docker/config.json",
            "prod.kubeconfig",
            "~/.ssh",
            ".aws/credentials",
            ".ssh/",
        ] {
            assert!(secret_file(path).is_some(), "{path}");
        }
    }

    #[test]
    fn examples_and_public_files_are_none() {
        for path in [
            ".env.example",
            ".env.sample",
            ".env.template",
            "id_rsa.pub",
            "cert.pem",
            "ca.pem",
            "fullchain.pem",
            "certs/ca-bundle.pem",
            "config.json",
            "credentials.rs",
            "main.rs",
            ".envrc",
            "environment",
            "src/.cargo/config.toml",
            "nginx-archive-keyring.key.md",
            "docker/config.json",
        ] {
            assert_eq!(secret_file(path), None, "{path}");
        }
    }
}
