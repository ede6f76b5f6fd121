//! The documentation of rules and clauses, made from the registry.

use std::fmt::{self, Write as _};

use plimsoll_finding::{Clause, Level};

use crate::{FixAvailability, RULES, Rule, select};

/// The page of a rule in Markdown, for `docs/rules/NAME.md` and the terminal.
pub fn page(rule: &Rule) -> String {
    let mut page = format!("# {}\n\n{}.\n\n", rule.name, sentence(rule.summary));
    let mut rows = vec![
        ("Clause", format!("`{}`: {}", rule.clause, rule.clause.holds())),
        ("Severity", rule.severity.to_string()),
        ("On by default", if rule.default { "yes" } else { "no" }.to_owned()),
        ("Fix", fix(rule).to_owned()),
    ];
    if !rule.aliases.is_empty() {
        rows.push(("Also known as", aliases(rule)));
    }
    page += "| | |\n|---|---|\n";
    for (name, value) in rows {
        page += &format_row(format_args!("{name} | {value}"));
    }
    page += "\n";
    for line in rule.doc.lines() {
        // The space after `///` belongs to the comment.
        page += line.strip_prefix(' ').unwrap_or(line).trim_end();
        page += "\n";
    }
    page
}

/// The list of all rules in Markdown, by clause, for `docs/rules/README.md`. Its links lead to the
/// pages beside it.
pub fn index() -> String {
    let mut index = String::from("# Rules\n");
    for clause in Clause::ALL {
        let mut rules = rules_of(clause).peekable();
        if rules.peek().is_none() {
            continue;
        }
        let _ = write!(index, "\n## {clause}\n\n{}.\n\n", sentence(clause.holds()));
        index += "| rule | finds | severity | default | fix | also known as |\n";
        index += "|---|---|---|---|---|---|\n";
        for rule in rules {
            let default = if rule.default { "on" } else { "off" };
            index += &format_row(format_args!(
                "[{name}]({name}.md) | {summary} | {severity} | {default} | {fix} | {aliases}",
                name = rule.name,
                summary = rule.summary,
                severity = rule.severity,
                fix = fix(rule),
                aliases = aliases(rule),
            ));
        }
    }
    index
}

/// What a clause demands and which rules hold files to it, in Markdown.
pub fn explain(clause: Clause) -> String {
    let levels: Vec<&str> = clause.levels().iter().copied().map(level).collect();
    let mut text = format!(
        "# {clause}\n\n{}.\n\nSeen in {}.\n",
        sentence(clause.holds()),
        enumerated(&levels)
    );
    let mut rules = rules_of(clause).peekable();
    if rules.peek().is_none() {
        text += "\nNo rule about files belongs to it.\n";
        return text;
    }
    text += "\n## Rules\n\n";
    for rule in rules {
        let off = if rule.default { "" } else { ", off by default" };
        let _ = writeln!(text, "- `{}`: {} ({}{off})", rule.name, rule.summary, rule.severity);
    }
    text
}

fn rules_of(clause: Clause) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().filter(move |it| it.clause == clause)
}

fn fix(rule: &Rule) -> &'static str {
    match rule.fix {
        FixAvailability::None => "no",
        FixAvailability::Sometimes => "for some findings",
        FixAvailability::Always => "yes",
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Source => "source files",
        Level::Image => "the built image",
        Level::Run => "the running container",
    }
}

/// Aliases, each with the tool it comes from where its form tells.
fn aliases(rule: &Rule) -> String {
    let tool = |alias: &str| {
        if select::is_hadolint(alias) {
            "hadolint "
        } else if select::is_buildkit(alias) {
            "BuildKit "
        } else {
            ""
        }
    };
    let aliases = rule.aliases.iter().map(|it| format!("{}`{it}`", tool(it)));
    aliases.collect::<Vec<_>>().join(", ")
}

/// With a capital, unless it begins with code.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn enumerated(words: &[&str]) -> String {
    match words {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

fn format_row(cells: fmt::Arguments<'_>) -> String {
    format!("| {cells} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_facts_and_the_documentation() {
        let rule = RULES.iter().find(|it| it.name == "syntax-error").unwrap();
        let page = page(rule);
        assert!(page.starts_with(
            "# syntax-error\n\nThe builder refuses the file.\n\n| | |\n|---|---|\n\
             | Clause | `portable`: the binary fits"
        ));
        assert!(page.contains("| Also known as | hadolint `DL1000`, "));
        assert!(page.contains(" |\n\n## What it does\nReports"));
        assert!(page.ends_with("COPY app /app\n```\n"));
    }

    #[test]
    fn the_index_names_every_rule_once() {
        let index = index();
        for rule in RULES {
            let link = format!("[{name}]({name}.md)", name = rule.name);
            assert_eq!(index.matches(&link).count(), 1, "{}", rule.name);
        }
    }

    #[test]
    fn a_clause_is_explained_with_or_without_rules() {
        let text = explain(Clause::NonRoot);
        assert!(text.starts_with(
            "# non-root\n\nThe process is not root.\n\n\
             Seen in source files, the built image and the running container.\n\n## Rules\n\n"
        ));
        assert!(text.contains("- `root-user`: "));
        for clause in Clause::ALL {
            let text = explain(clause);
            assert_ne!(
                text.contains("## Rules\n\n- `"),
                text.contains("No rule about"),
                "{clause}"
            );
        }
    }

    #[test]
    fn every_page_and_table_is_well_formed() {
        for line in RULES
            .iter()
            .map(|it| page(it))
            .chain([index()])
            .flat_map(|it| it.lines().map(ToOwned::to_owned).collect::<Vec<_>>())
        {
            assert_eq!(line, line.trim_end(), "white space at the end");
        }
    }
}
