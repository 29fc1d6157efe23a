//! The write path: redact, store, acknowledge.

use std::collections::BTreeSet;
use std::sync::Arc;

use jobmatch_domain::posting::PostingStatus;
use jobmatch_domain::profile::Visibility;
use jobmatch_domain::{DocumentId, JobPosting, Profile, Seq, Violation};
use jobmatch_store::{Decision, Outcome, Receipt, Record, RequestKey, Store, Stored, WriteError};
use jobmatch_text::{Redacted, redact};

use crate::caller::{Caller, Governed};
use crate::error::MatchingError;
use crate::index_keeper::IndexKeeper;
use crate::indexer::Indexable;

/// Seqs that the index may lie behind before imports wait for it: a second or two of indexing on
/// two cores (`benches`, freshness), which is what others wait who ask for what they just wrote.
const MAX_LAG: u64 = 3_000;

/// How many pieces of personal data were removed from free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Redactions {
    /// Phone numbers.
    pub phones: usize,
    /// Resident ID numbers.
    pub id_numbers: usize,
    /// E-mail addresses, messenger ids, account numbers.
    pub others: usize,
}

impl Redactions {
    fn redact(&mut self, text: &str) -> String {
        let Redacted { text, phones, id_numbers, others } = redact(text);
        self.phones += phones;
        self.id_numbers += id_numbers;
        self.others += others;
        text
    }
}

/// A write that is durable.
#[derive(Debug, Clone, PartialEq)]
pub struct Written<R> {
    /// The record as it is now; `None` after a deletion.
    pub stored: Option<Stored<R>>,
    /// Seq of the write; of the last one that changed anything when this did not.
    pub seq: Seq,
    /// Nothing was written, as the record was the same.
    pub unchanged: bool,
    /// What was removed from its texts.
    pub redactions: Redactions,
}

/// Which records a full sync has seen.
#[derive(Debug, Clone, PartialEq)]
pub struct FullSync {
    /// The source.
    pub source: String,
    /// Ids that the feed has sent, good or refused: a record that was refused this time
    /// still exists at the source.
    pub seen: BTreeSet<DocumentId>,
    /// Greatest share of the live records that may be closed, 0 to 1.
    pub max_closed_share: f64,
}

/// A record that callers write.
pub(crate) trait Writable: Indexable + Governed + PartialEq {
    /// Removes personal data from every free text.
    fn redacted(self, counts: &mut Redactions) -> Self;
    /// The record closed by a full sync; `None` when it is closed already.
    fn closed(&self) -> Option<Self>;
}

impl Writable for JobPosting {
    fn redacted(mut self, counts: &mut Redactions) -> Self {
        self.title = self.title.map(|t| counts.redact(t));
        self.description = self.description.map(|t| counts.redact(t));
        self.employer = self.employer.map(|t| counts.redact(t));
        for skill in &mut self.skills {
            *skill = skill.map(|t| counts.redact(t));
        }
        for benefit in &mut self.benefits {
            *benefit = benefit.map(|t| counts.redact(t));
        }
        if let Some(pay) = &mut self.pay {
            pay.text = pay.text.map(|t| counts.redact(t));
        }
        if let Some(gig) = &mut self.gig {
            gig.meeting_point = gig.meeting_point.map(|t| counts.redact(t));
        }
        self
    }

    fn closed(&self) -> Option<Self> {
        match self.status {
            PostingStatus::Closed => None,
            PostingStatus::Open | PostingStatus::Paused | PostingStatus::Filled => {
                Some(Self { status: PostingStatus::Closed, ..self.clone() })
            }
        }
    }
}

impl Writable for Profile {
    fn redacted(mut self, counts: &mut Redactions) -> Self {
        self.resume = self.resume.map(|t| counts.redact(t));
        for text in self.wanted.iter_mut().chain(&mut self.skills) {
            *text = text.map(|t| counts.redact(t));
        }
        self
    }

    fn closed(&self) -> Option<Self> {
        match self.visibility {
            Visibility::Private => None,
            Visibility::Matchable => Some(Self { visibility: Visibility::Private, ..self.clone() }),
        }
    }
}

/// Makes the record to store from the present one; `None` when there is none.
pub type Change<R> = Box<dyn FnOnce(Option<&R>) -> Result<R, Violation> + Send>;

/// How a write is guarded.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    /// The record may be new.
    pub allow_missing: bool,
    /// Must equal the stored etag; empty: any.
    pub etag: String,
    /// Key and digest of an idempotent request.
    pub request: Option<RequestKey>,
}

/// Why a decision on the current record refused the write.
enum Refusal {
    Missing,
    Etag,
    Invalid(Violation),
    /// The record, or what it would become, is not the caller's.
    Scope,
}

/// The etag of a record: its Seq in hexadecimal.
pub fn etag(seq: Seq) -> String {
    format!("{:x}", seq.0)
}

/// The write path.
#[derive(Clone)]
pub struct Intake {
    pub(crate) store: Store,
    pub(crate) keepers: Arc<[Arc<IndexKeeper>; 2]>,
    pub(crate) caller: Caller,
}

impl Intake {
    /// The same for a caller.
    #[must_use]
    pub fn by(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// Changes or makes one posting.
    pub async fn put_posting(
        &self,
        id: DocumentId,
        guard: Guard,
        change: Change<JobPosting>,
    ) -> Result<Written<JobPosting>, MatchingError> {
        self.put(id, guard, change).await
    }

    /// Changes or makes one profile.
    pub async fn put_profile(
        &self,
        id: DocumentId,
        guard: Guard,
        change: Change<Profile>,
    ) -> Result<Written<Profile>, MatchingError> {
        self.put(id, guard, change).await
    }

    /// Removes one posting.
    pub async fn delete_posting(
        &self,
        id: DocumentId,
        guard: Guard,
    ) -> Result<Written<JobPosting>, MatchingError> {
        self.delete(id, guard).await
    }

    /// Removes one profile.
    pub async fn delete_profile(
        &self,
        id: DocumentId,
        guard: Guard,
    ) -> Result<Written<Profile>, MatchingError> {
        self.delete(id, guard).await
    }

    /// Closes the open postings of the source that its feed no longer has.
    pub async fn finish_posting_sync(&self, sync: FullSync) -> Result<usize, MatchingError> {
        self.finish_sync::<JobPosting>(sync).await
    }

    /// Makes private the profiles of the source that its feed no longer has.
    pub async fn finish_profile_sync(&self, sync: FullSync) -> Result<usize, MatchingError> {
        self.finish_sync::<Profile>(sync).await
    }

    /// Waits while the index lags too far behind the store: back-pressure on imports. An
    /// index that is not there yet, or has failed, holds up no writes.
    pub async fn wait_for_index(&self) {
        let limit = Seq(self.store.seq().0.saturating_sub(MAX_LAG));
        for keeper in self.keepers.iter().filter(|k| k.is_serving()) {
            // The keeper lives as long as the service; an error means it is going down.
            let _ = keeper.wait_for(limit).await;
        }
    }

    async fn put<R: Writable>(
        &self,
        id: DocumentId,
        guard: Guard,
        change: Change<R>,
    ) -> Result<Written<R>, MatchingError> {
        let counts = Arc::new(parking_lot::Mutex::new(Redactions::default()));
        let counted = counts.clone();
        let Guard { allow_missing, etag: sent, request } = guard;
        let (expected, caller) = (sent.clone(), self.caller.clone());
        let decide = move |current: Option<&Stored<R>>| {
            if current.is_none() && !allow_missing {
                return Err(Refusal::Missing);
            }
            check_scope(&caller, current)?;
            check_etag(current, &expected)?;
            let record = change(current.map(|s| &s.record)).map_err(Refusal::Invalid)?;
            if !caller.governs(&record) {
                return Err(Refusal::Scope);
            }
            Ok(Decision::Put(record.redacted(&mut counted.lock())))
        };
        let receipt = self.store.write(id.clone(), request.clone(), decide).await;
        let receipt = receipt.map_err(|e| write_error::<R>(e, id, sent, request))?;
        let redactions = *counts.lock();
        Ok(written(receipt, redactions))
    }

    async fn delete<R: Writable>(
        &self,
        id: DocumentId,
        guard: Guard,
    ) -> Result<Written<R>, MatchingError> {
        let Guard { allow_missing, etag: sent, request } = guard;
        let (expected, caller) = (sent.clone(), self.caller.clone());
        let decide = move |current: Option<&Stored<R>>| {
            check_scope(&caller, current)?;
            match current {
                None if allow_missing => Ok(Decision::Keep),
                None => Err(Refusal::Missing),
                Some(_) => check_etag(current, &expected).map(|()| Decision::Delete),
            }
        };
        let receipt = self.store.write(id.clone(), request.clone(), decide).await;
        let receipt = receipt.map_err(|e| write_error::<R>(e, id, sent, request))?;
        Ok(written(receipt, Redactions::default()))
    }

    async fn finish_sync<R: Writable>(&self, sync: FullSync) -> Result<usize, MatchingError> {
        let mut live = 0;
        let mut gone = Vec::new();
        for id in self.store.ids_of_source(R::COLLECTION, &sync.source)? {
            let Some(stored) = self.store.get::<R>(&id)? else {
                continue;
            };
            if stored.record.closed().is_none() || !self.caller.governs(&stored.record) {
                continue;
            }
            live += 1;
            if !sync.seen.contains(&id) {
                gone.push(id);
            }
        }
        if gone.len() as f64 > live as f64 * sync.max_closed_share {
            let closing = gone.len();
            return Err(MatchingError::ShrunkenFeed { source_name: sync.source, closing, live });
        }
        let closing = gone.len();
        for id in gone {
            let decide = |current: Option<&Stored<R>>| {
                let closed = current.and_then(|s| s.record.closed());
                Ok::<_, Refusal>(closed.map_or(Decision::Keep, Decision::Put))
            };
            let receipt = self.store.write(id.clone(), None, decide).await;
            receipt.map_err(|e| write_error::<R>(e, id, String::new(), None))?;
        }
        Ok(closing)
    }
}

fn check_scope<R: Governed>(caller: &Caller, current: Option<&Stored<R>>) -> Result<(), Refusal> {
    let theirs = current.is_none_or(|s| caller.governs(&s.record));
    if theirs { Ok(()) } else { Err(Refusal::Scope) }
}

fn check_etag<R>(current: Option<&Stored<R>>, expected: &str) -> Result<(), Refusal> {
    let matches = current.is_some_and(|s| etag(s.seq) == expected);
    if expected.is_empty() || matches { Ok(()) } else { Err(Refusal::Etag) }
}

fn written<R>(receipt: Receipt<R>, redactions: Redactions) -> Written<R> {
    Written {
        unchanged: receipt.outcome == Outcome::Unchanged,
        seq: receipt.seq,
        stored: receipt.stored,
        redactions,
    }
}

fn write_error<R: Record>(
    error: WriteError<Refusal>,
    id: DocumentId,
    sent: String,
    request: Option<RequestKey>,
) -> MatchingError {
    match error {
        WriteError::Refused(Refusal::Missing) => {
            MatchingError::NotFound { collection: R::COLLECTION, id }
        }
        WriteError::Refused(Refusal::Scope) => MatchingError::OutOfScope { id },
        WriteError::Refused(Refusal::Etag) => MatchingError::EtagMismatch { id, sent },
        WriteError::Refused(Refusal::Invalid(violation)) => MatchingError::Invalid(violation),
        WriteError::KeyReused => {
            MatchingError::RequestIdReused { key: request.map(|r| r.key).unwrap_or_default() }
        }
        WriteError::OriginTaken { by } => MatchingError::OriginTaken { by },
        WriteError::Busy => MatchingError::ShuttingDown,
        WriteError::Store(error) => MatchingError::Store(error),
    }
}
