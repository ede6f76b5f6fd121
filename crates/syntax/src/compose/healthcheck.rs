//! How a service is tested.

use super::Text;
use crate::yaml::Value;

/// The `healthcheck` of a service.
#[derive(Clone, Debug)]
pub struct Healthcheck<'y> {
    /// Its own, then those of what the service extends.
    pub values: Vec<Value<'y>>,
}

/// What is run.
#[derive(Clone, Debug)]
pub enum HealthcheckTest<'y> {
    /// `NONE`: nothing.
    None,
    /// `CMD`: a program with its arguments.
    Cmd(Vec<Text<'y>>),
    /// `CMD-SHELL`, or a text: a script. Only the first item is run; more are arguments of the shell.
    CmdShell(Vec<Text<'y>>),
    /// A list that begins with something else, which the loader refuses.
    Unknown(Vec<Text<'y>>),
}

impl<'y> Healthcheck<'y> {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value<'y>> {
        self.values.iter().find_map(|it| it.get(key))
    }

    /// The place of its own settings.
    pub fn value(&self) -> Option<Value<'y>> {
        self.values.first().copied()
    }

    /// What is run; `None` leaves the image's own test in force.
    pub fn test(&self) -> Option<HealthcheckTest<'y>> {
        let value = self.get("test").filter(|it| !it.is_null())?;
        if let Some(script) = Text::of(value) {
            return Some(HealthcheckTest::CmdShell(vec![script]));
        }
        let mut items = value.items().filter_map(Text::of);
        let kind = items.next()?;
        let rest: Vec<Text<'y>> = items.collect();
        Some(match kind.text {
            "NONE" => HealthcheckTest::None,
            "CMD" => HealthcheckTest::Cmd(rest),
            "CMD-SHELL" => HealthcheckTest::CmdShell(rest),
            _ => HealthcheckTest::Unknown(std::iter::once(kind).chain(rest).collect()),
        })
    }

    /// Whether the image's own test is switched off: `disable: true`, or `NONE`.
    pub fn is_disabled(&self) -> bool {
        self.get("disable").and_then(Value::as_bool) == Some(true)
            || matches!(self.test(), Some(HealthcheckTest::None))
    }

    /// The time between tests.
    pub fn interval(&self) -> Option<Text<'y>> {
        self.get("interval").and_then(Text::of)
    }

    /// How long a test may take.
    pub fn timeout(&self) -> Option<Text<'y>> {
        self.get("timeout").and_then(Text::of)
    }

    /// How many failures in a row make it unhealthy.
    pub fn retries(&self) -> Option<Text<'y>> {
        self.get("retries").and_then(Text::of)
    }

    /// How long failures at the start don't count.
    pub fn start_period(&self) -> Option<Text<'y>> {
        self.get("start_period").and_then(Text::of)
    }

    /// The time between tests at the start.
    pub fn start_interval(&self) -> Option<Text<'y>> {
        self.get("start_interval").and_then(Text::of)
    }
}
