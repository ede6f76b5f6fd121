//! The JSON schemas in docs/schemas, which are made from the types themselves.
//!
//! `cargo xtask gen` runs these tests with `PLIMSOLL_GENERATE=1`, and they write the files.

use std::{fs, path::Path};

use schemars::{JsonSchema, generate::SchemaSettings};

use super::{build, check, engine_plan, explain, init, plan, push, tags};

fn is_current<T: JsonSchema>(name: &str) {
    // A field that may be left out is not null when it is.
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
    let path = directory.join(format!("{name}.json"));
    if std::env::var_os("PLIMSOLL_GENERATE").is_some() {
        fs::create_dir_all(&directory).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default();
    assert!(current == text, "{} is not current: run `cargo xtask gen`", path.display());
}

#[test]
fn the_schema_of_build_is_current() {
    is_current::<build::Report>("build-v1");
}

#[test]
fn the_schema_of_a_build_plan_is_current() {
    is_current::<plan::Versioned<'_>>("build-plan-v1");
}

#[test]
fn the_schema_of_an_engine_plan_is_current() {
    is_current::<engine_plan::Report>("engine-plan-v1");
}

#[test]
fn the_schema_of_check_is_current() {
    is_current::<check::json::Document<'_>>("check-v1");
}

#[test]
fn the_schema_of_explain_is_current() {
    is_current::<explain::Report>("explain-v1");
}

#[test]
fn the_schema_of_init_is_current() {
    is_current::<init::Report>("init-v1");
}

#[test]
fn the_schema_of_push_is_current() {
    is_current::<push::Report>("push-v1");
}

#[test]
fn the_schema_of_tags_is_current() {
    is_current::<tags::Report>("tags-v1");
}
