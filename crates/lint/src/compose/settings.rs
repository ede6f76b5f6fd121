//! What a service sets that may change what its image does.

use plimsoll_syntax::compose::Service;

use crate::ComposeContext;

/// What a service says to its program, as texts: variables, their files, arguments.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    texts: Vec<String>,
    /// Whether all of it is known: no file of variables is missing, and nothing comes from elsewhere.
    pub(crate) is_complete: bool,
}

impl Settings {
    /// Reads what a service says to its program.
    pub(crate) fn of(cx: &ComposeContext<'_, '_>, service: &Service<'_>) -> Self {
        let mut texts = Vec::new();
        let mut is_complete = !service.extends_elsewhere();
        for pair in service.environment() {
            match pair.value {
                Some(value) => texts.push(value.text.to_owned()),
                None => is_complete = false,
            }
        }
        for file in service.env_file() {
            let place = cx.place();
            let text = place.and_then(|it| it.files().text(&it.resolve(file.path.text)));
            match text {
                Some(text) => texts.push((*text).to_owned()),
                None => is_complete = false,
            }
        }
        for line in [service.command(), service.entrypoint()].into_iter().flatten() {
            texts.extend(line.words.iter().map(|it| it.text.clone().into_owned()));
        }
        // The program may read a file that is mounted.
        let mounted = service.all("configs").chain(service.all("secrets")).next().is_some();
        let is_file = |path: &str| path.rsplit('/').next().is_some_and(|it| it.contains('.'));
        let binds = service.volumes().iter().any(|it| {
            it.source.is_some_and(|it| it.text.starts_with(['.', '/', '$', '~']))
                && it.target.is_some_and(|it| is_file(it.text) || it.text.starts_with("/etc"))
        });
        is_complete &= !mounted && !binds;
        Self { texts, is_complete }
    }

    /// Whether a number stands somewhere as a number of its own.
    pub(crate) fn mention(&self, number: u16) -> bool {
        self.texts.iter().any(|it| mentions(it, number))
    }

    /// Whether some text holds a variable of whoever starts Compose.
    pub(crate) fn are_templated(&self) -> bool {
        self.texts.iter().any(|it| it.contains('$'))
    }
}

/// Whether a number stands in a text as a number of its own.
pub(crate) fn mentions(text: &str, number: u16) -> bool {
    let number = number.to_string();
    text.match_indices(&number).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(|it| it.is_ascii_digit())
            && !after.is_some_and(|it| it.is_ascii_digit())
    })
}
