//! Volumes, networks, secrets, configs and models.

use super::shared::{
    ANY_TEXT, DISTINCT_PAIRS, DRIVER_OPTIONS, EXTERNAL, EXTERNAL_OPEN, PAIRS, SWITCH, TEXTS,
};
use super::{INT, NULL, Others, Schema};

pub(super) static VOLUME: Schema = Schema::map(&[
    ("driver", &ANY_TEXT),
    ("driver_opts", &DRIVER_OPTIONS),
    ("external", &EXTERNAL),
    ("labels", &DISTINCT_PAIRS),
    ("name", &ANY_TEXT),
])
.or(NULL);

pub(super) static NETWORK: Schema = Schema::map(&[
    ("attachable", &SWITCH),
    ("driver", &ANY_TEXT),
    ("driver_opts", &DRIVER_OPTIONS),
    ("enable_ipv4", &SWITCH),
    ("enable_ipv6", &SWITCH),
    ("external", &EXTERNAL),
    ("internal", &SWITCH),
    ("ipam", &IPAM),
    ("labels", &PAIRS),
    ("name", &ANY_TEXT),
])
.or(NULL);

static IPAM: Schema =
    Schema::map(&[("config", &POOLS), ("driver", &ANY_TEXT), ("options", &IPAM_OPTIONS)]);
static IPAM_OPTIONS: Schema = Schema::each(Others::Filled(&ANY_TEXT));
static POOLS: Schema = Schema::list(&POOL);
static POOL: Schema = Schema::map(&[
    ("aux_addresses", &IPAM_OPTIONS),
    ("gateway", &ANY_TEXT),
    ("ip_range", &ANY_TEXT),
    ("subnet", &ANY_TEXT),
]);

pub(super) static SECRET: Schema = Schema::map(&[
    ("driver", &ANY_TEXT),
    ("driver_opts", &DRIVER_OPTIONS),
    ("environment", &ANY_TEXT),
    ("external", &EXTERNAL_OPEN),
    ("file", &ANY_TEXT),
    ("labels", &DISTINCT_PAIRS),
    ("name", &ANY_TEXT),
    ("template_driver", &ANY_TEXT),
]);

pub(super) static CONFIG: Schema = Schema::map(&[
    ("content", &ANY_TEXT),
    ("environment", &ANY_TEXT),
    ("external", &EXTERNAL_OPEN),
    ("file", &ANY_TEXT),
    ("labels", &DISTINCT_PAIRS),
    ("name", &ANY_TEXT),
    ("template_driver", &ANY_TEXT),
]);

pub(super) static MODEL: Schema = Schema::map(&[
    ("context_size", &CONTEXT_SIZE),
    ("model", &ANY_TEXT),
    ("name", &ANY_TEXT),
    ("runtime_flags", &TEXTS),
])
.needs(&["model"]);
static CONTEXT_SIZE: Schema = Schema::of(INT);
