//! Where something is, in words.

use std::fmt;

/// A step from the top of a file to a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'y> {
    Key(&'y str),
    Index(usize),
}

/// The steps to a value.
#[derive(Clone, Copy)]
pub(super) struct Place<'p>(pub(super) &'p [Step<'p>]);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rest, owner) = match self.0 {
            [] => return f.write_str("the file"),
            [Step::Key(section), Step::Key(name), rest @ ..] => match noun(section) {
                Some(noun) => (rest, Some((noun, *name))),
                None => (self.0, None),
            },
            all => (all, None),
        };
        if !rest.is_empty() {
            f.write_str("`")?;
            for (at, step) in rest.iter().enumerate() {
                match step {
                    Step::Key(key) if at == 0 => f.write_str(key)?,
                    Step::Key(key) => write!(f, ".{key}")?,
                    Step::Index(index) => write!(f, "[{index}]")?,
                }
            }
            f.write_str("`")?;
            if owner.is_some() {
                f.write_str(" of ")?;
            }
        }
        match owner {
            Some((noun, name)) => write!(f, "{noun} `{name}`"),
            None => Ok(()),
        }
    }
}

/// What an entry of a section at the top is called.
fn noun(section: &str) -> Option<&'static str> {
    Some(match section {
        "services" => "service",
        "volumes" => "volume",
        "networks" => "network",
        "secrets" => "secret",
        "configs" => "config",
        "models" => "model",
        _ => return None,
    })
}
