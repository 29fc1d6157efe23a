//! Snapshots whose checksums are right: one is refused and leaves nothing behind, or gives a
//! store that opens, is read to its end, and takes a record.
#![no_main]

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use jobmatch_domain::{Collection, Instant, JobPosting, Profile, Seq};
use jobmatch_fuzz::folder;
use jobmatch_store::{Record, Store, StoreOptions, fuzzing, restore_snapshot, verify_snapshot};
use libfuzzer_sys::fuzz_target;

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| folder("snapshot"));

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    fuzzing::snapshot_with_checksums(&mut bytes);
    let (file, store) = (FOLDER.join("tried.snapshot"), FOLDER.join("store"));
    std::fs::write(&file, &bytes).expect("the folder takes files");
    let verified = verify_snapshot(&file).is_ok();
    let restored = restore_snapshot(&file, &store);
    if restored.is_ok() {
        assert!(verified);
        read(&store);
        std::fs::remove_dir_all(&store).expect("it was just made");
    }
    assert!(!store.exists(), "a refused snapshot leaves nothing");
});

fn read(folder: &std::path::Path) {
    let clock: jobmatch_store::Clock = Arc::new(|| Instant(1_795_363_200));
    let Ok(store) = Store::open(folder, StoreOptions::default(), clock) else { return };
    scanned::<JobPosting>(&store);
    scanned::<Profile>(&store);
    let _ = store.stations();
    let _ = store.changes(Collection::Postings, Seq(0), 100);
    store.shutdown();
}

/// Each page goes on behind the one before, to the end.
fn scanned<R: Record>(store: &Store) {
    let _ = store.count(R::COLLECTION);
    let mut after = None;
    while let Ok(page) = store.scan::<R>(after.as_ref(), 10) {
        if page.last.is_none() {
            break;
        }
        assert!(after < page.last);
        after = page.last;
    }
}
