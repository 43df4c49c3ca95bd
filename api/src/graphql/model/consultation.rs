//! Consultations.

use async_graphql::{Context, Enum, ID, Object, SelectionField};
use sangdam_domain::aggregate::{self, ConsultationStatus as Status};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::{StreamId, StreamKind};
use sangdam_domain::value::{CallbackFor, OpenedBy};
use sangdam_projections::consultations::{self, ListedConsultation};

use super::consultation_parts::{
    AttachedCall, ConsultationCategory, Correction, Guidance, Link, Note, NumberAskedFor, NumberGiven,
    Reopening, Resolution, Voiding,
};
use super::event::{EventConnection, timeline};
use super::lazy::{lazy_object, loaders};
use super::{Actor, Agent, Call, Callback, Caller, Transfer};
use crate::graphql::code::{Channel, ContactReason, NoteKind};
use crate::graphql::error::{ApiError, Code};
use crate::graphql::node::global;
use crate::graphql::scalar::{DateTime, version};

/// How a consultation stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConsultationStatus {
    /// It goes on.
    Open,
    /// It is settled.
    Resolved,
    /// It does not count and never did.
    Voided,
}

lazy_object! {
    /// One matter of one caller (상담), going over as many calls as it takes.
    Consultation, aggregate::Consultation, ConsultationId, ListedConsultation
}

/// The fields that are told by a consultation's row alone, next to its `category`.
const TOLD_BY_ROW: [&str; 14] = [
    "__typename",
    "id",
    "uuid",
    "version",
    "status",
    "openedAt",
    "call",
    "callback",
    "caller",
    "agent",
    "channel",
    "contactReason",
    "callbacks",
    "timeline",
];

/// Whether a consultation's row tells a field.
pub(super) fn told_by_row(field: SelectionField<'_>) -> bool {
    match field.name() {
        // When it was put in it is told by the event.
        "category" => field.selection_set().all(|of| of.name() != "at"),
        name => TOLD_BY_ROW.contains(&name),
    }
}

#[Object]
impl Consultation {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events its stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(match self.row().and_then(|row| row.version) {
            Some(version) => version,
            None => self.0.get(ctx).await?.version,
        }))
    }

    /// How it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<ConsultationStatus, ApiError> {
        if let Some(row) = &self.1 {
            return Ok(status_of(row.status));
        }
        Ok(match self.0.get(ctx).await?.status {
            Status::None | Status::Open => ConsultationStatus::Open,
            Status::Resolved => ConsultationStatus::Resolved,
            Status::Voided => ConsultationStatus::Voided,
        })
    }

    /// When it was opened. It counts in this moment's year, month and day on the centre's clock.
    async fn opened_at(&self, ctx: &Context<'_>) -> Result<DateTime, ApiError> {
        if let Some(row) = &self.1 {
            return Ok(row.opened_at.into());
        }
        let opened = self.0.get(ctx).await?.opened.as_ref().map(|opened| opened.at.into());
        opened.ok_or_else(|| ApiError::new(Code::NotFound, "this consultation was never opened"))
    }

    /// Who recorded that it was opened.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, ApiError> {
        Ok(self.0.get(ctx).await?.opened.as_ref().map(|opened| Actor::new(self.0.at(), &opened.by)))
    }

    /// The call that opened it.
    async fn call(&self, ctx: &Context<'_>) -> Result<Option<Call>, ApiError> {
        Ok(self.opened_what(ctx).await?.map(|what| match what {
            OpenedBy::Call { call } | OpenedBy::Callback { call, .. } => Call::of_id(self.0.at(), call),
        }))
    }

    /// The callback whose call opened it, if one did.
    async fn callback(&self, ctx: &Context<'_>) -> Result<Option<Callback>, ApiError> {
        Ok(self.opened_what(ctx).await?.and_then(|what| match what {
            OpenedBy::Call { .. } => None,
            OpenedBy::Callback { callback, .. } => Some(Callback::of_id(self.0.at(), callback)),
        }))
    }

    /// Whose matter it is, if known.
    async fn caller(&self, ctx: &Context<'_>) -> Result<Option<Caller>, ApiError> {
        let caller = match &self.1 {
            Some(row) => row.caller,
            None => self.0.get(ctx).await?.caller,
        };
        Ok(caller.map(|id| Caller::of_id(self.0.at(), id)))
    }

    /// Who has it, if known.
    async fn agent(&self, ctx: &Context<'_>) -> Result<Option<Agent>, ApiError> {
        let agent = match &self.1 {
            Some(row) => row.agent,
            None => self.0.get(ctx).await?.agent,
        };
        Ok(agent.map(|id| Agent::of_id(self.0.at(), id)))
    }

    /// Through what it came.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<Channel>, ApiError> {
        Ok(match &self.1 {
            Some(row) => Some(row.channel.into()),
            None => self.0.get(ctx).await?.channel.map(Into::into),
        })
    }

    /// Why they called.
    async fn contact_reason(&self, ctx: &Context<'_>) -> Result<ContactReason, ApiError> {
        Ok(match &self.1 {
            Some(row) => row.contact_reason.into(),
            None => self.0.get(ctx).await?.contact_reason.into(),
        })
    }

    /// Its category.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<ConsultationCategory>, ApiError> {
        let at = self.0.at();
        if let Some(row) = &self.1 {
            let category = row.category.clone();
            return Ok(category.map(|(code, version)| ConsultationCategory::of_row(at, code, version)));
        }
        let state = self.0.get(ctx).await?;
        Ok(state.category.as_ref().map(|category| ConsultationCategory::new(at, category)))
    }

    /// Its calls, in the order in which they joined it.
    async fn calls(&self, ctx: &Context<'_>) -> Result<Vec<AttachedCall>, ApiError> {
        Ok(self.0.get(ctx).await?.calls.iter().map(|call| AttachedCall::new(self.0.at(), call)).collect())
    }

    /// Its notes, in order, with their texts as corrected.
    async fn notes(&self, ctx: &Context<'_>, kind: Option<NoteKind>) -> Result<Vec<Note>, ApiError> {
        let notes = self.0.get(ctx).await?.notes.iter();
        let wanted = notes.filter(|note| kind.is_none_or(|kind| kind == note.kind.into()));
        Ok(wanted.map(|note| Note::new(self.0.at(), note)).collect())
    }

    /// What the caller was told about.
    async fn guidance(&self, ctx: &Context<'_>) -> Result<Vec<Guidance>, ApiError> {
        Ok(self.0.get(ctx).await?.guidance.iter().map(Guidance::new).collect())
    }

    /// The numbers that the caller was given.
    async fn numbers_given(&self, ctx: &Context<'_>) -> Result<Vec<NumberGiven>, ApiError> {
        let given = self.0.get(ctx).await?.numbers_given.iter();
        Ok(given.map(|given| NumberGiven::new(self.0.at(), given)).collect())
    }

    /// The numbers that the caller asked for.
    async fn numbers_asked_for(&self, ctx: &Context<'_>) -> Result<Vec<NumberAskedFor>, ApiError> {
        let asked = self.0.get(ctx).await?.numbers_asked_for.iter();
        Ok(asked.map(|asked| NumberAskedFor::new(self.0.at(), asked)).collect())
    }

    /// Requests for transfers, in order.
    async fn transfers(&self, ctx: &Context<'_>) -> Result<Vec<Transfer>, ApiError> {
        let transfers = self.0.get(ctx).await?.transfers.iter();
        Ok(transfers.map(|transfer| Transfer::new(self.0.at(), transfer)).collect())
    }

    /// The transfer by which an officer has it now.
    async fn with_officer(&self, ctx: &Context<'_>) -> Result<Option<Transfer>, ApiError> {
        let state = self.0.get(ctx).await?;
        let with = state.transfers.iter().find(|of| Some(of.requested.what.transfer) == state.with_officer);
        Ok(with.map(|transfer| Transfer::new(self.0.at(), transfer)))
    }

    /// How it was settled, while it is.
    async fn resolution(&self, ctx: &Context<'_>) -> Result<Option<Resolution>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(state.resolved.as_ref().map(|resolved| Resolution::new(self.0.at(), resolved)))
    }

    /// Each time it was taken up again.
    async fn reopenings(&self, ctx: &Context<'_>) -> Result<Vec<Reopening>, ApiError> {
        Ok(self.0.get(ctx).await?.reopened.iter().map(Reopening::new).collect())
    }

    /// Consultations that belong with it.
    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<Link>, ApiError> {
        Ok(self.0.get(ctx).await?.links.iter().map(|link| Link::new(self.0.at(), link)).collect())
    }

    /// What was set right, in order.
    async fn corrections(&self, ctx: &Context<'_>) -> Result<Vec<Correction>, ApiError> {
        let corrections = self.0.get(ctx).await?.corrections.iter();
        Ok(corrections.map(|correction| Correction::new(self.0.at(), correction)).collect())
    }

    /// Why it does not count, if it does not.
    async fn voided(&self, ctx: &Context<'_>) -> Result<Option<Voiding>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(state.voided.as_ref().map(|voided| Voiding::new(self.0.at(), voided)))
    }

    /// Callbacks promised for it.
    async fn callbacks(&self, ctx: &Context<'_>) -> Result<Vec<Callback>, ApiError> {
        let consultation = self.0.id();
        let promised = CallbackFor::Consultation { consultation };
        let callbacks = loaders(ctx)?.callbacks(self.0.at(), promised).await?;
        Ok(callbacks.into_iter().map(|id| Callback::of_id(self.0.at(), id)).collect())
    }

    /// Everything that happened in it: its events, oldest first.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<EventConnection, ApiError> {
        let stream = StreamId::new(StreamKind::Consultation, self.0.id().uuid());
        timeline(ctx, self.0.at(), stream, first, after).await
    }
}

/// How a row says that a consultation stands.
pub(super) fn status_of(row: consultations::ConsultationStatus) -> ConsultationStatus {
    match row {
        consultations::ConsultationStatus::Open => ConsultationStatus::Open,
        consultations::ConsultationStatus::Resolved => ConsultationStatus::Resolved,
        consultations::ConsultationStatus::Voided => ConsultationStatus::Voided,
    }
}

impl Consultation {
    /// The row that tells of it, where one does.
    pub(super) fn row(&self) -> Option<&ListedConsultation> {
        self.1.as_deref()
    }

    /// What opened it.
    async fn opened_what(&self, ctx: &Context<'_>) -> Result<Option<OpenedBy>, ApiError> {
        Ok(match &self.1 {
            Some(row) => Some(row.opened_by),
            None => self.0.get(ctx).await?.opened.as_ref().map(|opened| opened.what),
        })
    }
}
