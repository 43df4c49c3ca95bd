//! A consultation as a row of a table: its keys never change their meaning.

use sangdam_domain::value::OpenedBy;
use sangdam_projections::consultations::ConsultationRow;

use crate::table::{Column, Kind, Row};

/// The columns.
pub const COLUMNS: &[Column] = &[
    Column::text("id", "상담 번호", "consultation"),
    Column::number("opened_position", "위치(개시)", "position opened"),
    Column::number("last_position", "위치(최근)", "position of the latest event"),
    Column::number("version", "판", "version"),
    Column::new(Kind::Time, "occurred_at", "개시 시각", "opened at"),
    Column::new(Kind::Date, "day", "집계일", "day"),
    Column::number("hour", "시", "hour"),
    Column::text("caller", "민원인", "caller"),
    Column::text("agent", "상담원", "agent"),
    Column::text("category", "분류", "category"),
    Column::number("taxonomy_version", "분류 체계", "taxonomy version"),
    Column::text("channel", "경로", "channel"),
    Column::text("contact_reason", "전화한 이유", "contact reason"),
    Column::text("opened_by_call", "개시 통화", "opened by call"),
    Column::text("opened_by_callback", "개시 회신", "opened by callback"),
    Column::text("status", "상태", "status"),
    Column::text("resolved_by", "해결한 사람", "resolved by"),
    Column::text("outcome", "결과", "outcome"),
    Column::new(Kind::Time, "resolved_at", "해결 시각", "resolved at"),
    Column::new(Kind::Time, "voided_at", "무효 시각", "voided at"),
    Column::count("notes", "기록", "notes"),
    Column::count("transfers", "전환", "transfers"),
    Column::count("calls", "통화", "calls"),
    Column::count("numbers_given", "안내한 번호", "numbers given"),
];

/// A row of these columns.
pub fn row(of: &ConsultationRow) -> Row {
    let (call, callback) = match of.opened_by {
        OpenedBy::Call { call } => (call, None),
        OpenedBy::Callback { callback, call } => (call, Some(callback)),
    };
    vec![
        of.id.to_string().into(),
        of.opened_position.get().into(),
        of.last_position.get().into(),
        of.version.get().into(),
        of.occurred_at.into(),
        of.day.into(),
        of.hour.into(),
        of.caller.map(|caller| caller.to_string()).into(),
        of.agent.map(|agent| agent.to_string()).into(),
        of.category.as_ref().map(|code| code.as_str().to_owned()).into(),
        of.taxonomy_version.into(),
        of.channel.as_str().into(),
        of.contact_reason.as_str().into(),
        call.to_string().into(),
        callback.map(|callback| callback.to_string()).into(),
        of.status.as_str().into(),
        of.resolved_by.map(|by| by.as_str()).into(),
        of.outcome.map(|outcome| outcome.as_str()).into(),
        of.resolved_at.into(),
        of.voided_at.into(),
        of.notes.into(),
        of.transfers.into(),
        of.calls.into(),
        of.numbers_given.into(),
    ]
}
