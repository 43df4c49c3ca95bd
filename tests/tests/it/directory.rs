//! `sangdam directory`: editions in print.

use std::process::{Command, Output};

use sangdam_tests::{Database, both_engines};
use serde_json::{Value, json};

use crate::reports::world::Centre;

fn listing(department: &str, category: &str) -> Value {
    json!({ "organisation": "정선군청", "department": department, "duties": "여권, 인감증명", "phone": "033-110-2101",
        "hours": "평일 09:00–18:00", "category": category })
}

/// Edition 1, of an entry given twice and one given once; both say something else since.
async fn published(centre: &Centre) {
    let categories = json!([{ "code": "tax", "nameKo": "지방세", "nameEn": "Taxes" },
        { "code": "tourism", "nameKo": "관광", "nameEn": "Tourism" }]);
    centre.done("publishCategoryTaxonomy", json!({ "categories": categories }), "").await;
    let (mut entries, matter) = (Vec::new(), centre.opened("2024-05-02T09:00:00+09:00").await);
    for (department, category) in [("세무과", "tax"), ("관광과", "tourism")] {
        let add = json!({ "listing": listing(department, category) });
        entries.push(centre.done("addDirectoryEntry", add, "entry { id }").await["entry"]["id"].clone());
    }
    for entry in [&entries[0], &entries[1], &entries[1]] {
        let give =
            json!({ "consultation": matter.id, "entry": entry, "occurredAt": "2024-05-02T09:01:00+09:00" });
        let given = centre.done("giveNumber", give, "").await;
        centre.has_come_to(&given["position"]).await;
    }
    let period = json!({ "from": "2024-01-01", "to": "2024-12-31" });
    centre.done("publishDirectoryEdition", period, "").await;
    for (entry, category) in entries.iter().zip(["tourism", "tax"]) {
        let change = json!({ "entry": entry, "listing": listing("폐지된 과", category) });
        centre.done("changeDirectoryEntry", change, "").await;
    }
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

async fn an_edition_is_printed_as_it_was_published(database: Database) {
    let centre = Centre::new(database).await;
    published(&centre).await;
    let listed = said(&centre.run(&["directory"]));
    assert!(
        listed.starts_with("edition 1 ") && listed.contains("numbers 2  given 2024-01-01 to 2024-12-31"),
        "{listed}"
    );

    let path = centre.file("booklet.html");
    said(&centre.run(&["directory", "--edition", "1", "--output", path.to_str().unwrap()]));
    let html = std::fs::read_to_string(&path).unwrap();
    let places: Vec<usize> = ["관광과", "세무과"].iter().map(|name| html.find(name).unwrap()).collect();
    assert!(places[0] < places[1] && !html.contains("폐지된"), "{html}");
    assert!(html.contains("<h2 class=\"need\">관광</h2>") && html.contains("제1판"), "{html}");

    let sheet = said(&centre.run(&["directory", "--edition", "1", "--format", "csv"]));
    assert!(
        sheet.contains("\n1,관광,정선군청,관광과,\"여권, 인감증명\",033-110-2101,평일 09:00–18:00,2,"),
        "{sheet}"
    );
    let cards = said(&centre.run(&["directory", "--edition", "1", "--format", "vcard"]));
    assert_eq!(cards.matches("TEL;TYPE=WORK,VOICE:033-110-2101\r\n").count(), 2, "{cards}");
    centre.stop().await;
}

async fn a_booklet_is_a_pdf_of_whole_sheets(database: Database) {
    if Command::new("chromium").arg("--version").output().is_err() {
        println!("skipped: no Chromium is installed, so no PDF is made");
        return;
    }
    let centre = Centre::new(database).await;
    published(&centre).await;
    let path = centre.file("booklet.pdf");
    said(&centre.run(&[
        "directory",
        "--edition",
        "1",
        "--format",
        "pdf",
        "--output",
        path.to_str().unwrap(),
    ]));
    let pdf = std::fs::read(&path).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(&pdf);
    // A5, in points.
    assert_eq!(text.matches("/MediaBox [0 0 420 59").count(), 4);
    centre.stop().await;
}

async fn an_edition_that_is_not_there_is_told(database: Database) {
    let centre = Centre::new(database).await;
    let path = centre.file("booklet.html");
    let arguments = ["directory", "--edition", "1", "--output", path.to_str().unwrap()];
    let output = centre.run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("there is no edition 1: none was published yet"), "{told}");
    assert!(!path.exists());
    assert_eq!(centre.run(&["directory", "--edition", "0"]).status.code(), Some(2));
    assert_eq!(centre.run(&["directory", "--format", "csv"]).status.code(), Some(2));
    centre.stop().await;
}

both_engines!(
    an_edition_is_printed_as_it_was_published,
    a_booklet_is_a_pdf_of_whole_sheets,
    an_edition_that_is_not_there_is_told,
);
