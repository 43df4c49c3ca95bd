//! Articles written from good answers: they stand at the matters that those are about.

use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use super::graphql::Asked;

const FIELDS: &str =
    "article { id latest { articleVersion title body writtenFrom { uuid } } history { title } retiredAt }";

fn publish(body: &str, from: &[&str]) -> Value {
    json!({ "title": "여권 재발급", "body": body, "category": "civil", "writtenFrom": from })
}

async fn an_article_is_pinned_to_its_matter(database: Database) {
    let asked = Asked::new(database).await;
    let world = &asked.world;
    let good =
        world.consultation(None, "여권을 잃어버려 재발급 문의", Some("신분증 지참 안내")).await.to_string();
    let like = world.consultation(None, "여권을 잃어버려서 재발급 문의", Some("신분증 지참 안내")).await;
    world.consultation(None, "가로등 고장 신고", Some("접수함")).await;

    let answer = asked
        .mutate("publishKnowledgeArticle", publish("신분증과 사진을 가지고 민원과로", &[&good]), FIELDS)
        .await;
    let article = &answer["article"];
    assert_eq!(article["latest"]["writtenFrom"][0]["uuid"], json!(good), "{answer}");
    let before = world.head().await;
    let mut again = publish("신분증, 사진, 수수료를 가지고 민원과로", &[&good]);
    again["article"] = article["id"].clone();
    let answer = asked.mutate("publishKnowledgeArticle", again, FIELDS).await;
    assert_eq!(
        (
            &answer["article"]["latest"]["articleVersion"],
            answer["article"]["history"].as_array().unwrap().len()
        ),
        (&json!(2), 2)
    );

    let shown = "count articles { latest { articleVersion } }";
    let matters = asked.ask("", "text: \"여권 재발급\"", shown).await;
    assert_eq!(matters[0], json!({ "count": 2, "articles": [{ "latest": { "articleVersion": 2 } }] }));
    assert_eq!(asked.ask("", "text: \"가로등\"", shown).await[0]["articles"], json!([]));
    let then = format!("(asOf: {{ position: {before} }})");
    let matters = asked.ask(&then, "text: \"여권 재발급\"", shown).await;
    assert_eq!(matters[0]["articles"], json!([{ "latest": { "articleVersion": 1 } }]));

    // It stays where its source is gone from the matter, as long as something like it is there.
    world.void(like).await;
    asked.mutate("retireKnowledgeArticle", json!({ "article": article["id"] }), FIELDS).await;
    assert_eq!(asked.ask("", "text: \"여권 재발급\"", shown).await[0], json!({ "count": 1, "articles": [] }));
}

both_engines!(an_article_is_pinned_to_its_matter);

async fn an_article_that_cannot_be_is_refused(database: Database) {
    let asked = Asked::new(database).await;
    let world = &asked.world;
    let good = world.consultation(None, "여권 재발급 문의", Some("안내함")).await.to_string();
    let voided = world.consultation(None, "여권 재발급 문의", Some("안내함")).await;
    world.void(voided).await;
    let unknown = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
    let mut of_none = publish("안내", &[&good]);
    of_none["article"] = json!(unknown);
    for (input, code, field) in [
        (publish("담당자 010-1234-5678", &[&good]), "INVALID", "body"),
        (publish("", &[&good]), "INVALID", "body"),
        (publish("안내", &["x"]), "INVALID", "writtenFrom"),
        (publish("안내", &[]), "ARTICLE_SOURCES_INVALID", "writtenFrom"),
        (publish("안내", &[unknown]), "ARTICLE_SOURCES_INVALID", "writtenFrom"),
        (publish("안내", &[&voided.to_string()]), "ARTICLE_SOURCES_INVALID", "writtenFrom"),
        (of_none, "NOT_FOUND", "article"),
    ] {
        assert_eq!(
            asked.refused("publishKnowledgeArticle", input.clone()).await,
            (json!(code), json!(field)),
            "{input}"
        );
    }
    assert_eq!(
        asked.refused("retireKnowledgeArticle", json!({ "article": unknown })).await,
        (json!("NOT_FOUND"), json!("article"))
    );
}

both_engines!(an_article_that_cannot_be_is_refused);
