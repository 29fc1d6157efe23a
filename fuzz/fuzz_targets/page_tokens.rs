//! Page tokens: any text is read or refused by name, and what is read is written as it was.
#![no_main]

use jobmatch_domain::Violation;
use jobmatch_fuzz::chosen;
use jobmatch_proto::page_token;
use libfuzzer_sys::fuzz_target;
use xxhash_rust::xxh3::xxh3_64;

/// Digest of the request that the tokens belong to.
const DIGEST: u64 = 77;

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = chosen(data) else { return };
    if choice >= 0x80 {
        read(&String::from_utf8_lossy(bytes));
    } else {
        read(&sealed(choice, bytes));
    }
});

/// A token of these bytes whose digest and checksum are right.
fn sealed(format: u8, body: &[u8]) -> String {
    let mut bytes = vec![format];
    bytes.extend(DIGEST.to_le_bytes());
    bytes.extend(body);
    bytes.extend((xxh3_64(&bytes) as u32).to_le_bytes());
    hex::encode(bytes)
}

fn read(token: &str) {
    let matches = checked(page_token::parse_matches(token, DIGEST));
    let list = checked(page_token::parse_list(token, DIGEST));
    let nearby = checked(page_token::parse_nearby(token, DIGEST));
    let written = [
        matches.map(|start| page_token::matches(&start, DIGEST)),
        list.map(|after| page_token::list(&after, DIGEST)),
        nearby.map(|page| page_token::nearby(&page, DIGEST)),
    ];
    let mut written = written.into_iter().flatten();
    if let Some(again) = written.next() {
        // Hexadecimal digits may be large.
        assert_eq!(again, token.to_ascii_lowercase());
    }
    assert_eq!(written.next(), None, "a token of two methods");
    let other = page_token::parse_matches(token, DIGEST + 1);
    assert!(!matches!(other, Ok(Some(_))), "a token of another request");
}

/// What was read. A refusal is at the field of the token.
fn checked<T>(read: Result<Option<T>, Violation>) -> Option<T> {
    match read {
        Ok(read) => read,
        Err(violation) => {
            assert_eq!(violation.path, "page_token");
            None
        }
    }
}
