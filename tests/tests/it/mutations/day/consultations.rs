//! One matter, from the call to its end and back again.

use serde_json::{Value, json};

use super::{Day, Desk};

impl Day {
    pub(super) async fn a_matter_takes_all_its_turns(&mut self, desk: &Desk) {
        let call = self.makes("answerCall", json!({ "agent": desk.agent }), "call").await;
        let id = self.makes("openConsultation", json!({ "call": call }), "consultation").await;
        self.is_written_up(&id, desk).await;
        self.goes_to_officers(&id).await;
        self.goes_on(&id, desk).await;

        let other = self.makes("answerCall", json!({}), "call").await;
        let other = self.makes("openConsultation", json!({ "call": other }), "consultation").await;
        let link = json!({ "consultation": id, "other": other, "kind": "SAME_MATTER" });
        let expected = json!({ "links": [{ "kind": "SAME_MATTER", "other": { "id": other } }] });
        self.tells("linkConsultations", link, "consultation", expected).await;
        let void = json!({ "consultation": other, "reason": "DUPLICATE", "explanation": "두 번 열림" });
        let expected = json!({ "status": "VOIDED",
            "voided": { "reason": "DUPLICATE", "explanation": { "value": "두 번 열림" } } });
        self.tells("voidConsultation", void, "consultation", expected).await;
    }

    async fn is_written_up(&mut self, id: &Value, desk: &Desk) {
        let category = json!({ "consultation": id, "code": "waste" });
        let expected = json!({ "category": { "code": "waste", "taxonomyVersion": 1, "nameKo": "쓰레기" } });
        self.tells("categoriseConsultation", category, "consultation", expected).await;
        let note = json!({ "consultation": id, "kind": "INQUIRY", "text": "대형 폐기물은 어떻게 버리나요?" });
        let expected = json!({ "notes": [{ "kind": "INQUIRY", "text": "대형 폐기물은 어떻게 버리나요?" }] });
        self.tells("recordNote", note, "consultation", expected).await;
        let guidance = json!({ "consultation": id, "kind": "COUNTY_AFFAIRS" });
        let expected = json!({ "guidance": [{ "kind": "COUNTY_AFFAIRS" }] });
        self.tells("giveGuidance", guidance, "consultation", expected).await;
        let number = json!({ "consultation": id, "entry": desk.entry });
        let expected = json!({ "numbersGiven": [{ "entryVersion": 2, "entry": { "id": desk.entry },
            "listing": { "phone": "0335602331" } }] });
        self.tells("giveNumber", number, "consultation", expected).await;
        let number = json!({ "consultation": id, "entry": desk.entry, "entryVersion": 1 });
        let expected = json!({ "numbersAskedFor": [{ "entryVersion": 1, "entry": { "id": desk.entry } }] });
        self.tells("recordNumberAskedFor", number, "consultation", expected).await;
        let article =
            json!({ "title": "대형 폐기물", "body": "스티커를 붙여 내놓습니다.", "writtenFrom": [id] });
        let fields = "article { id latest { title } }";
        let article = self.does("publishKnowledgeArticle", article, fields).await["article"].take();
        assert_eq!(article["latest"]["title"], "대형 폐기물");
        let retire = json!({ "article": article["id"] });
        let retired = self.does("retireKnowledgeArticle", retire, "article { retiredAt }").await;
        assert!(retired["article"]["retiredAt"].is_string());
        let correct = json!({ "consultation": id, "contactReason": "FOLLOW_UP", "why": "다시 물어봄" });
        let expected = json!({ "contactReason": "FOLLOW_UP",
            "corrections": [{ "contactReason": "FOLLOW_UP", "why": { "value": "다시 물어봄" } }] });
        self.tells("correctConsultation", correct, "consultation", expected).await;
    }

    /// Three officers do not take the call; the fourth takes it and gives it back.
    async fn goes_to_officers(&mut self, id: &Value) {
        for (number, mutation, detail, status) in [
            (0, "declineTransfer", json!({ "reason": "NOT_IN_CHARGE" }), "DECLINED"),
            (1, "markTransferUnanswered", json!({ "cause": "AWAY" }), "UNANSWERED"),
            (2, "acceptTransfer", json!({}), "ACCEPTED"),
        ] {
            let request = json!({ "consultation": id, "kind": "WARM", "department": "환경과" });
            let asked =
                self.does("requestTransfer", request, "consultation { transfers { id status } }").await;
            let transfer = &asked["consultation"]["transfers"][number];
            assert_eq!(transfer["status"], "REQUESTED");
            let mut input = detail;
            input["consultation"] = id.clone();
            input["transfer"] = transfer["id"].clone();
            let settled = self.does(mutation, input.clone(), "consultation { transfers { status } }").await;
            assert_eq!(settled["consultation"]["transfers"][number]["status"], status, "{mutation}");
            if status == "ACCEPTED" {
                let back = self.does("returnTransfer", input, "consultation { transfers { status } }").await;
                assert_eq!(back["consultation"]["transfers"][number]["status"], "RETURNED");
            }
        }
    }

    async fn goes_on(&mut self, id: &Value, desk: &Desk) {
        let again = self.makes("answerCall", json!({ "agent": desk.colleague }), "call").await;
        let attach = json!({ "consultation": id, "call": again, "reason": "CALLED_AGAIN" });
        let attached = self.does("attachCall", attach, "consultation { calls { call { id } reason } }").await;
        let calls = &attached["consultation"]["calls"];
        assert_eq!(calls[1], json!({ "call": { "id": again }, "reason": "CALLED_AGAIN" }), "{calls}");
        let reassign = json!({ "consultation": id, "agent": desk.colleague });
        let expected = json!({ "agent": { "id": desk.colleague } });
        self.tells("reassignConsultation", reassign, "consultation", expected).await;
        let resolve = json!({ "consultation": id, "outcome": "NUMBER_GIVEN" });
        let expected =
            json!({ "status": "RESOLVED", "resolution": { "by": "AGENT", "outcome": "NUMBER_GIVEN" } });
        self.tells("resolveConsultation", resolve, "consultation", expected).await;
        let reopen = json!({ "consultation": id, "reason": "CALLER_RETURNED" });
        let expected = json!({ "status": "OPEN", "reopenings": [{ "reason": "CALLER_RETURNED" }] });
        self.tells("reopenConsultation", reopen, "consultation", expected).await;
    }
}
