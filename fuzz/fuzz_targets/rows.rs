//! Files of rows: JSON lines and CSV, gzipped or not, with and without a mapping. Each line gives
//! a row or says what is wrong with it, and what is accepted comes back.
#![no_main]

use std::io::Cursor;

use jobmatch_fuzz::{RowsInput, TODAY};
use jobmatch_proto::{json, posting, profile, station};
use libfuzzer_sys::fuzz_target;
use prost::Message;
use serde_json::Value;

// The command line is a program: its readers are taken in as they are.
#[path = "../../services/cli/src/mapping.rs"]
#[allow(dead_code, reason = "files are not opened here")]
mod mapping;
#[path = "../../services/cli/src/rows.rs"]
#[allow(dead_code, reason = "files are not opened here")]
mod rows;

/// In place of the command line's, which knows of connections.
mod failure {
    /// A failure with a sentence for the person at the terminal.
    #[derive(Debug)]
    pub(crate) struct Failure;

    impl Failure {
        pub(crate) fn new(_message: impl Into<String>) -> Self {
            Self
        }
    }
}

const NAMES: [&str; 4] = ["rows.jsonl", "rows.jsonl.gz", "rows.csv", "rows.csv.gz"];
/// A file has no more rows than this: one for every byte, which gzip packs a thousand times.
const MOST_ROWS: usize = 5_000_000;

fuzz_target!(|data: &[u8]| {
    if let Ok(input) = RowsInput::decode(data) {
        read(input);
    }
});

fn read(RowsInput { form, file, mapping }: RowsInput) {
    let mapping: Option<mapping::Mapping> = toml::from_str(&mapping).ok();
    let name = NAMES[form as usize % NAMES.len()];
    let mut last = 0;
    for (count, (line, row)) in rows::read(name, Box::new(Cursor::new(file))).enumerate() {
        assert!(count < MOST_ROWS, "it does not end");
        match row {
            Err(reason) => assert!(!reason.is_empty()),
            Ok(row) => {
                assert!(line > last, "line {line} behind {last}");
                last = line;
                record(Value::Object(match &mapping {
                    Some(mapping) => mapping.apply(&row),
                    None => row,
                }));
            }
        }
    }
}

fn record(row: Value) {
    if let Ok(row) = serde_json::from_value::<json::Posting>(row.clone())
        && let Ok(wire) = row.into_wire()
        && let Ok(read) = posting::from_wire(wire)
    {
        assert_eq!(posting::from_wire(posting::to_wire(&read)), Ok(read));
    }
    if let Ok(row) = serde_json::from_value::<json::Profile>(row.clone())
        && let Ok(wire) = row.into_wire()
        && let Ok(read) = profile::from_wire(wire, *TODAY)
    {
        assert_eq!(profile::from_wire(profile::to_wire(&read), *TODAY), Ok(read));
    }
    if let Ok(row) = serde_json::from_value::<json::Station>(row)
        && let Ok(wire) = row.into_wire()
        && let Ok(read) = station::from_wire(wire)
    {
        assert_eq!(station::from_wire(station::to_wire(&read)), Ok(read));
    }
}
