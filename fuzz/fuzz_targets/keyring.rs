//! The keyring, with and without a master key; the checksums are made right.
#![no_main]

use std::sync::LazyLock;

use jobmatch_fuzz::chosen;
use jobmatch_store::{MasterKey, fuzzing};
use libfuzzer_sys::fuzz_target;

static MASTER: LazyLock<MasterKey> =
    LazyLock::new(|| MasterKey::parse(&"5a".repeat(32)).expect("32 bytes in hexadecimal"));

/// Bytes of the header, which is zeros but for its first 20.
const HEADER: usize = 4096;
const TOLD: usize = 12;

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = chosen(data) else { return };
    let master = (choice & 1 == 1).then(|| &*MASTER);
    // The slots follow what the header tells: else nearly all of an input would be zeros.
    let (header, slots) = bytes.split_at(bytes.len().min(TOLD));
    let mut file = header.to_vec();
    file.resize(HEADER, 0);
    file.extend(slots);
    fuzzing::keyring(file, master);
});
