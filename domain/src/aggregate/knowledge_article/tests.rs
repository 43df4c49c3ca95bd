use uuid::Uuid;

use super::*;
use crate::aggregate::testing::*;
use crate::value::{ArticleText, DisplayText};

fn source(n: u128) -> ConsultationId {
    ConsultationId::from_uuid(Uuid::from_u128(n))
}

fn says(body: &str, from: &[u128]) -> Article {
    Article {
        title: DisplayText::parse("여권 재발급").unwrap(),
        body: ArticleText::parse(body).unwrap(),
        category: None,
        written_from: from.iter().copied().map(source).collect(),
    }
}

fn publish(body: &str, from: &[u128], status: ConsultationStatus) -> KnowledgeArticleCommand {
    let sources = from.iter().map(|n| (source(*n), status)).collect();
    KnowledgeArticleCommand::Publish { article: says(body, from), sources }
}

fn published(article_version: u32, body: &str) -> KnowledgeArticlePublished {
    KnowledgeArticlePublished { article_version, article: says(body, &[1]) }
}

fn article(events: impl IntoIterator<Item = Event>) -> Given<KnowledgeArticle> {
    given(KnowledgeArticleId::from_uuid(Uuid::from_u128(9)), events)
}

#[test]
fn publishing_makes_versions() {
    let settled = ConsultationStatus::Resolved;
    article([]).when(publish("신분증 지참", &[1], settled)).then(published(1, "신분증 지참"));
    let first = || Event::from(published(1, "신분증 지참"));
    article([first()])
        .when(publish("신분증과 사진 지참", &[1], settled))
        .then(published(2, "신분증과 사진 지참"));
    article([first()]).when(publish("신분증 지참", &[1], settled)).then_nothing();
    let state = article([first(), published(2, "사진 지참").into()]).state;
    assert_eq!((state.article_version(), state.article()), (2, Some(&says("사진 지참", &[1]))));
}

#[test]
fn is_retired_once_and_for_good() {
    let first = || Event::from(published(1, "신분증 지참"));
    let retired = || Event::from(KnowledgeArticleRetired {});
    let again = publish("다시", &[1], ConsultationStatus::Resolved);
    article([first()]).when(KnowledgeArticleCommand::Retire).then(retired());
    article([first(), retired()]).when(KnowledgeArticleCommand::Retire).then_nothing();
    article([first(), retired()]).when(again).rejected(Rejection::KnowledgeArticleRetired);
    article([])
        .when(KnowledgeArticleCommand::Retire)
        .rejected(Rejection::NotFound { kind: "knowledge-article" });
}

#[test]
fn is_written_from_consultations_that_count() {
    #[track_caller]
    fn refused(command: KnowledgeArticleCommand, problem: &'static str) {
        article([]).when(command).rejected(Rejection::ArticleSourcesInvalid { problem });
    }
    let open = ConsultationStatus::Open;
    refused(publish("가", &[], open), "are missing: name at least one consultation whose answer was good");
    refused(publish("가", &[1, 1], open), "name one consultation twice");
    refused(publish("가", &[1], ConsultationStatus::Voided), "name a consultation that was voided");
    refused(publish("가", &[1], ConsultationStatus::None), "name a consultation that is not there");
    let many: Vec<u128> = (1..=51).collect();
    refused(publish("가", &many, open), "are more than 50; name those with the best answers");
    assert_eq!(article([]).state.subject(), None);
}
