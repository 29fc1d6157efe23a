//! The sealed file of an index, its checksum made right.
#![no_main]

use std::cell::LazyCell;

use jobmatch_fuzz::folder;
use jobmatch_index::fuzzing::Trial;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static TRIAL: LazyCell<Trial> = LazyCell::new(|| Trial::new(&folder("sealed")));
}

fuzz_target!(|data: &[u8]| {
    TRIAL.with(|trial| trial.sealed(data.to_vec()));
});
