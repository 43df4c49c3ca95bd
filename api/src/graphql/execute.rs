//! Carrying out requests: limits first, then execution within a time limit, counted for the metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_graphql::futures_util::stream::BoxStream;
use async_graphql::parser::types::OperationType;
use async_graphql::{Data, Executor, Request, Response, Value};
use futures::{StreamExt, stream};
use tokio::time::timeout;

use super::documents::Documents;
use super::error::{ApiError, Code};
use super::limits::Weights;
use super::order::Order;
use super::{ApiSchema, App, Loaders, Principal, schema, sdl};
use crate::ledger::Ledger;
use crate::telemetry::{Counted, Operation};

/// How long a query or a mutation may take.
pub const TIME_MAX: Duration = Duration::from_secs(20);
/// The most subscriptions of one connection.
pub const SUBSCRIPTIONS_MAX: usize = 50;

/// What carries out requests: the schema, with everything that must come before it.
#[derive(Clone)]
pub struct Engine(Arc<Inside>);

#[derive(Clone)]
struct Inside {
    time_max: Duration,
    app: App,
    schema: ApiSchema,
    weights: Weights,
    documents: Arc<Documents>,
}

impl Engine {
    /// Over a running server's state.
    ///
    /// # Errors
    /// Where the schema's own text cannot be read, which is a defect.
    pub fn new(app: App) -> Result<Self, async_graphql::parser::Error> {
        let weights = Weights::of_sdl(&sdl())?;
        let (schema, documents) = (schema(app.clone()), Arc::new(Documents::new()));
        Ok(Self(Arc::new(Inside { time_max: TIME_MAX, schema, app, weights, documents })))
    }

    /// The same, giving up on queries and mutations after another time than [`TIME_MAX`].
    #[must_use]
    pub fn with_time_max(self, time_max: Duration) -> Self {
        Self(Arc::new(Inside { time_max, ..Inside::clone(&self.0) }))
    }

    /// The running server's state.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// Carries out a query or a mutation.
    pub async fn execute(&self, request: Request, principal: Principal) -> Response {
        let started = Instant::now();
        let response = match self.prepare(request, principal) {
            Ok(prepared) => self.execute_prepared(prepared).await,
            Err(refused) => refuse(refused),
        };
        self.0.app.metrics.answered(Operation::Graphql, &outcome(&response), started.elapsed());
        response
    }

    async fn execute_prepared(&self, prepared: Prepared) -> Response {
        let response = timeout(self.0.time_max, self.0.schema.execute(prepared.request)).await.unwrap_or_else(|_| {
            refuse(ApiError::new(
                Code::Timeout,
                format!(
                    "this took longer than {} seconds and was given up; a mutation may have been carried out: \
                     repeat it with the same commandId to learn what became of it",
                    self.0.time_max.as_secs()
                ),
            ))
        });
        coded(prepared.order.arranged(response))
    }

    /// Checks a request and gives it what resolvers need.
    fn prepare(&self, mut request: Request, principal: Principal) -> Result<Prepared, ApiError> {
        self.0.documents.check(&mut request, &self.0.weights)?;
        let name = request.operation_name.clone();
        let document =
            request.parsed_query().map_err(|error| ApiError::new(Code::InvalidQuery, error.message))?;
        let mut operations = document.operations.iter();
        let is_subscription = operations.any(|(own, operation)| {
            let is_meant = name.is_none() || name.as_deref() == own.map(async_graphql::Name::as_str);
            is_meant && operation.node.ty == OperationType::Subscription
        });
        let order = Order::of(document, name.as_deref());
        let app = &self.0.app;
        let request = request
            .data(Loaders::new(app.store.clone(), app.models.clone()))
            .data(Ledger::new(app.store.clone(), app.log.clone()))
            .data(app.models.clone())
            .data(principal.0.clone())
            .data(principal);
        Ok(Prepared { request, order, is_subscription })
    }

    /// What carries out the requests of one WebSocket connection.
    pub fn connection(&self, principal: Principal) -> Connection {
        Connection { engine: self.clone(), principal, running: Arc::default() }
    }
}

/// A request that may be carried out.
struct Prepared {
    request: Request,
    order: Order,
    is_subscription: bool,
}

/// What carries out the requests of one WebSocket connection: the same limits, and a bounded number at once.
#[derive(Clone)]
pub struct Connection {
    engine: Engine,
    principal: Principal,
    running: Arc<AtomicUsize>,
}

impl Executor for Connection {
    async fn execute(&self, request: Request) -> Response {
        self.engine.execute(request, self.principal.clone()).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let place = Place::take(&self.running);
        if self.running.load(Ordering::SeqCst) > SUBSCRIPTIONS_MAX {
            let message = format!(
                "at most {SUBSCRIPTIONS_MAX} operations at once on one connection; complete one first"
            );
            return once(refuse(ApiError::new(Code::LimitExceeded, message)));
        }
        let metrics = &self.engine.0.app.metrics;
        match self.engine.prepare(request, self.principal.clone()) {
            Err(refused) => {
                let response = refuse(refused);
                metrics.answered(Operation::Subscription, &outcome(&response), Duration::ZERO);
                once(response)
            }
            Ok(prepared) if !prepared.is_subscription => {
                let engine = self.engine.clone();
                stream::once(async move {
                    let _place = place;
                    engine.execute_prepared(prepared).await
                })
                .boxed()
            }
            Ok(Prepared { request, order, .. }) => {
                let held: (Place, Counted) = (place, metrics.subscription());
                let responses = self
                    .engine
                    .0
                    .schema
                    .execute_stream_with_session_data(request, session.unwrap_or_default());
                responses
                    .map(move |response| {
                        let _held = &held;
                        coded(order.arranged(response))
                    })
                    .boxed()
            }
        }
    }
}

/// One of the operations that a connection may run at once, until it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(running: &Arc<AtomicUsize>) -> Self {
        running.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(running))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn once(response: Response) -> BoxStream<'static, Response> {
    stream::once(async move { response }).boxed()
}

/// The answer to what was not carried out.
pub fn refuse(error: ApiError) -> Response {
    Response::from_errors(vec![error.into_server_error()])
}

/// Gives every error a code: what the library refuses by itself does not fit the schema.
fn coded(mut response: Response) -> Response {
    for error in &mut response.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", Code::InvalidQuery.as_str());
        }
    }
    response
}

/// `ok`, or the first error's code.
fn outcome(response: &Response) -> String {
    let first = response.errors.first().and_then(|error| error.extensions.as_ref());
    match first.and_then(|extensions| extensions.get("code")) {
        Some(Value::String(code)) => code.clone(),
        _ => "ok".to_owned(),
    }
}
