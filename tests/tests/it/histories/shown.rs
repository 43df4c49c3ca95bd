//! What is shown of a row of a list is the same, whether the row tells it or the stream of what it stands for.

use sangdam_domain::log::{Position, StreamId, StreamKind};
use serde_json::Value;

use super::world::{World, ask};

/// What is written down of a row at once.
const PLAIN: &str = "id uuid status openedAt channel contactReason caller { id } agent { id } category { code taxonomyVersion }";
/// What consultations' rows tell, and what is asked for besides to have all of it told by their streams.
const CONSULTATION: &str = "id uuid status openedAt call { id } callback { id } caller { id } agent { id } channel \
    contactReason category { code taxonomyVersion nameKo }";
const CONSULTATION_BY_STREAM: &str = "resolution { __typename }";
const CALLER: &str =
    "id uuid version registeredAt kind mergedInto { id } consultations(first: 100) { nodes { id } }";
const CALLER_BY_STREAM: &str = "erasure { __typename }";

impl World {
    /// As things stand, or as of a moment, rows and streams say the same.
    pub(super) async fn check_rows(&self, position: Option<Position>) {
        let as_of =
            position.map(|position| format!("(asOf: {{ position: {position} }})")).unwrap_or_default();
        self.followed().await;
        let mut callers: Vec<StreamId> = self.streams().await.into_iter().collect();
        callers.retain(|stream| stream.kind == StreamKind::Caller);
        let question = |consultation: &str, caller: &str| {
            let callers = callers.iter().enumerate().map(|(n, stream)| {
                format!("caller{n}: caller(id: \"{}\") {{ {CALLER} {caller} }}", stream.uuid)
            });
            let callers: String = callers.collect();
            format!(
                "{{ ledger{as_of} {{ consultations(first: 100) {{ edges {{ node {{ \
                 {CONSULTATION} version {consultation} }} }} nodes {{ {CONSULTATION} {consultation} }} }} \
                 plain: consultations(first: 100) {{ nodes {{ {PLAIN} {consultation} }} }} \
                 versions: consultations(first: 100) {{ nodes {{ version {PLAIN} {consultation} }} }} {callers} }} }}"
            )
        };
        let by_row = ask(&self.schema, &self.store, &self.models, &question("", "")).await;
        let by_stream = question(CONSULTATION_BY_STREAM, CALLER_BY_STREAM);
        let mut by_stream = ask(&self.schema, &self.store, &self.models, &by_stream).await;
        strip(&mut by_stream);
        assert_eq!(by_row, by_stream, "rows and streams {as_of}");
    }
}

/// Takes away what was asked for besides.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "resolution" && name != "erasure");
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
