//! What a service does to limit what a process can do that got out of hand.
//!
//! Few files say anything of it. There, one finding for all is enough; rules about a single key speak
//! where a service has some of the keys and lacks others.

use plimsoll_finding::Fix;
use plimsoll_syntax::compose::Service;
use plimsoll_syntax::yaml::Value;

use super::images;
use crate::ComposeContext;
use crate::rules::unhardened_service::UNHARDENED_SERVICE;

/// Which of the keys a service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hardening {
    /// `read_only: true`.
    pub read_only: bool,
    /// `cap_drop` with `ALL`.
    pub drops_all: bool,
    /// `no-new-privileges` in `security_opt`.
    pub no_new_privileges: bool,
}

impl Hardening {
    /// The keys of a service. A variable counts as what it should be.
    pub(crate) fn of(service: &Service<'_>) -> Self {
        let drops = |it: Value<'_>| {
            it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("all") || it.contains('$'))
        };
        Self {
            read_only: service.get("read_only").is_some_and(|it| {
                it.as_bool() == Some(true) || it.as_str().is_some_and(|it| it.contains('$'))
            }),
            drops_all: service.all("cap_drop").flat_map(Value::items).any(drops),
            no_new_privileges: service.all("security_opt").flat_map(Value::items).any(|it| {
                let option = it.as_str().unwrap_or_default();
                option
                    .strip_prefix("no-new-privileges")
                    .is_some_and(|rest| !rest.ends_with("false"))
            }),
        }
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        usize::from(self.read_only)
            + usize::from(self.drops_all)
            + usize::from(self.no_new_privileges)
    }
}

/// Whether a rule about one key speaks of a service that lacks it: whoever chose the rule alone wants
/// all of them. Else the service must have some of the keys; one that is pulled all but this.
pub(crate) fn speaks_of(
    cx: &ComposeContext<'_, '_>,
    service: &Service<'_>,
    has: Hardening,
) -> bool {
    if cx.adds_to_services() || service.extends_elsewhere() || is_hopeless(service) {
        return false;
    }
    if is_strict(cx) {
        return true;
    }
    has.count() >= if images::is_ours(service) { 1 } else { 2 }
}

/// A fix that adds an entry to a service which does not have its key yet, as far as its layout allows.
pub(crate) fn added<'y>(
    cx: &ComposeContext<'_, 'y>,
    service: &Service<'y>,
    title: &str,
    key: &str,
    entry: &str,
) -> Option<Fix> {
    if service.get(key).is_some() {
        return None;
    }
    let edit = cx.edits().entry_added(service.value, entry)?;
    Some(Fix::risky(title, [edit]))
}

/// Whether rules that weigh what a file is for should not: whoever chooses them one by one, without
/// the one finding that stands for many, wants to know of each service.
pub(crate) fn is_strict(cx: &ComposeContext<'_, '_>) -> bool {
    !cx.options.selects(&UNHARDENED_SERVICE)
}

/// Whether a service has all privileges, so that no key could take some of them.
pub(crate) fn is_hopeless(service: &Service<'_>) -> bool {
    service.is_on("privileged")
}
