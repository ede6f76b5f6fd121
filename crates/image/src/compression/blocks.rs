//! Compresses blocks of a fixed size in threads and writes them in order.
//!
//! The thread that writes gathers blocks and hands them out; it also writes what comes back, always
//! the oldest block first. As many blocks are under way as twice the threads, which bounds memory:
//! a block and its result each, whatever the size of the content.

use std::{
    collections::VecDeque,
    fmt,
    io::{self, Write},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

/// One way to compress blocks, each by itself.
pub(super) trait Codec: Clone + Send + 'static {
    /// How many bytes a block has.
    const BLOCK_SIZE: usize;
    /// What a thread keeps from block to block; it must not change what a block becomes.
    type State;

    /// The state of one thread.
    fn state(&self) -> io::Result<Self::State>;
    /// The most bytes that a block of so many can become.
    fn bound(&self, state: &mut Self::State, length: usize) -> usize;
    /// Compresses one block into the beginning of `output` and gives the length.
    fn block(&self, state: &mut Self::State, block: &[u8], output: &mut [u8]) -> io::Result<usize>;
}

struct Done {
    block: Vec<u8>,
    /// Longer than what is in it: clearing it for each block would cost as much as copying.
    output: Vec<u8>,
    length: io::Result<usize>,
}

type Order = (Vec<u8>, Vec<u8>, SyncSender<Done>);

/// Cuts what is written to it into blocks, compresses them in threads and writes them to its sink.
pub(super) struct BlockWriter<W, C> {
    sink: W,
    codec: C,
    threads: usize,
    current: Vec<u8>,
    orders: Option<Sender<Order>>,
    pending: VecDeque<Receiver<Done>>,
    spare: Vec<(Vec<u8>, Vec<u8>)>,
}

impl<W: Write, C: Codec> BlockWriter<W, C> {
    pub(super) fn new(sink: W, codec: C, threads: usize) -> Self {
        Self {
            sink,
            codec,
            threads: threads.clamp(1, 64),
            current: Vec::new(),
            orders: None,
            pending: VecDeque::new(),
            spare: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        // No content at all is one empty block: what comes out must be a stream all the same.
        self.hand_out()?;
        while !self.pending.is_empty() {
            self.write_oldest()?;
        }
        self.sink.flush()?;
        Ok(self.sink)
    }

    /// Gives the current block to the threads and begins the next one.
    fn hand_out(&mut self) -> io::Result<()> {
        while self.pending.len() >= self.threads * 2 {
            self.write_oldest()?;
        }
        let (mut block, output) = self.spare.pop().unwrap_or_default();
        block.clear();
        std::mem::swap(&mut block, &mut self.current);
        let (reply, done) = sync_channel(1);
        self.orders()?.send((block, output, reply)).map_err(|_| threads_ended())?;
        self.pending.push_back(done);
        Ok(())
    }

    /// The way to the threads, which start with the first block.
    fn orders(&mut self) -> io::Result<&Sender<Order>> {
        if self.orders.is_none() {
            let (orders, queue) = channel::<Order>();
            let queue = Arc::new(Mutex::new(queue));
            for number in 0..self.threads {
                let (queue, codec) = (Arc::clone(&queue), self.codec.clone());
                thread::Builder::new()
                    .name(format!("compress-{number}"))
                    .spawn(move || work(&codec, &queue))?;
            }
            self.orders = Some(orders);
        }
        self.orders.as_ref().ok_or_else(threads_ended)
    }

    fn write_oldest(&mut self) -> io::Result<()> {
        let Some(done) = self.pending.pop_front() else { return Ok(()) };
        let Done { block, output, length } = done.recv().map_err(|_| threads_ended())?;
        self.sink.write_all(output.get(..length?).unwrap_or_default())?;
        self.spare.push((block, output));
        Ok(())
    }
}

impl<W: Write, C: Codec> Write for BlockWriter<W, C> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        // A full block is handed out when more comes, so that the end adds no empty one.
        if self.current.len() == C::BLOCK_SIZE && !buffer.is_empty() {
            self.hand_out()?;
        }
        if self.current.capacity() < C::BLOCK_SIZE {
            self.current.reserve_exact(C::BLOCK_SIZE - self.current.len());
        }
        let count = buffer.len().min(C::BLOCK_SIZE - self.current.len());
        self.current.extend_from_slice(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Only `finish` can end a block early without changing the bytes.
        Ok(())
    }
}

impl<W, C> fmt::Debug for BlockWriter<W, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockWriter").field("pending", &self.pending.len()).finish_non_exhaustive()
    }
}

/// The life of one thread: it ends when the writer is dropped.
fn work<C: Codec>(codec: &C, queue: &Mutex<Receiver<Order>>) {
    let mut state = None;
    loop {
        // A thread that panicked while it held the lock had taken nothing: the queue is whole.
        let order = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok((block, mut output, reply)) = order else { return };
        let state = match &mut state {
            Some(state) => Ok(state),
            none => codec.state().map(|new| none.insert(new)),
        };
        let length = state.and_then(|state| {
            let bound = codec.bound(state, block.len());
            if output.len() < bound {
                output.resize(bound, 0);
            }
            codec.block(state, &block, &mut output)
        });
        // Nobody waits for the answer when the writer was dropped after an error.
        reply.send(Done { block, output, length }).ok();
    }
}

fn threads_ended() -> io::Error {
    io::Error::other("a compression thread ended before its work was done")
}
