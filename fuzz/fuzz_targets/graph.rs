//! The graph of an index over the documents of a log, the checksums made right.
#![no_main]

use std::cell::LazyCell;

use jobmatch_fuzz::folder;
use jobmatch_index::fuzzing::Trial;
use libfuzzer_sys::fuzz_target;
use prost::Message;

/// What a folder holds.
#[derive(Clone, PartialEq, Message)]
struct Input {
    #[prost(bytes = "vec", tag = "1")]
    log: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    graph: Vec<u8>,
}

thread_local! {
    static TRIAL: LazyCell<Trial> = LazyCell::new(|| Trial::new(&folder("graph")));
}

fuzz_target!(|data: &[u8]| {
    if let Ok(Input { log, graph }) = Input::decode(data) {
        TRIAL.with(|trial| trial.graph(&log, graph));
    }
});
