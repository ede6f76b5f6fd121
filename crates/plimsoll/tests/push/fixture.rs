//! A registry, images to be sent to it, and the program.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use plimsoll_image::{
    Blob, Bundle, Compression, Digest, ImageConfig, RootFs, RunConfig,
    bundle::Part,
    layer::{Attributes, LayerWriter},
    layout,
};

use crate::{
    auth::{Auth, Needs, Tokens},
    record::Record,
    registry::{Registry, Settings},
    server::Server,
};

/// A registry and a directory.
pub(crate) struct World {
    /// `127.0.0.1:PORT`
    pub(crate) host: String,
    pub(crate) registry: Registry,
    pub(crate) record: Record,
    directory: tempfile::TempDir,
    servers: Vec<Server>,
}

/// What the program said, with the registry called `HOST`.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    /// A registry that anybody may use.
    pub(crate) fn open() -> Self {
        Self::new(Settings::default())
    }

    /// A registry that wants a password.
    pub(crate) fn with_password() -> Self {
        let auth = Auth::Basic { user: "somebody".to_owned(), password: "secret".to_owned() };
        Self::new(Settings { auth, ..Settings::default() })
    }

    /// A registry whose tokens allow nobody to write to `a`.
    pub(crate) fn read_only() -> Self {
        let record = Record::default();
        let mut tokens = Tokens::new("somebody", "secret");
        tokens.forbidden.insert(Needs::new("a", "push"));
        let server = Server::http("token", &record, tokens.clone());
        let realm = format!("http://{}/token", server.host);
        let mut world =
            Self::new(Settings { auth: Auth::Token { tokens, realm }, ..Settings::default() });
        world.servers.push(server);
        world.log_in();
        world
    }

    /// Writes the credentials of somebody where Docker keeps them.
    pub(crate) fn log_in(&self) {
        let auth = r#"{"auths":{"HOST":{"auth":"c29tZWJvZHk6c2VjcmV0"}}}"#;
        self.write(".docker/config.json", &auth.replace("HOST", &self.host));
    }

    fn new(settings: Settings) -> Self {
        let (registry, record) = (Registry::new(settings), Record::default());
        let server = Server::http("registry", &record, registry.clone());
        let directory = tempfile::tempdir().unwrap();
        Self { host: server.host.clone(), registry, record, directory, servers: vec![server] }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Makes the layout `name` of an image, and gives the image's digest.
    pub(crate) fn layout(&self, name: &str, platforms: &[&str], content: &str) -> Digest {
        let bundle = bundle(platforms, content);
        layout::write(&self.path(name), &bundle, name, "1").unwrap();
        bundle.root().digest
    }

    /// A program in the directory, and a layout's name of it.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command
            .current_dir(self.directory.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.directory.path());
        for name in ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Runs it; `HOST` in an argument stands for the registry.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let arguments = arguments.iter().map(|it| it.replace("HOST", &self.host));
        let output = self.command().args(arguments).envs(variables.iter().copied()).output();
        let output = output.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&self.host, "HOST");
        Ran {
            code: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// What a tag names.
    pub(crate) fn tag(&self, repository: &str, tag: &str) -> Option<Digest> {
        self.registry.state().repo(repository).tags.get(tag).copied()
    }

    /// The first lines of the requests that came, but for what asks who is there.
    pub(crate) fn requests(&self) -> Vec<String> {
        let lines = self.record.lines("registry");
        lines.into_iter().filter(|it| it != "GET /v2/").collect()
    }

    /// Whether anything was sent that changes the registry.
    pub(crate) fn was_written_to(&self) -> bool {
        self.requests().iter().any(|it| !it.starts_with("GET ") && !it.starts_with("HEAD "))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(Path::new(&self.path(name))).unwrap()
    }
}

/// An image with one small layer for each platform, of version 1.2.3.
pub(crate) fn bundle(platforms: &[&str], content: &str) -> Bundle {
    let parts = platforms.iter().map(|platform| {
        let mut writer = LayerWriter::new(Vec::new(), Compression::Gzip, 1, 0);
        let content = format!("{content} {platform}");
        let size = content.len() as u64;
        writer.file("a", Attributes::root(0o555), size, content.as_bytes()).unwrap();
        let (bytes, layer) = writer.finish().unwrap();
        let label = ("org.opencontainers.image.version".to_owned(), "1.2.3".to_owned());
        let labels = BTreeMap::from([label]);
        let config = ImageConfig {
            created: None,
            platform: platform.parse().unwrap(),
            config: RunConfig { labels, ..RunConfig::default() },
            rootfs: RootFs::of(vec![layer.diff_id]),
            history: Vec::new(),
            other: serde_json::Map::new(),
        };
        Part { config, layers: vec![(layer, Blob::of(bytes))], annotations: BTreeMap::new() }
    });
    Bundle::new(parts.collect(), &BTreeMap::new(), BTreeMap::new()).unwrap()
}
