//! As of a position, the index answers as it did then.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sangdam_domain::aggregate::ConsultationCommand;
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::{Position, Version};
use sangdam_domain::value::{NoteKind, NoteText, ReopenReason};
use sangdam_search::{Ask, Matter, Search};
use sangdam_tests::{Database, both_engines};

use super::world::{World, note};

const WORDS: [&str; 16] = [
    "여권",
    "재발급",
    "가로등",
    "고장",
    "대형폐기물",
    "스티커",
    "자동차세",
    "연납",
    "문의",
    "신청",
    "방법",
    "준비물",
    "서류",
    "위치",
    "기간",
    "요금",
];
const CONSULTATIONS: usize = 60;
const QUESTIONS: [&str; 4] = ["여권 재발급", "자동차세 신청 방법", "가로등", ""];

fn sentence(random: &mut StdRng) -> String {
    let length = random.random_range(2..9);
    (0..length).map(|_| WORDS[random.random_range(0..WORDS.len())]).collect::<Vec<_>>().join(" ")
}

async fn answers(search: &Search, until: Option<Position>) -> Vec<Vec<Matter>> {
    let mut answers = Vec::new();
    for question in QUESTIONS {
        let ask = Ask { text: question.to_owned(), first: 50, until, category: None };
        answers.push(search.similar(&ask).await.unwrap());
    }
    answers
}

async fn change(world: &World, random: &mut StdRng, id: ConsultationId) {
    match random.random_range(0..4) {
        0 => world.void(id).await,
        1 => {
            let text = NoteText::parse(&sentence(random)).unwrap();
            let note = Version::ZERO.plus(2);
            world.does(id, ConsultationCommand::CorrectNote { note, text, why: None }).await;
        }
        2 => world.does(id, ConsultationCommand::Reopen { reason: ReopenReason::CallerReturned }).await,
        _ => world.does(id, note(NoteKind::Answer, &sentence(random))).await,
    }
}

async fn every_moment_is_answered_as_it_was_then(database: Database) {
    let world = World::new(database).await;
    let mut random = StdRng::seed_from_u64(20_240_102);
    let search = world.spawn("search");
    let (mut remembered, mut standing) = (Vec::new(), Vec::new());
    for number in 0..CONSULTATIONS {
        let (inquiry, answer) = (sentence(&mut random), sentence(&mut random));
        standing.push(world.consultation(None, &inquiry, Some(&answer)).await);
        if number % 3 == 0 {
            // Each changes once: what is voided can change no more.
            let id = standing.swap_remove(random.random_range(0..standing.len()));
            change(&world, &mut random, id).await;
        }
        if number % 5 == 0 {
            world.caught_up(search.clone()).await;
            remembered.push((world.head().await, answers(&search, None).await));
        }
    }
    world.caught_up(search.clone()).await;
    for (position, then) in remembered {
        assert_eq!(answers(&search, Some(position)).await, then, "as of {position}");
    }
}

both_engines!(every_moment_is_answered_as_it_was_then);
