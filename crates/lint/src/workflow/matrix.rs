//! The combinations of a matrix, put into texts.

use std::collections::BTreeMap;

use plimsoll_syntax::workflow::{Job, Matrix};
use plimsoll_syntax::yaml::Value;

use super::images::Text;

/// More jobs than one matrix makes.
const MOST: usize = 256;

/// One combination: `os` and `image.name` with their values.
type Row = BTreeMap<String, String>;

/// What a text is in each job that a matrix makes, without repetition. A text without `matrix` is
/// itself. Where the combinations aren't known, it stays as it is.
pub(crate) fn expand(job: Job<'_>, text: &Text) -> Vec<String> {
    if !text.text.contains("matrix.") {
        return vec![text.text.clone()];
    }
    let Some(rows) = job.matrix().and_then(rows) else { return vec![text.text.clone()] };
    let mut found: Vec<String> = Vec::new();
    for row in &rows {
        let mut result = text.text.clone();
        for (name, value) in row {
            let written = format!("${{{{matrix.{name}}}}}");
            if result.contains(&written) {
                result = result.replace(&written, value);
            }
        }
        if !found.contains(&result) {
            found.push(result);
        }
    }
    if found.is_empty() { vec![text.text.clone()] } else { found }
}

/// The combinations; `None` where an expression makes some of them.
fn rows(matrix: Matrix<'_>) -> Option<Vec<Row>> {
    if matrix.is_dynamic() || matrix.value.get("exclude").is_some() {
        return None;
    }
    let mut rows = vec![Row::new()];
    let mut lists = 0_usize;
    for entry in matrix.value.entries() {
        if matches!(entry.name(), "include" | "exclude") {
            continue;
        }
        lists += 1;
        let mut next = Vec::new();
        for row in &rows {
            for value in entry.value.items() {
                let mut row = row.clone();
                put(&mut row, entry.name(), value, 0);
                next.push(row);
            }
        }
        rows = next;
        if rows.len() > MOST {
            return None;
        }
    }
    let lists: Vec<_> = if lists == 0 { Vec::new() } else { matrix_names(matrix) };
    if lists.is_empty() {
        rows.clear();
    }
    for include in matrix.includes().take(MOST) {
        let mut added = Row::new();
        for entry in include.entries() {
            put(&mut added, entry.name(), entry.value, 0);
        }
        let mut fits = false;
        for row in &mut rows {
            let same = lists.iter().all(|name| match (row.get(*name), added.get(*name)) {
                (Some(own), Some(other)) => own == other,
                _ => true,
            });
            if same && !lists.is_empty() {
                fits = true;
                row.extend(added.clone());
            }
        }
        if !fits {
            rows.push(added);
        }
    }
    Some(rows)
}

fn matrix_names(matrix: Matrix<'_>) -> Vec<&str> {
    let names = matrix.value.entries().into_iter().map(|it| it.name());
    names.filter(|it| !matches!(*it, "include" | "exclude")).collect()
}

/// Adds a value by its name, and the values within it by theirs.
fn put(row: &mut Row, name: &str, value: Value<'_>, depth: usize) {
    if let Some(text) = value.as_str() {
        row.insert(name.to_owned(), text.to_owned());
    }
    if depth < 3 {
        for entry in value.own_entries() {
            put(row, &format!("{name}.{}", entry.name()), entry.value, depth + 1);
        }
    }
}
