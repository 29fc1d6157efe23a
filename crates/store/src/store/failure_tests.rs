//! What happens when the disk fails under a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jobmatch_domain::{DocumentId, Instant, Profile, Seq};
use redb::backends::InMemoryBackend;
use redb::{Database, StorageBackend};

use super::{Store, StoreOptions};
use crate::error::{StoreError, WriteError};
use crate::keyring::Keyring;
use crate::record::{Decision, Receipt};
use crate::seal::Seals;

/// Refuses to sync once it is told to.
#[derive(Debug)]
struct FailingDisk {
    memory: InMemoryBackend,
    is_failing: Arc<AtomicBool>,
}

impl StorageBackend for FailingDisk {
    fn len(&self) -> Result<u64, std::io::Error> {
        self.memory.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.memory.read(offset, out)
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.memory.set_len(len)
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        if self.is_failing.load(Ordering::SeqCst) {
            return Err(std::io::Error::other("the disk is gone"));
        }
        self.memory.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        self.memory.write(offset, data)
    }
}

async fn put(store: &Store, name: &str) -> Result<Receipt<Profile>, WriteError<()>> {
    let id = DocumentId::parse(name).unwrap();
    let profile = Profile::blank(id.clone());
    store.write(id, None, move |_| Ok(Decision::Put(profile))).await
}

#[tokio::test]
async fn after_a_failed_commit_nothing_is_acknowledged_any_more() {
    let is_failing = Arc::new(AtomicBool::new(false));
    let disk = FailingDisk { memory: InMemoryBackend::new(), is_failing: is_failing.clone() };
    let database = Database::builder().create_with_backend(disk).unwrap();
    let clock = Arc::new(|| Instant(0));
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(&folder.path().join("keyring.bin"), None).unwrap();
    let seals = Seals::new(Arc::new(keyring), None);
    let store = Store::start(database, seals, "".into(), StoreOptions::default(), clock).unwrap();
    assert_eq!(put(&store, "a").await.unwrap().seq, Seq(1));
    is_failing.store(true, Ordering::SeqCst);
    let is_failed = |answer: Result<Receipt<Profile>, WriteError<()>>| {
        matches!(answer, Err(WriteError::Store(StoreError::Failed { cause: Some(_) })))
    };
    let (b, c) = tokio::join!(put(&store, "b"), put(&store, "c"));
    assert!(is_failed(b) && is_failed(c));
    is_failing.store(false, Ordering::SeqCst);
    assert!(is_failed(put(&store, "d").await));
    // Also a write that would change nothing: whether "b" is there is not known.
    assert!(is_failed(put(&store, "a").await));
    assert_eq!(store.seq(), Seq(1));
    let a = DocumentId::parse("a").unwrap();
    assert!(store.get::<Profile>(&a).unwrap().is_some());
}
