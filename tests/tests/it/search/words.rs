//! What is found: Korean however it is spaced and whatever hangs on it, English by its stems.

use sangdam_domain::value::Code;
use sangdam_search::Ask;
use sangdam_tests::{Database, both_engines};

use super::world::{World, found};

async fn spacing_particles_and_misspellings_do_not_matter(database: Database) {
    let world = World::new(database).await;
    let passport = world
        .consultation(None, "여권을 잃어버려 재발급하려 하심. 준비물 문의", Some("신분증과 사진 지참 안내"))
        .await;
    let waste = world
        .consultation(None, "소파를 버리려 하심. 스티커 파는 곳 문의", Some("대형폐기물 신고필증 안내"))
        .await;
    let lamp =
        world.consultation(None, "마을회관 앞 가로등이 꺼져 있다 하심", Some("안전시설팀에 접수함")).await;
    let visitor =
        world.consultation(None, "Asks about renewing his passports", Some("Told him what to bring")).await;
    let search = world.built("search").await;
    for (question, expected) in [
        ("여권재발급", passport),
        ("여권 분실", passport),
        ("여권이 없어졌는데 재 발급되나요?", passport),
        ("여꿘 재발급", passport),
        ("대형 폐기물 스티커", waste),
        ("쇼파 버리는 스티커", waste),
        ("가로등고장", lamp),
        ("passport renewal", visitor),
        ("PASSPORTS", visitor),
    ] {
        assert_eq!(found(&search, question).await.first(), Some(&expected), "{question}");
    }
    assert!(found(&search, "zzz").await.is_empty());
}

both_engines!(spacing_particles_and_misspellings_do_not_matter);

async fn copies_are_one_with_a_count_and_first_contact_ranks_higher(database: Database) {
    let world = World::new(database).await;
    for _ in 0..6 {
        world
            .consultation(None, "자동차세 연납 신청 방법 문의", Some("1월에 위택스에서 신청하시도록 안내"))
            .await;
    }
    // As near, but nobody settled it.
    world.consultation(None, "자동차세 연납 할인율 얼마", None).await;
    let search = world.built("search").await;
    let matters = search.similar(&super::world::words("자동차세 연납")).await.unwrap();
    assert_eq!(matters.len(), 2, "{matters:?}");
    let copies = matters.iter().find(|matter| matter.consultations == 6).unwrap();
    assert_eq!((copies.at_first_contact, copies.evidence.len()), (6, 5));
}

both_engines!(copies_are_one_with_a_count_and_first_contact_ranks_higher);

async fn a_category_alone_says_what_comes_up(database: Database) {
    let world = World::new(database).await;
    for (code, inquiry) in [
        ("tax", "재산세 고지서 문의"),
        ("tax", "재산세 고지서 문의"),
        ("tax", "주민세 감면 문의"),
        ("road", "제설 요청"),
    ] {
        let id = world.consultation(None, inquiry, Some("안내함")).await;
        world.categorise(id, code).await;
    }
    let search = world.built("search").await;
    let ask = |category: &str, text: &str| Ask {
        category: Some(Code::parse(category).unwrap()),
        text: text.to_owned(),
        first: 10,
        until: None,
    };
    let counts = |matters: Vec<sangdam_search::Matter>| -> Vec<u32> {
        matters.iter().map(|matter| matter.consultations).collect()
    };
    assert_eq!(counts(search.similar(&ask("tax", "")).await.unwrap()), [2, 1]);
    assert_eq!(counts(search.similar(&ask("road", "")).await.unwrap()), [1]);
    assert_eq!(counts(search.similar(&ask("road", "재산세")).await.unwrap()), [0; 0]);
    assert_eq!(counts(search.similar(&ask("none", "")).await.unwrap()), [0; 0]);
}

both_engines!(a_category_alone_says_what_comes_up);

async fn what_is_voided_or_only_internal_is_not_found(database: Database) {
    let world = World::new(database).await;
    let id = world.consultation(None, "태양광 보조금 문의", Some("에너지팀 안내")).await;
    let internal = super::world::note(sangdam_domain::value::NoteKind::Internal, "말투가 거칠었음");
    world.does(id, internal).await;
    let search = world.caught_up(world.spawn("search")).await;
    assert_eq!(found(&search, "태양광 보조금").await, [id]);
    assert!(found(&search, "거칠었음").await.is_empty());
    world.void(id).await;
    let search = world.caught_up(search).await;
    assert!(found(&search, "태양광 보조금").await.is_empty());
}

both_engines!(what_is_voided_or_only_internal_is_not_found);
