//! Does several things at once.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use crate::RegistryError;

/// Does `job` for each item, on as many threads as there are items but never more than `threads`. After
/// an error nothing new is begun; of several, that of the earliest item is returned.
pub(crate) fn parallel<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    job: impl Fn(&T) -> Result<R, RegistryError> + Sync,
) -> Result<Vec<R>, RegistryError> {
    let threads = threads.min(items.len());
    if threads <= 1 {
        return items.iter().map(job).collect();
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results = Mutex::new(Vec::with_capacity(items.len()));
    let work = || {
        while !failed.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { break };
            let result = job(item);
            if result.is_err() {
                failed.store(true, Ordering::Relaxed);
            }
            if let Ok(mut results) = results.lock() {
                results.push((number, result));
            }
        }
    };
    thread::scope(|scope| {
        for number in 1..threads {
            // Where the system has no more threads, fewer do the work.
            let name = format!("registry-{number}");
            thread::Builder::new().name(name).spawn_scoped(scope, work).ok();
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(number: usize) -> RegistryError {
        RegistryError::NotFound { host: "h".to_owned(), what: number.to_string() }
    }

    #[test]
    fn results_keep_their_order() {
        let items: Vec<usize> = (0..100).collect();
        for threads in [0, 1, 3, 200] {
            let found = parallel(threads, &items, |it| Ok(it * 2)).unwrap();
            assert_eq!(found, items.iter().map(|it| it * 2).collect::<Vec<_>>(), "{threads}");
        }
    }

    #[test]
    fn the_earliest_error_is_told_and_ends_the_work() {
        let items: Vec<usize> = (0..10_000).collect();
        let begun = AtomicUsize::new(0);
        let result = parallel(2, &items, |it| {
            begun.fetch_add(1, Ordering::Relaxed);
            if *it == 5 { Err(error(*it)) } else { Ok(()) }
        });
        assert_eq!(result.unwrap_err().to_string(), "h has no 5");
        assert!(begun.into_inner() < 10_000);
    }
}
