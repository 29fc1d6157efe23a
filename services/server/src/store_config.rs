//! The section `[store]` of the configuration: the key that the store is encrypted with.

use std::fmt;
use std::path::PathBuf;

use jobmatch_matching::{MasterKey, MasterKeyError};
use serde::{Deserialize, Serialize};

use crate::config::ConfigError;

/// The section as text. Without either key the store is not encrypted as a whole.
#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// File that holds the key, 64 hexadecimal digits, and nothing else.
    pub key_file: Option<PathBuf>,
    /// The key itself, from `JOBMATCH_STORE_KEY`; goes before the file.
    key: Option<String>,
}

impl StoreConfig {
    /// Reads the key; `None` when none is asked for.
    pub fn master_key(&self) -> Result<Option<MasterKey>, ConfigError> {
        let told =
            |origin: String| move |cause: MasterKeyError| ConfigError::StoreKey { origin, cause };
        match (&self.key, &self.key_file) {
            (Some(key), _) => {
                MasterKey::parse(key).map(Some).map_err(told("JOBMATCH_STORE_KEY".into()))
            }
            (None, Some(path)) => {
                MasterKey::read(path).map(Some).map_err(told(path.display().to_string()))
            }
            (None, None) => Ok(None),
        }
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreConfig({self})")
    }
}

impl fmt::Display for StoreConfig {
    /// Where the key comes from, never the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.key, &self.key_file) {
            (Some(_), _) => f.write_str("# store: encrypted, key from the environment"),
            (None, Some(path)) => write!(f, "[store]\nkey_file = {path:?}"),
            (None, None) => f.write_str("# store: profiles encrypted, all else plain"),
        }
    }
}
