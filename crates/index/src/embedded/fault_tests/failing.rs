//! Writes that fail under the words and the document log, one by one.

use std::io::ErrorKind;
use std::path::Path;

use super::faulty::{Faults, Faulty};
use super::sample::{answers, few_batches, options};
use crate::embedded::EmbeddedEngine;
use crate::engine::{Engine, EngineError};

/// What a run on a failing disk came to.
#[derive(Debug, Default)]
struct Run {
    /// Batches that were acknowledged before the first error.
    acknowledged: usize,
    /// There was an error.
    has_failed: bool,
    /// The index is not opened any more, and built anew.
    refused: bool,
    /// What should not be.
    wrong: Vec<String>,
}

/// Applies all batches, asking after each error and at the end, and opens the index again.
/// With the bug `goes_on` an engine forgets that it failed.
async fn run(faults: Faults, goes_on: bool, states: &[String]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let (path, disk) = (folder.path().join("e"), Faulty::new(Some(faults)));
    let mut run = Run::default();
    if let Ok(engine) = EmbeddedEngine::create_on(&disk, &path, options()) {
        for batch in few_batches() {
            match engine.apply(batch).await {
                Ok(()) if run.has_failed && !goes_on => run.wrong.push("acknowledged late".into()),
                Ok(()) => run.acknowledged += 1,
                Err(EngineError::Broken) if run.has_failed => {}
                Err(error) if run.has_failed => run.wrong.push(format!("tried again: {error}")),
                Err(_) => run.has_failed = !goes_on,
            }
            if goes_on {
                engine.writer.lock().as_mut().unwrap().broken = false;
            }
        }
        let found = answers(&engine).await;
        if found.ok().as_ref() != Some(&states[run.acknowledged]) {
            run.wrong.push("it does not serve the last good state".into());
        }
    } else {
        run.has_failed = true;
    }
    disk.unused().await;
    disk.mend();
    reopen(&disk, &path, &mut run, states).await;
    run
}

/// Opens the index again: it is refused, or has what was acknowledged, or that and the batch
/// that failed, and goes on from there.
async fn reopen(disk: &Faulty, path: &Path, run: &mut Run, states: &[String]) {
    let Ok(engine) = EmbeddedEngine::open_on(disk, path, options()) else {
        run.refused = true;
        return;
    };
    let allowed = &states[run.acknowledged..states.len().min(run.acknowledged + 2)];
    let found = answers(&engine).await.unwrap_or_default();
    let Some(more) = allowed.iter().position(|state| *state == found) else {
        run.wrong.push("it came back otherwise".into());
        return;
    };
    for batch in few_batches().into_iter().skip(run.acknowledged + more) {
        if let Err(error) = engine.apply(batch).await {
            run.wrong.push(format!("it takes no more: {error}"));
        }
    }
    if answers(&engine).await.ok().as_ref() != states.last() {
        run.wrong.push("it did not go on right".into());
    }
}

/// The answers after each batch, those of the empty index first, and the operations of a run
/// in which nothing fails. Merges end when they do, so another run has some more or less.
async fn reference() -> (Vec<String>, usize) {
    let folder = tempfile::tempdir().unwrap();
    let disk = Faulty::new(None);
    let engine = EmbeddedEngine::create_on(&disk, &folder.path().join("e"), options()).unwrap();
    let mut states = vec![answers(&engine).await.unwrap()];
    for batch in few_batches() {
        engine.apply(batch).await.unwrap();
        states.push(answers(&engine).await.unwrap());
    }
    assert!(states.windows(2).all(|two| two[0] != two[1]));
    drop(engine);
    disk.unused().await;
    let files = disk.counts().0;
    (states, files)
}

const KINDS: [ErrorKind; 2] = [ErrorKind::Other, ErrorKind::StorageFull];

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_fail_anywhere_make_no_answer_wrong() {
    let (states, operations) = reference().await;
    let step = if std::env::var_os("JOBMATCH_LONG_TESTS").is_some() { 1 } else { 97 };
    let (mut runs, mut failed, mut refused) = (0, 0, 0);
    for (kind, count) in KINDS.into_iter().flat_map(|kind| [(kind, 1), (kind, usize::MAX)]) {
        for first in (0..operations).step_by(step) {
            let faults = Faults { first, count, kind, hides_failures: false };
            let run = run(faults, false, &states).await;
            assert_eq!(run.wrong, Vec::<String>::new(), "{faults:?}");
            runs += 1;
            failed += usize::from(run.has_failed);
            refused += usize::from(run.refused);
        }
    }
    eprintln!(
        "{runs} runs, each of every {step} of {operations} operations failing once or from there on: \
         {failed} with an error told, {refused} built anew, 0 wrong"
    );
    assert!(failed > runs / 2, "{failed} of {runs}");
}

/// Whether a check failed, or a panic ended it.
async fn is_found(faults: Faults, goes_on: bool, states: &[String]) -> bool {
    let states = states.to_vec();
    let run = tokio::spawn(async move { run(faults, goes_on, &states).await.wrong });
    run.await.map_or(true, |wrong| !wrong.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_writes_that_are_lost_and_an_engine_that_goes_on() {
    let (states, operations) = reference().await;
    let (kind, mut lost, mut forgot) = (ErrorKind::Other, 0, 0);
    for first in (0..operations).step_by(operations / 8) {
        let hidden = Faults { first, count: usize::MAX, kind, hides_failures: true };
        lost += usize::from(is_found(hidden, false, &states).await);
        let told = Faults { first, count: 1, kind, hides_failures: false };
        forgot += usize::from(is_found(told, true, &states).await);
    }
    assert!(lost > 0 && forgot > 0, "{lost} {forgot}");
}
