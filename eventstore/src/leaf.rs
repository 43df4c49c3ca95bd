//! Writing leaves. All that does not depend on the place in the log is encoded, and hashed as far as it goes, before
//! the head is held; the position, `recorded_at` and the version are put in when they are known.

use sangdam_domain::id::LedgerId;
use sangdam_domain::log::{LogId, Position};
use sangdam_domain::time::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::contract::{Append, AppendError, Hash, LEAF_BYTES_MAX, NewEvent, Sealed};
use crate::envelope::{ENVELOPE_VERSION, SEAL_ALGORITHM};
use crate::merkle::LEAF_PREFIX;

/// An event whose leaf is encoded but for its place.
pub(crate) struct EncodedEvent {
    pub(crate) event_id: [u8; 16],
    pub(crate) event_type: &'static str,
    pub(crate) occurred_at: i64,
    pub(crate) sealed: Option<Sealed>,
    /// Up to `"position":`.
    before_position: Vec<u8>,
    /// From the end of `recorded_at` to `"version":`.
    after_recorded_at: Vec<u8>,
    /// The leaf's hash as far as `before_position`.
    hashed: Sha256,
}

/// The longest that a position, a version and `recorded_at` with its key can be together.
const PLACE_BYTES_MAX: usize = 16 + 16 + RECORDED_AT.len() + 27 + 1;
const RECORDED_AT: &str = ",\"recorded_at\":\"";

impl EncodedEvent {
    pub(crate) fn new(
        ledger: LedgerId,
        log: &LogId,
        append: &Append,
        event: NewEvent,
    ) -> Result<Self, AppendError> {
        if let Some(problem) = object_not_canonical(&event.body) {
            return Err(AppendError::NotCanonical { event_type: event.event_type, problem });
        }
        let before_position = head_of(ledger, log, append, &event)?;
        let after_recorded_at = tail_of(append, &event)?;
        let bytes = before_position.len() + after_recorded_at.len() + PLACE_BYTES_MAX;
        if bytes > LEAF_BYTES_MAX {
            return Err(AppendError::TooLarge { event_type: event.event_type, bytes });
        }
        let hashed = Sha256::new().chain_update([LEAF_PREFIX]).chain_update(&before_position);
        Ok(Self {
            event_id: *event.event_id.uuid().as_bytes(),
            event_type: event.event_type,
            occurred_at: event.occurred_at.micros(),
            sealed: event.sealed,
            before_position,
            after_recorded_at,
            hashed,
        })
    }

    /// The leaf at this place, and its RFC 6962 hash. `recorded_at` as [`Timestamp`] writes it.
    pub(crate) fn place(&self, position: u64, recorded_at: &str, version: u64) -> (Vec<u8>, Hash) {
        let mut leaf =
            Vec::with_capacity(self.before_position.len() + self.after_recorded_at.len() + PLACE_BYTES_MAX);
        leaf.extend_from_slice(&self.before_position);
        leaf.extend_from_slice(position.to_string().as_bytes());
        leaf.extend_from_slice(RECORDED_AT.as_bytes());
        leaf.extend_from_slice(recorded_at.as_bytes());
        leaf.extend_from_slice(&self.after_recorded_at);
        leaf.extend_from_slice(version.to_string().as_bytes());
        leaf.push(b'}');
        let hash = self.hashed.clone().chain_update(&leaf[self.before_position.len()..]).finalize().into();
        (leaf, hash)
    }
}

fn head_of(ledger: LedgerId, log: &LogId, append: &Append, event: &NewEvent) -> Result<Vec<u8>, AppendError> {
    let mut out = Vec::with_capacity(512);
    text(&mut out, "{\"actor\":");
    write_json(&mut out, &append.actor, event)?;
    text(&mut out, ",\"body\":");
    write_json(&mut out, &event.body, event)?;
    if let Some(causation) = append.causation {
        uuid(&mut out, ",\"causation\":\"", causation.uuid());
    }
    uuid(&mut out, ",\"command\":\"", append.command_id.uuid());
    if let Some(correlation) = append.correlation {
        uuid(&mut out, ",\"correlation\":\"", correlation.uuid());
    }
    uuid(&mut out, ",\"event\":\"", event.event_id.uuid());
    uuid(&mut out, ",\"ledger\":\"", ledger.uuid());
    text(&mut out, ",\"log\":\"");
    text(&mut out, log.as_str());
    text(&mut out, "\",\"occurred_at\":\"");
    text(&mut out, &event.occurred_at.to_string());
    text(&mut out, "\",\"position\":");
    Ok(out)
}

fn tail_of(append: &Append, event: &NewEvent) -> Result<Vec<u8>, AppendError> {
    let mut out = Vec::with_capacity(384);
    text(&mut out, "\",\"schema\":");
    text(&mut out, &event.schema_version.to_string());
    if let Some(sealed) = &event.sealed {
        text(&mut out, ",\"sealed\":[{\"algorithm\":\"");
        text(&mut out, SEAL_ALGORITHM);
        text(&mut out, "\",\"key\":");
        text(&mut out, &sealed.key_version.to_string());
        text(&mut out, ",\"sha256\":\"");
        text(&mut out, &hex::encode(Sha256::digest(&sealed.bytes)));
        text(&mut out, "\",\"subject\":\"");
        text(&mut out, &sealed.subject.to_string());
        text(&mut out, "\"}]");
    }
    text(&mut out, ",\"stream\":\"");
    text(&mut out, append.stream.kind.as_str());
    uuid(&mut out, "/", append.stream.uuid);
    text(&mut out, ",\"type\":");
    write_json(&mut out, event.event_type, event)?;
    text(&mut out, ",\"v\":");
    text(&mut out, &ENVELOPE_VERSION.to_string());
    text(&mut out, ",\"version\":");
    Ok(out)
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
}

/// What stands before a UUID, the UUID and the quotation mark behind it.
fn uuid(out: &mut Vec<u8>, before: &str, uuid: Uuid) {
    text(out, before);
    text(out, uuid.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()));
    out.push(b'"');
}

/// `serde_json` writes what RFC 8785 asks for as long as keys are ASCII (its maps are sorted by bytes) and numbers are
/// integers that a double holds; [`not_canonical`] sees to that.
fn write_json<T: serde::Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
    event: &NewEvent,
) -> Result<(), AppendError> {
    serde_json::to_writer(out, value)
        .map_err(|e| AppendError::NotCanonical { event_type: event.event_type, problem: e.to_string() })
}

fn not_canonical(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let exact = number.as_i64().is_some_and(|n| n.unsigned_abs() <= Position::MAX.get());
            (!exact).then(|| format!("{number} is not an integer within ±(2^53 − 1)"))
        }
        Value::Array(values) => values.iter().find_map(not_canonical),
        Value::Object(map) => object_not_canonical(map),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

fn object_not_canonical(map: &Map<String, Value>) -> Option<String> {
    map.iter().find_map(|(key, value)| {
        if key.is_ascii() { not_canonical(value) } else { Some(format!("the key `{key}` is not ASCII")) }
    })
}

/// A moment as leaves write it.
pub(crate) fn moment(micros: i64) -> String {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MIN).to_string()
}
