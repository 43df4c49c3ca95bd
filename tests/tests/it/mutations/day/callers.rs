//! Callers: how they ring, and who they turn out to be.

use serde_json::{Value, json};

use super::{Day, Desk};

/// Two callers who are known.
pub(super) struct Callers {
    first: Value,
    second: Value,
}

const FIRST_PHONE: &str = "+821000000001";

impl Day {
    /// The ways in which a call ends: after a talk, in the queue, by a broken line.
    pub(super) async fn callers_ring(&mut self, desk: &Desk) -> Callers {
        let first =
            self.makes("registerCaller", json!({ "phone": FIRST_PHONE, "kind": "RESIDENT" }), "caller").await;
        let second = self.makes("registerCaller", json!({ "phone": "010-0000-0002" }), "caller").await;

        let call = self.makes("offerCall", json!({ "from": FIRST_PHONE }), "call").await;
        self.seconds_pass(7);
        let answer = json!({ "call": call, "agent": desk.agent });
        let expected = json!({ "status": "ANSWERED", "waitSeconds": 7, "caller": { "id": first },
            "agent": { "id": desk.agent } });
        self.tells("answerCall", answer, "call", expected).await;
        self.seconds_pass(90);
        let dropped = self.does("dropCall", json!({ "call": call }), "call { droppedAt }").await;
        assert!(dropped["call"]["droppedAt"].is_string());
        let end = json!({ "call": call, "by": "SYSTEM" });
        let expected = json!({ "status": "ENDED", "endedBy": "SYSTEM", "talkSeconds": 90 });
        self.tells("endCall", end, "call", expected).await;

        let call = self.makes("offerCall", json!({ "from": FIRST_PHONE }), "call").await;
        let leave = json!({ "call": call, "reason": "TIMEOUT" });
        let expected = json!({ "status": "UNANSWERED", "leftQueue": "TIMEOUT" });
        self.tells("leaveQueue", leave, "call", expected).await;
        Callers { first, second }
    }

    pub(super) async fn callers_sort_out_who_they_are(&mut self, Callers { first, second }: &Callers) {
        let unknown = self.makes("answerCall", json!({}), "call").await;
        let matter = self.makes("openConsultation", json!({ "call": unknown }), "consultation").await;
        let identify = json!({ "caller": second, "consultation": matter });
        self.tells("identifyCaller", identify, "caller", json!({ "id": second })).await;

        let named = json!({ "caller": second, "name": "김정선" });
        self.tells("nameCaller", named, "caller", json!({ "name": { "value": "김정선" } })).await;
        let phone = json!({ "caller": second, "phone": "033-560-0003" });
        let expected = json!({ "phones": [{ "phone": "+821000000002" }, { "phone": "+82335600003" }] });
        self.tells("addCallerPhone", phone, "caller", expected).await;
        let moved = json!({ "phone": "033-560-0003", "from": second, "to": first });
        let expected =
            json!({ "id": first, "phones": [{ "phone": FIRST_PHONE }, { "phone": "+82335600003" }] });
        self.tells("moveCallerPhone", moved, "caller", expected).await;

        let pair = json!({ "survivor": first, "absorbed": second });
        let expected = json!({ "id": first, "aliases": [{ "id": second }] });
        self.tells("mergeCallers", pair.clone(), "caller", expected).await;
        let apart = self.does("unmergeCallers", pair, "caller { id aliases { id } }").await;
        assert_eq!(apart["caller"], json!({ "id": first, "aliases": [] }));

        let state = |state: &str| json!({ "erasure": { "state": state } });
        self.tells("requestErasure", json!({ "caller": second }), "caller", state("REQUESTED")).await;
        let refuse = json!({ "caller": second, "legalBasis": "IDENTITY_NOT_SHOWN" });
        let expected = json!({ "erasure": { "state": "REFUSED", "legalBasis": "IDENTITY_NOT_SHOWN" } });
        self.tells("refuseErasure", refuse, "caller", expected).await;
        self.tells("requestErasure", json!({ "caller": second }), "caller", state("REQUESTED")).await;
        self.tells("approveErasure", json!({ "caller": second }), "caller", state("APPROVED")).await;
        let expected = json!({ "erasure": { "state": "ERASED" }, "name": { "value": null, "erased": true },
            "phones": [{ "phone": null, "erased": true }] });
        self.tells("eraseCaller", json!({ "caller": second }), "caller", expected).await;
    }
}
