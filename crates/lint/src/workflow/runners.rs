//! The machines that jobs run on.

use plimsoll_syntax::workflow::{Field, Job};
use plimsoll_syntax::yaml::Value;

/// What is known about the machine of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Runner {
    /// Whether it is one of GitHub's own, new for every job.
    pub(crate) hosted: bool,
    /// Its platform as images name it, if that is known.
    pub(crate) platform: Option<&'static str>,
}

impl Runner {
    /// The machine of a job. Where a matrix decides, all of its machines must be alike.
    pub(crate) fn of(job: Job<'_>) -> Self {
        let unknown = Self { hosted: false, platform: None };
        let labels = job.runs_on();
        let [label] = &*labels else { return unknown };
        let Some(names) = names_of(job, *label) else { return unknown };
        let mut all = names.iter().map(|it| of_label(it));
        let Some(first) = all.next() else { return unknown };
        all.fold(first, |known, it| Self {
            hosted: known.hosted && it.hosted,
            platform: known.platform.filter(|_| known.platform == it.platform),
        })
    }
}

/// What a label can be, each matrix value by itself.
fn names_of<'y>(job: Job<'y>, label: Field<'y>) -> Option<Vec<&'y str>> {
    if let Some(name) = label.literal() {
        return Some(vec![name]);
    }
    let expression = label.expression()?;
    let [context] = &*expression.contexts() else { return None };
    if !context.complete || context.path.len() != 2 || !context.starts_with(&["matrix"]) {
        return None;
    }
    let values = job.matrix()?.values(context.name(1)?)?;
    values.into_iter().map(Value::as_str).collect()
}

fn of_label(label: &str) -> Runner {
    let label = label.to_ascii_lowercase();
    let system = label.split('-').next().unwrap_or_default();
    let version = label.split('-').nth(1).unwrap_or_default();
    let is_version = version == "latest" || version.starts_with(|it: char| it.is_ascii_digit());
    if system != "ubuntu" || !is_version {
        return Runner {
            hosted: matches!(system, "windows" | "macos") && is_version,
            platform: None,
        };
    }
    // Larger runners have names of their owners' making.
    let rest: Vec<&str> = label.split('-').skip(2).collect();
    match &*rest {
        [] | ["slim"] => Runner { hosted: true, platform: Some("linux/amd64") },
        ["arm"] => Runner { hosted: true, platform: Some("linux/arm64") },
        _ => Runner { hosted: false, platform: None },
    }
}
