//! The top of a file.

use super::resources::{CONFIG, MODEL, NETWORK, SECRET, VOLUME};
use super::service::SERVICE;
use super::shared::{ANY_TEXT, TEXT_OR_DISTINCT};
use super::{Others, Schema, TEXT};

pub(crate) static ROOT: Schema = Schema::map(&[
    ("configs", &CONFIGS),
    ("include", &INCLUDES),
    ("models", &MODELS),
    ("name", &ANY_TEXT),
    ("networks", &NETWORKS),
    ("secrets", &SECRETS),
    ("services", &SERVICES),
    ("version", &ANY_TEXT),
    ("volumes", &VOLUMES),
]);

static SERVICES: Schema = Schema::each(Others::Names(&SERVICE));
static VOLUMES: Schema = Schema::each(Others::Names(&VOLUME));
static NETWORKS: Schema = Schema::each(Others::NamesOrAny(&NETWORK));
static SECRETS: Schema = Schema::each(Others::Names(&SECRET));
static CONFIGS: Schema = Schema::each(Others::Names(&CONFIG));
static MODELS: Schema = Schema::each(Others::NamesOrAny(&MODEL));

static INCLUDES: Schema = Schema::list(&INCLUDE);
static INCLUDE: Schema = Schema::of(TEXT)
    .or_map(&[
        ("env_file", &TEXT_OR_DISTINCT),
        ("path", &TEXT_OR_DISTINCT),
        ("project_directory", &ANY_TEXT),
    ])
    .closed();
