//! A centre's ledger: every question goes through it.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use sangdam_domain::id::{CallbackId, CallerId, ConsultationId, DirectoryEntryId, KnowledgeArticleId};
use sangdam_domain::log;
use sangdam_eventstore::StoreError;
use sangdam_projections::{
    At, ReadError, agents, callbacks, counts, cumulative, directory, event_types, imports, knowledge,
    service_level,
};

use super::answers::{Checkpoint, ConsultationFilterInput};
use super::as_of::{self, AsOf, AsOfInput};
use super::parse::{check_days, parse_stream, parse_thresholds, parse_types};
use super::replay::{self, Asked};
use super::similar;
use crate::graphql::error::ApiError;
use crate::graphql::model::{
    self, Agent, CallConnection, Callback, Caller, Centre, Consultation, ConsultationConnection,
    CumulativeCount, DirectoryEdition, DirectoryEntry, DirectoryRank, EventConnection, Import,
    KnowledgeArticle, Lazy, Milestone, Period, PeriodCount, RankedBy, Ranking, ReplayConnection,
    ServiceLevel, SimilarConsultation, WhatWasKnown, YearlyCount, consultation_page, loaders,
    unaccounted_page,
};
use crate::graphql::page::{PageArgs, rows};
use crate::graphql::scalar::{Date, DateTime, PhoneNumber, Position};
use crate::graphql::shown::all_fields;
use crate::graphql::state::Years;
use crate::graphql::{app, node};
use crate::ledger;

/// A centre's ledger, as it stands at `position`.
pub struct Ledger {
    at: At,
    /// What the answers know of, where a field asks for it.
    position: log::Position,
}

/// The fields that need to know up to which position the answers hold.
const THAT_NEED_THE_POSITION: [&str; 6] =
    ["position", "recordedAt", "asOf", "replay", "whatWasKnown", "similarConsultations"];

impl Ledger {
    /// A centre's ledger, once its read models have come to `least`; as it stands, or as it stood at a moment.
    pub(super) async fn open(
        ctx: &Context<'_>,
        centre: Option<&str>,
        least: Option<Position>,
        as_of: Option<AsOfInput>,
    ) -> Result<Self, ApiError> {
        let app = app(ctx)?;
        let log = app.log_of(centre).await?;
        let known = match least {
            Some(Position(least)) => as_of::wait_for(app, &log, least, "minPosition").await?,
            // Before anything else is read: what the answers hold for may be less than they know, never more.
            None if needs_position(ctx) => app.models.applied(&log).await?,
            None => log::Position::ZERO,
        };
        let at = match as_of {
            Some(as_of) => as_of::resolve(app, &log, as_of).await?,
            None => At::now(&log),
        };
        let position = at.position().unwrap_or(known);
        Ok(Self { at, position })
    }

    async fn recorded(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        if self.position == log::Position::ZERO {
            return Ok(None);
        }
        let events = app(ctx)?.store.read_at(self.at.log(), &[self.position]).await?;
        Ok(events.first().map(|event| event.recorded_at.into()))
    }
}

fn needs_position(ctx: &Context<'_>) -> bool {
    !all_fields(ctx, |field| !THAT_NEED_THE_POSITION.contains(&field.name()))
}

#[Object]
impl Ledger {
    /// The position that the answers know of: they hold for a ledger that ends there.
    async fn position(&self) -> Position {
        self.position.into()
    }

    /// When that position was recorded; null while nothing is recorded.
    async fn recorded_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, ApiError> {
        self.recorded(ctx).await
    }

    /// The moment that all answers below are as of.
    async fn as_of(&self, ctx: &Context<'_>) -> Result<AsOf, ApiError> {
        let pinned = self.at.position().is_some();
        Ok(AsOf { position: self.position.into(), recorded_at: self.recorded(ctx).await?, pinned })
    }

    /// The call centre and its rules.
    async fn centre(&self) -> Centre {
        Centre::of_log(&self.at)
    }

    /// A caller, by id or by a number that is theirs; null where there is none. With their whole history: calls,
    /// consultations and callbacks.
    async fn caller(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        phone: Option<PhoneNumber>,
    ) -> Result<Option<Caller>, ApiError> {
        let id: CallerId = match (id, phone) {
            (Some(id), None) => node::parse(&id)?,
            (None, Some(phone)) => {
                let ledger = ledger::Ledger::new(app(ctx)?.store.clone(), self.at.log().clone());
                match ledger.caller_by_phone(&phone.0, self.at.last()).await? {
                    Some(id) => id,
                    None => return Ok(None),
                }
            }
            _ => return Err(ApiError::bad_input("caller: give either `id` or `phone`")),
        };
        Caller::find(ctx, &self.at, id).await
    }

    /// A consultation by id; null where there is none.
    async fn consultation(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Consultation>, ApiError> {
        let id: ConsultationId = node::parse(&id)?;
        let state = loaders(ctx)?.load(&self.at, id).await?;
        Ok(state.map(|state| Consultation::from_state(&self.at, state)))
    }

    /// Consultations, newest first.
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        filter: Option<ConsultationFilterInput>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ConsultationConnection, ApiError> {
        let filter = filter.unwrap_or_default().parse(ctx, &self.at).await?;
        consultation_page(ctx, &self.at, filter, PageArgs::new(first, after, last, before)).await
    }

    /// The numbers of every year since the centre opened, the years before the ledger's own records included as far as they
    /// are declared.
    async fn yearly_counts(&self, ctx: &Context<'_>) -> Result<Vec<YearlyCount>, ApiError> {
        let app = app(ctx)?;
        let years = match self.at.position() {
            // As things stand everybody asks the same: those who ask at once are answered together.
            None => app.years.get(self.at.log().clone()).await?.unwrap_or_default(),
            Some(_) => Arc::new(Years::of(&app.models, &self.at).await?),
        };
        Ok(YearlyCount::all(&years.recorded, &years.declared))
    }

    /// The numbers by day, month, year, hour, agent or category, of the days from `from` to `to`, both included.
    async fn counts(
        &self,
        ctx: &Context<'_>,
        by: Period,
        from: Date,
        to: Date,
    ) -> Result<Vec<PeriodCount>, ApiError> {
        check_days(from, to)?;
        let rows = counts::counts(&app(ctx)?.models, &self.at, by.into(), from.0, to.0).await?;
        Ok(rows.into_iter().map(|row| PeriodCount::new(&self.at, row)).collect())
    }

    /// All consultations from a day on; from the first day of complete records where none is given.
    async fn cumulative(&self, ctx: &Context<'_>, from: Option<Date>) -> Result<CumulativeCount, ApiError> {
        let from = from.map(|date| date.0);
        Ok(cumulative::cumulative(&app(ctx)?.models, &self.at, from).await?.into())
    }

    /// Thresholds of the cumulative count (100,000 where none are given), on both bases: since the records are complete,
    /// and since the centre opened.
    async fn milestones(
        &self,
        ctx: &Context<'_>,
        thresholds: Option<Vec<i32>>,
    ) -> Result<Vec<Milestone>, ApiError> {
        let thresholds = parse_thresholds(thresholds)?;
        let milestones = cumulative::milestones(&app(ctx)?.models, &self.at, &thresholds).await?;
        Ok(milestones.into_iter().map(|of| Milestone::new(&self.at, of)).collect())
    }

    /// The service level of the days from `from` to `to`, both included.
    async fn service_level(&self, ctx: &Context<'_>, from: Date, to: Date) -> Result<ServiceLevel, ApiError> {
        check_days(from, to)?;
        Ok(service_level::service_level(&app(ctx)?.models, &self.at, from.0, to.0).await?.into())
    }

    /// The entries of the telephone directory.
    async fn directory_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] with_retired: bool,
    ) -> Result<Vec<DirectoryEntry>, ApiError> {
        let rows = directory::entries(&app(ctx)?.models, &self.at, with_retired).await?;
        Ok(rows.into_iter().map(|row| DirectoryEntry::of_id(&self.at, row.id)).collect())
    }

    /// An entry of the telephone directory by id; null where there is none.
    async fn directory_entry(&self, ctx: &Context<'_>, id: ID) -> Result<Option<DirectoryEntry>, ApiError> {
        let id: DirectoryEntryId = node::parse(&id)?;
        let state = loaders(ctx)?.load(&self.at, id).await?;
        Ok(state.map(|state| DirectoryEntry::from_state(&self.at, state)))
    }

    /// The entries that were given (or asked for) most often, from `from` to `to`, both included.
    async fn directory_ranking(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
        #[graphql(default = 20)] top: i32,
        #[graphql(default_with = "RankedBy::Given")] by: RankedBy,
    ) -> Result<Vec<DirectoryRank>, ApiError> {
        let (days, top) = ((from.map(|date| date.0), to.map(|date| date.0)), rows(Some(top), "top")?);
        let ranking = Ranking { at: self.at.clone(), by: by.into(), days };
        let ranked = directory::ranking(&app(ctx)?.models, &self.at, ranking.by, days.0, days.1, top).await?;
        Ok(ranked.into_iter().map(|row| DirectoryRank::new(&ranking, row)).collect())
    }

    /// The printed editions of the directory, the first first.
    async fn directory_editions(&self, ctx: &Context<'_>) -> Result<Vec<DirectoryEdition>, ApiError> {
        let editions = Lazy::<sangdam_domain::aggregate::DirectoryEditions>::of_id(&self.at, ());
        let editions = editions.get(ctx).await?;
        Ok(editions.editions.iter().map(|edition| DirectoryEdition::new(&self.at, edition)).collect())
    }

    /// The agents.
    async fn agents(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] with_retired: bool,
    ) -> Result<Vec<Agent>, ApiError> {
        let rows = agents::all(&app(ctx)?.models, &self.at, with_retired).await?;
        Ok(rows.into_iter().map(|row| Agent::of_id(&self.at, row.id)).collect())
    }

    /// Calls of the days from `from` to `to`, both included, that nobody has accounted for: answered, without a consultation, and
    /// without a reason why they needed none. Newest first.
    async fn unaccounted_calls(
        &self,
        ctx: &Context<'_>,
        from: Option<Date>,
        to: Option<Date>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<CallConnection, ApiError> {
        let days = (from.map(|date| date.0), to.map(|date| date.0));
        unaccounted_page(ctx, &self.at, days, PageArgs::new(first, after, last, before)).await
    }

    /// Callbacks that are still to be made, the one that is due first first.
    async fn open_callbacks(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Vec<Callback>, ApiError> {
        let rows = callbacks::open(&app(ctx)?.models, &self.at, rows(first, "first")?).await?;
        Ok(rows.into_iter().map(|row| Callback::of_id(&self.at, row.id)).collect())
    }

    /// A callback by id; null where there is none.
    async fn callback(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Callback>, ApiError> {
        let id: CallbackId = node::parse(&id)?;
        let state = loaders(ctx)?.load(&self.at, id).await?;
        Ok(state.map(|state| Callback::from_state(&self.at, state)))
    }

    /// The imports, the first first.
    async fn imports(&self, ctx: &Context<'_>) -> Result<Vec<Import>, ApiError> {
        let rows = imports::all(&app(ctx)?.models, &self.at).await?;
        Ok(rows.into_iter().map(|row| Import::of_id(&self.at, row.id)).collect())
    }

    /// Events, oldest first: of a stream (`consultation/0190a1b2-…`), of some types, or all.
    async fn events(
        &self,
        ctx: &Context<'_>,
        stream: Option<ID>,
        types: Option<Vec<String>>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<EventConnection, ApiError> {
        let (size, behind) = model::asked(&self.at, first, after.as_deref())?;
        let types = types.map(|types| parse_types(&types)).transpose()?;
        let app = app(ctx)?;
        let (store, models) = (&app.store, &app.models);
        let (log, more) = (self.at.log(), size + 1);
        let events = match (stream, types) {
            (Some(stream), types) => {
                let (stream, within) = (parse_stream(&stream)?, (behind, self.at.last()));
                let page = store.read_stream_page(log, stream, within, types.as_deref(), more).await;
                page.map_err(ReadError::from)
            }
            (None, Some(types)) => event_types::events(store, models, &self.at, &types, behind, more).await,
            (None, None) => store.read(log, behind, more).await.map_err(ReadError::from),
        };
        match events {
            Ok(events) => Ok(model::page(&self.at, events, size, behind)),
            Err(ReadError::Store(StoreError::NoSuchLog(_))) => {
                Ok(model::page(&self.at, Vec::new(), size, behind))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// History step by step, oldest first: each event with the state before and after it, and what changed. Of a stream
    /// (`consultation/0190a1b2-…`), of a caller (aliases, calls, consultations and callbacks included), or of the whole log;
    /// `from` and `to` are the first and the last position.
    async fn replay(
        &self,
        ctx: &Context<'_>,
        stream: Option<ID>,
        caller: Option<ID>,
        types: Option<Vec<String>>,
        from: Option<Position>,
        to: Option<Position>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<ReplayConnection, ApiError> {
        let asked = Asked { stream, caller, types, from, to, first, after, last, before };
        replay::replay(ctx, &self.at, self.position, asked).await
    }

    /// What the agent's screen could show when a call was answered: as of the event before the answer. Null where there is no
    /// such call, or nobody has answered it.
    async fn what_was_known(&self, ctx: &Context<'_>, call: ID) -> Result<Option<WhatWasKnown>, ApiError> {
        replay::what_was_known(ctx, &self.at, self.position, &call).await
    }

    /// Earlier consultations about what is asked, one for each matter, the nearest first: how they were resolved, which numbers were
    /// given, where they were transferred. What was settled at the first contact ranks higher. Give the inquiry's `text` as it is being typed,
    /// a `category` that alone counts, or both; with neither, what comes up most. Everything said is as of the ledger's moment, and so is
    /// the ranking; what was erased since is missing. Waits until the search index knows of the ledger's `position`.
    async fn similar_consultations(
        &self,
        ctx: &Context<'_>,
        text: Option<String>,
        category: Option<String>,
        #[graphql(default = 5)] first: i32,
    ) -> Result<Vec<SimilarConsultation>, ApiError> {
        let asked = similar::Asked { text, category, first: rows(Some(first), "first")? };
        similar::similar_consultations(ctx, &self.at, self.position, asked).await
    }

    /// The articles written from good answers, the first published first.
    async fn knowledge_articles(
        &self,
        ctx: &Context<'_>,
        category: Option<String>,
        #[graphql(default)] with_retired: bool,
    ) -> Result<Vec<KnowledgeArticle>, ApiError> {
        let category = similar::category(category.as_deref())?;
        let models = &app(ctx)?.models;
        let rows = knowledge::articles(models, &self.at, category.as_ref(), with_retired).await?;
        Ok(rows.into_iter().map(|row| KnowledgeArticle::of_id(&self.at, row.id)).collect())
    }

    /// An article by id; null where there is none.
    async fn knowledge_article(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<KnowledgeArticle>, ApiError> {
        let id: KnowledgeArticleId = node::parse(&id)?;
        let state = loaders(ctx)?.load(&self.at, id).await?;
        Ok(state.map(|state| KnowledgeArticle::from_state(&self.at, state)))
    }

    /// The head of the log: its length and Merkle root. It may be ahead of `position`; with `asOf` it is the head that the
    /// log had then.
    async fn checkpoint(&self, ctx: &Context<'_>) -> Result<Checkpoint, ApiError> {
        let (store, log) = (&app(ctx)?.store, self.at.log());
        let head = match self.at.position() {
            Some(position) => store.head_at(log, position).await?,
            None => store.head(log).await?,
        };
        Ok(Checkpoint {
            ledger: head.ledger.to_string(),
            log: head.log.as_str().to_owned(),
            position: head.position.into(),
            root: hex::encode(head.root),
            recorded_at: head.recorded_at.into(),
        })
    }
}
