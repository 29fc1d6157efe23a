//! AES-256-GCM, random bytes and keyed hashes, all by ring, which TLS brings already.
//!
//! Nonces are 96 random bits. A counter would have to survive crashes and restored
//! backups, and one that went back would repeat a nonce, which lays plain texts open. At
//! random two of 2^32 values under one key meet with a chance of 2^-33 (NIST SP 800-38D,
//! 8.3): a person's key seals some copies of one row, the store's key the values of an
//! encrypted store, a thousand millions of writes away from that.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{digest, hmac};

use crate::error::StoreError;

/// Bytes of a key.
pub(crate) const KEY: usize = 32;
/// Bytes of a nonce.
pub(crate) const NONCE: usize = 12;
/// Bytes that a cipher text is longer than its text.
pub(crate) const TAG: usize = 16;

/// A key of AES-256.
pub(crate) type Key = [u8; KEY];

/// Bytes from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| StoreError::NoRandomness)?;
    Ok(bytes)
}

/// HMAC-SHA-256.
pub(crate) fn keyed_hash(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for part in parts {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.sign().as_ref());
    hash
}

/// The first bytes of SHA-256.
pub(crate) fn short_hash(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest::digest(&digest::SHA256, bytes).as_ref()[..16]);
    hash
}

/// AES-256-GCM under one key.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    /// The cipher of a key.
    pub(crate) fn new(key: &Key) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key of AES-256");
        Self(LessSafeKey::new(key))
    }

    /// Adds a fresh nonce, the cipher text and its tag.
    pub(crate) fn seal(
        &self,
        bound_to: &[u8],
        payload: &[u8],
        into: &mut Vec<u8>,
    ) -> Result<(), StoreError> {
        let nonce = random::<NONCE>()?;
        into.extend(nonce);
        let start = into.len();
        into.extend(payload);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(bound_to), &mut into[start..])
            .expect("a value is shorter than the 64 GiB that AES-GCM takes");
        into.extend(tag.as_ref());
        Ok(())
    }

    /// The text of a nonce, cipher text and tag; `None` when the tag does not fit.
    pub(crate) fn open(&self, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(bound_to), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}
