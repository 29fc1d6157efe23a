//! The master key: what a store is encrypted with as a whole.

use std::fmt;
use std::path::Path;

use thiserror::Error;

use crate::cipher::{KEY, Key, keyed_hash};

/// A key of 256 bits from which the keys of an encrypted store are derived. It is never
/// printed.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey(Key);

/// Why a text is no master key.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// Not 64 hexadecimal digits.
    #[error("the store's key is not 64 hexadecimal digits; make one with `openssl rand -hex 32`")]
    Text,
    /// The file cannot be read.
    #[error("the file of the store's key cannot be read")]
    File(#[source] std::io::Error),
}

impl MasterKey {
    /// Reads 64 hexadecimal digits, with or without blanks around them.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let digits = text.trim().as_bytes();
        if digits.len() != 2 * KEY {
            return Err(MasterKeyError::Text);
        }
        let digit = |d: u8| (d as char).to_digit(16).ok_or(MasterKeyError::Text);
        let mut key = [0; KEY];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            // Two digits make at most 255.
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Ok(Self(key))
    }

    /// The same from a file that holds nothing else.
    pub fn read(path: &Path) -> Result<Self, MasterKeyError> {
        Self::parse(&std::fs::read_to_string(path).map_err(MasterKeyError::File)?)
    }

    /// Key of the values of the store.
    pub(crate) fn for_values(&self) -> Key {
        keyed_hash(&self.0, &[b"jobmatch store values"])
    }

    /// Key that wraps the keys in the keyring.
    pub(crate) fn for_keyring(&self) -> Key {
        keyed_hash(&self.0, &[b"jobmatch keyring slots"])
    }

    /// A number by which a wrong key shows; it tells nothing of the key.
    pub(crate) fn check(&self) -> u64 {
        let hash = keyed_hash(&self.0, &[b"jobmatch key check"]);
        hash[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_digits_and_is_not_printed() {
        let text = "0123456789abcdefABCDEF0123456789".repeat(2);
        let key = MasterKey::parse(&format!(" {text}\n")).unwrap();
        assert_eq!(key.0[..4], [0x01, 0x23, 0x45, 0x67]);
        assert_eq!(format!("{key:?}"), "MasterKey(..)");
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(65), &"人".repeat(22)] {
            assert!(MasterKey::parse(wrong).is_err(), "{wrong}");
        }
        let keys = [key.for_values(), key.for_keyring()];
        assert!(keys[0] != keys[1] && keys[0] != key.0);
    }
}
