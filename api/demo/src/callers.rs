//! All callers so far. They are many, none is forgotten and few are asked for at a time: at rest, each is kept in few bytes.

use std::collections::HashMap;

use sangdam_domain::aggregate::{Aggregate, Caller, CallerPhone};
use sangdam_domain::id::CallerId;
use sangdam_domain::log::Version;
use sangdam_domain::personal::Personal;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{CallerKind, PersonName, PhoneNumber};

use crate::error::DemoError;

/// See the module.
#[derive(Default)]
pub(crate) struct Callers(HashMap<CallerId, AtRest>);

enum AtRest {
    /// As most are: of the one number with which they were registered.
    Plain(Plain),
    Other(Box<Caller>),
}

struct Plain {
    version: Version,
    registered_at: Timestamp,
    kind: CallerKind,
    name: Option<Box<str>>,
    phone: Box<str>,
}

impl Callers {
    /// One of them as it is now; `None` where nobody was registered so.
    pub(crate) fn get(&self, id: CallerId) -> Result<Option<Caller>, DemoError> {
        self.0.get(&id).map(|at_rest| at_rest.caller(id)).transpose()
    }

    /// One of them, to be kept again once something has happened to it.
    pub(crate) fn of(&self, id: CallerId) -> Result<Caller, DemoError> {
        self.get(id)?.ok_or(DemoError::NotOnStage("caller"))
    }

    pub(crate) fn keep(&mut self, caller: Caller) {
        let id = caller.id;
        let at_rest = Plain::of(&caller).map_or_else(|| AtRest::Other(Box::new(caller)), AtRest::Plain);
        self.0.insert(id, at_rest);
    }
}

impl AtRest {
    fn caller(&self, id: CallerId) -> Result<Caller, DemoError> {
        match self {
            Self::Plain(plain) => plain.caller(id),
            Self::Other(caller) => Ok(caller.as_ref().clone()),
        }
    }
}

impl Plain {
    /// `None` where there is more to tell of the caller.
    fn of(caller: &Caller) -> Option<Self> {
        let [CallerPhone { phone, .. }] = caller.phones.as_slice() else { return None };
        let plain = Self {
            version: caller.version,
            registered_at: caller.registered_at?,
            kind: caller.kind,
            name: caller.name.as_ref().and_then(Personal::known).map(|name| name.as_str().into()),
            phone: phone.known()?.as_str().into(),
        };
        plain.caller(caller.id).is_ok_and(|same| same == *caller).then_some(plain)
    }

    fn caller(&self, id: CallerId) -> Result<Caller, DemoError> {
        let name = self.name.as_deref().map(PersonName::parse).transpose()?;
        let phone = CallerPhone {
            phone: Personal::Known(PhoneNumber::parse(&self.phone)?),
            since: self.registered_at,
            version: Version::ZERO.next(),
        };
        Ok(Caller {
            version: self.version,
            registered_at: Some(self.registered_at),
            kind: self.kind,
            name: name.map(Personal::Known),
            phones: vec![phone],
            ..Caller::new(id)
        })
    }
}
