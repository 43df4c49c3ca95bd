//! Feeds of random histories: whoever takes in what changed has what there is, however often they ask.

use std::collections::{BTreeMap, HashSet};

use sangdam::feeds::consultations::Consultations;
use sangdam::feeds::{End, Feed, pump};
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Position;
use sangdam_projections::Page;
use sangdam_projections::consultations::{self, ConsultationFilter, ConsultationRow};
use sangdam_tests::{Database, both_engines};
use serde_json::Value;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::world::World;

const HISTORIES: std::ops::Range<u64> = 100..106;
const COMMANDS: usize = 700;

both_engines!(what_changed_makes_a_copy_whole);

async fn what_changed_makes_a_copy_whole(database: Database) {
    let (mut consultations, mut voided) = (0, 0);
    for seed in HISTORIES {
        let here = Database::fresh(database.engine()).await;
        let mut world = World::new(&here, seed).await;
        world.found().await;
        let follower = Follower::start(&world).await;
        // How many commands come between two visits, and whether they go on behind the position as of which they had come
        // or behind the latest change that they have.
        let mut copies = [(3, true), (7, false), (31, true), (150, false)].map(Copy::visiting);
        for number in 0..COMMANDS {
            world.let_time_pass();
            drop(world.anything().await);
            for copy in copies.iter_mut().filter(|copy| number % copy.every == 0) {
                copy.visit(&world).await;
            }
        }
        for copy in &mut copies {
            copy.visit(&world).await;
        }
        let all = lines_behind(&world, Position::ZERO).await;
        consultations += all.len();
        voided += all.iter().filter(|line| line["data"]["status"] == "voided").count();
        assert_eq!(follower.end(world.head().await.0).await, by_id(&all), "history {seed}");
    }
    assert!(consultations > 25 && voided >= 5, "only {consultations} consultations, {voided} of them voided");
}

/// What a program keeps that asks now and then.
struct Copy {
    every: usize,
    by_as_of: bool,
    after: Position,
    rows: BTreeMap<ConsultationId, ConsultationRow>,
}

impl Copy {
    fn visiting((every, by_as_of): (usize, bool)) -> Self {
        Self { every, by_as_of, after: Position::ZERO, rows: BTreeMap::new() }
    }

    /// Takes in what changed, and has what a list has as of then.
    async fn visit(&mut self, world: &World) {
        let mut changed = world.changed_behind(self.after).await;
        let as_of = changed.as_of();
        let mut last = self.after;
        let mut seen = HashSet::new();
        loop {
            let rows = changed.rows().await.unwrap();
            if rows.is_empty() {
                break;
            }
            for row in rows {
                assert!(row.last_position > last && row.last_position <= as_of, "{row:?} behind {last}");
                assert!(seen.insert(row.id), "{row:?} comes twice");
                last = row.last_position;
                self.rows.insert(row.id, row);
            }
        }
        self.after = if self.by_as_of { as_of } else { last };
        let at = world.models.as_of(&world.store, world.ledger.log(), as_of).await.unwrap();
        let all = ConsultationFilter::default();
        let listed = consultations::page(&world.models, &at, &all, &Page::first(10_000)).await.unwrap().rows;
        let listed: BTreeMap<_, _> = listed.into_iter().map(|row| (row.id, row)).collect();
        assert_eq!(self.rows, listed, "as of {as_of}");
    }
}

impl World {
    async fn changed_behind(&self, since: Position) -> Consultations {
        Consultations::up_to_head(&self.store, &self.models, self.ledger.log(), since, |_| {}).await.unwrap()
    }
}

async fn lines_behind(world: &World, since: Position) -> Vec<Value> {
    let mut changed = world.changed_behind(since).await;
    let mut lines = Vec::new();
    while let Some(batch) = changed.next().await.unwrap() {
        lines.extend_from_slice(&batch.lines);
    }
    parsed(&lines)
}

fn parsed(lines: &[u8]) -> Vec<Value> {
    lines.split_inclusive(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// The latest of each consultation. Sequences rise, and no id comes twice.
fn by_id(lines: &[Value]) -> BTreeMap<String, Value> {
    let sequences: Vec<&str> = lines.iter().map(|line| line["sequence"].as_str().unwrap()).collect();
    assert!(sequences.is_sorted_by(|one, next| one < next), "{sequences:?}");
    let ids: HashSet<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), lines.len());
    let text = |line: &Value| line["data"]["id"].as_str().unwrap().to_owned();
    lines.iter().map(|line| (text(line), line["data"].clone())).collect()
}

/// A program that follows.
struct Follower {
    stop: oneshot::Sender<()>,
    position: watch::Receiver<Position>,
    lines: JoinHandle<Vec<u8>>,
}

impl Follower {
    async fn start(world: &World) -> Self {
        let mut changed = world.changed_behind(Position::ZERO).await.followed();
        let (stop, stopped) = oneshot::channel();
        let (at, position) = watch::channel(Position::ZERO);
        let lines = tokio::spawn(async move {
            let mut lines = Vec::new();
            let ended = pump(
                &mut changed,
                |batch| {
                    lines.extend_from_slice(&batch.lines);
                    at.send_replace(batch.position);
                    Ok(())
                },
                async { drop(stopped.await) },
            );
            assert_eq!(ended.await.unwrap(), End::Stopped);
            changed.close().await;
            lines
        });
        Self { stop, position, lines }
    }

    /// Stops it when it has come to the head. What it has then.
    async fn end(mut self, head: Position) -> BTreeMap<String, Value> {
        self.position.wait_for(|at| *at >= head).await.unwrap();
        self.stop.send(()).unwrap();
        by_id(&parsed(&self.lines.await.unwrap()))
    }
}
