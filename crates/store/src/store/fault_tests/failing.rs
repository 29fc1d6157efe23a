//! A sync that fails; a disk that fails.

use std::io::ErrorKind;

use super::medium::{Faults, Medium};
use super::script::{contents, reference, script, start, write_group};
use crate::error::StoreError;

/// What a run on a failing disk came to.
struct Run {
    /// Whether the store was opened at all. It is made under another name and renamed then, so
    /// that what a failure leaves before is never taken for a store.
    has_started: bool,
    /// Groups acknowledged before the first failure.
    acknowledged: usize,
    /// Groups acknowledged after it.
    late: usize,
    medium: Medium,
}

/// Runs the script, going on after a failure.
async fn run(faults: Faults) -> Run {
    let medium = Medium::new(faults);
    let mut run = Run { has_started: false, acknowledged: 0, late: 0, medium: medium.clone() };
    let Ok(store) = start(&medium) else {
        return run;
    };
    run.has_started = true;
    let mut has_failed = false;
    for group in script() {
        match write_group(&store, &group).await {
            Ok(()) if has_failed => run.late += 1,
            Ok(()) => run.acknowledged += 1,
            Err(error) => {
                assert!(matches!(error, StoreError::Failed { .. }), "{error:?}");
                has_failed = true;
            }
        }
    }
    run
}

/// Whether what is durable is what was acknowledged, or that and the group that failed.
fn is_kept(run: &Run, states: &[String]) -> bool {
    let Ok(store) = start(&Medium::holding(run.medium.durable())) else {
        return !run.has_started;
    };
    let found = contents(&store);
    let allowed = &states[run.acknowledged..states.len().min(run.acknowledged + 2)];
    found.is_some_and(|found| allowed.contains(&found))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_sync_that_fails_loses_anything_or_is_followed_by_an_acknowledgement() {
    let (states, medium) = reference().await;
    let (syncs, _) = medium.counts();
    assert!(syncs > 2 * script().len(), "{syncs}");
    for sync in 0..syncs {
        let run = run(Faults { sync: Some(sync), ..Faults::default() }).await;
        assert_eq!(run.late, 0, "acknowledged after sync {sync} failed");
        assert!(is_kept(&run, &states), "lost after sync {sync} failed");
    }
    eprintln!("each of {syncs} syncs failed once: 0 late acknowledgements, 0 lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_a_failed_sync_that_is_hidden() {
    let (states, medium) = reference().await;
    let mut losses = 0;
    for sync in (0..medium.counts().0).step_by(3) {
        let faults = Faults { sync: Some(sync), hides_failures: true, ..Faults::default() };
        losses += usize::from(!is_kept(&run(faults).await, &states));
    }
    assert!(losses > 0);
    let lying = Faults { lies_about_sync: true, ..Faults::default() };
    assert!(!is_kept(&run(lying).await, &states));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_at_any_write_loses_nothing_acknowledged() {
    let (states, medium) = reference().await;
    let (_, writes) = medium.counts();
    let step = if std::env::var_os("JOBMATCH_LONG_TESTS").is_some() { 1 } else { 5 };
    for first in (0..writes).step_by(step) {
        let faults = Faults { writes: Some((first, ErrorKind::Other)), ..Faults::default() };
        let run = run(faults).await;
        assert_eq!(run.late, 0, "acknowledged after write {first} failed");
        assert!(is_kept(&run, &states), "lost after write {first} failed");
    }
    eprintln!("errors from every {step}th of {writes} writes on: 0 late acknowledgements, 0 lost");
}
