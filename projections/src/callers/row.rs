//! What is kept of a caller.

use sangdam_domain::id::{CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::CallerKind;
use sangdam_eventstore::{Arg, Row};
use uuid::Uuid;

use crate::page::Cursor;
use crate::table::{Column, Table, code};

/// A caller as they stand.
#[derive(Clone, PartialEq, Debug)]
pub struct CallerRow {
    /// Who: a pseudonym.
    pub id: CallerId,
    /// Where they were registered.
    pub registered_position: Position,
    /// The latest event of their own stream.
    pub last_position: Position,
    /// How many events their stream has.
    pub version: Version,
    /// When they were registered.
    pub registered_at: Timestamp,
    /// Resident, visitor or not known.
    pub kind: CallerKind,
    /// Whether they came with an id of an import's source.
    pub has_external_reference: bool,
    /// Who goes on, if they are an alias.
    pub merged_into: Option<CallerId>,
    /// When they were forgotten, if they were.
    pub erased_at: Option<Timestamp>,
}

/// A caller as they stand, and who was merged into them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownCaller {
    /// Who: a pseudonym.
    pub id: CallerId,
    /// How many events their stream has.
    pub version: Version,
    /// When they were registered.
    pub registered_at: Timestamp,
    /// Resident, visitor or not known.
    pub kind: CallerKind,
    /// Who goes on, if they are an alias.
    pub merged_into: Option<CallerId>,
    /// Who was merged into them directly, in order.
    pub absorbed: Vec<CallerId>,
}

/// What a contact was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ContactKind {
    /// A telephone call.
    Call(CallId),
    /// A consultation.
    Consultation(ConsultationId),
    /// A promise to call back.
    Callback(CallbackId),
}

impl ContactKind {
    pub(crate) fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Call(id) => ("call", id.uuid()),
            Self::Consultation(id) => ("consultation", id.uuid()),
            Self::Callback(id) => ("callback", id.uuid()),
        }
    }

    fn of(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "call" => Some(Self::Call(CallId::from_uuid(id))),
            "consultation" => Some(Self::Consultation(ConsultationId::from_uuid(id))),
            "callback" => Some(Self::Callback(CallbackId::from_uuid(id))),
            _ => None,
        }
    }
}

/// One thing that happened with a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contact {
    /// What.
    pub what: ContactKind,
    /// Where it began.
    pub position: Position,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// With whom, if known.
    pub caller: Option<CallerId>,
    /// Whether it is a call that was answered.
    pub answered: bool,
    /// Whether it is a consultation that was voided.
    pub voided: bool,
}

impl Contact {
    /// Where it stands in the history.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.occurred_at, id: self.what.parts().1 }
    }
}

pub(crate) const CALLERS: Table = Table {
    name: "callers",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("registered_position"),
        Column::Set("last_position"),
        Column::Count("version"),
        Column::Fixed("registered_at"),
        Column::Fixed("kind"),
        Column::Fixed("external_reference"),
        Column::Set("merged_into"),
        Column::Set("erased_at"),
    ],
    since: "registered_position",
    spanned: false,
};

pub(crate) const CONTACTS: Table = Table {
    name: "contacts",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("kind"),
        Column::Fixed("position"),
        Column::Fixed("occurred_at"),
        Column::Set("caller"),
        Column::Count("answered"),
        Column::Count("voided"),
    ],
    since: "position",
    spanned: true,
};

pub(crate) const SELECT: &str = "id, registered_position, last_position, version, registered_at, kind, \
     external_reference, merged_into, erased_at";

pub(crate) const SELECT_KNOWN: &str = "id, version, registered_at, kind, merged_into";

pub(crate) const SELECT_CONTACT: &str = "kind, id, position, occurred_at, caller, answered, voided";

impl KnownCaller {
    /// Without whom they absorbed.
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: CallerId::from_uuid(row.uuid(0)?),
            version: row.version(1)?,
            registered_at: row.time(2)?,
            kind: code(row, 3, CallerKind::from_code)?,
            merged_into: row.opt_uuid(4)?.map(CallerId::from_uuid),
            absorbed: Vec::new(),
        })
    }
}

impl CallerRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: CallerId::from_uuid(row.uuid(0)?),
            registered_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            registered_at: row.time(4)?,
            kind: code(row, 5, CallerKind::from_code)?,
            has_external_reference: row.flag(6)?,
            merged_into: row.opt_uuid(7)?.map(CallerId::from_uuid),
            erased_at: row.opt_time(8)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.registered_position.into(),
            self.last_position.into(),
            self.version.into(),
            self.registered_at.into(),
            self.kind.as_str().into(),
            self.has_external_reference.into(),
            self.merged_into.map(CallerId::uuid).into(),
            self.erased_at.into(),
        ]
    }
}

impl Contact {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let id = row.uuid(1)?;
        Ok(Self {
            what: code(row, 0, |kind| ContactKind::of(kind, id))?,
            position: row.position(2)?,
            occurred_at: row.time(3)?,
            caller: row.opt_uuid(4)?.map(CallerId::from_uuid),
            answered: row.flag(5)?,
            voided: row.flag(6)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        let (kind, id) = self.what.parts();
        vec![
            log_no.into(),
            id.into(),
            kind.into(),
            self.position.into(),
            self.occurred_at.into(),
            self.caller.map(CallerId::uuid).into(),
            self.answered.into(),
            self.voided.into(),
        ]
    }
}
