//! How fast profiles get in and out; figures, no verdict.

use std::time::Instant;

use jobmatch_domain::Profile;
use jobmatch_store::{Store, StoreOptions};
use tempfile::tempdir;
use tokio::task::JoinSet;

use crate::sample::{clock, delete, full_profile, id, text, try_put};

/// Rows that are written.
const ROWS: usize = 50_000;
/// Writers that wait at once: an import's window.
const WRITERS: usize = 1_000;

fn person(number: usize) -> Profile {
    let resume = format!("第{number}号：做过三年保洁，会擦窗。").repeat(12);
    let base = full_profile();
    Profile {
        id: id(&format!("r{number}")),
        origin: Default::default(),
        resume: text(&resume),
        ..base
    }
}

async fn each_row<F>(store: &Store, work: impl Fn(Store, usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut writers = JoinSet::new();
    for number in 0..ROWS {
        if writers.len() == WRITERS {
            writers.join_next().await.unwrap().unwrap();
        }
        writers.spawn(work(store.clone(), number));
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; run with --release --nocapture"]
async fn profiles_per_second() {
    let dir = tempdir().unwrap();
    let store = Store::open(dir.path(), StoreOptions::default(), clock()).unwrap();
    let rate = |begun: Instant| ROWS as f64 / begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    each_row(&store, |store, number| async move {
        try_put(&store, person(number), None).await.unwrap();
    })
    .await;
    let written = rate(begun);
    let begun = Instant::now();
    for number in 0..ROWS {
        store.get::<Profile>(&id(&format!("r{number}"))).unwrap().unwrap();
    }
    let read = rate(begun);
    let begun = Instant::now();
    each_row(&store, |store, number| async move {
        delete::<Profile>(&store, &id(&format!("r{number}"))).await;
    })
    .await;
    let deleted = rate(begun);
    drop(store);
    let begun = Instant::now();
    drop(Store::open(dir.path(), StoreOptions::default(), clock()).unwrap());
    let opened = begun.elapsed();
    println!(
        "{ROWS} profiles: {written:.0}/s written, {read:.0}/s read, {deleted:.0}/s deleted, opened \
         in {opened:.0?}"
    );
}
