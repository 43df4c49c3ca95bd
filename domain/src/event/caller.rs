//! What is known of a caller.

use serde::{Deserialize, Serialize};

use crate::actor::Subject;
use crate::id::CallerId;
use crate::log::Version;
use crate::personal::Personal;
use crate::value::{CallerKind, ExternalReference, LegalBasis, PersonName, PhoneNumber};

/// A caller is known from now on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerRegistered {
    /// The number they called from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<PhoneNumber>>,
    /// Their name, if told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Personal<PersonName>>,
    /// Resident, visitor or not known.
    pub kind: CallerKind,
    /// Their id in an import's source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_reference: Option<Personal<ExternalReference>>,
}

/// A call or consultation turned out to be theirs: its key is linked to them. Stands in the caller's stream and in the call's or consultation's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerIdentified {
    /// Whose it is.
    pub caller: CallerId,
    /// The call or consultation.
    pub subject: Subject,
}

/// They have a further number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerPhoneAdded {
    /// The number.
    pub phone: Personal<PhoneNumber>,
}

/// A number now belongs to another caller. Stands in both callers' streams, and tells the number in the stream of whom it
/// belongs to now alone: what is sealed for the one must not outlive the other's erasure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerPhoneMoved {
    /// The number, in the stream of whom it belongs to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Personal<PhoneNumber>>,
    /// In the stream of whom it belonged to: the version there that told the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Version>,
    /// Whose it was.
    pub from: CallerId,
    /// Whose it is.
    pub to: CallerId,
}

/// They told their name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerNamed {
    /// The name.
    pub name: Personal<PersonName>,
}

/// Two callers are one person: the absorbed one is an alias from now on; the keys stay apart. Stands in both streams.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallersMerged {
    /// Who goes on.
    pub survivor: CallerId,
    /// Who is an alias.
    pub absorbed: CallerId,
}

/// They were two persons after all. Stands in both streams.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallersUnmerged {
    /// Who went on.
    pub survivor: CallerId,
    /// Who was an alias.
    pub absorbed: CallerId,
}

/// The caller asked to be forgotten.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErasureRequested {}

/// The request was granted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErasureApproved {}

/// The request was refused.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ErasureRefused {
    /// On what ground.
    pub legal_basis: LegalBasis,
}

/// The caller is forgotten: every key of theirs is destroyed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerErased {
    /// All data subjects whose keys are destroyed, the caller first.
    pub subjects: Vec<Subject>,
}
