//! Errors as clients see them: a stable code in `extensions.code`, and a message that says what was wrong and what to
//! do. What went wrong inside goes to the server's log only.

use async_graphql::{Error, ErrorExtensions, ServerError};
use sangdam_eventstore::StoreError;
use sangdam_projections::ReadError;

use crate::ledger::LoadError;

/// The codes of errors. They never change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Code {
    /// The input cannot be understood.
    BadInput,
    /// The request costs more than is allowed.
    LimitExceeded,
    /// The query is not GraphQL, or does not fit the schema.
    InvalidQuery,
    /// Something named does not exist.
    NotFound,
    /// The read models have not come to `minPosition` in time.
    NotYetApplied,
    /// The store cannot be reached, or the server is shutting down.
    Unavailable,
    /// It took too long.
    Timeout,
    /// A defect of this program, or a damaged ledger.
    Internal,
}

impl Code {
    /// As it stands in `extensions.code`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BadInput => "BAD_INPUT",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::InvalidQuery => "INVALID_QUERY",
            Self::NotFound => "NOT_FOUND",
            Self::NotYetApplied => "NOT_YET_APPLIED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error of a query, a mutation or a subscription that is not the domain's refusal.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: Code,
    message: String,
}

impl ApiError {
    /// An error with a message for the client.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The input cannot be understood; the message says what was expected.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Code::BadInput, message)
    }

    /// A defect or a damage: logged here, told to the client in general words only.
    pub fn internal(problem: &dyn std::fmt::Display) -> Self {
        tracing::error!(%problem, "a request failed");
        Self::new(Code::Internal, "the server failed on this request; its log says more")
    }

    /// The store or the read models cannot be reached: logged here.
    pub fn unavailable(problem: &dyn std::fmt::Display) -> Self {
        tracing::error!(%problem, "the store is unavailable");
        Self::new(Code::Unavailable, "the ledger cannot be reached at the moment; try again")
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the client reads.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// As an error of the whole request, before anything was resolved.
    pub fn into_server_error(self) -> ServerError {
        let mut error = ServerError::new(self.message, None);
        error.extensions.get_or_insert_default().set("code", self.code.as_str());
        error
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Error::new(error.message).extend_with(|_, extensions| extensions.set("code", error.code.as_str()))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSuchLog(log) => {
                Self::new(Code::NotFound, format!("this ledger has no centre `{}`", log.centre()))
            }
            StoreError::Closed => Self::new(Code::Unavailable, "the server is shutting down; try again"),
            StoreError::Database(error) => Self::unavailable(&error),
            other => Self::internal(&other),
        }
    }
}

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        Self::unavailable(&error)
    }
}
