//! What is tried on schedules of reports and on their runs.

use rand::Rng;
use sangdam_domain::aggregate::{ReportRun, ReportRunCommand, ReportSchedule, ReportScheduleCommand};
use sangdam_domain::id::{ReportRunId, ReportScheduleId};
use sangdam_domain::value::{Code, DeliveryKind, DisplayText, RunFailure, Sha256Hex};

use super::world::{Outcome, World};

impl World {
    pub(super) async fn report(&mut self) -> Outcome {
        if self.random.random_bool(0.3) { self.report_schedule().await } else { self.report_run().await }
    }

    async fn report_schedule(&mut self) -> Outcome {
        let id = self.id("report-schedule", (0x0b00, 2), ReportScheduleId::from_uuid);
        let command = if self.random.random_bool(0.6) {
            ReportScheduleCommand::Define {
                schedule: code("daily"),
                cron: self.one_of(&["0 8 * * *", "0 9 * * MON-FRI"].map(text)),
                report: text("yearly"),
                format: code("csv"),
                language: self.maybe(|_| code("ko")),
            }
        } else {
            let seconds = self.random.random_range(-90_000..1_000);
            ReportScheduleCommand::SkipRuns { due_until: self.ledger.now().plus_seconds(seconds) }
        };
        let meta = self.meta();
        Ok(self.ledger.execute::<ReportSchedule>(&meta, id, command).await?.appended)
    }

    async fn report_run(&mut self) -> Outcome {
        let id = self.id("report-run", (0x0c00, 4), ReportRunId::from_uuid);
        let attempt = self.one_of(&[1, 1, 2, 3]);
        let lease_seconds = self.random.random_range(1..1_000);
        let command = match self.random.random_range(0..6) {
            0 | 1 => ReportRunCommand::Start {
                schedule: code("daily"),
                definition: 1,
                due: self.ledger.now().plus_seconds(self.random.random_range(-1_000..100)),
                report: text("yearly"),
                format: code("csv"),
                language: None,
                as_of: self.head().await.0,
                lease_seconds,
            },
            2 => ReportRunCommand::Retry { lease_seconds },
            3 | 4 => ReportRunCommand::Fail {
                attempt,
                reason: self.one_of(RunFailure::ALL),
                retry_at: self.maybe(|world| world.ledger.now()),
            },
            _ => ReportRunCommand::Complete {
                attempt,
                root: Sha256Hex::of([1; 32]),
                content_sha256: Sha256Hex::of([2; 32]),
                file_sha256: Sha256Hex::of([3; 32]),
                bytes: 3,
                delivered: DeliveryKind::ALL.to_vec(),
            },
        };
        let meta = self.meta();
        Ok(self.ledger.execute::<ReportRun>(&meta, id, command).await?.appended)
    }
}

fn code(code: &str) -> Code {
    Code::parse(code).expect("a code")
}

fn text(text: &str) -> DisplayText {
    DisplayText::parse(text).expect("a text")
}
