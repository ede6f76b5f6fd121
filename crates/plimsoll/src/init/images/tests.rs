//! The search for images, against servers of this process: a registry that is asked over HTTP, an engine
//! that is asked over a socket.

mod choosing;
mod registry;
mod server;

use plimsoll_build::base::lock::{Lock, Locked};
use plimsoll_image::Digest;

/// A digest that stands for a word.
fn digest(word: &str) -> Digest {
    Digest::of(word.as_bytes())
}

/// A lock file with names, each with the digest of itself.
fn lock(names: &[&str]) -> Lock {
    let mut lock = Lock::default();
    for name in names {
        let locked = Locked { reference: name.parse().unwrap(), digest: digest(name) };
        lock.set(name, locked);
    }
    lock
}
