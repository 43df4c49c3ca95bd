//! What stands in a consultation.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use sangdam_domain::aggregate::{self, Centre, Happened};
use sangdam_domain::event;
use sangdam_domain::id::DirectoryEntryId;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::Code;
use sangdam_projections::At;

use super::{Actor, Agent, Call, Consultation, DirectoryEntry, DirectoryListing, Lazy, PersonalText};
use crate::graphql::code::{
    AttachReason, ContactReason, GuidanceKind, LinkKind, NoteKind, Outcome, ReopenReason, ResolvedBy,
    VoidReason,
};
use crate::graphql::error::ApiError;
use crate::graphql::scalar::{DateTime, int, version};

/// A call of a consultation.
#[derive(SimpleObject)]
pub struct AttachedCall {
    /// The call.
    pub call: Call,
    /// Why it belongs here; null for the call that opened the consultation.
    pub reason: Option<AttachReason>,
    /// Since when.
    pub at: DateTime,
}

impl AttachedCall {
    pub(super) fn new(at: &At, of: &aggregate::AttachedCall) -> Self {
        Self { call: Call::of_id(at, of.call), reason: of.reason.map(Into::into), at: of.at.into() }
    }
}

/// A note.
#[derive(SimpleObject)]
pub struct Note {
    /// The version in the consultation's stream at which it was recorded: name it by this to correct it.
    pub version: i32,
    /// What it holds.
    pub kind: NoteKind,
    /// What it says, as corrected; null where it was erased.
    pub text: Option<String>,
    /// Whether the text was erased.
    pub erased: bool,
    /// Whether the text was corrected.
    pub corrected: bool,
    /// When it was written.
    pub at: DateTime,
    /// Who wrote it.
    pub by: Actor,
}

impl Note {
    pub(super) fn new(at: &At, note: &aggregate::Note) -> Self {
        let text = note.text.known().map(|text| text.as_str().to_owned());
        Self {
            version: version(note.version),
            kind: note.kind.into(),
            erased: text.is_none(),
            text,
            corrected: note.text_version != note.version,
            at: note.at.into(),
            by: Actor::new(at, &note.by),
        }
    }
}

/// What the caller was told about.
#[derive(SimpleObject)]
pub struct Guidance {
    /// About what.
    pub kind: GuidanceKind,
    /// When.
    pub at: DateTime,
}

impl Guidance {
    pub(super) fn new(given: &Happened<event::GuidanceGiven>) -> Self {
        Self { kind: given.what.kind.into(), at: given.at.into() }
    }
}

/// An entry of the directory, at the version that somebody spoke of.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $(#[$version:meta])* entry_version) => {
        $(#[$doc])*
        #[derive(SimpleObject)]
        #[graphql(complex)]
        pub struct $name {
            $(#[$version])*
            pub entry_version: i32,
            /// When.
            pub at: DateTime,
            #[graphql(skip)]
            version: u32,
            #[graphql(skip)]
            as_of: At,
            #[graphql(skip)]
            id: DirectoryEntryId,
        }

        impl $name {
            pub(super) fn new(at: &At, number: &Happened<event::$name>) -> Self {
                Self {
                    entry_version: int(number.what.entry_version.into()),
                    at: number.at.into(),
                    version: number.what.entry_version,
                    as_of: at.clone(),
                    id: number.what.entry,
                }
            }
        }

        #[ComplexObject]
        impl $name {
            /// Whose number, as the directory says now.
            async fn entry(&self) -> DirectoryEntry {
                DirectoryEntry::of_id(&self.as_of, self.id)
            }

            /// What the entry said at that version.
            async fn listing(&self, ctx: &Context<'_>) -> Result<Option<DirectoryListing>, ApiError> {
                let entry = Lazy::<aggregate::DirectoryEntry>::of_id(&self.as_of, self.id);
                Ok(entry.get(ctx).await?.listing_at(self.version).map(DirectoryListing::new))
            }
        }
    };
}

number! {
    /// A number of the directory that the caller was given.
    NumberGiven,
    /// The entry's version that was read out.
    entry_version
}

number! {
    /// A number of the directory that the caller asked for.
    NumberAskedFor,
    /// The entry's version at that moment.
    entry_version
}

/// How a consultation was settled.
#[derive(SimpleObject)]
pub struct Resolution {
    /// By the agent or by the officer.
    pub by: ResolvedBy,
    /// How.
    pub outcome: Outcome,
    /// When.
    pub at: DateTime,
    /// Who recorded it.
    pub actor: Actor,
}

impl Resolution {
    pub(in crate::graphql) fn new(at: &At, resolved: &Happened<event::ConsultationResolved>) -> Self {
        Self {
            by: resolved.what.by.into(),
            outcome: resolved.what.outcome.into(),
            at: resolved.at.into(),
            actor: Actor::new(at, &resolved.by),
        }
    }
}

/// A settled matter was taken up again.
#[derive(SimpleObject)]
pub struct Reopening {
    /// Why.
    pub reason: ReopenReason,
    /// When.
    pub at: DateTime,
}

impl Reopening {
    pub(super) fn new(reopened: &Happened<event::ConsultationReopened>) -> Self {
        Self { reason: reopened.what.reason.into(), at: reopened.at.into() }
    }
}

/// Another consultation belongs with it.
#[derive(SimpleObject)]
pub struct Link {
    /// The other one.
    pub other: Consultation,
    /// How they belong together.
    pub kind: LinkKind,
    /// Since when.
    pub at: DateTime,
}

impl Link {
    pub(super) fn new(at: &At, linked: &Happened<event::ConsultationLinked>) -> Self {
        Self {
            other: Consultation::of_id(at, linked.what.other),
            kind: linked.what.kind.into(),
            at: linked.at.into(),
        }
    }
}

/// Something recorded earlier was set right. One of `agent`, `contactReason` and `note` says what.
#[derive(SimpleObject)]
pub struct Correction {
    /// The right agent.
    pub agent: Option<Agent>,
    /// The right reason for calling.
    pub contact_reason: Option<ContactReason>,
    /// The version of the note whose text was corrected.
    pub note: Option<i32>,
    /// The note's text as corrected then.
    pub text: Option<PersonalText>,
    /// Why.
    pub why: Option<PersonalText>,
    /// When.
    pub at: DateTime,
    /// Who did it.
    pub by: Actor,
}

impl Correction {
    pub(super) fn new(at: &At, corrected: &Happened<event::ConsultationCorrected>) -> Self {
        let what = &corrected.what;
        let (agent, contact_reason, note) = match what.what {
            event::Correction::Agent { agent } => (Some(Agent::of_id(at, agent)), None, None),
            event::Correction::ContactReason { contact_reason } => (None, Some(contact_reason.into()), None),
            event::Correction::Note { note } => (None, None, Some(version(note))),
        };
        Self {
            agent,
            contact_reason,
            note,
            text: what.text.as_ref().map(|text| PersonalText::of(text, |text| text.as_str())),
            why: what.why.as_ref().map(|why| PersonalText::of(why, |why| why.as_str())),
            at: corrected.at.into(),
            by: Actor::new(at, &corrected.by),
        }
    }
}

/// Why a consultation does not count.
#[derive(SimpleObject)]
pub struct Voiding {
    /// Why.
    pub reason: VoidReason,
    /// More about it.
    pub explanation: Option<PersonalText>,
    /// When it was voided.
    pub at: DateTime,
    /// Who did it.
    pub by: Actor,
}

impl Voiding {
    pub(super) fn new(at: &At, voided: &Happened<event::ConsultationVoided>) -> Self {
        let explanation = voided.what.explanation.as_ref();
        Self {
            reason: voided.what.reason.into(),
            explanation: explanation.map(|text| PersonalText::of(text, |text| text.as_str())),
            at: voided.at.into(),
            by: Actor::new(at, &voided.by),
        }
    }
}

/// The category that a consultation was put in.
pub struct ConsultationCategory {
    centre: Lazy<Centre>,
    code: Code,
    taxonomy_version: u32,
    /// Left out where the consultation's row told of it.
    at: Option<Timestamp>,
}

impl ConsultationCategory {
    pub(super) fn new(at: &At, categorised: &Happened<event::ConsultationCategorised>) -> Self {
        let what = &categorised.what;
        let at_that = Some(categorised.at);
        Self { at: at_that, ..Self::of_row(at, what.code.clone(), what.taxonomy_version) }
    }

    /// As a consultation's row tells it: all but when it was put in it.
    pub(super) fn of_row(at: &At, code: Code, taxonomy_version: u32) -> Self {
        Self { centre: Lazy::of_id(at, ()), code, taxonomy_version, at: None }
    }

    async fn category(&self, ctx: &Context<'_>) -> Result<Option<&event::Category>, ApiError> {
        let centre = self.centre.get(ctx).await?;
        let taxonomy = centre.taxonomies.iter().find(|of| of.what.taxonomy_version == self.taxonomy_version);
        Ok(taxonomy.and_then(|of| of.what.categories.iter().find(|category| category.code == self.code)))
    }
}

#[Object]
impl ConsultationCategory {
    /// The code.
    async fn code(&self) -> &str {
        self.code.as_str()
    }

    /// The taxonomy it is taken from.
    async fn taxonomy_version(&self) -> i32 {
        int(self.taxonomy_version.into())
    }

    /// When the consultation was put in it.
    async fn at(&self) -> Result<DateTime, ApiError> {
        let at = self.at.map(Into::into);
        at.ok_or_else(|| ApiError::internal(&"a category without its event was asked when that was"))
    }

    /// Its name in Korean.
    async fn name_ko(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.category(ctx).await?.map(|category| category.name_ko.as_str()))
    }

    /// Its name in English.
    async fn name_en(&self, ctx: &Context<'_>) -> Result<Option<&str>, ApiError> {
        Ok(self.category(ctx).await?.map(|category| category.name_en.as_str()))
    }
}
