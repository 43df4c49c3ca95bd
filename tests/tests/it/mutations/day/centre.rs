//! The morning and the evening: the centre and its rules, agents and directory.

use serde_json::{Value, json};

use super::{Day, Desk};

impl Day {
    pub(super) async fn opens(&mut self) -> Desk {
        self.rules_are_published().await;
        let desk = Desk {
            agent: self.makes("registerAgent", json!({ "name": "박상담" }), "agent").await,
            colleague: self.makes("registerAgent", json!({ "name": "이상담" }), "agent").await,
            entry: self.directory().await,
        };
        for agent in [&desk.agent, &desk.colleague] {
            self.tells("startShift", json!({ "agent": agent }), "agent", json!({ "state": "AVAILABLE" }))
                .await;
        }
        desk
    }

    async fn rules_are_published(&mut self) {
        let centre = json!({ "name": "정선군 콜센터", "openedOn": "2019-08-01", "timeZone": "Asia/Seoul",
            "recordsCompleteFrom": "2022-01-01" });
        self.tells("registerCentre", centre.clone(), "centre", centre).await;
        let balance = json!({ "year": 2021, "consultations": 20_000, "source": "2021년 업무 보고" });
        let expected = json!({ "legacyBalances": [balance.clone()] });
        self.tells("declareLegacyBalance", balance, "centre", expected).await;
        let counting = json!({ "rule": "OPENED_NOT_VOIDED", "description": "무효가 아닌 상담" });
        let expected = json!({ "countingDefinitions":
            [{ "countingVersion": 1, "rule": "OPENED_NOT_VOIDED", "description": "무효가 아닌 상담" }] });
        self.tells("publishCountingDefinition", counting, "centre", expected).await;
        let calendar = json!({ "validFrom": "2020-01-01", "timeZone": "Asia/Seoul",
            "weeklyHours": [{ "weekday": "TUESDAY", "opens": "08:30", "closes": "18:30" }],
            "holidays": [{ "date": "2024-01-01", "name": "신정" }] });
        let expected = json!({ "calendars": [calendar.clone()] });
        self.tells("publishOperatingCalendar", calendar, "centre", expected).await;
        let taxonomy = json!({ "categories": [{ "code": "waste", "nameKo": "쓰레기", "nameEn": "Waste" }] });
        let expected = json!({ "taxonomies": [taxonomy.clone()] });
        self.tells("publishCategoryTaxonomy", taxonomy, "centre", expected).await;
    }

    async fn directory(&mut self) -> Value {
        let entry =
            self.makes("addDirectoryEntry", json!({ "listing": listing("쓰레기 수거") }), "entry").await;
        let listing = listing("쓰레기와 재활용");
        let expected = json!({ "entryVersion": 2, "listing": listing.clone() });
        self.tells("changeDirectoryEntry", json!({ "entry": entry, "listing": listing }), "entry", expected)
            .await;
        entry
    }

    pub(super) async fn closes(&mut self, desk: &Desk) {
        self.seconds_pass(10 * 3600);
        let late = json!({ "from": "010-0000-0019" });
        self.tells("offerCall", late, "call", json!({ "status": "WAITING", "outOfHours": true })).await;

        self.api.catch_up().await;
        let edition = json!({ "from": "2024-01-02", "to": "2024-01-02" });
        let expected = json!({ "edition": 1, "entries":
            [{ "count": 1, "entryVersion": 2, "entry": { "id": desk.entry } }] });
        self.tells("publishDirectoryEdition", edition, "edition", expected).await;
        let retired =
            self.does("retireDirectoryEntry", json!({ "entry": desk.entry }), "entry { retiredAt }");
        assert!(retired.await["entry"]["retiredAt"].is_string());

        let pause = json!({ "agent": desk.colleague, "state": "BREAK" });
        self.tells("changeAgentState", pause, "agent", json!({ "state": "BREAK" })).await;
        let colleague = json!({ "agent": desk.colleague });
        let expected = json!({ "state": null, "shiftStartedAt": null });
        self.tells("endShift", colleague.clone(), "agent", expected).await;
        let retired = self.does("retireAgent", colleague, "agent { retiredAt }").await;
        assert!(retired["agent"]["retiredAt"].is_string());
    }
}

fn listing(duties: &str) -> Value {
    json!({ "organisation": "정선군청", "department": "환경과", "duties": duties, "phone": "0335602331",
        "hours": "09:00-18:00", "category": "waste" })
}
