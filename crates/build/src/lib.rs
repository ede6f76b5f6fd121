//! From a Cargo workspace to an image, with no daemon.
