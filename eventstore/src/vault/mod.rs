//! The vault: a random key for every data subject, wrapped by the key-encryption key. Personal fields are sealed under
//! their subject's key; destroying that key forgets them everywhere, in backups too.
//!
//! A new key is durable before anything that is sealed under it is handed out. What a stale process may still seal for a
//! destroyed subject is lost, as it must be; opening always asks first whether keys were destroyed since.

mod cipher;
mod keys;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sangdam_domain::actor::Subject;
use sangdam_domain::id::EventId;
use sangdam_domain::log::LogId;
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::contract::{Fingerprint, Hash, Sealed, StoreError};
use crate::db::{Db, Location, Room};
use crate::entropy::Entropy;
use crate::kek::Kek;
use cipher::{SecretKey, decrypt, encrypt, mac, sealed_aad, sub_key};
use keys::Keys;

/// See the module.
pub struct Vault {
    keys: Keys,
    secret: SecretKey,
    entropy: Arc<dyn Entropy>,
}

impl Vault {
    pub(crate) async fn start(
        location: &Location,
        kek: Kek,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StoreError> {
        let (sqlite, postgres) =
            (sqlx::migrate!("../migrations/sqlite/vault"), sqlx::migrate!("../migrations/postgres/vault"));
        let db = Db::open(location, Room::VAULT, &sqlite, &postgres).await?;
        let secret = keys::vault_secret(&db, &kek).await?;
        let keys = Keys::new(db, kek, clock, Arc::clone(&entropy));
        Ok(Self { keys, secret, entropy })
    }

    pub(crate) async fn close(&self) {
        self.keys.close().await;
    }

    /// Seals an event's personal fields under its subject's key, which is made where there is none.
    ///
    /// # Errors
    /// [`StoreError::SubjectErased`].
    pub async fn seal(
        &self,
        log: &LogId,
        event: EventId,
        subject: Subject,
        personal: &Map<String, Value>,
    ) -> Result<Sealed, StoreError> {
        let keys = self.keys.existing_or_new(&[subject]).await?;
        self.seal_under(&keys, log, event, subject, personal)
    }

    /// As [`Vault::seal`], many at once and in order. New keys are made together.
    pub async fn seal_many(
        &self,
        log: &LogId,
        parts: Vec<(EventId, Subject, Map<String, Value>)>,
    ) -> Result<Vec<Sealed>, StoreError> {
        let subjects: Vec<Subject> = parts.iter().map(|(_, subject, _)| *subject).collect();
        let keys = self.keys.existing_or_new(&subjects).await?;
        parts
            .iter()
            .map(|(event, subject, personal)| self.seal_under(&keys, log, *event, *subject, personal))
            .collect()
    }

    fn seal_under(
        &self,
        keys: &HashMap<Subject, SubjectKey>,
        log: &LogId,
        event: EventId,
        subject: Subject,
        personal: &Map<String, Value>,
    ) -> Result<Sealed, StoreError> {
        let key = keys.get(&subject).ok_or(StoreError::SubjectErased(subject))?;
        let nonce = self.entropy.derive(&[b"nonce".as_slice(), event.uuid().as_bytes()].concat());
        let plaintext = zeroize::Zeroizing::new(
            serde_json::to_vec(personal).map_err(|e| StoreError::Database(sqlx::Error::Encode(e.into())))?,
        );
        let aad = sealed_aad(log, event, subject, key.version);
        let bytes = encrypt(&key.key, nonce, &aad, &plaintext)
            .ok_or_else(|| StoreError::Key(format!("what is to be sealed for {subject} is too long")))?;
        Ok(Sealed { subject, key_version: key.version, bytes: bytes.into() })
    }

    /// Opens what was sealed; `None` where the subject's key was destroyed.
    ///
    /// # Errors
    /// [`StoreError::Key`] where it was not sealed under that key for that event, or was changed since.
    pub async fn open(
        &self,
        log: &LogId,
        event: EventId,
        sealed: &Sealed,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        let opened = self.open_many(log, &[(event, sealed.clone())]).await?;
        Ok(opened.into_iter().next().flatten())
    }

    /// As [`Vault::open`], many at once and in order.
    pub async fn open_many(
        &self,
        log: &LogId,
        parts: &[(EventId, Sealed)],
    ) -> Result<Vec<Option<Map<String, Value>>>, StoreError> {
        let subjects: Vec<Subject> = parts.iter().map(|(_, sealed)| sealed.subject).collect();
        let keys = self.keys.existing(&subjects).await?;
        let open = |(event, sealed): &(EventId, Sealed)| match keys.get(&sealed.subject) {
            None => Ok(None),
            Some(key) => {
                let aad = sealed_aad(log, *event, sealed.subject, sealed.key_version);
                let plaintext = decrypt(&key.key, &aad, &sealed.bytes);
                let opened = plaintext.and_then(|bytes| serde_json::from_slice(&bytes).ok());
                opened.map(Some).ok_or_else(|| {
                    StoreError::Key(format!("what is sealed in event {event} is not what was sealed for it"))
                })
            }
        };
        parts.iter().map(open).collect()
    }

    /// A keyed HMAC of something that may be looked up by it (a phone number, a row of an import): the same bytes give
    /// the same hash in this ledger and namespace, and nobody without the vault can make or guess it.
    pub fn blind(&self, namespace: &str, bytes: &[u8]) -> Hash {
        mac(&sub_key(&self.secret, b"blind"), &[namespace.as_bytes(), b"\0", bytes])
    }

    /// A keyed HMAC of a command's canonical input. With a subject it goes under a key that is destroyed with the
    /// subject's; the key is made where there is none.
    ///
    /// # Errors
    /// [`StoreError::SubjectErased`].
    pub async fn fingerprint(
        &self,
        subject: Option<Subject>,
        canonical: &[u8],
    ) -> Result<Fingerprint, StoreError> {
        const PURPOSE: &[u8] = b"fingerprint";
        let key = match subject {
            None => sub_key(&self.secret, PURPOSE),
            Some(subject) => {
                let keys = self.keys.existing_or_new(&[subject]).await?;
                sub_key(&keys.get(&subject).ok_or(StoreError::SubjectErased(subject))?.key, PURPOSE)
            }
        };
        let mac = mac(&key, &[canonical]);
        Ok(std::array::from_fn(|at| mac[at]))
    }

    /// Destroys the subjects' keys, durably and for ever: what was sealed for them cannot be opened any more, and nothing
    /// can be sealed for them again. Destroying twice changes nothing.
    pub async fn destroy(&self, subjects: &[Subject]) -> Result<(), StoreError> {
        self.keys.destroy(subjects).await
    }

    /// Whether the subject's key was destroyed.
    pub async fn is_destroyed(&self, subject: Subject) -> Result<bool, StoreError> {
        Ok(!self.destroyed(&[subject]).await?.is_empty())
    }

    /// Which of the subjects have a key: something was sealed for them, and it can be opened.
    pub async fn having_keys(&self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError> {
        Ok(self.keys.existing(subjects).await?.into_keys().collect())
    }

    /// Which of the subjects' keys were destroyed.
    pub async fn destroyed(&self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError> {
        self.keys.destroyed(subjects).await
    }
}

/// A subject's key, open.
#[derive(Clone)]
pub(crate) struct SubjectKey {
    version: u32,
    key: SecretKey,
}
