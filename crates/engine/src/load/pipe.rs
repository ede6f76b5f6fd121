//! From a thread that writes to a request that is sent.
//!
//! The writer fills blocks, a bounded channel holds a few of them, and the request takes them out. A
//! block more is never made than there is room for, which bounds the memory of a load.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::poll_fn;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The bytes of a block: large enough that handing it over costs nothing beside sending it.
const BLOCK: usize = 128 * 1024;

/// The blocks between the two sides.
const BLOCKS: usize = 4;

/// What passes through the channel. A channel that closes without `End` was left by a writer that
/// failed, or panicked: what came before is not an archive.
enum Part {
    Block(Bytes),
    End,
}

/// How the writer ended.
#[derive(Debug)]
pub(super) enum Written {
    /// All of the archive is on its way.
    Whole,
    /// The other side was gone before that.
    Cut,
    /// With an error that is not the other side's doing.
    Failed(io::Error),
}

pub(super) fn pipe() -> (PipeWriter, Body) {
    let (sender, receiver) = channel(BLOCKS);
    let writer = PipeWriter { sender, block: Vec::new(), cut: false };
    (writer, Body { receiver, pace: Arc::new(Pace::new()) })
}

/// The side that is written to.
pub(super) struct PipeWriter {
    sender: Sender<Part>,
    block: Vec<u8>,
    cut: bool,
}

impl PipeWriter {
    /// Lets `write` make the archive.
    pub(super) fn run(mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Written {
        let written =
            write(&mut self).and_then(|()| self.flush()).and_then(|()| self.send(Part::End));
        match written {
            _ if self.cut => Written::Cut,
            Ok(()) => Written::Whole,
            Err(error) => Written::Failed(error),
        }
    }

    fn send(&mut self, part: Part) -> io::Result<()> {
        self.sender.blocking_send(part).map_err(|_| {
            self.cut = true;
            io::Error::new(io::ErrorKind::BrokenPipe, "the engine takes no more of the archive")
        })
    }
}

impl Write for PipeWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.capacity() == 0 {
            self.block.reserve_exact(BLOCK);
        }
        let room = BLOCK - self.block.len();
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.block.extend_from_slice(taken);
        if self.block.len() == BLOCK {
            self.flush()?;
        }
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::take(&mut self.block);
        self.send(Part::Block(block.into()))
    }
}

/// The side that is sent.
pub(super) struct Body {
    receiver: Receiver<Part>,
    pace: Arc<Pace>,
}

impl Body {
    /// What tells whether the engine takes what is there.
    pub(super) fn pace(&self) -> Arc<Pace> {
        Arc::clone(&self.pace)
    }

    /// The blocks in order; an error where the writer left without an end, so that the request is
    /// broken off and not ended.
    pub(super) fn into_stream(mut self) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        let mut ended = false;
        poll_fn(move |context| {
            if ended {
                Poll::Ready(None)
            } else {
                let next = self.poll(context);
                ended = matches!(next, Poll::Ready(None | Some(Err(_))));
                next
            }
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let next = self.receiver.poll_recv(context);
        self.pace.waits_for_writer.store(next.is_pending(), Ordering::Relaxed);
        next.map(|part| {
            self.pace.moved();
            match part {
                Some(Part::Block(block)) => Some(Ok(block)),
                Some(Part::End) => None,
                None => Some(Err(io::Error::other("the archive was left unfinished"))),
            }
        })
    }
}

/// Tells how long the engine has been standing still.
pub(super) struct Pace {
    began: Instant,
    /// The milliseconds from `began` to the last thing that moved.
    last: AtomicU64,
    waits_for_writer: AtomicBool,
}

impl Pace {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
            waits_for_writer: AtomicBool::new(false),
        }
    }

    /// Notes that something moves.
    pub(super) fn moved(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(now, Ordering::Relaxed);
    }

    /// How long nothing has moved; no time at all while the engine waits for the writer.
    pub(super) fn idle(&self) -> Duration {
        if self.waits_for_writer.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        self.began
            .elapsed()
            .saturating_sub(Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use futures_util::StreamExt as _;

    use super::*;

    /// Runs a writer against a reader that takes everything.
    fn through(
        write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    ) -> (Written, Vec<io::Result<Bytes>>) {
        let (writer, body) = pipe();
        let writer = thread::spawn(move || writer.run(write));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let parts = runtime.block_on(body.into_stream().collect());
        (writer.join().unwrap(), parts)
    }

    #[test]
    fn small_writes_become_blocks_and_the_rest_follows() {
        let (written, parts) =
            through(|it| (0..3 * BLOCK / 2).try_for_each(|_| it.write_all(b"x")));
        assert!(matches!(written, Written::Whole), "{written:?}");
        let lengths: Vec<usize> = parts.iter().map(|it| it.as_ref().unwrap().len()).collect();
        assert_eq!(lengths, [BLOCK, BLOCK / 2]);
    }

    #[test]
    fn bytes_arrive_in_order() {
        let bytes: Vec<u8> =
            (0..10 * BLOCK + 7).map(|it| u8::try_from(it % 251).unwrap()).collect();
        let sent = bytes.clone();
        let (_, parts) = through(move |it| it.write_all(&sent));
        let parts: Vec<Bytes> = parts.into_iter().map(Result::unwrap).collect();
        assert!(parts.concat() == bytes);
    }

    #[test]
    fn a_writer_that_fails_breaks_the_stream_off() {
        let (written, parts) = through(|it| {
            it.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(matches!(written, Written::Failed(error) if error.to_string() == "no more"));
        assert!(parts.last().unwrap().is_err());
    }

    #[test]
    fn a_writer_that_panics_breaks_the_stream_off() {
        let (writer, body) = pipe();
        let writer = thread::spawn(move || writer.run(|_| panic!("on purpose")));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let parts: Vec<_> = runtime.block_on(body.into_stream().collect());
        assert!(writer.join().is_err());
        assert!(parts.last().unwrap().is_err());
    }

    #[test]
    fn a_writer_is_cut_off_when_nobody_reads() {
        let (writer, body) = pipe();
        drop(body);
        let written = writer.run(|it| {
            let error = it.write_all(&vec![0; 2 * BLOCK]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
            // A writer may wrap the error; who cut it off is known all the same.
            Err(io::Error::other(error))
        });
        assert!(matches!(written, Written::Cut), "{written:?}");
    }

    #[test]
    fn a_writer_waits_for_a_slow_reader() {
        let (writer, mut body) = pipe();
        let made = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&made);
        let writer = thread::spawn(move || {
            writer.run(|it| {
                for _ in 0..50 {
                    it.write_all(&vec![0; BLOCK])?;
                    count.fetch_add(1, Ordering::SeqCst);
                }
                Ok(())
            })
        });
        for read in 1..=50 {
            assert!(matches!(body.receiver.blocking_recv(), Some(Part::Block(_))));
            let ahead = made.load(Ordering::SeqCst).saturating_sub(read);
            assert!(ahead <= BLOCKS as u64 + 1, "{ahead} blocks ahead");
        }
        assert!(matches!(body.receiver.blocking_recv(), Some(Part::End)));
        assert!(matches!(writer.join().unwrap(), Written::Whole));
    }

    #[test]
    fn only_an_engine_that_does_not_take_what_is_there_is_idle() {
        let pace = Pace::new();
        thread::sleep(Duration::from_millis(20));
        assert!(pace.idle() >= Duration::from_millis(20));
        pace.waits_for_writer.store(true, Ordering::Relaxed);
        assert_eq!(pace.idle(), Duration::ZERO);
        pace.waits_for_writer.store(false, Ordering::Relaxed);
        pace.moved();
        assert!(pace.idle() < Duration::from_millis(20));
    }
}
