//! Relay's global ids: base64url of `Kind:uuid`, so that an id says what it names and none can be taken for another.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sangdam_domain::id::{
    AgentId, CallId, CallbackId, CallerId, ConsultationId, DirectoryEntryId, ImportId, KnowledgeArticleId,
    TransferId,
};
use sangdam_domain::log::{StreamId, StreamKind};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use super::error::ApiError;

/// Any node, by kind and id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each variant holds the id of the type of its name")]
pub enum NodeId {
    Agent(AgentId),
    Call(CallId),
    Callback(CallbackId),
    Caller(CallerId),
    Consultation(ConsultationId),
    DirectoryEntry(DirectoryEntryId),
    Import(ImportId),
    KnowledgeArticle(KnowledgeArticleId),
    Transfer(TransferId),
}

impl NodeId {
    /// The stream of what it names; a transfer has none of its own.
    pub fn stream(self) -> Option<StreamId> {
        let (kind, uuid) = match self {
            Self::Agent(id) => (StreamKind::Agent, id.uuid()),
            Self::Call(id) => (StreamKind::Call, id.uuid()),
            Self::Callback(id) => (StreamKind::Callback, id.uuid()),
            Self::Caller(id) => (StreamKind::Caller, id.uuid()),
            Self::Consultation(id) => (StreamKind::Consultation, id.uuid()),
            Self::DirectoryEntry(id) => (StreamKind::DirectoryEntry, id.uuid()),
            Self::Import(id) => (StreamKind::Import, id.uuid()),
            Self::KnowledgeArticle(id) => (StreamKind::KnowledgeArticle, id.uuid()),
            Self::Transfer(_) => return None,
        };
        Some(StreamId::new(kind, uuid))
    }
}

/// An id of the domain that stands behind a global id.
pub trait GlobalId: Copy {
    /// The GraphQL type that it names.
    const TYPE: &'static str;

    /// From the UUID inside.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID inside.
    fn uuid(self) -> Uuid;
}

macro_rules! kinds {
    ($($id:ident = $type:ident),+ $(,)?) => {
        $(impl GlobalId for $id {
            const TYPE: &'static str = stringify!($type);

            fn from_uuid(uuid: Uuid) -> Self { $id::from_uuid(uuid) }

            fn uuid(self) -> Uuid { $id::uuid(self) }
        })+

        impl NodeId {
            /// Reads a global id of any kind.
            pub fn parse(id: &ID) -> Result<Self, ApiError> {
                let (kind, uuid) = split(id).ok_or_else(|| unreadable(id, "a node"))?;
                match kind.as_str() {
                    $(stringify!($type) => Ok(Self::$type($id::from_uuid(uuid))),)+
                    _ => Err(unreadable(id, "a node")),
                }
            }
        }
    };
}

kinds! {
    AgentId = Agent,
    CallId = Call,
    CallbackId = Callback,
    CallerId = Caller,
    ConsultationId = Consultation,
    DirectoryEntryId = DirectoryEntry,
    ImportId = Import,
    KnowledgeArticleId = KnowledgeArticle,
    TransferId = Transfer,
}

/// The global id of a thing.
pub fn global<T: GlobalId>(id: T) -> ID {
    let mut text = Vec::with_capacity(T::TYPE.len() + 1 + Hyphenated::LENGTH);
    text.extend_from_slice(T::TYPE.as_bytes());
    text.push(b':');
    text.extend_from_slice(id.uuid().hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    ID(URL_SAFE_NO_PAD.encode(text))
}

/// Reads a global id of the kind expected. A bare UUID is taken too: it is what logs, exports and reports show.
pub fn parse<T: GlobalId>(id: &ID) -> Result<T, ApiError> {
    if let Ok(uuid) = Uuid::try_parse(id) {
        return Ok(T::from_uuid(uuid));
    }
    match split(id) {
        Some((kind, uuid)) if kind == T::TYPE => Ok(T::from_uuid(uuid)),
        Some((kind, _)) => {
            Err(ApiError::bad_input(format!("this id names a {kind}; a {} was expected", T::TYPE)))
        }
        None => Err(unreadable(id, T::TYPE)),
    }
}

fn split(id: &ID) -> Option<(String, Uuid)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?).ok()?;
    let (kind, uuid) = text.split_once(':')?;
    Some((kind.to_owned(), Uuid::try_parse(uuid).ok()?))
}

fn unreadable(id: &ID, expected: &str) -> ApiError {
    let shown: String = id.chars().take(60).collect();
    ApiError::bad_input(format!(
        "`{shown}` is not an id of {expected}: expected one that this API has given out"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_comes_back_and_is_not_taken_for_another_kind() {
        let call = CallId::from_uuid(Uuid::from_u128(7));
        let id = global(call);
        assert_eq!(parse::<CallId>(&id).unwrap(), call);
        assert_eq!(NodeId::parse(&id).unwrap(), NodeId::Call(call));
        let error = parse::<CallerId>(&id).unwrap_err();
        assert!(error.message().contains("names a Call"), "{}", error.message());
        for bad in ["", "!!", "YWJj", &"x".repeat(10_000)] {
            assert!(NodeId::parse(&ID(bad.to_owned())).is_err());
        }
    }
}
