//! AES-256-GCM: sealing personal fields and wrapping keys. A nonce stands before what it made: nonce ‖ ciphertext ‖ tag.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sangdam_domain::actor::Subject;
use sangdam_domain::id::EventId;
use sangdam_domain::log::LogId;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::contract::Hash;

/// A key in memory, wiped when it is dropped.
pub(super) type SecretKey = Zeroizing<[u8; 32]>;

const NONCE_BYTES: usize = 12;

/// Encrypts; `None` only where the plaintext is too long for the algorithm (64 GiB).
pub(super) fn encrypt(key: &[u8; 32], nonce: [u8; 32], aad: &[u8], plaintext: &[u8]) -> Option<Vec<u8>> {
    let nonce = &nonce[..NONCE_BYTES];
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    let sealed = cipher.encrypt(Nonce::from_slice(nonce), Payload { msg: plaintext, aad }).ok()?;
    Some([nonce, &sealed].concat())
}

/// Decrypts; `None` where the key, the associated data or the bytes are not those that were sealed.
pub(super) fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
    let cipher = Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(key));
    cipher.decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad }).ok().map(Zeroizing::new)
}

/// What ties a sealed part to its place: a tag, the log's name and 0, the event's id, the subject, the key's version.
pub(super) fn sealed_aad(log: &LogId, event: EventId, subject: Subject, key_version: u32) -> Vec<u8> {
    [
        b"sangdam seal 1\0".as_slice(),
        log.as_str().as_bytes(),
        b"\0",
        event.uuid().as_bytes(),
        &subject.to_bytes(),
        &key_version.to_be_bytes(),
    ]
    .concat()
}

/// What ties a wrapped key to its subject.
pub(super) fn wrapped_aad(subject: Subject, key_version: u32) -> Vec<u8> {
    [b"sangdam subject key 1\0".as_slice(), &subject.to_bytes(), &key_version.to_be_bytes()].concat()
}

/// A key for one purpose, made from another (HKDF-SHA-256, RFC 5869).
pub(super) fn sub_key(key: &[u8; 32], purpose: &[u8]) -> SecretKey {
    let mut out = SecretKey::default();
    // 32 bytes are well under the 8,160 that HKDF-SHA-256 gives: it cannot fail.
    let made = Hkdf::<Sha256>::new(None, key).expand(purpose, &mut *out);
    debug_assert!(made.is_ok());
    out
}

/// HMAC-SHA-256.
pub(super) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hash {
    let Ok(mac) = <Hmac<Sha256> as Mac>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    parts.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().into()
}
