//! Documents as parsed: clients send the same few texts over and over, with other variables.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Request;
use async_graphql::parser::types::ExecutableDocument;
use lru::LruCache;

use super::error::ApiError;
use super::limits::{self, Weights};

/// How many texts are remembered, each of [`limits::QUERY_BYTES_MAX`] at most.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(255);

/// The documents of the latest texts.
pub(super) struct Documents(Mutex<LruCache<String, Arc<ExecutableDocument>>>);

impl Documents {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(Mutex::new(LruCache::new(REMEMBERED)))
    }

    /// Gives a request the document of its text, parsed now where it was not before, and checks what it costs. Only what passes is
    /// remembered.
    ///
    /// # Errors
    /// Where the parser must not see the text or cannot read it, and where it costs too much.
    pub(super) fn check(&self, request: &mut Request, weights: &Weights) -> Result<(), ApiError> {
        let known = self.lock().get(&request.query).cloned();
        let is_known = known.is_some();
        if let Some(document) = known {
            request.set_parsed_query(ExecutableDocument::clone(&document));
        }
        limits::check(request, weights)?;
        if !is_known {
            let document = Arc::new(limits::parse(request)?.clone());
            self.lock().put(request.query.clone(), document);
        }
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<String, Arc<ExecutableDocument>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
