//! API keys: whose they are, and what they open.

use jobmatch_domain::Division;
use jobmatch_matching::{Caller, Scope};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// What a kiosk calls: all that its key opens, as far as its scope allows.
const KIOSK_CALLS: [&str; 7] = [
    "/jobmatch.v1.NearbyService/NearbyPostings",
    "/jobmatch.v1.NearbyService/WatchNearby",
    "/jobmatch.v1.GigService/TakeSlot",
    "/jobmatch.v1.GigService/ReleaseSlot",
    "/jobmatch.v1.PostingService/GetPosting",
    "/jobmatch.v1.StationService/NearbyStations",
    "/jobmatch.v1.StationService/GetStation",
];

/// Who holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A system that is trusted with everything.
    #[default]
    System,
    /// A station: profiles and writes of its division's subtree.
    Station,
    /// A kiosk: public postings and stations, and holding places.
    Kiosk,
}

/// An entry of `keys`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    /// Shown in the audit log.
    pub name: String,
    /// SHA-256 of the key, hexadecimal.
    pub sha256: String,
    /// Who holds it.
    #[serde(default)]
    pub role: Role,
    /// Division code; for stations, which need it.
    pub division: Option<String>,
}

/// Why an entry was refused.
#[derive(Debug, Error)]
pub enum KeyError {
    /// Not a hash.
    #[error(
        "keys[{index}].sha256 is not 64 hexadecimal digits; make one with `printf %s KEY | sha256sum`"
    )]
    Hash {
        /// Position in the list.
        index: usize,
    },
    /// No name.
    #[error("keys[{index}].name is missing; it stands in the audit log")]
    Name {
        /// Position in the list.
        index: usize,
    },
    /// A station without a known division, or another role with one.
    #[error("keys[{index}].division {message}")]
    Division {
        /// Position in the list.
        index: usize,
        /// What is wrong.
        message: String,
    },
}

impl KeyConfig {
    /// Checks an entry and makes it usable.
    pub(crate) fn key(&self, index: usize) -> Result<Key, KeyError> {
        if self.name.trim().is_empty() {
            return Err(KeyError::Name { index });
        }
        let hash = hash_of(&self.sha256).ok_or(KeyError::Hash { index })?;
        let refused = |message: String| KeyError::Division { index, message };
        let scope = match (self.role, &self.division) {
            (Role::System, None) => Scope::All,
            (Role::Kiosk, None) => Scope::Public,
            (Role::Station, Some(code)) => {
                Scope::Division(Division::parse(code).map_err(|e| refused(e.to_string()))?)
            }
            (Role::Station, None) => {
                return Err(refused("is missing; a station has one".into()));
            }
            (Role::System | Role::Kiosk, Some(_)) => {
                return Err(refused("belongs to the role station alone".into()));
            }
        };
        Ok(Key { hash, caller: Caller::new(&self.name, scope) })
    }
}

/// A hash of hexadecimal digits.
fn hash_of(text: &str) -> Option<Vec<u8>> {
    hex::decode(text).ok().filter(|hash| hash.len() == 32)
}

/// A key that is accepted. Only its hash is kept, so comparing tells nothing about it.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    hash: Vec<u8>,
    caller: Caller,
}

impl Key {
    /// A key of `api_key_sha256`, which opens everything; `None` when it is no hash.
    pub(crate) fn trusted(sha256: &str, index: usize) -> Option<Self> {
        let caller = Caller::new(&format!("api_key_sha256[{index}]"), Scope::All);
        Some(Self { hash: hash_of(sha256)?, caller })
    }

    /// The key of the kiosk page.
    pub(crate) fn of_kiosk(key: &str) -> Self {
        let caller = Caller::new("kiosk page", Scope::Public);
        Self { hash: Sha256::digest(key.as_bytes()).to_vec(), caller }
    }

    /// Whether it is the key of this hash.
    pub(crate) fn is(&self, hash: &[u8]) -> bool {
        self.hash == hash
    }

    /// Whose it is.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whether it opens a method by its path; what it opens there is the scope's matter.
    pub(crate) fn opens(&self, path: &str) -> bool {
        self.caller.scope() != Scope::Public || KIOSK_CALLS.contains(&path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(role: Role, division: Option<&str>) -> Result<Key, KeyError> {
        let sha256 = "ab".repeat(32);
        let division = division.map(str::to_owned);
        KeyConfig { name: "历下".into(), sha256, role, division }.key(0)
    }

    #[test]
    fn stations_have_a_division_and_others_none() {
        assert!(entry(Role::Station, Some("370102")).is_ok());
        assert!(entry(Role::System, None).is_ok());
        for (role, division) in
            [(Role::Station, None), (Role::Station, Some("99")), (Role::Kiosk, Some("370102"))]
        {
            let error = entry(role, division).unwrap_err().to_string();
            assert!(error.starts_with("keys[0].division"), "{error}");
        }
    }

    #[test]
    fn a_kiosk_opens_its_calls_only() {
        let kiosk = entry(Role::Kiosk, None).unwrap();
        assert!(kiosk.opens("/jobmatch.v1.NearbyService/NearbyPostings"));
        assert!(!kiosk.opens("/jobmatch.v1.ProfileService/GetProfile"));
        assert!(!kiosk.opens("/jobmatch.v1.GigService/ListSlots"));
        assert!(entry(Role::Station, Some("3701")).unwrap().opens("/anything"));
    }
}
