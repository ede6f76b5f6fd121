//! What to do where `plimsoll init` has nothing to write, or can't write it.

use std::io::ErrorKind;

use crate::init::survey::SurveyError;
pub(super) use crate::init::write::NotWritten;

pub(super) fn survey(error: &SurveyError) -> Option<String> {
    match error {
        SurveyError::NoWorkspace(_) => {
            Some("name a directory with a Cargo project: `plimsoll init DIR`".to_owned())
        }
        SurveyError::NoProgram(_) => {
            Some("an image needs a program: add src/main.rs or a [[bin]]".to_owned())
        }
        SurveyError::Unknown { name, known, .. } => {
            let near = |it: &&String| strsim::jaro_winkler(name, it) > 0.8;
            Some(match known.iter().find(near) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => return None,
                None => format!("there is {}", known.join(", ")),
            })
        }
    }
}

pub(super) fn not_written(error: &NotWritten) -> Option<String> {
    match error.source.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("let the directory and what is in it be written to".to_owned())
        }
        ErrorKind::Other => Some("run it again".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_there_leads_to_those_that_are() {
        let unknown = |name: &str| SurveyError::Unknown {
            what: "binary",
            name: name.to_owned(),
            workspace: "w".to_owned(),
            known: vec!["server".to_owned(), "worker".to_owned()],
        };
        assert_eq!(survey(&unknown("sever")).unwrap(), "did you mean `server`?");
        assert_eq!(survey(&unknown("x")).unwrap(), "there is server, worker");
    }
}
