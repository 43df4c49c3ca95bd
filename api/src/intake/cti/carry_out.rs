//! Carrying out a message: who is spoken of is looked up, then the call is told.

use sangdam_domain::actor::{Actor, ActorKind, Subject};
use sangdam_domain::aggregate::{Call, Caller, CallerCommand};
use sangdam_domain::id::CallerId;
use sangdam_domain::log::Position;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::{CallerKind, Code, Direction, ExternalReference, PhoneNumber};
use sangdam_eventstore::StoreError;
use sangdam_projections::{ReadError, ReadModels};
use sangdam_records::cti::{Event, Push};
use sangdam_records::number::{Sender, dialled};
use sha2::{Digest, Sha256};

use super::agents;
use super::meaning::{Heard, meaning};
use crate::intake::ids::{Ids, TELEPHONE_SYSTEM};
use crate::intake::queue_log::call_ids;
use crate::ledger::{CommandMeta, ExecuteError, Ledger, LoadError};

/// How often a message is begun anew where what it rests on changes meanwhile.
const ROUNDS_MAX: u32 = 5;

/// A message could not be carried out, for no fault of its own: it is to be sent again.
#[derive(Debug, thiserror::Error)]
pub enum CtiError {
    /// The ledger failed.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// The ledger could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The read models could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Carries out a message that arrives now. What was told before, in whatever order, changes nothing.
///
/// # Errors
/// Where the ledger fails: the message is to be sent again.
pub async fn carry_out(ledger: &Ledger, models: &ReadModels, push: &Push) -> Result<(), CtiError> {
    let actor = Actor { id: "cti".to_owned(), kind: ActorKind::System };
    let now = ledger.now();
    let canonical = format!("cti\0{:?}\0{}", push.event, push.call_id);
    let meta = CommandMeta::new(actor.clone(), canonical).at(now);
    let ids = Ids::new(ledger.store().vault(), ledger.centre(), TELEPHONE_SYSTEM);
    let first = call_ids(&ids, &push.call_id).call;
    let mut round = 0;
    loop {
        round += 1;
        let heard = heard(ledger, models, push, &actor).await?;
        let told = ledger
            .tell_call(&meta, (&push.call_id, first), |call, closed_by| meaning(&heard, call, now, closed_by))
            .await;
        match told {
            Ok(told) => return identify(ledger, &meta, &heard, &told.state).await,
            // They were forgotten since they were looked up; or many tell of this call at once.
            Err(ExecuteError::Rejected(Rejection::CallerErased) | ExecuteError::Contended(_))
                if round < ROUNDS_MAX => {}
            Err(ExecuteError::Rejected(rejection)) => {
                tracing::warn!(
                    code = rejection.code(),
                    "a telephone system's message contradicts the record"
                );
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn heard(ledger: &Ledger, models: &ReadModels, push: &Push, actor: &Actor) -> Result<Heard, CtiError> {
    let direction = push.direction.unwrap_or(Direction::Inbound);
    let (theirs, ours) = match direction {
        Direction::Inbound => (&push.from, &push.to),
        Direction::Outbound => (&push.to, &push.from),
    };
    let phone = theirs.as_deref().and_then(|told| Sender::read(told).number());
    let caller = match &phone {
        None => None,
        Some(phone) => match ledger.caller_by_phone(phone, Position::MAX).await? {
            // Whom the centre calls has not called.
            None if direction == Direction::Inbound => register(ledger, phone, actor).await?,
            known => known,
        },
    };
    let agent = match push.event {
        Event::Answer => agents::agent(ledger, models, push, actor).await?,
        Event::NewCall | Event::Hangup => None,
    };
    Ok(Heard {
        event: push.event,
        direction,
        phone,
        caller,
        // What an outbound call dialled is somebody's own number, and sealed as such.
        dialled: ours.as_deref().filter(|_| direction == Direction::Inbound).and_then(dialled),
        queue: push.queue.as_deref().and_then(queue),
        reference: ExternalReference::parse(&push.call_id).ok(),
        agent,
        by_machine: push.event == Event::Answer && agents::is_machine(push),
        cause: push.cause.clone(),
    })
}

/// Registers whoever has a number that nobody has yet; two at once register one.
async fn register(ledger: &Ledger, phone: &PhoneNumber, actor: &Actor) -> Result<Option<CallerId>, CtiError> {
    let id = CallerId::from_uuid(ledger.new_uuid());
    let command = CallerCommand::Register {
        phone: Some(phone.clone()),
        name: None,
        kind: CallerKind::Unknown,
        external_reference: None,
    };
    match ledger.execute::<Caller>(&CommandMeta::new(actor.clone(), "ctiCaller"), id, command).await {
        Ok(_) => Ok(Some(id)),
        Err(ExecuteError::Rejected(Rejection::PhoneOfAnotherCaller { caller })) => {
            Ok(ledger.survivor(caller, Position::MAX).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// A call that was known without its number, and turns out to be somebody's.
async fn identify(ledger: &Ledger, meta: &CommandMeta, heard: &Heard, call: &Call) -> Result<(), CtiError> {
    let Some(caller) = heard.caller.filter(|_| call.caller.is_none() && call.offered.is_some()) else {
        return Ok(());
    };
    match ledger.identify_caller(meta, caller, Subject::Call(call.id)).await {
        Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A queue's name as a code; one that has no letters of codes is known by its digest.
fn queue(name: &str) -> Option<Code> {
    let spelt: String = name
        .to_lowercase()
        .chars()
        .map(
            |letter| if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.') { letter } else { '-' },
        )
        .take(40)
        .collect();
    let spelt = if name.is_ascii() { spelt.trim_matches('-').to_owned() } else { String::new() };
    let digest = || format!("q-{}", hex::encode(&Sha256::digest(name.as_bytes())[..6]));
    Code::parse(&spelt).or_else(|_| Code::parse(&digest())).ok()
}
