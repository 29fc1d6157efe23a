//! The service as one caller sees it: every path knows who asks.

use std::ops::Deref;
use std::sync::Arc;

use jobmatch_domain::{Collection, DocumentId, JobPosting, Profile};
use jobmatch_store::{Record, Stored};

use crate::call::Call;
use crate::caller::{Caller, Governed};
use crate::error::MatchingError;
use crate::intake::Intake;
use crate::matcher::Matcher;
use crate::service::Service;
use crate::stations::Stations;

/// Rows that are read at once while a list is made.
const SCANNED: usize = 1_000;

/// A service bound to its caller. What is asked of [`Service`] through it, other than the paths
/// below, concerns no record.
#[derive(Clone)]
pub struct Session {
    service: Arc<Service>,
    caller: Caller,
    call: Call,
}

impl Deref for Session {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

/// A record that callers read by its id.
pub trait Readable: Record + Governed {
    /// Whether everybody may.
    const PUBLIC: bool;
}

impl Readable for JobPosting {
    const PUBLIC: bool = true;
}

impl Readable for Profile {
    const PUBLIC: bool = false;
}

impl Session {
    /// Binds a service to a caller.
    pub fn new(service: Arc<Service>, caller: Caller) -> Self {
        Self { service, caller, call: Call::default() }
    }

    /// The same for a call: reads stop when it is given up, and hold its place until then.
    #[must_use]
    pub fn during(self, call: Call) -> Self {
        Self { call, ..self }
    }

    /// Whether anybody still waits for the call.
    ///
    /// # Errors
    /// [`MatchingError::GivenUp`] when nobody does.
    pub fn check(&self) -> Result<(), MatchingError> {
        self.call.check()
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The write path.
    pub fn intake(&self) -> Intake {
        self.service.intake().by(self.caller.clone())
    }

    /// The read path.
    pub fn matcher(&self) -> Matcher {
        self.service.matcher().by(self.caller.clone()).during(self.call.clone())
    }

    /// The map of stations.
    pub fn stations(&self) -> Stations {
        self.service.stations().by(self.caller.clone())
    }

    fn may_read<R: Readable>(&self, record: &R) -> bool {
        R::PUBLIC || self.caller.governs(record)
    }

    fn looked_at<'a, R: Readable>(&self, how: &str, records: impl Iterator<Item = &'a Stored<R>>) {
        if R::COLLECTION == Collection::Profiles {
            self.caller.looked_at(how, records.map(|s| s.record.id()));
        }
    }

    /// One record.
    pub fn get<R: Readable>(&self, id: &DocumentId) -> Result<Stored<R>, MatchingError> {
        let missing = MatchingError::NotFound { collection: R::COLLECTION, id: id.clone() };
        let stored = self.store().get::<R>(id)?.ok_or(missing)?;
        if !self.may_read(&stored.record) {
            return Err(self.caller.refused(id));
        }
        self.looked_at("get", std::iter::once(&stored));
        Ok(stored)
    }

    /// Several records in the order of the ids; `None` for those that are not there or not the
    /// caller's to see.
    pub fn get_many<R: Readable>(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<Option<Stored<R>>>, MatchingError> {
        let found = self.store().get_many::<R>(ids)?.into_iter();
        let seen: Vec<_> = found.map(|s| s.filter(|s| self.may_read(&s.record))).collect();
        self.looked_at("get", seen.iter().flatten());
        Ok(seen)
    }

    /// A page of the records that `keep` takes and the caller may see, in order of id, and the
    /// id to go on after.
    pub fn list<R: Readable>(
        &self,
        after: Option<DocumentId>,
        page_size: usize,
        keep: impl Fn(&R) -> bool,
    ) -> Result<(Vec<Stored<R>>, Option<DocumentId>), MatchingError> {
        let mut kept: Vec<Stored<R>> = Vec::new();
        let mut at = after;
        let last = 'pages: loop {
            self.call.check()?;
            let page = self.store().scan::<R>(at.as_ref(), SCANNED)?;
            for stored in page.records {
                if self.may_read(&stored.record) && keep(&stored.record) {
                    if kept.len() == page_size {
                        break 'pages kept.last().map(|k| k.record.id().clone());
                    }
                    kept.push(stored);
                }
            }
            match page.last {
                Some(last) => at = Some(last),
                None => break None,
            }
        };
        self.looked_at("list", kept.iter());
        Ok((kept, last))
    }
}
