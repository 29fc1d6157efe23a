//! Rows of the store behind their seals: what is read comes back as it was.
#![no_main]

use jobmatch_domain::{JobPosting, Profile};
use jobmatch_fuzz::chosen;
use jobmatch_store::{Record, fuzzing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = chosen(data) else { return };
    match choice {
        0 => record::<JobPosting>(bytes),
        1 => record::<Profile>(bytes),
        2 => fuzzing::station(bytes),
        _ => fuzzing::change(bytes),
    }
});

fn record<R: Record + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(read) = R::decode(bytes) {
        let again = R::decode(&read.encode()).expect("what was written is read");
        assert_eq!(again, read);
        assert!(again.same_content(&read));
    }
}
