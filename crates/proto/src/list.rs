//! Requests for lists of postings and profiles.

use jobmatch_domain::ids::Origin;
use jobmatch_domain::posting::PostingStatus;
use jobmatch_domain::{Division, DocumentId, Invalid, Violation};

use crate::{fields as f, page_token, posting, v1};

/// Page size when none is asked for.
pub const DEFAULT_PAGE_SIZE: usize = 100;
/// Greatest page size.
pub const MAX_PAGE_SIZE: usize = 1000;

/// What is to be listed; empty parts ask nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// Records on a page, 1 to [`MAX_PAGE_SIZE`].
    pub page_size: usize,
    /// The last id of the page before; `None`: the first page.
    pub after: Option<DocumentId>,
    /// Feed that the records come from; empty: all.
    pub source: String,
    /// Division subtree that the place lies in; `None`: all.
    pub division: Option<Division>,
    /// Any of these statuses; empty: all, and for profiles.
    pub statuses: Vec<PostingStatus>,
}

/// Checks a request for postings; also gives its digest, for the token of the next page.
pub fn postings(mut wire: v1::ListPostingsRequest) -> Result<(List, u64), Violation> {
    let size = std::mem::take(&mut wire.page_size);
    let token = std::mem::take(&mut wire.page_token);
    let digest = page_token::digest("ListPostings", &wire);
    let list = List {
        page_size: page_size(size)?,
        after: page_token::parse_list(&token, digest)?,
        source: source(&wire.source)?,
        division: f::division(&wire.division).map_err(|e| e.at("division"))?,
        statuses: posting::statuses(&wire.statuses)?,
    };
    Ok((list, digest))
}

/// As [`postings`], for profiles.
pub fn profiles(mut wire: v1::ListProfilesRequest) -> Result<(List, u64), Violation> {
    let size = std::mem::take(&mut wire.page_size);
    let token = std::mem::take(&mut wire.page_token);
    let digest = page_token::digest("ListProfiles", &wire);
    let list = List {
        page_size: page_size(size)?,
        after: page_token::parse_list(&token, digest)?,
        source: source(&wire.source)?,
        division: f::division(&wire.division).map_err(|e| e.at("division"))?,
        statuses: Vec::new(),
    };
    Ok((list, digest))
}

pub(crate) fn page_size(asked: u32) -> Result<usize, Violation> {
    match asked as usize {
        0 => Ok(DEFAULT_PAGE_SIZE),
        size if size > MAX_PAGE_SIZE => Err(Invalid::range(size, 1, MAX_PAGE_SIZE).at("page_size")),
        size => Ok(size),
    }
}

/// The name of a feed, under the rule that records are held to.
fn source(name: &str) -> Result<String, Violation> {
    Ok(Origin::new(name, "")?.source().to_owned())
}
