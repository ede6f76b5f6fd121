//! What scripts are read as.

mod dump;
mod hostile;
mod properties;
mod structure;
mod words;
