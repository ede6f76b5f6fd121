//! What an image stands on: nothing but our system layer, or a base.

use crate::{
    base::{
        Base,
        contents::{Contents, Lies},
    },
    pack::PackError,
    spec::{BINARY_DIRECTORY, ImageSpec, NONROOT},
    system::content::{ACCOUNTS, CERTIFICATES},
};

/// What the layers of a project are put on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ground<'a> {
    /// The system layer alone.
    Scratch,
    /// A base.
    Base {
        base: &'a Base,
        /// Its files, where anything depends on them.
        contents: Option<&'a Contents>,
    },
}

impl<'a> Ground<'a> {
    /// Looks at the base, and into it if need be: its layers may still be far away, and a program that needs
    /// nothing of a base that we know can be packed without them.
    pub(super) fn of(base: Option<&'a Base>, spec: &ImageSpec) -> Result<Self, PackError> {
        let Some(base) = base else { return Ok(Self::Scratch) };
        let known = base.short().is_some() && needs_nothing(spec);
        let contents = if known { None } else { Some(base.contents()?) };
        Ok(Self::Base { base, contents })
    }

    /// The base, if there is one.
    pub(super) fn base(self) -> Option<&'a Base> {
        match self {
            Self::Scratch => None,
            Self::Base { base, .. } => Some(base),
        }
    }

    /// The files of the base, where anything depends on them.
    pub(super) fn contents(self) -> Option<&'a Contents> {
        match self {
            Self::Scratch => None,
            Self::Base { contents, .. } => contents,
        }
    }

    /// Where the certificate authorities of what lies below are, if there are any.
    pub(super) fn own_certificates(self) -> Option<&'a str> {
        match self {
            Self::Scratch => Some(CERTIFICATES),
            Self::Base { contents: Some(contents), .. } => contents.certificates(),
            Self::Base { base, contents: None } => base.short().and_then(|it| it.certificates),
        }
    }

    /// Whether ours can be put where ours are: nothing but directories may be on the way.
    pub(super) fn takes_certificates(self) -> bool {
        let fits = |contents: &Contents| {
            CERTIFICATES.match_indices('/').all(|(end, _)| {
                let directory = CERTIFICATES.get(..end).unwrap_or_default();
                contents.place(directory).as_deref() == Some(directory)
                    && matches!(contents.lies(directory), Lies::Nothing | Lies::Directory)
            })
        };
        self.contents().is_none_or(fits)
    }

    /// The user that programs run as, in numbers as far as they are known: an orchestrator that must not run
    /// root can't tell from a name.
    pub(super) fn user(self, spec: &ImageSpec) -> Result<String, PackError> {
        match (&spec.user, self.base()) {
            (Some(user), _) => self.numeric(user),
            (None, None) => Ok(NONROOT.to_owned()),
            (None, Some(base)) => {
                let own = &*base.config.config.user;
                let name = own.split(':').next().unwrap_or_default();
                let is_root = name.is_empty() || name == "root" || name.parse() == Ok(0_u32);
                if is_root {
                    return Ok(NONROOT.to_owned());
                }
                // A user that its own base lacks is not ours to mend.
                Ok(self.numeric(own).unwrap_or_else(|_| own.to_owned()))
            }
        }
    }

    /// The numbers of a user and a group, for files that are theirs.
    pub(super) fn owner(self, spec: &ImageSpec) -> Result<(u64, u64), PackError> {
        let user = self.user(spec)?;
        let unknown = || PackError::UnknownUser { name: user.clone(), known: self.known() };
        let (uid, gid) = match user.split_once(':') {
            Some((uid, gid)) => (uid, Some(gid.parse().map_err(|_| unknown())?)),
            None => (&*user, None),
        };
        let uid: u32 = uid.parse().map_err(|_| unknown())?;
        let gid = gid.or_else(|| self.contents().and_then(|it| it.group_of(uid)));
        Ok((uid.into(), gid.unwrap_or_default().into()))
    }

    fn numeric(self, user: &str) -> Result<String, PackError> {
        let unknown =
            |name: &str| PackError::UnknownUser { name: name.to_owned(), known: self.known() };
        let number = |name: &str| name.parse::<u32>().ok();
        let (user, group) = match user.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (user, None),
        };
        let named = || self.named_user(user);
        let uid = number(user).or_else(|| Some(named()?.0)).ok_or_else(|| unknown(user))?;
        match group {
            Some(group) => {
                let gid = number(group).or_else(|| self.named_group(group));
                Ok(format!("{uid}:{}", gid.ok_or_else(|| unknown(group))?))
            }
            // A bare number has the group that the image says, or root's, as in any image.
            None if number(user).is_some() => Ok(uid.to_string()),
            None => Ok(format!("{uid}:{}", named().map_or(uid, |(_, gid)| gid))),
        }
    }

    fn named_user(self, name: &str) -> Option<(u32, u32)> {
        match self {
            Self::Scratch => account(name).map(|id| (id, id)),
            Self::Base { contents, .. } => {
                contents.and_then(|it| it.user(name)).or_else(|| root(name))
            }
        }
    }

    fn named_group(self, name: &str) -> Option<u32> {
        match self {
            Self::Scratch => account(name),
            Self::Base { contents, .. } => {
                contents.and_then(|it| it.group(name)).or_else(|| root(name).map(|(_, gid)| gid))
            }
        }
    }

    /// Whose accounts there are, for messages.
    fn known(self) -> String {
        match self.base() {
            None => "it knows root, nobody and nonroot".to_owned(),
            Some(base) => {
                format!("the base {} has none in its /etc/passwd and /etc/group", base.name())
            }
        }
    }
}

/// Whether nothing that is asked for depends on the files of a base: the program goes where every base has
/// a directory or nothing.
fn needs_nothing(spec: &ImageSpec) -> bool {
    let is_number = |user: &String| user.split(':').all(|it| it.parse::<u32>().is_ok());
    let ours = format!("/{BINARY_DIRECTORY}/");
    let is_ours = |program: Option<&String>| program.is_none_or(|it| it.starts_with(&ours));
    spec.files.is_empty()
        && spec.volumes.is_empty()
        && spec.workdir.is_none()
        && !spec.tzdata
        && spec.user.as_ref().is_none_or(is_number)
        && is_ours(spec.entrypoint.as_ref().and_then(|it| it.first()))
        && is_ours(spec.healthcheck.as_ref().and_then(|it| it.test.get(1)))
}

fn account(name: &str) -> Option<u32> {
    let (_, id) = ACCOUNTS.iter().find(|(it, _)| *it == name)?;
    u32::try_from(*id).ok()
}

/// Root is known to everybody.
fn root(name: &str) -> Option<(u32, u32)> {
    (name == "root").then_some((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(user: &str) -> Result<String, PackError> {
        let spec = ImageSpec { user: Some(user.to_owned()), ..ImageSpec::default() };
        Ground::Scratch.user(&spec)
    }

    #[test]
    fn users_are_numbers() {
        for (name, expected) in [
            ("nonroot", "65532:65532"),
            ("root", "0:0"),
            ("nonroot:root", "65532:0"),
            ("1000", "1000"),
            ("1000:1001", "1000:1001"),
        ] {
            assert_eq!(user(name).unwrap(), expected);
        }
        for name in ["app", "", ":", "1000:", "1000:app", "-1", "4294967296"] {
            assert!(user(name).is_err(), "{name}");
        }
        assert_eq!(Ground::Scratch.user(&ImageSpec::default()).unwrap(), NONROOT);
    }
}
