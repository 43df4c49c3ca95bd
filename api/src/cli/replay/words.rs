//! Korean words for what events and their states say.

/// What an event is called.
pub(super) fn type_ko(event_type: &str) -> &str {
    match event_type {
        "LogOpened" => "원장 시작",
        "CallOffered" => "전화 인입",
        "CallAnswered" => "전화 응답",
        "CallAbandoned" => "전화 포기",
        "CallLeftQueue" => "대기열 이탈",
        "CallCameOutOfHours" => "운영 시간 외 전화",
        "CallDropped" => "전화 끊김",
        "CallEnded" => "전화 종료",
        "CallNeededNoConsultation" => "상담 불필요",
        "CallRangUnanswered" => "상담사 벨 무응답",
        "ConsultationOpened" => "상담 시작",
        "CallAttached" => "전화 추가",
        "ConsultationCategorised" => "상담 분류",
        "NoteRecorded" => "메모 기록",
        "GuidanceGiven" => "안내",
        "NumberGiven" => "전화번호 안내",
        "NumberAskedFor" => "전화번호 문의",
        "TransferRequested" => "연결 요청",
        "TransferAccepted" => "연결 수락",
        "TransferDeclined" => "연결 거절",
        "TransferUnanswered" => "연결 무응답",
        "TransferReturned" => "연결 반환",
        "ConsultationReassigned" => "상담사 변경",
        "ConsultationResolved" => "상담 해결",
        "ConsultationReopened" => "상담 재개",
        "ConsultationLinked" => "상담 연관 지음",
        "ConsultationCorrected" => "상담 정정",
        "ConsultationVoided" => "상담 무효",
        "CallbackPromised" => "회신 약속",
        "CallbackAttempted" => "회신 시도",
        "CallbackCompleted" => "회신 완료",
        "CallbackCancelled" => "회신 취소",
        "CallerRegistered" => "민원인 등록",
        "CallerIdentified" => "민원인 확인",
        "CallerPhoneAdded" => "민원인 번호 추가",
        "CallerPhoneMoved" => "민원인 번호 이전",
        "CallerNamed" => "민원인 이름 기록",
        "CallersMerged" => "민원인 병합",
        "CallersUnmerged" => "민원인 병합 해제",
        "ErasureRequested" => "삭제 요청",
        "ErasureApproved" => "삭제 승인",
        "ErasureRefused" => "삭제 거부",
        "CallerErased" => "민원인 정보 삭제",
        "AgentRegistered" => "상담사 등록",
        "ShiftStarted" => "근무 시작",
        "AgentStateChanged" => "상담사 상태 변경",
        "ShiftEnded" => "근무 종료",
        "AgentRetired" => "상담사 퇴직",
        "DirectoryEntryAdded" => "전화번호부 등재",
        "DirectoryEntryChanged" => "전화번호부 수정",
        "DirectoryEntryRetired" => "전화번호부 삭제",
        "DirectoryEditionPublished" => "전화번호부 발간",
        "KnowledgeArticlePublished" => "지식 문서 발행",
        "KnowledgeArticleRetired" => "지식 문서 폐지",
        "CentreRegistered" => "센터 등록",
        "LegacyBalanceDeclared" => "이전 건수 신고",
        "CountingDefinitionPublished" => "집계 기준 공표",
        "OperatingCalendarPublished" => "운영 시간 공표",
        "CategoryTaxonomyPublished" => "분류 체계 공표",
        "ImportStarted" => "가져오기 시작",
        "ImportCompleted" => "가져오기 완료",
        "ReportScheduleDefined" => "보고서 일정 정의",
        "ReportRunsSkipped" => "보고서 작성 생략",
        "ReportRunStarted" => "보고서 작성 시작",
        "ReportRunRetried" => "보고서 작성 재시도",
        "ReportRunFailed" => "보고서 작성 실패",
        "ReportRunCompleted" => "보고서 전달 완료",
        "TelephoneRecordKept" => "전화 기록 보관",
        other => other,
    }
}

/// What a field of a state is called, in the field `within`. `None` for what has no word, such as a year that stands as a key.
pub(super) fn field_ko(within: &str, name: &str) -> Option<&'static str> {
    Some(match name {
        "from" if within == "offered" => "발신 번호",
        "abandoned" => "포기",
        "accepted" => "반영 행",
        "agent" => "상담사",
        "aliases" => "병합된 민원인",
        "already_present" => "기존 행",
        "answered" => "응답",
        "article_version" => "문서 판",
        "as_of" => "기준 위치",
        "at" => "시각",
        "attempt" => "시도 순번",
        "attempts" => "시도",
        "balance" => "이전 건수",
        "body" => "본문",
        "brief" => "전달 내용",
        "by" => "주체",
        "bytes" => "크기(바이트)",
        "calendar_version" => "운영 시간 판",
        "calendars" => "운영 시간",
        "call" => "전화",
        "callback" => "회신",
        "caller" => "민원인",
        "calls" => "전화",
        "cancelled" => "취소",
        "categories" => "분류",
        "category" => "분류",
        "cause" => "원인",
        "channel" => "경로",
        "closes" => "마감",
        "code" => "코드",
        "completed" => "완료",
        "consultation" => "상담",
        "consultations" => "상담 건수",
        "contact_reason" => "문의 이유",
        "content_sha256" => "내용 SHA-256",
        "corrections" => "정정",
        "count" => "횟수",
        "counting_definitions" => "집계 기준",
        "counting_version" => "집계 기준 판",
        "cron" => "실행 시각(cron)",
        "date" => "날짜",
        "declined" => "거절",
        "definition" => "정의 판",
        "definitions" => "정의",
        "delivered" => "전달한 곳",
        "department" => "부서",
        "description" => "설명",
        "dialled" => "건 번호",
        "direction" => "방향",
        "dropped" => "끊김",
        "due" => "기한",
        "duties" => "업무",
        "edition" => "판",
        "editions" => "판",
        "ended" => "종료",
        "entries" => "항목",
        "entry" => "항목",
        "entry_version" => "항목 판",
        "erasure" => "개인정보 삭제",
        "evidence" => "근거",
        "explanation" => "설명",
        "extension" => "내선",
        "external_reference" => "외부 번호",
        "failed" => "실패",
        "field" => "항목",
        "file_sha256" => "파일 SHA-256",
        "format" => "형식",
        "from" => "부터",
        "guidance" => "안내",
        "holidays" => "휴일",
        "hours" => "운영 시간",
        "id" => "식별자",
        "kept" => "보관",
        "kind" => "종류",
        "language" => "언어",
        "lease_until" => "담당 만료 시각",
        "left_queue" => "대기열 이탈",
        "legacy_balances" => "이전 건수",
        "linked" => "연결된 기록",
        "links" => "연관 상담",
        "listings" => "등재 내용",
        "log" => "원장",
        "mapping_sha256" => "대응표 SHA-256",
        "merged_into" => "병합 대상",
        "name" => "이름",
        "name_en" => "영문 이름",
        "name_ko" => "한글 이름",
        "no_consultation" => "상담 불필요",
        "note" => "메모",
        "notes" => "메모",
        "numbers_asked_for" => "문의한 번호",
        "numbers_given" => "안내한 번호",
        "offered" => "인입",
        "officer" => "담당자",
        "opened" => "시작",
        "opened_at" => "시작 시각",
        "opened_by" => "시작 계기",
        "opened_on" => "개소일",
        "opened_with" => "시작 당시 민원인",
        "opens" => "개시",
        "organisation" => "기관",
        "other" => "상대",
        "out_of_hours" => "운영 시간 외",
        "outcome" => "결과",
        "phone" => "전화번호",
        "phones" => "전화번호",
        "promised" => "약속",
        "promised_for" => "약속 대상",
        "published" => "발행",
        "queue" => "대기열",
        "read" => "읽은 행",
        "reason" => "이유",
        "record" => "기록",
        "records_complete_from" => "기록 완비일",
        "refused" => "거부",
        "registered" => "등록",
        "registered_at" => "등록 시각",
        "rejected" => "오류 행",
        "reopened" => "재개",
        "report" => "보고서",
        "requested" => "요청",
        "resolved" => "해결",
        "result" => "결과",
        "retired_at" => "종료 시각",
        "retry_at" => "재시도 시각",
        "rings_unanswered" => "받지 않은 벨",
        "root" => "루트",
        "rows" => "행 수",
        "rule" => "규칙",
        "schedule" => "일정",
        "settled_at" => "처리 시각",
        "shift_started_at" => "근무 시작 시각",
        "since" => "시점",
        "skipped" => "제외 행",
        "skipped_until" => "생략한 마지막 기한",
        "source" => "출처",
        "started" => "시작",
        "state" => "상태",
        "status" => "상태",
        "talk_seconds" => "통화 시간(초)",
        "taxonomies" => "분류 체계",
        "taxonomy_version" => "분류 체계 판",
        "text" => "내용",
        "text_version" => "내용 버전",
        "time_zone" => "시간대",
        "title" => "제목",
        "to" => "까지",
        "transfer" => "연결",
        "transfers" => "연결",
        "unanswered" => "무응답",
        "unheard" => "소식 없는 시도",
        "valid_from" => "시행일",
        "version" => "버전",
        "voided" => "무효",
        "wait_seconds" => "대기 시간(초)",
        "weekday" => "요일",
        "weekly_hours" => "요일별 시간",
        "why" => "사유",
        "with_officer" => "담당자 연결 중",
        "written_from" => "근거 상담",
        "year" => "연도",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use sangdam_domain::actor::{Actor, ActorKind};
    use sangdam_domain::aggregate::{
        Agent, Aggregate, Call, Callback, Caller, Centre, Consultation, DirectoryEditions, DirectoryEntry,
        Import, KnowledgeArticle, ReportRun, ReportSchedule, TelephoneRecord, fold,
    };
    use sangdam_domain::event::{Event, Fact};
    use sangdam_domain::id::EventId;
    use sangdam_domain::log::{Position, Version};
    use sangdam_domain::time::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::ledger::Kept;

    #[test]
    fn every_event_has_a_korean_name_of_its_own() {
        let mut names: Vec<&str> = Event::TYPES.iter().map(|name| type_ko(name)).collect();
        for (name, event_type) in names.iter().zip(Event::TYPES) {
            assert!(name.chars().any(|c| ('가'..='힣').contains(&c)), "{event_type}");
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Event::TYPES.len());
    }

    #[test]
    fn every_field_of_a_state_has_a_korean_word() {
        let facts = every_fact();
        let mut names = BTreeSet::new();
        states_of::<Agent>(&facts, &mut names);
        states_of::<Call>(&facts, &mut names);
        states_of::<Callback>(&facts, &mut names);
        states_of::<Caller>(&facts, &mut names);
        states_of::<Centre>(&facts, &mut names);
        states_of::<Consultation>(&facts, &mut names);
        states_of::<DirectoryEditions>(&facts, &mut names);
        states_of::<DirectoryEntry>(&facts, &mut names);
        states_of::<Import>(&facts, &mut names);
        states_of::<KnowledgeArticle>(&facts, &mut names);
        states_of::<ReportRun>(&facts, &mut names);
        states_of::<ReportSchedule>(&facts, &mut names);
        states_of::<TelephoneRecord>(&facts, &mut names);
        let marks = ["erased", "known", "sealed", "what"];
        let without: Vec<_> = names
            .iter()
            .filter(|name| !marks.contains(&name.as_str()) && name.parse::<i16>().is_err())
            .filter(|name| field_ko("", name).is_none())
            .collect();
        assert!(names.len() > 80 && without.is_empty(), "{without:?}");
    }

    /// Every sample of every event; aggregates survive facts in any order.
    fn every_fact() -> Vec<Fact> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/samples");
        let mut facts = Vec::new();
        for name in Event::TYPES {
            let schema = Event::schema_of(name).unwrap();
            let text = std::fs::read_to_string(folder.join(format!("{name}.v{schema}.json"))).unwrap();
            let samples: Vec<Value> = serde_json::from_str(&text).unwrap();
            for sample in samples {
                let event = Event::from_body(name, schema, &sample["body"].to_string()).unwrap();
                facts.push(Fact {
                    event_id: EventId::from_uuid(Uuid::nil()),
                    position: Position::ZERO.next(),
                    version: Version::ZERO.next(),
                    occurred_at: Timestamp::MIN,
                    recorded_at: Timestamp::MIN,
                    actor: Actor::of(ActorKind::System),
                    event,
                });
            }
        }
        facts
    }

    /// What the fields are called of a state after each of the facts.
    fn states_of<A: Kept + Aggregate>(facts: &[Fact], names: &mut BTreeSet<String>) {
        for count in 0..=facts.len() {
            let state: A = fold(A::id_of(Uuid::nil()), &facts[..count]);
            names_in(&serde_json::to_value(&state).unwrap(), names);
        }
    }

    fn names_in(value: &Value, names: &mut BTreeSet<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    names.insert(name.clone());
                    names_in(field, names);
                }
            }
            _ => {}
        }
    }
}
