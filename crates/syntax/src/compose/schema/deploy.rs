//! `deploy`.

use super::shared::{
    ANY_TEXT, BYTES_TEXT, COUNT, DEVICE_REQUEST, DURATION, PAIRS, TEXTS, UNSIGNED,
};
use super::{Check, NULL, NUMBER, Schema, TEXT};

pub(super) static DEPLOY: Schema = Schema::map(&[
    ("endpoint_mode", &ANY_TEXT),
    ("labels", &PAIRS),
    ("mode", &ANY_TEXT),
    ("placement", &PLACEMENT),
    ("replicas", &COUNT),
    ("resources", &RESOURCES),
    ("restart_policy", &RESTART_POLICY),
    ("rollback_config", &UPDATE),
    ("update_config", &UPDATE),
])
.or(NULL);

static PLACEMENT: Schema = Schema::map(&[
    ("constraints", &TEXTS),
    ("max_replicas_per_node", &UNSIGNED),
    ("preferences", &PREFERENCES),
]);
static PREFERENCES: Schema = Schema::list(&PREFERENCE);
static PREFERENCE: Schema = Schema::map(&[("spread", &ANY_TEXT)]);

static RESOURCES: Schema = Schema::map(&[("limits", &LIMITS), ("reservations", &RESERVATIONS)]);
static CPUS: Schema = Schema::of(NUMBER | TEXT).check(Check::Number);
static LIMITS: Schema = Schema::map(&[("cpus", &CPUS), ("memory", &BYTES_TEXT), ("pids", &COUNT)]);
static RESERVATIONS: Schema = Schema::map(&[
    ("cpus", &CPUS),
    ("devices", &DEVICES),
    ("generic_resources", &GENERIC_RESOURCES),
    ("memory", &BYTES_TEXT),
]);
static DEVICES: Schema = Schema::list(&DEVICE);
static DEVICE: Schema =
    Schema::map(DEVICE_REQUEST).needs(&["capabilities"]).check(Check::DeviceRequest);
static GENERIC_RESOURCES: Schema = Schema::list(&GENERIC_RESOURCE);
static GENERIC_RESOURCE: Schema = Schema::map(&[("discrete_resource_spec", &DISCRETE)]);
static DISCRETE: Schema = Schema::map(&[("kind", &ANY_TEXT), ("value", &GENERIC_VALUE)]);
static GENERIC_VALUE: Schema = Schema::of(NUMBER | TEXT).check(Check::Int);

static RESTART_POLICY: Schema = Schema::map(&[
    ("condition", &ANY_TEXT),
    ("delay", &DURATION),
    ("max_attempts", &UNSIGNED),
    ("window", &DURATION),
]);

static UPDATE: Schema = Schema::map(&[
    ("delay", &DURATION),
    ("failure_action", &ANY_TEXT),
    ("max_failure_ratio", &CPUS),
    ("monitor", &DURATION),
    ("order", &ORDER),
    ("parallelism", &UNSIGNED),
]);
static ORDER: Schema = Schema::words(&["start-first", "stop-first"]);
