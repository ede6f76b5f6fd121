//! A description that outlives the name it was read from.

use super::{Description, Targets};

/// A description that outlives the name it was read from.
#[derive(Clone, Debug)]
pub(crate) struct OwnedDescription {
    /// Without what is borrowed from the name.
    fixed: Description<'static>,
    release: Option<String>,
    version: Option<String>,
    targets: OwnedTargets,
}

#[derive(Clone, Debug)]
enum OwnedTargets {
    Fixed(Targets<'static>),
    Short(String),
    Named(String),
}

impl OwnedDescription {
    /// Takes what a description borrows.
    pub(crate) fn new(description: &Description<'_>) -> Self {
        let targets = match description.targets {
            Targets::None => OwnedTargets::Fixed(Targets::None),
            Targets::Listed(list) => OwnedTargets::Fixed(Targets::Listed(list)),
            Targets::Short(name) => OwnedTargets::Short(name.to_owned()),
            Targets::Named(name) => OwnedTargets::Named(name.to_owned()),
        };
        let toolchain = description.toolchain;
        Self {
            fixed: Description {
                release: None,
                toolchain: toolchain.map(|it| super::Toolchain {
                    language: it.language,
                    version: None,
                    only_builds: it.only_builds,
                }),
                targets: Targets::None,
                family: description.family,
                certainty: description.certainty,
                release_facts: description.release_facts,
                libc: description.libc,
                builds_for_target: description.builds_for_target,
                user: description.user,
                package_manager: description.package_manager,
                tools: description.tools,
                other_shell: description.other_shell,
                has_passwd: description.has_passwd,
                size: description.size,
                is_known: description.is_known,
                extra_users: description.extra_users,
            },
            release: description.release.map(str::to_owned),
            version: toolchain.and_then(|it| it.version).map(str::to_owned),
            targets,
        }
    }

    /// The description.
    pub(crate) fn get(&self) -> Description<'_> {
        let mut description: Description<'_> = self.fixed;
        description.release = self.release.as_deref();
        if let Some(toolchain) = &mut description.toolchain {
            toolchain.version = self.version.as_deref();
        }
        description.targets = match &self.targets {
            OwnedTargets::Fixed(targets) => *targets,
            OwnedTargets::Short(name) => Targets::Short(name),
            OwnedTargets::Named(name) => Targets::Named(name),
        };
        description
    }
}

#[cfg(test)]
mod tests {
    use super::super::describe;
    use super::*;

    #[test]
    fn nothing_is_lost() {
        for (name, tag) in [
            ("rust", "1.89-slim-bookworm"),
            ("alpine", "3.99"),
            ("messense/rust-musl-cross", "aarch64-musl"),
            ("scratch", ""),
        ] {
            let tag = Some(tag).filter(|it| !it.is_empty());
            let description = describe(name, tag, None).unwrap();
            assert_eq!(OwnedDescription::new(&description).get(), description, "{name}");
        }
    }
}
