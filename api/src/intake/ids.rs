//! Ids that depend on nothing but the row itself, so that a row counts once whichever file brings it.
//!
//! A UUIDv8 (RFC 9562): 48 bits of the row's own Unix milliseconds, then 74 bits of an HMAC-SHA-256, under the vault's
//! secret, of the centre, the source and the row's key columns. Ids of callers and agents have no moment: they are bits
//! of the HMAC alone.

use sangdam_domain::id::{AgentId, CallId, CallerId, CommandId, ConsultationId, ImportId, TelephoneRecordId};
use sangdam_domain::time::Timestamp;
use uuid::{Builder, Uuid};

use super::columns::push_part;

/// The name of a centre's telephone system, where it was given no other: what it says in files and what it pushes are of the
/// same calls and agents.
pub const TELEPHONE_SYSTEM: &str = "asterisk";

/// A keyed hash of some bytes, within a namespace: `Vault::blind`.
pub trait Blind {
    /// The hash.
    fn blind(&self, namespace: &str, bytes: &[u8]) -> [u8; 32];
}

/// Makes the ids of one source's rows in one centre.
pub struct Ids<'a, B> {
    blind: &'a B,
    scope: Vec<u8>,
}

/// The ids of a call that a telephone system tells of under an id of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallIds {
    /// The call.
    pub call: CallId,
    /// The consultation that it opened, if each answered call is taken for one.
    pub consultation: ConsultationId,
}

/// The ids of what one row makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowIds {
    /// The row's command.
    pub command: CommandId,
    /// Its call.
    pub call: CallId,
    /// The consultation that the call opened, if it was answered.
    pub consultation: ConsultationId,
}

impl<'a, B: Blind> Ids<'a, B> {
    /// For the rows of a source, in a centre.
    pub fn new(blind: &'a B, centre: &str, source: &str) -> Self {
        let mut scope = Vec::new();
        push_part(&mut scope, centre);
        push_part(&mut scope, source);
        Self { blind, scope }
    }

    /// The ids of what a row makes. `key` are its key columns, see [`super::columns::Row::parts`].
    pub fn row(&self, offered_at: Timestamp, key: &[u8]) -> RowIds {
        let hash = self.hash("import-row", key);
        RowIds {
            command: CommandId::from_uuid(timed(offered_at, &hash[0..10])),
            call: CallId::from_uuid(timed(offered_at, &hash[10..20])),
            consultation: ConsultationId::from_uuid(timed(offered_at, &hash[20..30])),
        }
    }

    /// The command that a record of a telephone system becomes, and the record itself where it is kept as it stands.
    /// The whole record is its key.
    pub fn record(&self, at: Timestamp, record: &str) -> (CommandId, TelephoneRecordId) {
        let hash = self.hash("telephone-record", record.as_bytes());
        (
            CommandId::from_uuid(timed(at, &hash[0..10])),
            TelephoneRecordId::from_uuid(timed(at, &hash[10..20])),
        )
    }

    /// A call by its id in the telephone system, whichever of its files tells of it. `began` is the moment that the id
    /// tells, or [`Timestamp::MIN`].
    pub fn call(&self, began: Timestamp, reference: &str) -> CallIds {
        let hash = self.hash("telephone-call", reference.as_bytes());
        CallIds {
            call: CallId::from_uuid(timed(began, &hash[0..10])),
            consultation: ConsultationId::from_uuid(timed(began, &hash[10..20])),
        }
    }

    /// A caller whom a call brought, with a number that was nobody's then, and the command that registers them. The
    /// number may become somebody else's, so that it is not all of the key.
    pub fn caller_of(&self, call: CallId, number: &str) -> (CallerId, CommandId) {
        let (id, command) =
            self.pair("telephone-caller", &[call.uuid().as_bytes(), number.as_bytes()].concat());
        (CallerId::from_uuid(id), CommandId::from_uuid(command))
    }

    /// A caller, and the command that registers it.
    pub fn caller(&self, reference: &str) -> (CallerId, CommandId) {
        let (id, command) = self.pair("import-caller", reference.as_bytes());
        (CallerId::from_uuid(id), CommandId::from_uuid(command))
    }

    /// An agent, and the command that registers them.
    pub fn agent(&self, name: &str) -> (AgentId, CommandId) {
        let (id, command) = self.pair("import-agent", name.as_bytes());
        (AgentId::from_uuid(id), CommandId::from_uuid(command))
    }

    /// An import of one file with one mapping, the command that starts it and the one that completes it.
    pub fn import(
        &self,
        file_sha256: &[u8; 32],
        mapping_sha256: &[u8; 32],
    ) -> (ImportId, CommandId, CommandId) {
        let both = [file_sha256.as_slice(), mapping_sha256].concat();
        let (id, start) = self.pair("import", &both);
        let (complete, _) = self.pair("import-completed", &both);
        (ImportId::from_uuid(id), CommandId::from_uuid(start), CommandId::from_uuid(complete))
    }

    fn hash(&self, namespace: &str, bytes: &[u8]) -> [u8; 32] {
        self.blind.blind(namespace, &[self.scope.as_slice(), bytes].concat())
    }

    fn pair(&self, namespace: &str, bytes: &[u8]) -> (Uuid, Uuid) {
        let hash = self.hash(namespace, bytes);
        let (mut first, mut second) = ([0; 16], [0; 16]);
        first.copy_from_slice(&hash[..16]);
        second.copy_from_slice(&hash[16..]);
        (Builder::from_custom_bytes(first).into_uuid(), Builder::from_custom_bytes(second).into_uuid())
    }
}

fn timed(at: Timestamp, bits: &[u8]) -> Uuid {
    let millis = at.micros() / 1000;
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..].copy_from_slice(bits);
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    struct Plain;

    impl Blind for Plain {
        fn blind(&self, namespace: &str, bytes: &[u8]) -> [u8; 32] {
            Sha256::digest([namespace.as_bytes(), bytes].concat()).into()
        }
    }

    #[test]
    fn a_rows_ids_are_its_own_and_start_with_its_moment() {
        let at: Timestamp = "1999-02-01T05:02:47Z".parse().unwrap();
        let bank = Ids::new(&Plain, "bank", "calls");
        let ids = bank.row(at, b"key");
        assert_eq!(ids, bank.row(at, b"key"));
        assert_ne!(ids, bank.row(at, b"other"));
        assert_ne!(ids, Ids::new(&Plain, "bankc", "alls").row(at, b"key"));
        for uuid in [ids.command.uuid(), ids.call.uuid(), ids.consultation.uuid()] {
            assert_eq!((uuid.get_version_num(), uuid.get_variant()), (8, uuid::Variant::RFC4122));
            assert_eq!(uuid.as_u128() >> 80, 917_845_367_000);
        }
        assert_ne!(ids.call.uuid(), ids.consultation.uuid());
    }
}
