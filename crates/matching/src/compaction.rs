//! Deleted people leave the files of the index by themselves: it is built anew in time.
//!
//! The time runs from when the index was last filled, which its file `CURRENT` tells, so a restart
//! does not put it off. Whoever was deleted since was in it no longer than that.

use std::time::Duration;

use jobmatch_domain::Seq;

use crate::error::MatchingError;
use crate::index_keeper::IndexState;
use crate::indexer::Indexer;

/// How often it is looked whether that is due, which takes a look into memory until the time
/// has passed.
const LOOK: Duration = Duration::from_secs(1);
/// Pause after an attempt that failed: each may take as long as building the index.
const RETRY: Duration = Duration::from_secs(3_600);

/// Builds the index of profiles anew when somebody was deleted and it is older than `within`;
/// ends only by being aborted. All who wait share one build.
pub(crate) async fn compact_in_time(profiles: Indexer, within: Duration) {
    loop {
        tokio::time::sleep(LOOK).await;
        let compacted = match due(&profiles, within) {
            Ok(None) => continue,
            Ok(Some(_)) if !has_room(&profiles) => {
                tracing::warn!("deleted profiles stay in the index: there is no room for another");
                tokio::time::sleep(RETRY).await;
                continue;
            }
            Ok(Some(seq)) => profiles.compact(seq, |_| ()).await,
            Err(error) => Err(error),
        };
        if let Err(error) = compacted {
            tracing::error!(%error, "deleted profiles could not be taken out of the index");
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// Seq of the last deletion when the files of the index have to be without it now.
fn due(profiles: &Indexer, within: Duration) -> Result<Option<Seq>, MatchingError> {
    if profiles.keeper.state() != IndexState::Ready {
        return Ok(None);
    }
    let compacted = profiles.keeper.compacted_at();
    // A clock that was set back tells nothing, so nobody waits for it.
    let age = u64::try_from((profiles.clock)().0 - compacted.at.0).ok();
    if age.is_some_and(|seconds| seconds < within.as_secs()) {
        return Ok(None);
    }
    let last = profiles.store.last_profile_deletion()?;
    Ok((last > compacted.seq).then_some(last))
}

/// Whether the disk takes another index of this size and writes after that. One that does not
/// tell counts as one with room.
fn has_room(profiles: &Indexer) -> bool {
    let bytes = profiles.keeper.stats().map_or(0, |stats| stats.bytes);
    let disk = profiles.store.disk();
    disk.free_bytes.is_none_or(|free| free >= disk.min_free_bytes.saturating_add(bytes))
}

#[cfg(test)]
mod tests;
