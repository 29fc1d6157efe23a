//! The threads that questions share beside their own.
//!
//! A question that is alone leaves cores idle, so its steps take place side by side. As soon as
//! there are fewer than two cores for each question, each stays on its own thread: then side by side
//! only costs.

#[cfg(target_os = "linux")]
mod placing;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};

/// One a core beside the caller's; none where there is one core. Nothing that takes long runs here,
/// so that no question waits for an import, the building of a graph or an exact scan.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let others = cores.checked_sub(1).filter(|others| *others > 0)?;
    let pool = ThreadPoolBuilder::new().num_threads(others);
    let pool = pool.thread_name(|n| format!("search-{n}")).start_handler(|_| help()).build();
    pool.inspect_err(|error| tracing::error!(%error, "no threads; questions use one")).ok()
});

/// How much nicer than the process threads that compute are: so much that those which take calls in
/// run at once, and turn callers away at once when there are too many (`benches`, overload).
const NICENESS: i32 = 5;

thread_local! {
    static GIVES_WAY: () = give_way_for_good();
    /// See [`on_one`].
    static STAYS: Cell<bool> = const { Cell::new(false) };
}

/// This thread is one of those that help.
fn help() {
    give_way();
    #[cfg(target_os = "linux")]
    placing::begin_helping();
}

/// Lets this thread give way to those that speak with callers, from now on.
fn give_way() {
    GIVES_WAY.with(|()| ());
}

fn give_way_for_good() {
    // Of this thread alone, on Linux. Where it may not be, answers under load come a little later.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpriority_process, setpriority_process};
        /// The operator's choice. Asked for by the first thread that gives way, so before any that
        /// inherits what is chosen here.
        static OF_THE_PROCESS: LazyLock<i32> =
            LazyLock::new(|| getpriority_process(None).unwrap_or_default());
        let _ = setpriority_process(None, *OF_THE_PROCESS + NICENESS);
    }
}

/// Calls that are worked on.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// A call that a thread works on, for as long as this lives; the thread computes from now on.
#[derive(Debug)]
pub struct Running(());

impl Running {
    /// One more.
    pub fn begin() -> Self {
        give_way();
        RUNNING.fetch_add(1, Ordering::Relaxed);
        if let Some(threads) = idle() {
            #[cfg(target_os = "linux")]
            placing::keep_helpers_off();
            keep_awake(threads);
        }
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Work that stays on this thread: what is too little to be shared, or takes long.
pub(crate) fn on_one<T>(work: impl FnOnce() -> T) -> T {
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            STAYS.set(self.0);
        }
    }
    let _before = Before(STAYS.replace(true));
    work()
}

/// The threads, while there are two cores or more for each call that is worked on.
fn idle() -> Option<&'static ThreadPool> {
    let running = RUNNING.load(Ordering::Relaxed).max(1);
    let is_idle = |threads: &&ThreadPool| running * 2 <= threads.current_num_threads() + 1;
    POOL.as_ref().filter(is_idle).filter(|_| !STAYS.get())
}

/// How long a thread that has nothing to do for a call looks out for more before it sleeps. A core
/// that sleeps takes long to wake, above all in a virtual machine, and a call has several steps, most
/// of which follow each other within this time (`benches/steps.md`).
const LOOK_OUT: Duration = Duration::from_micros(200);

/// Has one of the threads look out for parts of calls, as long as they come. Not for the threads
/// themselves: one that waits for its part would look out for others instead.
fn keep_awake(threads: &'static ThreadPool) -> &'static ThreadPool {
    static LOOKS_OUT: AtomicBool = AtomicBool::new(false);
    let is_of_caller = rayon::current_thread_index().is_none();
    if is_of_caller && !LOOKS_OUT.swap(true, Ordering::Relaxed) {
        threads.spawn(|| {
            let mut last = Instant::now();
            while last.elapsed() < LOOK_OUT {
                last = look_for_work(last);
            }
            LOOKS_OUT.store(false, Ordering::Relaxed);
        });
    }
    threads
}

/// Does a part of a call where there is one and this is one of the pool's threads. When this thread
/// had last done something.
fn look_for_work(last: Instant) -> Instant {
    if rayon::yield_now() == Some(Yield::Executed) {
        return Instant::now();
    }
    std::hint::spin_loop();
    last
}

/// Parts of a call that other threads have yet to end.
struct Open(AtomicUsize);

impl Open {
    fn end_one(&self) {
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// Looks out for the end of all of them for a while; one of the pool's threads takes a part that
    /// nobody has taken. Whoever calls this must still wait.
    fn look_out(&self) {
        let mut last = Instant::now();
        while self.0.load(Ordering::Acquire) > 0 && last.elapsed() < LOOK_OUT {
            last = look_for_work(last);
        }
    }
}

/// Both results, of `a` by this thread and of `b` by another one where a core is idle.
///
/// # Panics
/// When one of them does.
pub fn both<A, B: Send>(a: impl FnOnce() -> A, b: impl FnOnce() -> B + Send) -> (A, B) {
    let Some(threads) = idle().map(keep_awake) else { return (a(), b()) };
    let mut of_b = None;
    let open = Open(AtomicUsize::new(1));
    let of_a = threads.in_place_scope(|scope| {
        scope.spawn(|_| {
            of_b = Some(b());
            open.end_one();
        });
        let of_a = a();
        open.look_out();
        of_a
    });
    // Spawned and waited for, or the panic was passed on.
    (of_a, of_b.unwrap_or_else(|| unreachable!("the scope ends after it")))
}

/// A function's results of stretches of the items, joined in their order: as many stretches as there
/// are threads where cores are idle and each comes to `least` items, one otherwise. The first is
/// this thread's.
///
/// # Panics
/// When the function does.
pub fn stretches<'i, T: Sync, U: Send>(
    items: &'i [T],
    least: usize,
    function: impl Fn(&'i [T]) -> Vec<U> + Sync,
) -> Vec<U> {
    let threads = idle().filter(|_| items.len() >= least.saturating_mul(2));
    let Some(threads) = threads.map(keep_awake) else { return function(items) };
    let most = threads.current_num_threads() + 1;
    let count = most.min(items.len() / least.max(1)).max(1);
    let length = items.len().div_ceil(count).max(1);
    let (own, others) = items.split_at(length.min(items.len()));
    let mut results: Vec<Vec<U>> = others.chunks(length).map(|_| Vec::new()).collect();
    let open = Open(AtomicUsize::new(results.len()));
    let mut joined = threads.in_place_scope(|scope| {
        for (result, stretch) in results.iter_mut().zip(others.chunks(length)) {
            let (function, open) = (&function, &open);
            scope.spawn(move |_| {
                *result = function(stretch);
                open.end_one();
            });
        }
        let own = function(own);
        open.look_out();
        own
    });
    joined.reserve(results.iter().map(Vec::len).sum());
    results.iter_mut().for_each(|result| joined.append(result));
    joined
}

/// Items that threads take one by one, each when it has time for another: what comes to them evenly
/// where nobody knows beforehand how long each takes.
pub(crate) struct Shared<T, U> {
    items: Vec<(T, OnceLock<U>)>,
    taken: AtomicUsize,
}

impl<T, U> Shared<T, U> {
    /// None of them taken. Those that take long come first best.
    pub(crate) fn new(items: Vec<T>) -> Self {
        let items = items.into_iter().map(|item| (item, OnceLock::new())).collect();
        Self { items, taken: AtomicUsize::new(0) }
    }

    /// Takes items until none is left.
    pub(crate) fn work(&self, function: impl Fn(&T) -> U) {
        let next = || self.items.get(self.taken.fetch_add(1, Ordering::Relaxed));
        while let Some((item, result)) = next() {
            result.get_or_init(|| function(item));
        }
    }

    /// The items in their order with what they came to, once all threads have ended their work.
    pub(crate) fn results(self) -> Vec<(T, U)> {
        let result = |(item, result): (T, OnceLock<U>)| {
            let result = result.into_inner();
            (item, result.unwrap_or_else(|| unreachable!("all were taken")))
        };
        self.items.into_iter().map(result).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn all_is_done_once_and_in_order_and_a_panic_is_passed_on() {
        assert_eq!(both(|| 1, || "b"), (1, "b"));
        for length in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..length).collect();
            for least in [0, 1, 3, 1_000] {
                assert_eq!(stretches(&items, least, <[usize]>::to_vec), items);
            }
        }
        let broken = || both(|| 1, || panic!("on purpose"));
        assert!(catch_unwind(AssertUnwindSafe(broken)).is_err());
        let broken = |part: &[u8]| {
            assert!(part[0] < 2, "on purpose");
            part.to_vec()
        };
        let broken = || stretches(&[0, 1, 2, 3], 1, broken);
        assert!(catch_unwind(AssertUnwindSafe(broken)).is_err());
    }

    #[test]
    fn shared_items_are_worked_on_once_whoever_takes_them() {
        let shared = Shared::new((0..100).collect());
        let double = |item: &u32| item * 2;
        both(|| shared.work(double), || shared.work(double));
        let doubled: Vec<(u32, u32)> = (0..100).map(|item| (item, item * 2)).collect();
        assert_eq!(shared.results(), doubled);
        let shared: Shared<u32, u32> = Shared::new(Vec::new());
        shared.work(double);
        assert!(shared.results().is_empty());
    }

    #[test]
    fn what_is_to_stay_stays_and_only_that() {
        let here = std::thread::current().id();
        let elsewhere = || std::thread::current().id() != here;
        assert_eq!(on_one(|| both(elsewhere, elsewhere)), (false, false));
        assert!(catch_unwind(|| on_one(|| panic!("on purpose"))).is_err());
        assert!(!STAYS.get());
    }

    /// Alone in this program to begin calls, so that it knows how many there are.
    #[test]
    fn a_lone_call_is_helped_and_many_stay_each_on_its_thread() {
        let here = std::thread::current().id();
        let elsewhere = || std::thread::current().id() != here;
        let has_others = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        assert_eq!(both(elsewhere, elsewhere), (false, has_others));
        let calls: Vec<Running> = (0..1_000).map(|_| Running::begin()).collect();
        assert_eq!(both(elsewhere, elsewhere), (false, false));
        assert_eq!(stretches(&[0; 100], 1, |part| vec![(part.len(), elsewhere())]), [(100, false)]);
        drop(calls);
        assert_eq!(both(elsewhere, elsewhere), (false, has_others));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_computes_is_nicer_than_the_process_and_no_other_thread_is() {
        use rustix::process::getpriority_process;
        let before = getpriority_process(None).unwrap();
        let computes = || {
            give_way();
            give_way();
            getpriority_process(None).unwrap()
        };
        let niceness = std::thread::spawn(computes).join().unwrap();
        assert_eq!(niceness, (before + NICENESS).min(19));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
