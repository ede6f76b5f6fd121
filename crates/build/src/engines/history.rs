//! What each layer of an image came of, in words.

use plimsoll_image::ImageConfig;

/// How much of a command is shown.
const MOST: usize = 1000;

/// The commands of the layers of an image, the lowest first; an empty one where there is none.
///
/// Values of build arguments stand before a command in the history of an image. They may be secrets, and
/// are left out.
pub fn created_by(config: &ImageConfig) -> Vec<String> {
    let steps = config.history.iter().filter(|it| !it.empty_layer);
    let mut commands: Vec<String> =
        steps.map(|it| command(it.created_by.as_deref().unwrap_or_default())).collect();
    commands.resize(config.rootfs.diff_ids.len(), String::new());
    commands
}

fn command(text: &str) -> String {
    let text = text.strip_suffix(" # buildkit").unwrap_or(text).trim();
    let text = text.strip_prefix("/bin/sh -c #(nop) ").unwrap_or(text).trim();
    let (verb, rest) = match text.strip_prefix("RUN ") {
        Some(rest) => ("RUN ", rest),
        None => ("", text),
    };
    // `|2 NAME=value OTHER=value /bin/sh -c cargo build`
    let command = match rest.strip_prefix('|') {
        Some(arguments) => match arguments.split_once("/bin/sh -c ") {
            Some((_, command)) => command,
            None => "…",
        },
        None => rest.strip_prefix("/bin/sh -c ").unwrap_or(rest),
    };
    let verb = if verb.is_empty() && command.len() < rest.len() { "RUN " } else { verb };
    let line = |it: char| if it.is_control() { ' ' } else { it };
    format!("{verb}{command}").chars().map(line).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_without_the_values_of_arguments() {
        for (text, shown) in [
            ("RUN |1 TOKEN=hunter2 /bin/sh -c cargo build # buildkit", "RUN cargo build"),
            ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
            ("|1 TOKEN=hunter2 /bin/sh -c cargo build", "RUN cargo build"),
            ("RUN |1 TOKEN=hunter2 /bin/bash -ec cargo build # buildkit", "RUN …"),
            ("/bin/sh -c #(nop) COPY file:0 in / ", "COPY file:0 in /"),
            ("COPY /app /app # buildkit", "COPY /app /app"),
            ("bazel build ...", "bazel build ..."),
            ("", ""),
        ] {
            assert_eq!(command(text), shown);
        }
    }
}
