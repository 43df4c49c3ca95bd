//! `sangdam serve`: serves until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::BoolishValueParser;
use tokio::net::TcpListener;

use super::stop::stop_signal;
use super::{CliError, Common, schedule};
use crate::config::{self, ConfigError, check_open};
use crate::graphql::App;
use crate::http::{self, CtiTokens, GivenToken};
use crate::ledger::complete_erasures;
use crate::reports::Sources;
use crate::schedule::scheduler::{Hear, Scheduler};

/// Serve GraphQL, health and metrics.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    sangdam serve --open\n  \
    sangdam serve --open --data-dir /var/lib/sangdam --listen 127.0.0.1:9000\n  \
    sangdam serve --open --database postgres://sangdam@localhost/sangdam --log-format json\n  \
    sangdam serve --open --reports reports.toml\n\n\
    GraphQL is at /graphql (POST) and /graphql/ws (WebSocket), GraphiQL at /graphiql (its page loads scripts from the \
    internet), health at /healthz and /readyz, metrics at /metrics. With --cti-token, telephone systems tell of their calls at \
    /cti/TOKEN.")]
pub struct Args {
    #[command(flatten)]
    common: Common,

    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT", env = "SANGDAM_LISTEN")]
    listen: Option<SocketAddr>,

    /// Let anybody in, without sign-in; loopback addresses only
    #[arg(long, env = "SANGDAM_OPEN", value_parser = BoolishValueParser::new(), num_args = 0, default_missing_value = "true")]
    open: Option<bool>,

    /// A token with which a telephone system may tell of its calls, by POST to /cti/TOKEN; several while one takes over
    /// from another (docs/telephony.md)
    #[arg(
        long,
        value_name = "TOKEN",
        env = "SANGDAM_CTI_TOKEN",
        hide_env_values = true,
        value_delimiter = ','
    )]
    cti_token: Vec<GivenToken>,

    /// The reports that are made at set times, and where they go (docs/scheduled-reports.md)
    #[arg(long, value_name = "FILE", env = "SANGDAM_REPORTS")]
    reports: Option<PathBuf>,

    /// The folder of this node's search indexes, which can be deleted at any time [default: search, in the data directory]
    #[arg(long, value_name = "DIR", env = "SANGDAM_SEARCH_DIR")]
    search_dir: Option<PathBuf>,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = args.common.settings()?;
    let listen = args.listen.or(settings.file.listen).unwrap_or(config::LISTEN);
    check_open(args.open.or(settings.file.open).unwrap_or(false), listen)?;
    let tokens = CtiTokens::read(&args.cti_token).map_err(ConfigError::from)?;
    let reports = args.reports.or(settings.file.reports.clone());
    let reports = reports.as_deref().map(schedule::read).transpose()?;
    let stop = stop_signal().map_err(CliError::failed)?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| CliError::Failed(format!("cannot listen on {listen}: {error}")))?;
    let store = settings.open_or_make_store().await?;
    let models = settings.models().await?;
    complete_erasures(&store, &models).await.map_err(CliError::failed)?;
    let search_dir = settings.search_dir(args.search_dir);
    let app = App::searching_in(store, models, settings.log, search_dir);
    app.follow_all().await.map_err(CliError::failed)?;
    let address = listener.local_addr().map_err(CliError::failed)?;
    tracing::info!(%address, centre = app.log.centre(), "serving at http://{address}");
    let sources = Sources { store: app.store.clone(), models: app.models.clone(), log: app.log.clone() };
    let heard = app.clone();
    let hear: Hear = Arc::new(move |schedule, outcome| heard.metrics.report_run(schedule, outcome));
    let scheduler = reports.map(|reports| Scheduler::spawn(&sources, reports, &hear));
    let stop = async {
        stop.await;
        if let Some(scheduler) = scheduler {
            scheduler.shutdown().await;
        }
    };
    http::serve(listener, app, tokens, stop).await.map_err(CliError::failed)?;
    Ok(ExitCode::SUCCESS)
}
