//! A registry in memory (OCI distribution specification 1.1), stricter than real ones: it checks every
//! digest, takes no manifest before its blobs, and takes nothing twice into an upload session.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard},
};

use plimsoll_image::{BlobSet, Descriptor, Digest, media_type};
use serde_json::Value;

use crate::{
    auth::{Auth, Needs},
    http::Response,
    server::{Handler, Request},
    uploads::Session,
};

/// How a registry behaves, where registries differ.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a difference of its own")]
pub(crate) struct Settings {
    pub(crate) auth: Auth,
    /// `GET` of a blob leads to this host: what large registries do.
    pub(crate) cdn: Option<String>,
    /// `Location` is a whole URL, as from Debian's registry, or a path.
    pub(crate) absolute: bool,
    /// Blobs can be mounted.
    pub(crate) mounts: bool,
    /// A `POST` with a digest and a body is a whole upload; else it only begins one.
    pub(crate) single_post: bool,
    /// The referrers API is there.
    pub(crate) referrers: bool,
    /// `Range` is honoured.
    pub(crate) ranges: bool,
    /// Requests that write are refused above so many bytes of body: 413.
    pub(crate) most_body: Option<usize>,
    /// No `PUT` with a body: everything comes by `PATCH`.
    pub(crate) only_chunks: bool,
    /// A page of tags has at most so many.
    pub(crate) page: usize,
    /// Answers about manifests carry `Docker-Content-Digest`.
    pub(crate) says_digest: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth: Auth::Open,
            cdn: None,
            absolute: true,
            mounts: true,
            single_post: false,
            referrers: false,
            ranges: true,
            most_body: None,
            only_chunks: false,
            page: 100,
            says_digest: true,
        }
    }
}

/// A manifest or index: its media type and its bytes.
pub(crate) type Stored = (String, Vec<u8>);

/// A repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Repo {
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
    pub(crate) manifests: BTreeMap<Digest, Stored>,
    pub(crate) tags: BTreeMap<String, Digest>,
}

/// What a registry holds.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) repos: BTreeMap<String, Repo>,
    pub(crate) sessions: BTreeMap<u64, Session>,
    pub(crate) last_session: u64,
    /// The targets of the requests that were refused for want of rights, and did nothing therefore.
    pub(crate) refused: Vec<String>,
}

/// Does something to the registry before a request is answered: what others do meanwhile.
pub(crate) type Meanwhile = Box<dyn Fn(&str, &mut State) + Send + Sync>;

/// The registry. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Registry {
    pub(crate) settings: Settings,
    state: Arc<Mutex<State>>,
    meanwhile: Arc<Mutex<Option<Meanwhile>>>,
}

impl Registry {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, state: Arc::default(), meanwhile: Arc::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Calls `work` with the first line of every request that comes, before it is answered.
    pub(crate) fn meanwhile(&self, work: impl Fn(&str, &mut State) + Send + Sync + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(work));
    }

    /// Puts an image there, as another client would have.
    pub(crate) fn put(&self, repository: &str, tag: &str, root: &Descriptor, blobs: &BlobSet) {
        self.state().put(repository, tag, root, blobs);
    }
}

impl State {
    pub(crate) fn repo(&mut self, name: &str) -> &mut Repo {
        self.repos.entry(name.to_owned()).or_default()
    }

    /// Puts an image there, as another client would have.
    pub(crate) fn put(&mut self, repository: &str, tag: &str, root: &Descriptor, blobs: &BlobSet) {
        let manifests = crate::image::manifests(root, blobs);
        let repo = self.repo(repository);
        for blob in blobs.iter() {
            let bytes = crate::image::bytes_of(blob);
            match manifests.get(&blob.digest) {
                Some(kind) => repo.manifests.insert(blob.digest, (kind.clone(), bytes)).map(drop),
                None => repo.blobs.insert(blob.digest, bytes).map(drop),
            };
        }
        repo.tags.insert(tag.to_owned(), root.digest);
    }

    /// Whether everything that tags lead to is there and has its digest; what is wrong, by tag.
    pub(crate) fn broken_tags(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, repo) in &self.repos {
            for (tag, digest) in &repo.tags {
                if let Err(why) = repo.whole(digest) {
                    wrong.push(format!("{name}:{tag}: {why}"));
                }
            }
        }
        wrong
    }
}

impl Repo {
    fn whole(&self, digest: &Digest) -> Result<(), String> {
        let (_, bytes) = self.manifests.get(digest).ok_or(format!("no manifest {digest}"))?;
        if Digest::of(bytes) != *digest {
            return Err(format!("the manifest {digest} has other bytes"));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|it| it.to_string())?;
        for child in children(&value, "manifests") {
            self.whole(&child)?;
        }
        for child in blobs(&value) {
            let bytes = self.blobs.get(&child).ok_or(format!("no blob {child}"))?;
            if Digest::of(bytes) != child {
                return Err(format!("the blob {child} has other bytes"));
            }
        }
        Ok(())
    }
}

impl Handler for Registry {
    fn answer(&self, request: &mut Request<'_>) -> Option<Response> {
        let line = format!("{} {}", request.head.method(), request.head.target());
        if let Some(work) = &*self.meanwhile.lock().unwrap() {
            work(&line, &mut self.state());
        }
        let (path, query) = request.target();
        let field =
            |name: &str| query.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone());
        let method = request.head.method().to_owned();
        if path == "/v2/" {
            return Some(match self.refusal(request, &[]) {
                Some(refusal) => refusal,
                None => Response::new(200).body("application/json", "{}"),
            });
        }
        let Some((name, kind, last)) = route(&path) else {
            return Some(Response::new(404).body("text/plain", "404 page not found\n"));
        };
        let action = match &*method {
            "GET" | "HEAD" if kind != "uploads" => "pull",
            "DELETE" if kind != "uploads" => "delete",
            _ => "push",
        };
        let mut needs = vec![Needs::new(name, action)];
        if action == "push" {
            needs.push(Needs::new(name, "pull"));
        }
        let from = field("from").filter(|_| kind == "uploads" && method == "POST");
        needs.extend(from.as_deref().map(|it| Needs::new(it, "pull")));
        if let Some(refusal) = self.refusal(request, &needs) {
            self.state().refused.push(request.head.target().to_owned());
            return Some(refusal);
        }
        match (&*method, kind) {
            ("POST", "uploads") => self.begin_upload(request, name, &field),
            (_, "uploads") => self.upload(request, name, last, &field),
            ("GET" | "HEAD" | "DELETE", "blobs") => Some(self.blob(request, name, last)),
            (_, "manifests") => self.manifest(request, name, last),
            ("GET", "tags") => Some(self.tags(name, &field)),
            ("GET", "referrers") if self.settings.referrers => {
                Some(self.referrers(name, last, field("artifactType").as_deref()))
            }
            (_, "referrers") => Some(Response::new(404).body("text/plain", "404 page not found\n")),
            _ => Some(Response::error(405, "UNSUPPORTED", "that can't be done")),
        }
    }
}

impl Registry {
    fn refusal(&self, request: &Request<'_>, needs: &[Needs]) -> Option<Response> {
        self.settings.auth.refusal(request.head.header("authorization"), needs)
    }

    fn blob(&self, request: &Request<'_>, name: &str, digest: &str) -> Response {
        let Ok(digest) = digest.parse::<Digest>() else {
            return Response::error(400, "DIGEST_INVALID", "no digest");
        };
        let mut state = self.state();
        let Some(bytes) = state.repo(name).blobs.get(&digest).cloned() else {
            return Response::error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        };
        match (request.head.method(), &self.settings.cdn) {
            ("DELETE", _) => {
                state.repo(name).blobs.remove(&digest);
                Response::new(202)
            }
            ("GET", Some(cdn)) => Response::new(307)
                .with("Location", format!("http://{cdn}/{name}/{digest}?signature=secret")),
            _ => ranged(request, self.settings.ranges, bytes).with("Docker-Content-Digest", digest),
        }
    }

    fn manifest(&self, request: &mut Request<'_>, name: &str, last: &str) -> Option<Response> {
        let method = request.head.method().to_owned();
        if method == "PUT" {
            return self.put_manifest(request, name, last);
        }
        let mut state = self.state();
        let repo = state.repo(name);
        let digest = last.parse().ok().or_else(|| repo.tags.get(last).copied());
        let found = digest.and_then(|it: Digest| Some((it, repo.manifests.get(&it)?.clone())));
        let Some((digest, (kind, bytes))) = found else {
            return Some(Response::error(404, "MANIFEST_UNKNOWN", "manifest unknown"));
        };
        if method == "DELETE" {
            if last.contains(':') {
                repo.manifests.remove(&digest);
                repo.tags.retain(|_, it| *it != digest);
            } else {
                repo.tags.remove(last);
            }
            return Some(Response::new(202));
        }
        let accepted: Vec<&str> = request
            .head
            .headers
            .iter()
            .filter(|(name, _)| name == "accept")
            .flat_map(|(_, value)| value.split(',').map(str::trim))
            .collect();
        if !accepted.iter().any(|it| *it == kind || *it == "*/*") {
            let message = format!("it is {kind}, which is not accepted");
            return Some(Response::error(404, "MANIFEST_UNKNOWN", &message));
        }
        let response = Response::new(200).body(&kind, bytes);
        Some(self.saying(response, &digest))
    }

    fn saying(&self, response: Response, digest: &Digest) -> Response {
        if self.settings.says_digest {
            response.with("Docker-Content-Digest", digest)
        } else {
            response
        }
    }

    fn put_manifest(&self, request: &mut Request<'_>, name: &str, last: &str) -> Option<Response> {
        let bytes = request.body().ok()?;
        let invalid = |why: &str| Some(Response::error(400, "MANIFEST_INVALID", why));
        let digest = Digest::of(&bytes);
        if last.contains(':') && last != digest.to_string() {
            return Some(Response::error(400, "DIGEST_INVALID", "the digest is another"));
        }
        let Ok(value) = serde_json::from_slice::<Value>(&bytes) else {
            return invalid("no JSON");
        };
        let kind = request.head.header("content-type").unwrap_or_default().to_owned();
        if value["mediaType"].as_str().is_some_and(|it| it != kind) {
            return invalid("its media type is another");
        }
        if !media_type::is_index(&kind) && !media_type::is_manifest(&kind) {
            return invalid("of no known media type");
        }
        let mut state = self.state();
        let repo = state.repo(name);
        let missing = children(&value, "manifests")
            .into_iter()
            .find(|it| !repo.manifests.contains_key(it))
            .or_else(|| blobs(&value).into_iter().find(|it| !repo.blobs.contains_key(it)));
        if let Some(missing) = missing {
            let message = format!("unknown to registry: {missing}");
            return Some(Response::error(400, "MANIFEST_BLOB_UNKNOWN", &message));
        }
        repo.manifests.insert(digest, (kind, bytes));
        if !last.contains(':') {
            repo.tags.insert(last.to_owned(), digest);
        }
        let mut response =
            Response::new(201).with("Location", format!("/v2/{name}/manifests/{digest}"));
        if let Some(subject) =
            value["subject"]["digest"].as_str().filter(|_| self.settings.referrers)
        {
            response = response.with("OCI-Subject", subject);
        }
        Some(self.saying(response, &digest))
    }

    fn tags(&self, name: &str, field: &dyn Fn(&str) -> Option<String>) -> Response {
        let state = self.state();
        let Some(repo) = state.repos.get(name) else {
            return Response::error(404, "NAME_UNKNOWN", "repository name not known to registry");
        };
        let last = field("last").unwrap_or_default();
        let wanted = field("n").and_then(|it| it.parse().ok()).unwrap_or(usize::MAX);
        let size = wanted.min(self.settings.page);
        let mut rest = repo.tags.keys().filter(|it| **it > last);
        let page: Vec<&String> = rest.by_ref().take(size).collect();
        let text = serde_json::json!({ "name": name, "tags": page });
        let response = Response::new(200).body("application/json", text.to_string());
        match (page.last(), rest.next()) {
            (Some(last), Some(_)) => {
                let next = format!("</v2/{name}/tags/list?last={last}&n={size}>; rel=\"next\"");
                response.with("Link", next)
            }
            _ => response,
        }
    }

    fn referrers(&self, name: &str, digest: &str, wanted: Option<&str>) -> Response {
        let mut state = self.state();
        let mut found = Vec::new();
        for (own, (kind, bytes)) in &state.repo(name).manifests {
            let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
            let artifact = value["artifactType"].as_str().or(value["config"]["mediaType"].as_str());
            if value["subject"]["digest"] == digest && wanted.is_none_or(|it| artifact == Some(it))
            {
                found.push(serde_json::json!({
                    "mediaType": kind, "digest": own, "size": bytes.len(), "artifactType": artifact,
                }));
            }
        }
        let text = serde_json::json!({
            "schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": found,
        });
        let response = Response::new(200).body(media_type::INDEX, text.to_string());
        match wanted {
            Some(_) => response.with("OCI-Filters-Applied", "artifactType"),
            None => response,
        }
    }
}

/// Bytes, or the part of them that is asked for.
pub(crate) fn ranged(request: &Request<'_>, ranges: bool, bytes: Vec<u8>) -> Response {
    let kind = "application/octet-stream";
    let range = request.head.header("range").filter(|_| ranges);
    let Some(range) = range.and_then(|it| it.strip_prefix("bytes=")?.split_once('-')) else {
        return Response::new(200).body(kind, bytes);
    };
    let size = bytes.len();
    let begin: usize = range.0.parse().unwrap_or_default();
    let end = range.1.parse::<usize>().map_or(size, |it| (it + 1).min(size));
    if begin >= end {
        return Response::new(416).with("Content-Range", format!("bytes */{size}"));
    }
    Response::new(206)
        .with("Content-Range", format!("bytes {begin}-{}/{size}", end - 1))
        .body(kind, &bytes[begin..end])
}

/// `/v2/NAME/KIND/LAST`, the parts of it.
fn route(path: &str) -> Option<(&str, &str, &str)> {
    let path = path.strip_prefix("/v2/")?;
    if let Some((name, last)) = path.split_once("/blobs/uploads/") {
        return Some((name, "uploads", last));
    }
    let (rest, last) = path.rsplit_once('/')?;
    let (name, kind) = rest.rsplit_once('/')?;
    ["blobs", "manifests", "tags", "referrers"].contains(&kind).then_some((name, kind, last))
}

fn children(value: &Value, key: &str) -> BTreeSet<Digest> {
    let list = value[key].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|it| it["digest"].as_str()?.parse().ok()).collect()
}

/// The blobs that a manifest names.
fn blobs(value: &Value) -> BTreeSet<Digest> {
    let config = value["config"]["digest"].as_str().and_then(|it| it.parse().ok());
    children(value, "layers").into_iter().chain(config).collect()
}
