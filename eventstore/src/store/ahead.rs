//! Reading a log from end to end, ahead of whoever works on it.

use std::collections::VecDeque;

use futures::Stream;
use sangdam_domain::log::{LogId, Position};
use tokio::task::JoinHandle;

use super::Store;
use super::events::Page;
use crate::contract::StoreError;

/// How many events a page has that is read ahead: PostgreSQL plans each.
const PAGE_EVENTS: usize = 1000;
const PAGE_EVENTS_POSTGRES: usize = 4000;
/// How many pages are asked for at once: one connection alone does not keep a reader busy.
const PAGES_MAX: usize = 2;

impl Store {
    /// All events after a position and up to another, in order, in pages that are never empty. The next pages are read
    /// while the last one is worked on. It ends after an error.
    pub fn read_ahead(
        &self,
        log: &LogId,
        after: Position,
        until: Position,
    ) -> impl Stream<Item = Page> + Send + use<> {
        let ahead = Ahead {
            store: self.clone(),
            log: log.clone(),
            page_events: if self.0.db.is_postgres() { PAGE_EVENTS_POSTGRES } else { PAGE_EVENTS },
            next: Some(after),
            until,
            pages_max: 1,
            asked: VecDeque::new(),
        };
        futures::stream::unfold(ahead, |mut ahead| async { Some((ahead.page().await?, ahead)) })
    }
}

/// Pages that are asked for before they are wanted.
struct Ahead {
    store: Store,
    log: LogId,
    page_events: usize,
    /// Behind which position the next page begins that is to be asked for; `None` where there is none.
    next: Option<Position>,
    until: Position,
    /// How many may be asked for at once: one, until the log turns out to have more.
    pages_max: usize,
    /// Each with the position behind which it begins. Whoever reads such a page ends with it, wanted or not.
    asked: VecDeque<(Position, JoinHandle<Page>)>,
}

impl Ahead {
    /// The next page; `None` at the end.
    async fn page(&mut self) -> Option<Page> {
        self.ask();
        let (after, asked) = self.asked.pop_front()?;
        let mut page = match asked.await.unwrap_or(Err(StoreError::Closed)) {
            Ok(page) => page,
            Err(e) => {
                self.go_on(None);
                return Some(Err(e));
            }
        };
        let full = page.len() == self.page_events;
        page.truncate(page.partition_point(|event| event.position <= self.until));
        let last = page.last()?.position;
        if !full || last >= self.until {
            self.go_on(None);
        } else if last != self.page_end(after) {
            // Events are missing: the pages asked for begin too early.
            self.go_on(Some(last));
        }
        self.pages_max = PAGES_MAX;
        self.ask();
        Some(Ok(page))
    }

    fn go_on(&mut self, next: Option<Position>) {
        self.asked.clear();
        self.next = next;
    }

    fn ask(&mut self) {
        while self.asked.len() < self.pages_max {
            let Some(after) = self.next.filter(|after| *after < self.until) else { return };
            let (store, log, limit) = (self.store.clone(), self.log.clone(), self.page_events);
            let reading = tokio::spawn(async move { store.read(&log, after, limit).await });
            self.asked.push_back((after, reading));
            self.next = Some(self.page_end(after));
        }
    }

    /// The last position of a full page, where none is missing.
    fn page_end(&self, after: Position) -> Position {
        Position::new(after.get() + self.page_events as u64).unwrap_or(Position::MAX)
    }
}
