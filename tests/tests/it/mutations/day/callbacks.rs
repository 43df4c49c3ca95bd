//! Promises to call back: kept for a missed call, and given up.

use serde_json::json;

use super::{Day, Desk};

impl Day {
    pub(super) async fn promises_to_call_back(&mut self, desk: &Desk) {
        let missed = self.makes("offerCall", json!({ "from": "010-0000-0009" }), "call").await;
        self.seconds_pass(31);
        let expected = json!({ "status": "ABANDONED", "waitSeconds": 31 });
        self.tells("abandonCall", json!({ "call": missed }), "call", expected).await;
        let promise = json!({ "call": missed, "due": "2024-01-02T03:00:00Z", "agent": desk.agent });
        let callback = self.makes("promiseCallback", promise, "callback").await;
        let attempt = json!({ "callback": callback, "result": "NO_ANSWER" });
        let expected = json!({ "status": "PROMISED", "attempts": [{ "result": "NO_ANSWER" }] });
        self.tells("attemptCallback", attempt, "callback", expected).await;
        let call = json!({ "direction": "OUTBOUND" });
        let call = self.makes("offerCall", call, "call").await;
        self.does("answerCall", json!({ "call": call, "agent": desk.agent }), "").await;
        let silent = json!({ "call": call, "reason": "SILENT" });
        self.tells("stateNoConsultation", silent, "call", json!({ "noConsultation": "SILENT" })).await;
        let kept = json!({ "callback": callback, "call": call });
        let fields = "callback { status call { id } } consultation { id agent { id } }";
        let done = self.does("completeCallback", kept, fields).await;
        assert_eq!(done["callback"], json!({ "status": "COMPLETED", "call": { "id": call } }));
        assert_eq!(done["consultation"]["agent"]["id"], desk.agent);

        let promise = json!({ "consultation": done["consultation"]["id"], "due": "2024-01-03T03:00:00Z" });
        let callback = self.makes("promiseCallback", promise, "callback").await;
        let cancel = json!({ "callback": callback, "reason": "NOT_WANTED" });
        let expected = json!({ "status": "CANCELLED", "cancelReason": "NOT_WANTED" });
        self.tells("cancelCallback", cancel, "callback", expected).await;
    }
}
