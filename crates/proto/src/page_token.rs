//! Page tokens: opaque to callers, stateless for the service.
//!
//! A token is hexadecimal: format byte, digest of the request (8 bytes), body, checksum
//! (4 bytes), all little endian. It says where the page starts and to which request it
//! belongs; it is a guard against mistakes, not against attackers.

use jobmatch_domain::matching::PageStart;
use jobmatch_domain::nearby::{Limit, NearbyPage};
use jobmatch_domain::{DocumentId, Instant, Invalid, Violation};
use prost::Message;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::fields::CALENDAR;

const MATCHES: u8 = 1;
const LIST: u8 = 2;
const NEARBY: u8 = 3;

/// Digest of a request without its paging. The name of the method keeps apart requests of
/// two methods that happen to have the same bytes.
pub(crate) fn digest(method: &str, request: &impl Message) -> u64 {
    xxh3_64_with_seed(&request.encode_to_vec(), xxh3_64(method.as_bytes()))
}

/// Token of a page of matches.
pub fn matches(start: &PageStart, request_digest: u64) -> String {
    let mut body = Vec::with_capacity(16 + start.shown.len() * 8);
    body.extend_from_slice(&start.as_of.0.to_le_bytes());
    body.extend_from_slice(&start.ranking_version.to_le_bytes());
    for key in &start.shown {
        body.extend_from_slice(&key.to_le_bytes());
    }
    seal(MATCHES, request_digest, &body)
}

/// Reads a token of a page of matches; empty is the first page. An as-of time outside 1900
/// to 2199 is refused: no answer has one, and the calendar cannot reckon with it.
pub fn parse_matches(token: &str, request_digest: u64) -> Result<Option<PageStart>, Violation> {
    let Some(body) = open(MATCHES, token, request_digest)? else {
        return Ok(None);
    };
    let (numbers, rest) = body.as_chunks::<8>();
    let numbers: Vec<u64> = numbers.iter().map(|n| u64::from_le_bytes(*n)).collect();
    match &numbers[..] {
        [as_of, ranking_version, shown @ ..]
            if rest.is_empty() && CALENDAR.contains(&(*as_of as i64)) =>
        {
            Ok(Some(PageStart {
                as_of: Instant(*as_of as i64),
                ranking_version: *ranking_version,
                shown: shown.to_vec(),
            }))
        }
        _ => Err(malformed(token)),
    }
}

/// Token of a page of a list, which goes on after an id.
pub fn list(after: &DocumentId, request_digest: u64) -> String {
    seal(LIST, request_digest, after.as_str().as_bytes())
}

/// Reads a token of a page of a list; empty is the first page.
pub fn parse_list(token: &str, request_digest: u64) -> Result<Option<DocumentId>, Violation> {
    let Some(body) = open(LIST, token, request_digest)? else {
        return Ok(None);
    };
    let id = String::from_utf8(body).ok().and_then(|id| DocumentId::parse(&id).ok());
    id.map(Some).ok_or_else(|| malformed(token))
}

/// Token of a page of what is near.
pub fn nearby(page: &NearbyPage, request_digest: u64) -> String {
    let (unit, limit) = match page.limit {
        Limit::Minutes(minutes) => (0, minutes),
        Limit::Metres(metres) => (1, metres),
    };
    let mut body = vec![unit];
    body.extend_from_slice(&page.as_of.0.to_le_bytes());
    body.extend_from_slice(&limit.to_bits().to_le_bytes());
    body.extend_from_slice(&page.key.to_bits().to_le_bytes());
    body.extend_from_slice(page.last.as_str().as_bytes());
    seal(NEARBY, request_digest, &body)
}

/// Reads a token of a page of what is near; empty is the first page.
pub fn parse_nearby(token: &str, request_digest: u64) -> Result<Option<NearbyPage>, Violation> {
    let Some(body) = open(NEARBY, token, request_digest)? else {
        return Ok(None);
    };
    nearby_of(&body).map(Some).ok_or_else(|| malformed(token))
}

fn nearby_of(body: &[u8]) -> Option<NearbyPage> {
    let (unit, rest) = body.split_first()?;
    let (as_of, rest) = rest.split_first_chunk::<8>()?;
    let (limit, rest) = rest.split_first_chunk::<8>()?;
    let (key, id) = rest.split_first_chunk::<8>()?;
    let as_of = i64::from_le_bytes(*as_of);
    let number = |bytes: [u8; 8]| f64::from_bits(u64::from_le_bytes(bytes));
    let (limit, key) = (number(*limit), number(*key));
    if !CALENDAR.contains(&as_of) || !limit.is_finite() || key.is_nan() {
        return None;
    }
    let limit = match unit {
        0 => Limit::Minutes(limit),
        1 => Limit::Metres(limit),
        _ => return None,
    };
    Some(NearbyPage {
        as_of: Instant(as_of),
        limit,
        key,
        last: DocumentId::parse(std::str::from_utf8(id).ok()?).ok()?,
    })
}

fn seal(format: u8, request_digest: u64, body: &[u8]) -> String {
    let mut bytes = vec![format];
    bytes.extend_from_slice(&request_digest.to_le_bytes());
    bytes.extend_from_slice(body);
    let checksum = xxh3_64(&bytes) as u32;
    bytes.extend_from_slice(&checksum.to_le_bytes());
    hex::encode(bytes)
}

fn open(format: u8, token: &str, request_digest: u64) -> Result<Option<Vec<u8>>, Violation> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = hex::decode(token).map_err(|_| malformed(token))?;
    let Some((signed, checksum)) = bytes.split_last_chunk::<4>() else {
        return Err(malformed(token));
    };
    if u32::from_le_bytes(*checksum) != xxh3_64(signed) as u32 {
        return Err(malformed(token));
    }
    let Some((digest, body)) = signed.get(1..).and_then(<[u8]>::split_first_chunk::<8>) else {
        return Err(malformed(token));
    };
    if signed[0] != format || u64::from_le_bytes(*digest) != request_digest {
        let other = "belongs to another request; repeat the request of the first page as it was";
        return Err(Invalid::Combination(other).at("page_token"));
    }
    Ok(Some(body.to_vec()))
}

fn malformed(token: &str) -> Violation {
    Invalid::malformed(token, "the next_page_token of an answer, unchanged").at("page_token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip_and_belong_to_one_request() {
        let start = PageStart { as_of: Instant(-5), ranking_version: 9, shown: vec![1, u64::MAX] };
        let token = matches(&start, 77);
        assert_eq!(parse_matches(&token, 77), Ok(Some(start)));
        assert!(parse_matches(&token, 78).unwrap_err().to_string().contains("another request"));
        assert!(parse_list(&token, 77).is_err());
        assert_eq!(parse_matches("", 77), Ok(None));
        let id = DocumentId::parse("A001").unwrap();
        assert_eq!(parse_list(&list(&id, 5), 5), Ok(Some(id.clone())));
        for (limit, key) in [(Limit::Minutes(15.0), f64::INFINITY), (Limit::Metres(0.5), -7.25)] {
            let page = NearbyPage { as_of: Instant(9), limit, key, last: id.clone() };
            assert_eq!(parse_nearby(&nearby(&page, 5), 5), Ok(Some(page)));
        }
        assert!(parse_nearby(&list(&id, 5), 5).is_err());
    }

    #[test]
    fn a_limit_of_another_unit_is_refused() {
        let body = |unit: u8| {
            let mut body = vec![unit];
            body.extend([0; 24]);
            body.extend(b"A001");
            parse_nearby(&seal(NEARBY, 5, &body), 5)
        };
        assert!(body(0).is_ok() && body(1).is_ok());
        assert!(body(2).is_err());
    }

    #[test]
    fn changed_tokens_are_refused() {
        let id = DocumentId::parse("A001").unwrap();
        let token = list(&id, 5);
        for i in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(parse_list(&changed, 5).is_err(), "{i}");
        }
        for bad in ["x", "00", "zz", &token[..10]] {
            assert!(parse_list(bad, 5).is_err());
        }
    }
}
