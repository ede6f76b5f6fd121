//! Lists, page by page.

use plimsoll_image::Repository;
use serde::Deserialize;

use super::{
    Client,
    answer::{BodyError, wrong},
    retry::{Retry, in_words},
    url::{next_link, within},
};
use crate::{
    Events, RegistryError,
    transport::{Address, Answer, Body, Method, Request, Scope},
};

/// How large a page may be.
const MOST_PAGE: u64 = 16 * 1024 * 1024;
/// How many pages a list may have.
const MOST_PAGES: usize = 1000;
/// How many tags are asked for at once.
const TAGS_PER_PAGE: usize = 1000;

/// Gets a page, or the answer 404, and its body.
pub(crate) type Take<'a> = dyn FnMut(&Answer, &[u8]) -> Result<(), RegistryError> + 'a;

#[derive(Deserialize)]
struct TagList {
    tags: Option<Vec<String>>,
}

impl Client {
    pub(super) fn list_tags(
        &self,
        repository: &Repository,
        events: &dyn Events,
    ) -> Result<Vec<String>, RegistryError> {
        let action = format!("list the tags of {repository}");
        let first = format!("/v2/{}/tags/list?n={TAGS_PER_PAGE}", repository.path);
        let mut tags = Vec::new();
        self.pages(
            repository,
            first,
            "application/json",
            &action,
            events,
            &mut |answer, bytes| {
                if answer.status == 404 {
                    return Err(RegistryError::NotFound {
                        host: repository.host.clone(),
                        what: format!("repository {}", repository.path),
                    });
                }
                let page: TagList = serde_json::from_slice(bytes)
                    .map_err(|error| wrong(repository, &action, error.to_string()))?;
                tags.extend(page.tags.unwrap_or_default());
                Ok(())
            },
        )?;
        tags.sort_unstable();
        tags.dedup();
        Ok(tags)
    }

    /// Reads a list by the `Link`s of its pages. `take` gets each one.
    pub(crate) fn pages(
        &self,
        repository: &Repository,
        first: String,
        accept: &str,
        action: &str,
        events: &dyn Events,
        take: &mut Take<'_>,
    ) -> Result<(), RegistryError> {
        let mut next = Some(first);
        let mut pages = 0;
        while let Some(path) = next {
            pages += 1;
            if pages > MOST_PAGES {
                return Err(RegistryError::Limit {
                    host: repository.host.clone(),
                    what: "a list".to_owned(),
                    limit: format!("{MOST_PAGES} pages"),
                });
            }
            let (answer, bytes) = self.page(repository, &path, accept, action, events)?;
            take(&answer, &bytes)?;
            next = match answer.header("link").and_then(next_link).filter(|_| answer.is_success()) {
                // The list of another host is none of ours, and the same page again has no end.
                Some(link) => match within(&answer.url, link) {
                    Some(found) if found != path => Some(found),
                    _ => {
                        let reason = "the next page is no other page of this registry";
                        return Err(wrong(repository, action, reason));
                    }
                },
                None => None,
            };
        }
        Ok(())
    }

    fn page(
        &self,
        repository: &Repository,
        path: &str,
        accept: &str,
        action: &str,
        events: &dyn Events,
    ) -> Result<(Answer, Vec<u8>), RegistryError> {
        let mut retry = Retry::new(&self.inner.options);
        loop {
            let mut answer = self.send(
                &Request {
                    method: Method::Get,
                    address: Address::Path(path.to_owned()),
                    scope: Scope {
                        repository: repository.clone(),
                        write: false,
                        also_pull: Vec::new(),
                    },
                    headers: vec![("accept", accept.to_owned())],
                    body: Body::Empty,
                    repeatable: true,
                    action: action.to_owned(),
                },
                events,
            )?;
            if !answer.is_success() && answer.status != 404 {
                return Err(answer.refusal().into_error(repository, action));
            }
            let source = match answer.read(MOST_PAGE) {
                Ok(bytes) => return Ok((answer, bytes)),
                Err(BodyError::Broken(source)) => source,
                Err(BodyError::TooLong) => {
                    return Err(RegistryError::Limit {
                        host: repository.host.clone(),
                        what: "a page of a list".to_owned(),
                        limit: "16 MiB".to_owned(),
                    });
                }
            };
            let (host, action) = (repository.host.clone(), action.to_owned());
            let error = RegistryError::Broken { host, action, source };
            if !retry.again(&in_words(&error), None, events) {
                return Err(error);
            }
        }
    }
}
