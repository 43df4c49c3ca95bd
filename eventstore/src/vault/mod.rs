//! The vault (signatures).
use crate::contract::{Hash, Sealed, StoreError};
use sangdam_domain::actor::Subject;
use sangdam_domain::id::EventId;
use sangdam_domain::log::LogId;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// The vault.
pub struct Vault {}

impl Vault {
    /// Seals an event's personal fields under the subject's key, which is made and durable before this returns.
    pub async fn seal(
        &self,
        log: &LogId,
        event: EventId,
        subject: Subject,
        personal: &Map<String, Value>,
    ) -> Result<Sealed, StoreError> {
        let _ = (log, event, subject, personal);
        Err(StoreError::Closed)
    }
    /// As [`Vault::seal`], many at once.
    pub async fn seal_many(
        &self,
        log: &LogId,
        parts: Vec<(EventId, Subject, Map<String, Value>)>,
    ) -> Result<Vec<Sealed>, StoreError> {
        let _ = (log, parts);
        Err(StoreError::Closed)
    }
    /// Opens what was sealed; `None` where the subject's key was destroyed.
    pub async fn open(
        &self,
        log: &LogId,
        event: EventId,
        sealed: &Sealed,
    ) -> Result<Option<Map<String, Value>>, StoreError> {
        let _ = (log, event, sealed);
        Err(StoreError::Closed)
    }
    /// As [`Vault::open`], many at once, in order.
    pub async fn open_many(
        &self,
        log: &LogId,
        parts: &[(EventId, Sealed)],
    ) -> Result<Vec<Option<Map<String, Value>>>, StoreError> {
        let _ = (log, parts);
        Err(StoreError::Closed)
    }
    /// A keyed HMAC.
    pub fn blind(&self, namespace: &str, bytes: &[u8]) -> Hash {
        let _ = (namespace, bytes);
        [0; 32]
    }
    /// A keyed HMAC of a command's canonical input.
    pub async fn fingerprint(&self, subject: Option<Subject>, canonical: &[u8]) -> Result<Hash, StoreError> {
        let _ = (subject, canonical);
        Err(StoreError::Closed)
    }
    /// Destroys the keys of subjects.
    pub async fn destroy(&self, subjects: &[Subject]) -> Result<(), StoreError> {
        let _ = subjects;
        Err(StoreError::Closed)
    }
    /// Whether the subject's key was destroyed.
    pub async fn is_destroyed(&self, subject: Subject) -> Result<bool, StoreError> {
        let _ = subject;
        Err(StoreError::Closed)
    }
    /// Which of the subjects' keys were destroyed.
    pub async fn destroyed(&self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError> {
        let _ = subjects;
        Err(StoreError::Closed)
    }
}
