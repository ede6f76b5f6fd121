//! Finds code made for the very CPU that builds it.

use super::{Flag, Origin};

/// A flag that makes the compiler use whatever the building machine's CPU can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NativeCpu {
    /// Where the flag stands.
    pub origin: Origin,
    /// The flag as it is written, such as `-C target-cpu=native`.
    pub flag: String,
}

/// Returns the flag that sets `target-cpu=native`, if that is what holds in the end: of several
/// `target-cpu` the compiler takes the last.
pub fn native_cpu(flags: &[Flag]) -> Option<NativeCpu> {
    // An entry like "-C target-cpu=native" is one argument, which the compiler does not take; but
    // what is meant is clear, and whoever splits it later gets it.
    let words: Vec<(&str, &Origin)> = flags
        .iter()
        .flat_map(|flag| flag.value.split_whitespace().map(move |word| (word, &flag.origin)))
        .collect();

    let mut last = None;
    let mut rest = words.as_slice();
    while let [(word, origin), tail @ ..] = rest {
        rest = tail;
        // Quotes that a shell would have taken away.
        let bare = word.trim_start_matches(QUOTES);
        let joined = bare.strip_prefix("--codegen=").or_else(|| bare.strip_prefix("-C"));
        let (option, flag) = match (bare, tail) {
            ("-C" | "--codegen", [(option, _), after @ ..]) => {
                rest = after;
                (*option, format!("{word} {option}"))
            }
            _ => match joined {
                Some(option) => (option, (*word).to_owned()),
                None => continue,
            },
        };
        if let Some(cpu) = target_cpu(option) {
            last = Some((cpu, NativeCpu { origin: (*origin).clone(), flag }));
        }
    }
    last.filter(|(cpu, _)| *cpu == "native").map(|(_, found)| found)
}

const QUOTES: [char; 2] = ['"', '\''];

/// The compiler takes underscores for hyphens in the names of its codegen options.
fn target_cpu(option: &str) -> Option<&str> {
    let (name, cpu) = option.trim_start_matches(QUOTES).split_once('=')?;
    matches!(name, "target-cpu" | "target_cpu").then(|| cpu.trim_matches(QUOTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(arguments: &[&str]) -> Option<String> {
        let flags: Vec<Flag> = arguments
            .iter()
            .map(|it| Flag {
                value: (*it).to_owned(),
                origin: Origin::Variable("RUSTFLAGS".to_owned()),
            })
            .collect();
        native_cpu(&flags).map(|it| it.flag)
    }

    #[test]
    fn every_spelling_is_found() {
        for (arguments, flag) in [
            (&["-Ctarget-cpu=native"][..], "-Ctarget-cpu=native"),
            (&["-C", "target-cpu=native"], "-C target-cpu=native"),
            (&["-C target-cpu=native"], "-C target-cpu=native"),
            (&["--codegen", "target-cpu=native"], "--codegen target-cpu=native"),
            (&["--codegen=target-cpu=native"], "--codegen=target-cpu=native"),
            (&["-C", "target_cpu=native"], "-C target_cpu=native"),
            (&["\"-C", "target-cpu=native\""], "\"-C target-cpu=native\""),
            (&["'-Ctarget-cpu=native'"], "'-Ctarget-cpu=native'"),
            (&["-Ctarget-cpu='native'"], "-Ctarget-cpu='native'"),
            (
                &["-O", "-Clto", "-C", "panic=abort", "-C", "target-cpu=native"],
                "-C target-cpu=native",
            ),
        ] {
            assert_eq!(found(arguments).as_deref(), Some(flag), "{arguments:?}");
        }
    }

    #[test]
    fn the_last_cpu_wins() {
        assert_eq!(found(&["-Ctarget-cpu=native", "-C", "target-cpu=x86-64-v2"]), None);
        assert!(found(&["-Ctarget-cpu=x86-64-v2", "-Ctarget-cpu=native"]).is_some());
    }

    #[test]
    fn other_flags_are_let_pass() {
        for arguments in [
            &[][..],
            &["-C"],
            &["target-cpu=native"],
            &["-Ctarget-cpu=x86-64-v3"],
            &["-Ctarget-feature=+native"],
            &["--cfg", "target-cpu=native"],
            &["-C", "link-arg=-Ctarget-cpu=native"],
        ] {
            assert_eq!(found(arguments), None, "{arguments:?}");
        }
    }
}
