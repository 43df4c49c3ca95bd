//! Read models: what is computed from the log, and can be thrown away and computed again.
//!
//! One pass over a log feeds every projection; rows and checkpoint are written in one transaction. A projection is
//! built anew beside the serving one and takes over when it has caught up. Rows hold positions, ids and codes, never
//! personal data.
//!
//! # Keeping up
//!
//! ```text
//! ReadModels::open(Location) -> Result<ReadModels, ReadError>          .close() .status() .applied(&log)
//! runner::spawn(store, models, log) -> Runner                         Clone
//!   .applied() -> watch::Receiver<Position>   .wait_for(position, Duration) -> Result<Position, CatchUpError>
//!   .lag() -> Result<Lag>   .health() -> Health   .shutdown().await
//! runner::catch_up(&store, &models, &log, |Progress|) -> Result<Position, CatchUpError>        // CLI commands
//! rebuild::rebuild(&store, &models, |&log, Progress|) -> Result<(), CatchUpError>               // beside, then swap
//! dump_all_tables(&models) -> Result<String, ReadError>               // deterministic, to compare two ways there
//! dump_rows(&models, &at) -> Result<String, ReadError>                // the same, as of a moment
//! fact(&StoredEvent) -> Result<Fact, FactError>   fact_opened(&StoredEvent, Option<Map>)   placed(&StoredEvent)
//! ```
//!
//! # Questions (all `async`, `(models: &ReadModels, at: &At, …) -> Result<…, ReadError>`)
//!
//! ```text
//! consultations::page(&ConsultationFilter, &Page) -> Paged<ConsultationRow>     count(&filter) -> u64
//! consultations::by_ids(&[ConsultationId]) -> Vec<ConsultationRow>             opened_by_call(&[CallId])
//! consultations::changed(&store, &models, &log, (after, until)) -> Changed { rows, until }, in the order of their last changes
//! calls::page(&CallFilter, &Page) -> Paged<CallRow>   by_ids(&[CallId])   of_callers(&[CallerId])   under_way()
//! At::now(&log)   ReadModels::as_of(&store, &log, position) -> At
//! callers::by_ids(&[CallerId]) -> Vec<CallerRow>      aliases(CallerId) -> Vec<CallerId> (it first)
//! callers::history(&[CallerId], &Page) -> Paged<Contact>
//! callbacks::open(limit) -> Vec<CallbackRow>   by_ids(&[CallbackId])   of(&[CallbackFor])
//! counts::yearly_counts() -> Vec<YearRow>      counts(By, from: Date, to: Date) -> Vec<CountRow>
//! counts::by_hour_and_weekday(from, to, moment: Timestamp) -> Vec<WeekHour> (168)
//! cumulative::cumulative(from: Option<Date>) -> Cumulative   bases() -> [Basis; 2]
//! cumulative::milestones(&[u64]) -> Vec<Milestone>
//! service_level::service_level(from: Date, to: Date) -> ServiceLevel           handling(from, to) -> Handling
//! quality::transfers(from: Date, to: Date) -> Transfers                        repeat_callers(from, to) -> RepeatCallers
//! quality::callbacks_kept(from, to, moment) -> CallbacksKept                   first_contact(from, to, moment) -> FirstContact
//! directory::entries(with_retired: bool) -> Vec<EntryRow>   by_ids(&[DirectoryEntryId])
//! directory::ranking(from: Option<Date>, to: Option<Date>, top: usize) -> Vec<RankRow>
//! agents::all(with_retired: bool) -> Vec<AgentRow>    by_ids(&[AgentId])
//! agents::figures(from: Date, to: Date) -> Vec<AgentFigures>      on_duty(from, to, moment) -> Vec<DutyHour> (168)
//! centre::facts() -> Option<CentreFacts>   calendars()   counting_definitions()   taxonomies()
//! event_types::events(&store, &models, &at, &[type], after: Position, limit) -> Vec<StoredEvent>
//! knowledge::articles(category: Option<&Code>, with_retired: bool) -> Vec<ArticleRow>
//! imports::all() -> Vec<ImportRow>         by_ids(&[ImportId])
//! ```
//!
//! Where a figure depends on when it is asked (is a callback overdue, is a window over), that is `moment`: the clock's, or as
//! of a position `recorded_at` of the head at it (`Store::head_at`), so that the same position always says the same.
//!
//! Pages are walked by keyset: `Page { size, after: Option<Cursor { at, id }>, order }`; the page *before* a row is the
//! page after it in the reversed order, turned round.

pub mod agents;
pub mod callbacks;
pub mod callers;
pub mod calls;
pub mod centre;
pub mod consultations;
pub mod counts;
pub mod cumulative;
pub mod directory;
pub mod event_types;
pub mod imports;
pub mod knowledge;
pub mod quality;
pub mod service_level;

pub mod rebuild;
pub mod runner;

mod at;
mod block;
mod checkpoint;
mod context;
mod day;
mod dump;
mod error;
mod fact;
mod feed;
mod filter;
mod models;
mod next;
mod page;
mod pass;
mod projection;
mod question;
mod span;
mod table;

pub use at::At;
pub use dump::{dump_all_tables, dump_rows};

pub use error::{CatchUpError, FactError, Inapplicable, ReadError};
pub use fact::{Placed, fact, fact_opened, placed};
pub use models::{ProjectionStatus, ReadModels, Stopped};
pub use page::{Cursor, Order, Page, Paged};

#[cfg(test)]
mod tests;
