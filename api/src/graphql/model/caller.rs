//! Callers.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, Object, SimpleObject, Union};
use sangdam_domain::aggregate::{self, ErasureStatus};
use sangdam_domain::id::CallerId;
use sangdam_projections::callbacks;
use sangdam_projections::callers::{self, ContactKind, KnownCaller};
use sangdam_projections::calls::{self, CallFilter};
use sangdam_projections::consultations::ConsultationFilter;
use sangdam_projections::{At, Cursor};

use super::lazy::{lazy_object, loaders};
use super::{Call, Callback, Consultation, ConsultationConnection, PersonalText, consultation_page};
use crate::graphql::app;
use crate::graphql::code::{CallerKind, LegalBasis};
use crate::graphql::error::ApiError;
use crate::graphql::node::global;
use crate::graphql::page::{PageArgs, TimeCursor, connection};
use crate::graphql::scalar::{DateTime, PhoneNumber, version};
use crate::graphql::shown::all_fields;

/// How a caller's wish to be forgotten stands.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErasureState {
    /// They did not ask.
    None,
    /// They asked.
    Requested,
    /// It was granted, and is to be carried out.
    Approved,
    /// It was refused. They may ask again.
    Refused,
    /// It was carried out: nothing personal of theirs can be read any more.
    Erased,
}

/// Whether a caller asked to be forgotten, and what came of it.
#[derive(SimpleObject)]
pub struct Erasure {
    /// How it stands.
    pub state: ErasureState,
    /// On what ground it was refused.
    pub legal_basis: Option<LegalBasis>,
}

/// A number of a caller.
#[derive(SimpleObject)]
pub struct CallerPhone {
    /// The number; null where it was erased.
    pub phone: Option<PhoneNumber>,
    /// Whether it was erased.
    pub erased: bool,
    /// Since when it is known to be theirs.
    pub since: DateTime,
}

/// Something in a caller's history.
#[derive(Union)]
pub enum Contact {
    /// A call.
    Call(Call),
    /// A consultation.
    Consultation(Consultation),
    /// A callback.
    Callback(Callback),
}

/// The fields that are told by a caller's row alone.
const TOLD_BY_ROW: [&str; 11] = [
    "__typename",
    "id",
    "uuid",
    "version",
    "registeredAt",
    "kind",
    "mergedInto",
    "history",
    "consultations",
    "openCallbacks",
    "calls",
];

lazy_object! {
    /// A person (or an unknown number) who called. The id is a pseudonym.
    Caller, aggregate::Caller, CallerId, KnownCaller
}

#[Object]
impl Caller {
    /// The global id.
    pub async fn id(&self) -> ID {
        global(self.0.id())
    }

    /// The UUID, as it stands in events and exports.
    async fn uuid(&self) -> String {
        self.0.id().to_string()
    }

    /// How many events the caller's stream has: give it back as `expectedVersion`.
    async fn version(&self, ctx: &Context<'_>) -> Result<i32, ApiError> {
        Ok(version(match &self.1 {
            Some(row) => row.version,
            None => self.0.get(ctx).await?.version,
        }))
    }

    /// Since when they are known.
    async fn registered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        Ok(match &self.1 {
            Some(row) => Some(row.registered_at.into()),
            None => self.0.get(ctx).await?.registered_at.map(Into::into),
        })
    }

    /// Resident, visitor or not known.
    async fn kind(&self, ctx: &Context<'_>) -> Result<CallerKind, ApiError> {
        Ok(match &self.1 {
            Some(row) => row.kind.into(),
            None => self.0.get(ctx).await?.kind.into(),
        })
    }

    /// Their name, if told.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(state.name.as_ref().map(|name| PersonalText::of(name, |name| name.as_str())))
    }

    /// Their numbers, the first known first.
    async fn phones(&self, ctx: &Context<'_>) -> Result<Vec<CallerPhone>, ApiError> {
        let phones = &self.0.get(ctx).await?.phones;
        Ok(phones
            .iter()
            .map(|of_theirs| {
                let phone = of_theirs.phone.known().cloned().map(PhoneNumber);
                CallerPhone { erased: phone.is_none(), phone, since: of_theirs.since.into() }
            })
            .collect())
    }

    /// Their id in an import's source.
    async fn external_reference(&self, ctx: &Context<'_>) -> Result<Option<PersonalText>, ApiError> {
        let state = self.0.get(ctx).await?;
        Ok(state.external_reference.as_ref().map(|text| PersonalText::of(text, |text| text.as_str())))
    }

    /// The caller into whom this one was merged: this one is an alias then.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Caller>, ApiError> {
        let merged_into = match &self.1 {
            Some(row) => row.merged_into,
            None => self.0.get(ctx).await?.merged_into,
        };
        Ok(merged_into.map(|id| Caller::of_id(self.0.at(), id)))
    }

    /// Callers who were merged into this one.
    async fn aliases(&self, ctx: &Context<'_>) -> Result<Vec<Caller>, ApiError> {
        Ok(self.0.get(ctx).await?.aliases.iter().map(|id| Caller::of_id(self.0.at(), *id)).collect())
    }

    /// Whether they asked to be forgotten, and what came of it.
    async fn erasure(&self, ctx: &Context<'_>) -> Result<Erasure, ApiError> {
        let (state, legal_basis) = match self.0.get(ctx).await?.erasure {
            ErasureStatus::None => (ErasureState::None, None),
            ErasureStatus::Requested => (ErasureState::Requested, None),
            ErasureStatus::Approved => (ErasureState::Approved, None),
            ErasureStatus::Refused(basis) => (ErasureState::Refused, Some(basis.into())),
            ErasureStatus::Erased => (ErasureState::Erased, None),
        };
        Ok(Erasure { state, legal_basis })
    }

    /// Everything between them and the centre, those of their aliases included: calls, consultations, callbacks; newest
    /// first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<TimeCursor, Contact>, ApiError> {
        let at = self.0.at();
        let everyone = self.everyone(ctx).await?;
        connection(
            at,
            PageArgs::new(first, after, last, before),
            |page| async move {
                callers::history(&app(ctx)?.models, at, &everyone, &page).await.map_err(Into::into)
            },
            |row| {
                let what = match row.what {
                    ContactKind::Call(id) => Contact::Call(Call::of_id(at, id)),
                    ContactKind::Consultation(id) => Contact::Consultation(Consultation::of_id(at, id)),
                    ContactKind::Callback(id) => Contact::Callback(Callback::of_id(at, id)),
                };
                (row.cursor(), what)
            },
        )
        .await
    }

    /// Their consultations, those of their aliases included; newest first.
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ConsultationConnection, ApiError> {
        let filter = ConsultationFilter { callers: self.everyone(ctx).await?, ..Default::default() };
        consultation_page(ctx, self.0.at(), filter, PageArgs::new(first, after, last, before)).await
    }

    /// What they were promised and still wait for, their aliases included; the one that is due first first.
    async fn open_callbacks(&self, ctx: &Context<'_>) -> Result<Vec<Callback>, ApiError> {
        let (at, everyone) = (self.0.at(), self.everyone(ctx).await?);
        let rows = callbacks::open_of_callers(&app(ctx)?.models, at, &everyone).await?;
        Ok(rows.into_iter().map(|row| Callback::of_id(at, row.id)).collect())
    }

    /// Their calls, those of their aliases included; newest first.
    async fn calls(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<TimeCursor, Call>, ApiError> {
        let at = self.0.at();
        let filter = CallFilter { callers: self.everyone(ctx).await?, ..Default::default() };
        connection(
            at,
            PageArgs::new(first, after, last, before),
            |page| async move {
                calls::page(&app(ctx)?.models, at, &filter, &page).await.map_err(Into::into)
            },
            |row| (Cursor { at: row.offered_at, id: row.id.uuid() }, Call::of_id(at, row.id)),
        )
        .await
    }
}

impl Caller {
    /// The caller with this id: as their row tells, where that is all that is asked for below the field being resolved. `None` where
    /// there is none.
    pub(in crate::graphql) async fn find(
        ctx: &Context<'_>,
        at: &At,
        id: CallerId,
    ) -> Result<Option<Self>, ApiError> {
        if at.position().is_none()
            && all_fields(ctx, |field| TOLD_BY_ROW.contains(&field.name()))
            && let Some(row) = callers::known(&app(ctx)?.models, at.log(), id).await?
        {
            return Ok(Some(Self::from_row(at, id, row)));
        }
        let state = loaders(ctx)?.load(at, id).await?;
        Ok(state.map(|state| Self::from_state(at, state)))
    }

    /// They and their aliases.
    pub(super) async fn everyone(&self, ctx: &Context<'_>) -> Result<Vec<CallerId>, ApiError> {
        let (models, at) = (&app(ctx)?.models, self.0.at());
        let mut everyone = match &self.1 {
            Some(row) => callers::aliases_of(models, at, row).await?,
            None => callers::aliases(models, at, self.0.id()).await?,
        };
        if everyone.is_empty() {
            everyone.push(self.0.id());
        }
        Ok(everyone)
    }
}
