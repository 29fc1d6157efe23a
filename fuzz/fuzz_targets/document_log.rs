//! The document log of an index behind its header, the checksums made right: what is taken comes
//! back from a sealed file as it was.
#![no_main]

use std::cell::LazyCell;

use jobmatch_fuzz::folder;
use jobmatch_index::fuzzing::Trial;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TRIAL: LazyCell<Trial> = LazyCell::new(|| Trial::new(&folder("document_log")));
}

fuzz_target!(|data: &[u8]| {
    TRIAL.with(|trial| trial.log(data));
});
