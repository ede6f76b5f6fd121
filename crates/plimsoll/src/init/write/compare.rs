//! What becomes of each file.

use std::path::Path;

use super::{
    Action, Change, lines, marker,
    place::{self, Found, Place},
    rivals,
};
use crate::{
    args::init::FileKind,
    init::{
        env_file,
        files::{Generated, Ownership},
    },
};

/// Holds generated files against what is below the root of the workspace, a path without links. With
/// `force`, files that `init` did not write are replaced. Files come back in the order of their paths.
pub(crate) fn compare(
    root: &Path,
    files: &[Generated],
    settings_in_manifest: bool,
    force: bool,
) -> Vec<Change> {
    let mut changes: Vec<_> = files.iter().map(|it| one(root, it, force)).collect();
    if settings_in_manifest {
        keep(&mut changes, FileKind::Settings, "the settings are in Cargo.toml");
    }
    // The variables of a Compose file that isn't ours are not ours to say.
    if let Some(reason) = replaced_by_another(&changes, "compose.yaml") {
        keep(&mut changes, FileKind::Compose, &reason);
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

/// Holds a file that is ours altogether, plimsoll.lock, against what is there.
pub(crate) fn ours(root: &Path, path: &str, new: String) -> Change {
    let Place { target, found } = place::look(root, path);
    let (action, reason, old) = match found {
        Found::Nothing => (Action::Create, String::new(), None),
        Found::Text(old) if old == new => (Action::Unchanged, String::new(), Some(old)),
        Found::Text(old) => (Action::Update, String::new(), Some(old)),
        Found::Other(what) => (Action::Conflict, what, None),
    };
    Change {
        kind: None,
        path: path.to_owned(),
        action,
        reason,
        old,
        new,
        is_private: false,
        target,
    }
}

/// Leaves out what would be made anew of a kind.
fn keep(changes: &mut [Change], kind: FileKind, reason: &str) {
    for change in changes.iter_mut().filter(|it| it.kind == Some(kind) && it.is_written()) {
        change.action = Action::Kept;
        reason.clone_into(&mut change.reason);
    }
}

/// Why a file is not written, where another one takes its part.
fn replaced_by_another(changes: &[Change], path: &str) -> Option<String> {
    let change = changes.iter().find(|it| it.path == path)?;
    (change.action == Action::Kept && change.old.is_none()).then(|| change.reason.clone())
}

fn one(root: &Path, file: &Generated, force: bool) -> Change {
    let whole = match file.ownership {
        Ownership::AboveMarker => marker::marked(&file.path, &file.text),
        Ownership::Once | Ownership::Private | Ownership::Lines => file.text.clone(),
    };
    let Place { target, found } = place::look(root, &file.path);
    let change = |action, reason: &str, old, new| Change {
        kind: Some(file.kind),
        path: file.path.clone(),
        action,
        reason: reason.to_owned(),
        old,
        new,
        is_private: file.ownership == Ownership::Private,
        target: target.clone(),
    };
    let old = match found {
        Found::Text(text) => text,
        // A name that is taken is no reason where the file itself is there.
        Found::Nothing => {
            return match rivals::rival(root, &file.path) {
                Some(reason) => change(Action::Kept, &reason, None, whole),
                None => change(Action::Create, "", None, whole),
            };
        }
        Found::Other(what) => return change(Action::Conflict, &what, None, whole),
    };
    let (action, reason, new) = match file.ownership {
        Ownership::Once => (Action::Kept, "it is yours since it was written", old.clone()),
        Ownership::Private => match env_file::added(&old, &whole) {
            Some(new) => (Action::Update, "variables that it lacks are added", new),
            None => (Action::Kept, "it has what is needed", old.clone()),
        },
        Ownership::Lines => match lines::added(&old, &whole) {
            Some(new) => (Action::Update, "lines are added at its end", new),
            None => (Action::Unchanged, "", old.clone()),
        },
        Ownership::AboveMarker => above_marker(&file.path, &old, &whole, force),
    };
    change(action, reason, Some(old), new)
}

/// What becomes of a file that `init` writes down to the marker.
fn above_marker(path: &str, old: &str, whole: &str, force: bool) -> (Action, &'static str, String) {
    let whole = marker::ending_as(whole, old);
    let Some(parts) = marker::parts(path, old) else {
        return if marker::unix(old) == marker::unix(&whole) {
            (Action::Unchanged, "", whole)
        } else if force {
            (Action::Update, "`init` did not write it; --force replaces it", whole)
        } else {
            (Action::Conflict, "`init` did not write it", whole)
        };
    };
    let new = whole + parts.below;
    if old == new {
        return (Action::Unchanged, "", new);
    }
    match (parts.untouched, force) {
        (true, _) => (Action::Update, "", new),
        (false, true) => {
            (Action::Update, "it was edited above its marker; --force replaces that", new)
        }
        (false, false) => (Action::Conflict, "it was edited above its marker", new),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn generated(path: &str, text: &str, ownership: Ownership) -> Generated {
        let kind = match path {
            "plimsoll.toml" => FileKind::Settings,
            "compose.yaml" | ".env" | ".gitignore" => FileKind::Compose,
            _ => FileKind::Dockerfile,
        };
        Generated { kind, path: path.to_owned(), text: text.to_owned(), ownership }
    }

    fn dockerfile(text: &str) -> [Generated; 1] {
        [generated("Dockerfile", text, Ownership::AboveMarker)]
    }

    /// What becomes of one Dockerfile in place of another one.
    fn onto(old: &str, new: &str, force: bool) -> (Action, String) {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("Dockerfile"), old).unwrap();
        let root = root.path().canonicalize().unwrap();
        let mut changes = compare(&root, &dockerfile(new), false, force);
        let change = changes.remove(0);
        assert_eq!(change.old.as_deref(), Some(old));
        (change.action, change.new)
    }

    #[test]
    fn what_init_wrote_is_replaced_and_what_stands_below_is_kept() {
        let first = marker::marked("Dockerfile", "FROM a\n");
        let second = marker::marked("Dockerfile", "FROM b\n");
        assert_eq!(onto(&first, "FROM a\n", false), (Action::Unchanged, first.clone()));
        assert_eq!(onto(&first, "FROM b\n", false), (Action::Update, second.clone()));
        for own in ["LABEL a=b", "\nLABEL a=b\n", "# x\r\n"] {
            let result = onto(&format!("{first}{own}"), "FROM b\n", false);
            assert_eq!(result, (Action::Update, format!("{second}{own}")));
        }
    }

    #[test]
    fn lines_of_windows_stay_so() {
        let windows =
            marker::marked("Dockerfile", "FROM a\n").replace('\n', "\r\n") + "LABEL a=b\r\n";
        assert_eq!(onto(&windows, "FROM a\n", false).0, Action::Unchanged);
        let (action, new) = onto(&windows, "FROM b\n", false);
        assert_eq!(action, Action::Update);
        assert!(
            new.starts_with("FROM b\r\n\r\n#") && new.ends_with("]\r\nLABEL a=b\r\n"),
            "{new:?}"
        );
    }

    #[test]
    fn what_init_did_not_write_is_left_alone_unless_it_is_forced() {
        let whole = marker::marked("Dockerfile", "FROM a\n");
        for (old, kept) in [
            ("FROM x\n".to_owned(), ""),
            (String::new(), ""),
            (whole.replace("FROM a", "FROM x") + "LABEL a=b\n", "LABEL a=b\n"),
        ] {
            let expected = whole.clone() + kept;
            assert_eq!(onto(&old, "FROM a\n", false), (Action::Conflict, expected.clone()));
            assert_eq!(onto(&old, "FROM a\n", true), (Action::Update, expected));
        }
    }

    #[test]
    fn settings_and_variables_are_the_users_once_they_are_there() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let files = [generated("plimsoll.toml", "a", Ownership::Once)];
        assert_eq!(compare(&root, &files, false, false)[0].action, Action::Create);
        assert_eq!(compare(&root, &files, true, true)[0].action, Action::Kept);
        fs::write(root.join("plimsoll.toml"), "b").unwrap();
        let change = &compare(&root, &files, false, true)[0];
        assert_eq!((change.action, &*change.new), (Action::Kept, "b"));
    }

    #[test]
    fn beside_another_compose_file_none_is_written_and_no_variables() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::write(root.join("docker-compose.yml"), "services: {}\n").unwrap();
        let files = [
            generated("compose.yaml", "a", Ownership::AboveMarker),
            generated(".env", "b", Ownership::Private),
            generated("Dockerfile", "c", Ownership::AboveMarker),
        ];
        let changes = compare(&root, &files, false, true);
        let found: Vec<_> = changes.iter().map(|it| (&*it.path, it.action)).collect();
        let expected = [
            (".env", Action::Kept),
            ("Dockerfile", Action::Create),
            ("compose.yaml", Action::Kept),
        ];
        assert_eq!(found, expected);
        assert!(changes[0].reason.contains("docker-compose.yml is there"));
    }

    #[test]
    fn what_is_no_text_is_never_replaced() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::write(root.join("Dockerfile"), b"\xff").unwrap();
        let change = &compare(&root, &dockerfile("FROM a\n"), false, true)[0];
        assert_eq!(change.action, Action::Conflict);
        assert!(change.reason.starts_with("it is not UTF-8"), "{}", change.reason);
        assert_eq!(change.diff(""), "");
    }
}
