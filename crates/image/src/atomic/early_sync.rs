//! Begins to sync a large file while it is still being written, so that the end need not wait for
//! all of it.

use std::{
    fs::File,
    io::{self, Write},
    sync::mpsc::{SyncSender, sync_channel},
    thread::{self, JoinHandle},
};

/// After so many bytes more, the disk is given work.
const STEP: u64 = 4 * 1024 * 1024;

/// A file that is synced from time to time by a thread of its own.
pub(super) struct EarlySync<'a> {
    file: &'a File,
    unsynced: u64,
    thread: Option<(SyncSender<()>, JoinHandle<()>)>,
}

impl<'a> EarlySync<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        Self { file, unsynced: 0, thread: None }
    }

    fn start(&self) -> io::Result<(SyncSender<()>, JoinHandle<()>)> {
        let (wake, woken) = sync_channel(1);
        let file = self.file.try_clone()?;
        let sync = move || {
            while woken.recv().is_ok() {
                // Whatever is wrong, the sync at the end finds and tells it.
                file.sync_data().ok();
            }
        };
        Ok((wake, thread::Builder::new().name("sync".to_owned()).spawn(sync)?))
    }
}

impl Write for EarlySync<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.file.write(buffer)?;
        self.unsynced += count as u64;
        if self.unsynced >= STEP {
            self.unsynced = 0;
            if self.thread.is_none() {
                self.thread = Some(self.start()?);
            }
            if let Some((wake, _)) = &self.thread {
                // One that is still at work will be followed by the next step.
                wake.try_send(()).ok();
            }
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for EarlySync<'_> {
    fn drop(&mut self) {
        if let Some((wake, thread)) = self.thread.take() {
            drop(wake);
            // It must not sync a file that has its final name and a new owner.
            thread.join().ok();
        }
    }
}
