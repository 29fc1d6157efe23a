//! Keeps the helping threads off the core of the call that they help.
//!
//! The system wakes a thread where there is room at that moment, and as a call begins the thread that
//! took it in is still on one of the cores. Where that put a helping thread onto the caller's core, both
//! shared it for the whole call, as neither sleeps during one and the system moves what runs only now and
//! then (`benches/steps.md`).

use std::sync::LazyLock;

use parking_lot::Mutex;
use rustix::thread::{CpuSet, Pid, gettid, sched_getaffinity, sched_getcpu, sched_setaffinity};

/// The cores that this process may use, as it was when it first asked.
static ALLOWED: LazyLock<Option<CpuSet>> = LazyLock::new(|| sched_getaffinity(None).ok());

static HELPERS: Mutex<Helpers> = Mutex::new(Helpers { threads: Vec::new(), kept_off: None });

struct Helpers {
    threads: Vec<Pid>,
    /// The core that all of them are kept off.
    kept_off: Option<usize>,
}

/// This thread helps calls from now on.
pub(super) fn begin_helping() {
    let mut helpers = HELPERS.lock();
    helpers.threads.push(gettid());
    helpers.kept_off = None;
}

/// This thread begins a call: those that help stay off the core that it is on, until another call
/// begins on another core.
pub(super) fn keep_helpers_off() {
    let Some(mut allowed) = *ALLOWED else { return };
    let here = sched_getcpu();
    let mut helpers = HELPERS.lock();
    if helpers.kept_off == Some(here) || here >= CpuSet::MAX_CPU {
        return;
    }
    helpers.kept_off = Some(here);
    allowed.unset(here);
    for helper in &helpers.threads {
        // Where it may not be, or no core is left, the thread stays where it is, which is only slower.
        let _ = sched_setaffinity(Some(*helper), &allowed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_thread_that_helps_is_kept_off_the_core_where_a_call_begins_and_no_other() {
        let Some(allowed) = (*ALLOWED).filter(|allowed| allowed.count() > 1) else { return };
        let (tells, told) = mpsc::channel();
        let (ends, end) = mpsc::channel::<()>();
        let helper = std::thread::spawn(move || {
            begin_helping();
            tells.send(gettid()).unwrap();
            assert!(end.recv().is_err());
        });
        let its = told.recv().unwrap();
        let cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        for core in cores.take(4).collect::<Vec<_>>().repeat(3) {
            let mut only = CpuSet::new();
            only.set(core);
            sched_setaffinity(None, &only).unwrap();
            let mut others = allowed;
            others.unset(core);
            // Whoever else begins a call meanwhile, as other tests do, keeps it off another core.
            let is_off = (0..1_000).any(|_| {
                keep_helpers_off();
                sched_getaffinity(Some(its)).unwrap() == others
            });
            assert!(is_off);
        }
        drop(ends);
        helper.join().unwrap();
        sched_setaffinity(None, &allowed).unwrap();
    }
}
