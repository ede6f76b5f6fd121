//! The same work for many things, on all cores.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Fewer things than this are done before a second thread has begun.
const WORTH_A_THREAD: usize = 8;

/// Does the work for every thing; the results are in the order of the things.
pub(super) fn map<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let wanted = things.len() / WORTH_A_THREAD;
    let threads = match wanted {
        0 | 1 => 1,
        _ => thread::available_parallelism().map_or(1, NonZero::get).min(wanted),
    };
    on_threads(threads, things, work)
}

fn on_threads<T: Sync, R: Send>(
    threads: usize,
    things: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    if threads < 2 {
        return things.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(thing) = things.get(index) else { break };
            done.push((index, work(thing)));
        }
        done
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mut results = worker();
        for handle in handles {
            match handle.join() {
                Ok(done) => results.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_order_whatever_the_number_of_threads() {
        let things: Vec<usize> = (0..1000).collect();
        for threads in [1, 2, 7] {
            let results = on_threads(threads, &things, |it| it * 2);
            assert!(results.iter().enumerate().all(|(at, it)| *it == at * 2), "{threads}");
            assert_eq!(results.len(), things.len());
        }
        assert!(map(&[] as &[usize], |it| *it).is_empty());
    }
}
