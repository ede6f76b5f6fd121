//! `plimsoll init`: the files that a container of a workspace needs.
//!
//! [`survey`] finds out what the workspace is, without running anything. [`images`] chooses the images
//! that the Dockerfile names and fixes their digests. [`plan`] decides, from both and the options. Each
//! file has a module that renders it from the plan alone, by a template in `init/templates`, and
//! [`files`] lists them all. [`write`] holds them against what is there.

pub(crate) mod bake;
pub(crate) mod compose;
pub(crate) mod credentials;
pub(crate) mod dockerfile;
pub(crate) mod dockerignore;
pub(crate) mod emulation;
pub(crate) mod env_file;
pub(crate) mod files;
pub(crate) mod github;
pub(crate) mod gitlab;
mod image_env;
pub(crate) mod image_name;
pub(crate) mod images;
pub(crate) mod plan;
pub(crate) mod production;
pub(crate) mod services;
pub(crate) mod settings_file;
pub(crate) mod survey;
pub(crate) mod template;
pub(crate) mod write;
