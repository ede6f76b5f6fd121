//! `--secret`: what a step may read while it runs, and no layer holds.
//!
//! The value never passes through here: engines read the file or the variable themselves. A text that
//! is no such specification may be the secret itself, so no message repeats it.

use std::path::{Path, PathBuf};

use super::{SpecError, World, csv};

const OPTION: &str = "--secret";
const FORM: &str = "write --secret id=NAME,src=FILE or --secret id=NAME,env=VARIABLE, and in the Dockerfile \
     RUN --mount=type=secret,id=NAME";

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// By which name the Dockerfile mounts it.
    pub id: String,
    /// Where its value is.
    pub source: SecretSource,
}

/// Where the value of a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In a file.
    File(PathBuf),
    /// In an environment variable.
    Variable(String),
}

impl Secret {
    /// Reads `id=NAME,src=FILE` and `id=NAME,env=VARIABLE`.
    ///
    /// # Errors
    /// It is written otherwise, or there is no such file or variable.
    pub fn parse(text: &str, world: World<'_>) -> Result<Self, SpecError> {
        let wrong = |problem: &str| SpecError::new(OPTION, problem, FORM);
        let (mut id, mut file, mut variable, mut kind) = (None, None, None, None);
        for field in csv::fields(text) {
            let Some((key, value)) = field.split_once('=') else {
                return Err(not_a_pair(text, world));
            };
            let place = match &*key.to_ascii_lowercase() {
                "id" => &mut id,
                "src" | "source" => &mut file,
                "env" => &mut variable,
                "type" => &mut kind,
                "value" | "secret" | "data" | "content" => {
                    return Err(SpecError::new(
                        OPTION,
                        "a value on the command line is seen by every user of this machine and kept in \
                         the shell's history",
                        "put it into a variable or a file: --secret id=NAME,env=VARIABLE or --secret \
                         id=NAME,src=FILE",
                    ));
                }
                "dst" | "target" | "required" | "mode" | "uid" | "gid" => {
                    return Err(SpecError::new(
                        OPTION,
                        format!("`{key}` belongs to the mount in the Dockerfile"),
                        format!("write it there: RUN --mount=type=secret,id=NAME,{key}=…"),
                    ));
                }
                _ => return Err(wrong("it has a key that is none of id, src, env and type")),
            };
            if value.is_empty() {
                return Err(wrong("one of its values is empty"));
            }
            if place.replace(value.to_owned()).is_some() {
                return Err(wrong("it has the same key twice"));
            }
        }
        let Some(id) = id else { return Err(wrong("it has no id")) };
        match kind.as_deref() {
            // An older way to write env=.
            Some("env") if variable.is_none() => variable = file.take(),
            None | Some("env" | "file") => {}
            Some(_) => return Err(wrong("its type is neither file nor env")),
        }
        let source = match (file, variable) {
            (Some(_), Some(_)) => {
                return Err(wrong("it has both src and env, which say two places"));
            }
            (Some(file), None) => SecretSource::File(existing(&id, &file, world)?),
            (None, Some(name)) => SecretSource::Variable(set(&id, name, world)?),
            (None, None) => return Err(nowhere(&id, world)),
        };
        Ok(Self { id, source })
    }

    /// As Docker takes it.
    pub(super) fn argument(&self) -> String {
        let id = format!("id={}", self.id);
        let source = match &self.source {
            SecretSource::File(path) => format!("src={}", path.display()),
            SecretSource::Variable(name) => format!("env={name}"),
        };
        csv::join([id, source])
    }
}

fn existing(id: &str, file: &str, world: World<'_>) -> Result<PathBuf, SpecError> {
    let path = PathBuf::from(file);
    if (world.is_file)(&path) {
        return Ok(path);
    }
    if file.starts_with("~/") {
        let home = "the shell replaces ~ only at the beginning of a word";
        let write = format!("write --secret id={id},src=\"$HOME{}\"", &file[1..]);
        return Err(SpecError::new(OPTION, format!("there is no file {file}: {home}"), write));
    }
    let write = match (world.variable)(file) {
        Some(_) => format!("{file} is a variable: write --secret id={id},env={file}"),
        None => "paths are relative to where you are".to_owned(),
    };
    Err(SpecError::new(OPTION, format!("there is no file {file}"), write))
}

fn set(id: &str, name: String, world: World<'_>) -> Result<String, SpecError> {
    if (world.variable)(&name).is_some() {
        return Ok(name);
    }
    let is_name = is_name_of_variable(&name);
    // What can't be a name may be a value.
    let problem = if is_name {
        format!("the variable {name} is not set, or empty")
    } else {
        "env is no name of a variable".to_owned()
    };
    let write = if is_name && (world.is_file)(Path::new(&name)) {
        format!("{name} is a file: write --secret id={id},src={name}")
    } else if is_name {
        format!("set it and export it, so that the engine can read it: export {name}=…")
    } else {
        format!("name the variable, not its value: --secret id={id},env=VARIABLE")
    };
    Err(SpecError::new(OPTION, problem, write))
}

/// An id alone: buildx then looks for a variable and after that for a file of that name, which goes
/// wrong silently where neither is what was meant.
fn nowhere(id: &str, world: World<'_>) -> SpecError {
    let write = if (world.variable)(id).is_some() {
        format!("the variable {id} is set: write --secret id={id},env={id}")
    } else if (world.is_file)(Path::new(id)) {
        format!("there is a file {id}: write --secret id={id},src={id}")
    } else {
        FORM.to_owned()
    };
    SpecError::new(
        OPTION,
        format!(
            "id={id} does not say where the secret is; engines would look for a variable or a file called \
             {id}, each in its own way"
        ),
        write,
    )
}

/// `--secret mytoken`: a name, a path, or the secret itself.
fn not_a_pair(text: &str, world: World<'_>) -> SpecError {
    let problem = "it is not written as KEY=VALUE,KEY=VALUE";
    let write = if is_name_of_variable(text) && (world.variable)(text).is_some() {
        format!("write --secret id={text},env={text}")
    } else if (world.is_file)(Path::new(text)) {
        let name = Path::new(text).file_stem().and_then(|it| it.to_str()).unwrap_or("NAME");
        format!("write --secret id={name},src={text}")
    } else {
        FORM.to_owned()
    };
    SpecError::new(OPTION, problem, write)
}

fn is_name_of_variable(text: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
    !text.is_empty()
        && text.chars().all(is_letter)
        && !text.starts_with(|it: char| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, SpecError> {
        let variable = |name: &str| (name == "TOKEN").then(|| "hunter2".to_owned());
        let is_file = |path: &Path| matches!(path.to_str(), Some("token.txt" | "a,b"));
        let world = World { variable: &variable, is_file: &is_file };
        Secret::parse(text, world).map(|it| it.argument())
    }

    #[test]
    fn secrets_are_files_or_variables() {
        for (text, argument) in [
            ("id=a,src=token.txt", "id=a,src=token.txt"),
            ("source=token.txt,id=a", "id=a,src=token.txt"),
            ("type=file,id=a,src=token.txt", "id=a,src=token.txt"),
            ("id=a,env=TOKEN", "id=a,env=TOKEN"),
            ("type=env,id=a,src=TOKEN", "id=a,env=TOKEN"),
            ("ID=a,ENV=TOKEN", "id=a,env=TOKEN"),
            ("id=a,\"src=a,b\"", "id=a,\"src=a,b\""),
        ] {
            assert_eq!(parse(text).unwrap(), argument, "{text}");
        }
    }

    #[test]
    fn wrong_forms_say_what_to_write_and_never_repeat_a_value() {
        for (text, problem, write) in [
            ("hunter2secret", "KEY=VALUE", "id=NAME,src=FILE"),
            ("TOKEN", "KEY=VALUE", "id=TOKEN,env=TOKEN"),
            ("token.txt", "KEY=VALUE", "id=token,src=token.txt"),
            ("id=a,hunter2", "KEY=VALUE", "id=NAME"),
            ("id=a,value=hunter2", "every user", "env=VARIABLE"),
            ("id=a,hunter2=hunter2", "none of id", "id=NAME"),
            ("a=hunter2", "none of id", "id=NAME"),
            ("id=a", "does not say where", "id=NAME"),
            ("id=TOKEN", "does not say where", "id=TOKEN,env=TOKEN"),
            ("id=token.txt", "does not say where", "src=token.txt"),
            ("src=token.txt", "no id", "id=NAME"),
            ("id=a,env=UNSET", "UNSET is not set", "export UNSET"),
            ("id=a,env=hunter2-x", "no name of a variable", "env=VARIABLE"),
            ("id=a,src=gone", "no file gone", "relative"),
            ("id=a,src=TOKEN", "no file TOKEN", "id=a,env=TOKEN"),
            ("id=a,src=~/x", "shell", "$HOME/x"),
            ("id=a,src=token.txt,env=TOKEN", "both", "id=NAME"),
            ("id=a,id=b,env=TOKEN", "twice", "id=NAME"),
            ("id=,env=TOKEN", "empty", "id=NAME"),
            ("id=a,dst=/x,src=token.txt", "Dockerfile", "RUN --mount"),
            ("type=x,id=a,src=token.txt", "type", "id=NAME"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.problem.contains(problem), "{text}: {error}");
            assert!(error.write.contains(write), "{text}: {}", error.write);
            assert!(!format!("{error:?}").contains("hunter2"), "{text}: {error:?}");
        }
    }
}
