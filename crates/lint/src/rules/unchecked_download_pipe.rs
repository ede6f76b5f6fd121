//! `unchecked-download-pipe`: a failed download goes unseen in a pipe.

use plimsoll_finding::{Clause, Severity};


use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::pipelines::{unchecked, unseen_download};

declare_rule! {
    /// ## What it does
    /// Reports `curl` and `wget` at the head of a pipeline into a shell, an interpreter or a
    /// program such as `tee`, `sed` or `jq` that ends well when it reads nothing, where `pipefail`
    /// is not on. It knows `SHELL`, `set -o pipefail` and `bash -o pipefail -c`. Programs that
    /// refuse an empty input, such as `tar` and `gpg`, are left alone.
    ///
    /// ## Why it matters
    /// A pipeline ends with the status of its last command. When the download fails, the shell is
    /// given nothing, does nothing and ends well; the layer without the tool is built, cached and
    /// shipped.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN curl -fsSL https://sh.rustup.rs | sh -s -- -y --profile minimal
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    /// RUN curl -fsSL https://sh.rustup.rs | sh -s -- -y --profile minimal
    /// ```
    pub(crate) static UNCHECKED_DOWNLOAD_PIPE = {
        name: "unchecked-download-pipe",
        clause: Clause::Pinned,
        summary: "a failed download is piped into what takes nothing for success",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL4006"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (it, pipelines) in unchecked(facts) {
        for pipeline in pipelines {
            let Some((from, to)) = unseen_download(it.script, &pipeline) else { continue };
            let commands = &it.script.commands;
            let span = commands[from].span.union(commands[to].span);
            let (download, reader) =
                (commands[from].program().unwrap_or_default(), commands[to].program().unwrap_or_default());
            let message = format!("if `{download}` fails, `{reader}` reads nothing and the build goes on");
            let help = "Put `set -o pipefail` first (bash, and ash in Alpine), set it with \
                        `SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]`, or download to a file.";
            cx.report(span, message).help(help).done();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "unchecked-download-pipe";

    #[test]
    fn pipefail_in_every_spelling() {
        let text = "FROM a\nRUN set -eo pipefail; curl x | sh\nRUN bash -o pipefail -c 'curl x | sh'\n\
                    SHELL [\"/bin/ash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN curl x | sh\n\
                    FROM b\nSHELL [\"pwsh\", \"-c\"]\nRUN curl x | sh\n";
        check(RULE, text, "");
    }

    #[test]
    fn what_fails_without_input_is_left_alone() {
        let text = "FROM a\nRUN curl x.y | tar xz && curl x.y | gpg --dearmor -o y && curl x.y | grep z\n\
                    RUN echo a | sh && curl x.y > y && wget x.y && sh y && curl --version | head\n\
                    RUN curl -o f x.y | tee log; curl -O x.y | cat; wget x.y | tee log; wget -O f x.y | cat\n";
        check(RULE, text, "");
    }

    #[test]
    fn readers_of_every_kind() {
        let text = "FROM a\nRUN curl x.y | bash\nRUN a && wget -qO- x.y \\\n | sudo -E bash -\n\
                    RUN v=$(curl x.y | jq -r .y) && z\nRUN set -o pipefail; sh -c 'curl x.y | python3 -'\n\
                    RUN curl x.y | gunzip | tee /y\nRUN <<EOF\ncurl x.y | sh\nEOF\n";
        let expected = "2:5 warning: if `curl` fails, `bash` reads nothing and the build goes on\n\
                        3:10 warning: if `wget` fails, `bash` reads nothing and the build goes on\n\
                        5:9 warning: if `curl` fails, `jq` reads nothing and the build goes on\n\
                        6:29 warning: if `curl` fails, `python3` reads nothing and the build goes on\n\
                        7:5 warning: if `curl` fails, `tee` reads nothing and the build goes on\n\
                        9:1 warning: if `curl` fails, `sh` reads nothing and the build goes on";
        check(RULE, text, expected);
    }
}
