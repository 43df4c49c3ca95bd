//! `sangdam import cdr-csv`.

use std::path::PathBuf;
use std::process::ExitCode;

use jiff::tz::TimeZone;
use sangdam_domain::value::{Code, PhoneNumber};

use super::{CliError, FileArgs};
use crate::intake::cdr::{Settings, import_cdr_csv};
use crate::intake::ids::TELEPHONE_SYSTEM;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  sangdam import cdr-csv --zone Asia/Seoul /var/log/asterisk/cdr-csv/Master.csv\n\nThe \
    queue_log of the same system says more of a call: import it first. What becomes of a row is described in \
    docs/telephone-records.md. Running the same file again adds nothing."
)]
pub(super) struct Args {
    /// The zone of the file's times, as in Asia/Seoul; UTC where cdr.conf says usegmtime=yes. It must be told, as the file
    /// does not
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,

    /// A number of the centre's own; may be given more than once. Calls from it are outbound
    #[arg(long, value_name = "NUMBER")]
    own_number: Vec<String>,

    /// The telephone system's name. Its files belong together by it, and nothing counts twice, as long as it stays the same
    #[arg(long, value_name = "NAME", default_value = TELEPHONE_SYSTEM)]
    source: String,

    /// The call detail records
    #[arg(value_name = "FILE")]
    file: PathBuf,

    #[command(flatten)]
    of_file: FileArgs,
}

pub(super) async fn run(args: Args) -> Result<ExitCode, CliError> {
    let settings = settings(&args)?;
    let mut opened = args.of_file.open(&args.file).await?;
    let (ledger, progress) = (opened.ledger.clone(), opened.progress());
    let result = import_cdr_csv(&ledger, settings, &args.file, opened.rejected(), progress).await;
    opened.tell(result, "this file was imported in this way before").await
}

fn settings(args: &Args) -> Result<Settings, CliError> {
    let usage = |problem: String| CliError::Usage(problem);
    let zone = args.zone.as_deref().ok_or_else(|| {
        usage("the file's times are local, and it does not say where: tell it with --zone, as in --zone Asia/Seoul (--zone \
               UTC where cdr.conf says usegmtime=yes)".to_owned())
    })?;
    let time_zone = TimeZone::get(zone).map_err(|_| {
        usage(format!("--zone {zone}: there is no such zone; expected one like Asia/Seoul or UTC"))
    })?;
    let own = args.own_number.iter().map(|number| {
        PhoneNumber::parse(number).map_err(|e| usage(format!("--own-number {number}: {}", e.problem)))
    });
    Ok(Settings {
        source: Code::parse(&args.source)
            .map_err(|e| usage(format!("--source {}: {}", args.source, e.problem)))?,
        zone: time_zone,
        zone_name: zone.to_owned(),
        own_numbers: own.collect::<Result<_, _>>()?,
    })
}
