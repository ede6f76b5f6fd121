//! `--build-arg`: values of `ARG` in a Dockerfile.

use super::{SpecError, World};

const OPTION: &str = "--build-arg";

/// Reads `NAME=VALUE`, and `NAME` alone, whose value is that of the variable.
///
/// # Errors
/// The name can't be one, or there is no such variable.
pub fn parse(text: &str, world: World<'_>) -> Result<(String, Option<String>), SpecError> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value.to_owned())),
        None => (text, None),
    };
    if name.is_empty() || name.contains(|it: char| it.is_whitespace() || it == ':') {
        let write = "write --build-arg NAME=VALUE";
        return Err(SpecError::new(OPTION, "it does not begin with a name", write));
    }
    if value.is_none() && (world.variable)(name).is_none() {
        let write = format!("write --build-arg {name}=VALUE, or export {name}");
        let problem = format!("{name} has no value, and no variable is called so");
        return Err(SpecError::new(OPTION, problem, write));
    }
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_there_or_in_the_environment() {
        let variable = |name: &str| (name == "SET").then(|| "x".to_owned());
        let world = World { variable: &variable, is_file: &|_| false };
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(parse("A=b=c", world).unwrap(), pair("A", Some("b=c")));
        assert_eq!(parse("A=", world).unwrap(), pair("A", Some("")));
        assert_eq!(parse("SET", world).unwrap(), pair("SET", None));
        for text in ["UNSET", "", "=x", "A: b"] {
            assert!(parse(text, world).is_err(), "{text}");
        }
    }
}
