//! What the services of both kinds of records share: reads, updates, pages.

use jobmatch_domain::{DocumentId, Violation};
use jobmatch_matching::{Guard, MatchingError, Readable, RequestKey, Session, Stored, Written};
use jobmatch_proto::v1;
use prost::Message;
use tonic::Status;
use xxhash_rust::xxh3::xxh3_64;

use crate::kinds::Kind;
use crate::status::{Refusal, status};

/// Ids that one BatchGet may name.
const MAX_BATCH: usize = 1000;
const MAX_REQUEST_ID: usize = 64;

/// What an update asks for.
pub(crate) struct Update<K: Kind> {
    pub(crate) record: Option<K::Wire>,
    pub(crate) mask: Vec<String>,
    pub(crate) allow_missing: bool,
    pub(crate) request_id: String,
    /// Digest of the request without its request id.
    pub(crate) digest: u64,
}

/// Digest of a request, for its idempotency key.
pub(crate) fn digest(request: &impl Message) -> u64 {
    xxh3_64(&request.encode_to_vec())
}

/// Key of an idempotent request; `None` without a request id.
pub(crate) fn request_key(request_id: &str, digest: u64) -> Result<Option<RequestKey>, Refusal> {
    if request_id.is_empty() {
        return Ok(None);
    }
    let actual = request_id.chars().count();
    if actual > MAX_REQUEST_ID {
        let too_long =
            jobmatch_domain::Invalid::TooLong { actual, max: MAX_REQUEST_ID, unit: "characters" };
        return Err(too_long.at("request_id").into());
    }
    Ok(Some(RequestKey { key: request_id.to_owned(), digest }))
}

/// An id of a field `id`.
pub(crate) fn parse_id(text: &str) -> Result<DocumentId, Violation> {
    DocumentId::parse(text).map_err(|e| e.at("id"))
}

/// An id of a request field `id`.
pub(crate) fn id(text: &str) -> Result<DocumentId, Status> {
    parse_id(text).map_err(status)
}

/// Carries out an update; `field` is the record's name in the request.
pub(crate) async fn update<K: Kind>(
    session: &Session,
    field: &'static str,
    update: Update<K>,
) -> Result<Written<K::Record>, Refusal> {
    let within = move |v: Violation| v.within(field);
    let wire = update.record.ok_or_else(|| Refusal::missing(field))?;
    let id = K::id(&wire).map_err(within)?;
    let guard = Guard {
        allow_missing: update.allow_missing,
        etag: K::etag(&wire).to_owned(),
        request: request_key(&update.request_id, update.digest)?,
    };
    let today = session.now().date();
    let mask = update.mask;
    if mask.is_empty() {
        // Refused before it takes a place in the queue of writes.
        let record = K::parse(wire, today).map_err(within)?;
        return Ok(K::put(&session.intake(), id, guard, Box::new(move |_| Ok(record))).await?);
    }
    let change = move |current: Option<&K::Record>| match current {
        Some(current) => K::merge(current, wire, &mask, today).map_err(within),
        None => K::parse(wire, today).map_err(within),
    };
    Ok(K::put(&session.intake(), id, guard, Box::new(change)).await?)
}

/// One record by id.
pub(crate) async fn get<R: Readable>(session: &Session, text: &str) -> Result<Stored<R>, Status> {
    let id = id(text)?;
    read(session, move |s| s.get::<R>(&id)).await
}

/// Records in the order asked for, and the ids that do not exist.
pub(crate) async fn batch_get<R: Readable>(
    session: &Session,
    ids: &[String],
) -> Result<(Vec<Stored<R>>, Vec<String>), Status> {
    if ids.is_empty() || ids.len() > MAX_BATCH {
        return Err(status(jobmatch_domain::Invalid::range(ids.len(), 1, MAX_BATCH).at("ids")));
    }
    let parsed: Vec<DocumentId> = ids
        .iter()
        .enumerate()
        .map(|(i, text)| DocumentId::parse(text).map_err(|e| status(e.at(format!("ids[{i}]")))))
        .collect::<Result<_, _>>()?;
    let found = read(session, move |s| s.get_many::<R>(&parsed)).await?;
    let missing =
        ids.iter().zip(&found).filter(|(_, f)| f.is_none()).map(|(id, _)| id.clone()).collect();
    Ok((found.into_iter().flatten().collect(), missing))
}

/// A page of the records that `keep` takes, in order of id, and the id to go on after.
pub(crate) async fn list<R: Readable>(
    session: &Session,
    after: Option<DocumentId>,
    page_size: usize,
    keep: impl Fn(&R) -> bool + Send + 'static,
) -> Result<(Vec<Stored<R>>, Option<DocumentId>), Status> {
    read(session, move |s| s.list(after, page_size, keep)).await
}

/// Runs a read of the store, or of a long text, away from the async threads.
pub(crate) async fn read<T: Send + 'static>(
    session: &Session,
    read: impl FnOnce(&Session) -> Result<T, MatchingError> + Send + 'static,
) -> Result<T, Status> {
    let session = session.clone();
    let task = tokio::task::spawn_blocking(move || {
        session.check()?;
        read(&session)
    });
    task.await.map_err(MatchingError::from).and_then(|r| r).map_err(status)
}

/// Counts of removed data on the wire.
pub(crate) fn redactions<R>(written: &Written<R>) -> v1::Redactions {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    v1::Redactions {
        phones: count(written.redactions.phones),
        id_numbers: count(written.redactions.id_numbers),
        others: count(written.redactions.others),
    }
}
