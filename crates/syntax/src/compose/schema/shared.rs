//! Forms that many keys share.

use super::{BOOL, Check, INT, NULL, NUMBER, Others, Schema, TEXT};

pub(super) static ANY_TEXT: Schema = Schema::of(TEXT);
pub(super) static SWITCH: Schema = Schema::of(BOOL | TEXT).check(Check::Bool);
pub(super) static TRUE_OR_FALSE: Schema = Schema::of(BOOL);
pub(super) static BOOL_OR_TEXT: Schema = Schema::of(BOOL | TEXT);
pub(super) static COUNT: Schema = Schema::of(INT | TEXT).check(Check::Int);
pub(super) static UNSIGNED: Schema = Schema::of(INT | TEXT).check(Check::Unsigned);
pub(super) static AMOUNT: Schema = Schema::of(NUMBER | TEXT).check(Check::Number);
pub(super) static WHOLE_AMOUNT: Schema = Schema::of(NUMBER | TEXT).check(Check::Int);
pub(super) static NUMBER_ONLY: Schema = Schema::of(NUMBER);
pub(super) static NUMBER_OR_TEXT: Schema = Schema::of(NUMBER | TEXT);
pub(super) static DURATION: Schema = Schema::of(TEXT).check(Check::Duration);
pub(super) static BYTES: Schema = Schema::of(NUMBER | TEXT).check(Check::Bytes);
pub(super) static WHOLE_BYTES: Schema = Schema::of(INT | TEXT).check(Check::Bytes);
pub(super) static BYTES_TEXT: Schema = Schema::of(TEXT).check(Check::Bytes);
pub(super) static COMMAND: Schema =
    Schema::of(NULL | TEXT).or_list(&ANY_TEXT).check(Check::Command);

/// A list of texts; equal ones don't matter.
pub(super) static TEXTS: Schema = Schema::list(&ANY_TEXT);
/// A list of texts, all of them different.
pub(super) static DISTINCT: Schema = Schema::list(&ANY_TEXT).unique();
/// A text or a list.
pub(super) static TEXT_OR_TEXTS: Schema = Schema::of(TEXT).or_list(&ANY_TEXT);
pub(super) static TEXT_OR_DISTINCT: Schema = Schema::of(TEXT).or_list(&ANY_TEXT).unique();

static PAIR_VALUE: Schema = Schema::of(TEXT | NUMBER | BOOL | NULL);
const PAIRS_FORM: Schema = Schema::list(&ANY_TEXT).or_each(Others::Filled(&PAIR_VALUE));
/// A list of `name=value`, or a mapping.
pub(super) static PAIRS: Schema = PAIRS_FORM;
/// The same, and no two items of the list are equal.
pub(super) static DISTINCT_PAIRS: Schema = PAIRS_FORM.unique();
/// The same for variables of the environment.
pub(super) static ENVIRONMENT: Schema = PAIRS_FORM.check(Check::Environment);
pub(super) static DISTINCT_ENVIRONMENT: Schema = PAIRS_FORM.unique().check(Check::Environment);
pub(super) static SSH: Schema = PAIRS_FORM.unique().check(Check::Ssh);
pub(super) static CONTEXTS: Schema = PAIRS_FORM.check(Check::Contexts);

static HOST_VALUE: Schema = Schema::of(TEXT).or_list(&ANY_TEXT);
pub(super) static HOSTS: Schema =
    Schema::list(&ANY_TEXT).or_each(Others::Filled(&HOST_VALUE)).unique().check(Check::Hosts);

/// Options of drivers.
pub(super) static DRIVER_OPTIONS: Schema = Schema::each(Others::Filled(&NUMBER_OR_TEXT));

static MODE: Schema = Schema::of(NUMBER | TEXT).check(Check::FileMode);
static FILE_MOUNT: Schema = Schema::of(TEXT).or_map(&[
    ("gid", &ANY_TEXT),
    ("mode", &MODE),
    ("source", &ANY_TEXT),
    ("target", &ANY_TEXT),
    ("uid", &ANY_TEXT),
]);
/// Secrets or configs of a service.
pub(super) static FILE_MOUNTS: Schema = Schema::list(&FILE_MOUNT);

static ULIMIT_PAIR: super::Fields = &[("hard", &COUNT), ("soft", &COUNT)];
static ULIMIT: Schema =
    Schema::of(INT | TEXT).or_map(ULIMIT_PAIR).needs(&["soft", "hard"]).check(Check::Int);
pub(super) static ULIMITS: Schema = Schema::each(Others::Lower(&ULIMIT));

static BUILD_COUNT: Schema = Schema::of(INT | TEXT).check(Check::IntOnly);
static BUILD_ULIMIT_PAIR: super::Fields = &[("hard", &BUILD_COUNT), ("soft", &BUILD_COUNT)];
static BUILD_ULIMIT: Schema =
    Schema::of(INT | TEXT).or_map(BUILD_ULIMIT_PAIR).needs(&["soft", "hard"]).check(Check::IntOnly);
/// The same of a build, where texts aren't taken for numbers.
pub(super) static BUILD_ULIMITS: Schema = Schema::each(Others::Lower(&BUILD_ULIMIT));

static DEVICE_COUNT: Schema = Schema::of(INT | TEXT).check(Check::DeviceCount);
/// The keys of a request for devices.
pub(super) static DEVICE_REQUEST: super::Fields = &[
    ("capabilities", &DISTINCT),
    ("count", &DEVICE_COUNT),
    ("device_ids", &DISTINCT),
    ("driver", &ANY_TEXT),
    ("options", &DISTINCT_PAIRS),
];

/// What runs at a point of a service's life.
pub(super) static HOOK: Schema = Schema::map(&[
    ("command", &COMMAND),
    ("environment", &DISTINCT_ENVIRONMENT),
    ("privileged", &SWITCH),
    ("user", &ANY_TEXT),
    ("working_dir", &ANY_TEXT),
])
.needs(&["command"]);

/// A list of any length of one of several texts or numbers.
pub(super) static TEXTS_OR_NUMBERS: Schema = Schema::list(&NUMBER_OR_TEXT).unique();

/// A switch for what may be made elsewhere: the old form names it below.
pub(super) static EXTERNAL: Schema =
    Schema::of(BOOL | TEXT).or_map(&[("name", &ANY_TEXT)]).check(Check::Bool);
/// The same, with more below it that nobody looks at.
pub(super) static EXTERNAL_OPEN: Schema =
    Schema::of(BOOL | TEXT).or_map(&[("name", &ANY_TEXT)]).open().check(Check::Bool);
