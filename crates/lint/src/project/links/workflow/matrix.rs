//! What the matrix of a job puts into its steps.

use std::collections::BTreeMap;

use plimsoll_syntax::workflow::Job;

/// More jobs than a workflow may have.
const MOST: usize = 256;

/// The values of one of a job's runs, by their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Row(BTreeMap<String, String>);

/// The runs of a job. One without values where there is no matrix, or where it is not known.
pub(super) fn rows(job: Job<'_>) -> Vec<Row> {
    let Some(matrix) = job.matrix().filter(|it| !it.is_dynamic()) else {
        return vec![Row::default()];
    };
    let mut rows = vec![Row::default()];
    for entry in matrix.value.entries() {
        if matches!(entry.name(), "include" | "exclude") {
            continue;
        }
        let mut next = Vec::new();
        for row in &rows {
            for item in entry.value.items().take(MOST) {
                let mut row = row.clone();
                row.add(entry.name(), item);
                next.push(row);
            }
        }
        if next.is_empty() || next.len() > MOST {
            return vec![Row::default()];
        }
        rows = next;
    }
    let lists = rows.len() > 1 || !rows[0].0.is_empty();
    let mut includes = matrix.includes().take(MOST).peekable();
    if includes.peek().is_none() {
        return rows;
    }
    let included: Vec<Row> = includes
        .map(|it| {
            let mut row = Row::default();
            for entry in it.entries() {
                row.add(entry.name(), entry.value);
            }
            row
        })
        .collect();
    if !lists {
        return included;
    }
    // An entry adds to the runs that it agrees with, and is a run of its own where there are none.
    let mut more = Vec::new();
    for extra in included {
        let mut agrees = false;
        for row in &mut rows {
            let same =
                extra.0.iter().all(|(name, value)| row.0.get(name).is_none_or(|it| it == value));
            let shared = extra.0.keys().any(|it| row.0.contains_key(it));
            if same && shared {
                agrees = true;
                row.0.extend(extra.0.clone());
            }
        }
        if !agrees {
            more.push(extra);
        }
    }
    rows.extend(more);
    rows
}

impl Row {
    fn add(&mut self, name: &str, value: plimsoll_syntax::yaml::Value<'_>) {
        if let Some(text) = value.as_str() {
            self.0.insert(name.to_owned(), text.to_owned());
        }
        for entry in value.entries() {
            if let Some(text) = entry.value.as_str() {
                self.0.insert(format!("{name}.{}", entry.name()), text.to_owned());
            }
        }
    }

    /// A text with the matrix' values put in; `None` where another expression is in it.
    pub(super) fn replace(&self, text: &str) -> Option<String> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            result.push_str(before);
            let (inside, after) = after.split_once("}}")?;
            let inside = inside.trim();
            if matches!(inside, "github.workspace") {
                result.push('.');
            } else {
                let value = self.0.get(inside.strip_prefix("matrix.")?)?;
                if value.contains("${{") {
                    return None;
                }
                result.push_str(value);
            }
            rest = after;
        }
        result.push_str(rest);
        // `{{defaultContext}}` is for the action alone.
        (!result.contains("{{")).then_some(result)
    }
}
