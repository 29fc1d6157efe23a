//! Looking at every record before somebody asks for it. The change feed tells each document's
//! last Seq, so it is the list by which rows that are missing or stale are found.

use jobmatch_domain::Seq;

use super::Store;
use crate::error::StoreError;
use crate::record::{Change, Record};

/// What was found of the records of a stretch of the feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScrubReport {
    /// Records that are as the feed tells.
    pub good: u64,
    /// Rows that do not verify.
    pub damaged: u64,
    /// Records of the feed that have no row.
    pub missing: u64,
    /// Rows of another Seq than the feed's.
    pub stale: u64,
}

impl ScrubReport {
    /// Rows that are not as they should be.
    pub fn bad(&self) -> u64 {
        self.damaged + self.missing + self.stale
    }

    /// Adds what was found of another stretch.
    pub fn add(&mut self, other: Self) {
        self.good += other.good;
        self.damaged += other.damaged;
        self.missing += other.missing;
        self.stale += other.stale;
    }
}

impl Store {
    /// Reads and verifies the records of up to `limit` entries of the feed after a Seq. The
    /// Seq to go on after; `None` at the end of the feed.
    pub fn scrub<R: Record>(
        &self,
        after: Seq,
        limit: usize,
    ) -> Result<(ScrubReport, Option<Seq>), StoreError> {
        let feed = self.changes(R::COLLECTION, after, limit)?;
        let mut report = ScrubReport::default();
        for change in feed.iter().filter(|change| !change.deleted) {
            match self.get::<R>(&change.id) {
                Ok(Some(stored)) if stored.seq == change.seq => report.good += 1,
                // Written since the feed was read: it is looked at under its new Seq.
                Ok(_) if !self.stands(change)? => {}
                Ok(Some(_)) => report.stale += 1,
                Ok(None) => report.missing += 1,
                Err(StoreError::Damaged { .. }) => report.damaged += 1,
                Err(error) => return Err(error),
            }
        }
        Ok((report, feed.last().map(|change| change.seq)))
    }

    /// Whether an entry of the feed is still there.
    fn stands(&self, change: &Change) -> Result<bool, StoreError> {
        let before = Seq(change.seq.0.saturating_sub(1));
        let now = self.changes(change.collection, before, 1)?;
        Ok(now.first() == Some(change))
    }
}
