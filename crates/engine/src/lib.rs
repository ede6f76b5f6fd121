//! The Docker Engine: loading, tagging and finding images.
