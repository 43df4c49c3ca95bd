//! Whom a telephone system means by the name or the extension of an agent.

use sangdam_domain::actor::Actor;
use sangdam_domain::aggregate::{Agent, AgentCommand};
use sangdam_domain::event::Event;
use sangdam_domain::id::AgentId;
use sangdam_domain::log::Position;
use sangdam_domain::value::{Code, PersonName};
use sangdam_projections::agents::{self, AgentRow};
use sangdam_projections::{At, ReadModels};
use sangdam_records::cti::Push;

use super::carry_out::CtiError;
use crate::intake::ids::{Ids, TELEPHONE_SYSTEM};
use crate::ledger::{CommandMeta, ExecuteError, Ledger};

/// The name that systems give to their answering machine.
const MACHINE: &str = "voicemail";

/// Whether a machine answered.
pub(super) fn is_machine(push: &Push) -> bool {
    push.users.iter().any(|user| user.eq_ignore_ascii_case(MACHINE))
}

/// Who answered, or placed the call: the agent with this extension, or of this name. Whom nobody knows by the name is registered
/// as an agent, as imports do. `None` where no one person is named.
pub(super) async fn agent(
    ledger: &Ledger,
    models: &ReadModels,
    push: &Push,
    actor: &Actor,
) -> Result<Option<AgentId>, CtiError> {
    let [name] = push.users.as_slice() else {
        let Some(extension) = &push.answering_number else { return Ok(None) };
        return Ok(find(&known(ledger, models).await?, Some(extension), None));
    };
    let extension = push.answering_number.as_deref();
    if let Some(found) = find(&known(ledger, models).await?, extension, Some(name)) {
        return Ok(Some(found));
    }
    register(ledger, name, extension, actor).await
}

struct Known {
    id: AgentId,
    extension: Option<Code>,
    name: Option<String>,
}

/// All agents, those who work here first.
async fn known(ledger: &Ledger, models: &ReadModels) -> Result<Vec<Known>, CtiError> {
    let mut rows: Vec<AgentRow> = agents::all(models, &At::now(ledger.log()), true).await?;
    rows.sort_by_key(|row| (row.retired_at.is_some(), row.registered_position));
    let mut positions: Vec<Position> = rows.iter().map(|row| row.registered_position).collect();
    positions.sort_unstable();
    let events = ledger.store().read_at(ledger.log(), &positions).await?;
    let names: std::collections::HashMap<Position, String> = ledger
        .open(events)
        .await?
        .into_iter()
        .filter_map(|(_, fact)| match fact.event {
            Event::AgentRegistered(registered) => {
                Some((fact.position, registered.name.known()?.as_str().to_owned()))
            }
            _ => None,
        })
        .collect();
    let known = rows.into_iter().map(|row| Known {
        id: row.id,
        name: names.get(&row.registered_position).cloned(),
        extension: row.extension,
    });
    Ok(known.collect())
}

/// By extension first: that is what a telephone system knows best.
fn find(known: &[Known], extension: Option<&str>, name: Option<&str>) -> Option<AgentId> {
    let by_extension = |told: &str| {
        known.iter().find(|agent| {
            agent.extension.as_ref().is_some_and(|code| code.as_str().eq_ignore_ascii_case(told))
        })
    };
    let by_name =
        |told: &str| known.iter().find(|agent| agent.name.as_deref().is_some_and(|name| is_same(name, told)));
    let found = extension.and_then(by_extension).or_else(|| name.and_then(by_name));
    found.or_else(|| name.and_then(by_extension)).map(|agent| agent.id)
}

fn is_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    plain(one) == plain(other)
}

async fn register(
    ledger: &Ledger,
    name: &str,
    extension: Option<&str>,
    actor: &Actor,
) -> Result<Option<AgentId>, CtiError> {
    let Ok(person) = PersonName::parse(name) else { return Ok(None) };
    let (id, command_id) =
        Ids::new(ledger.store().vault(), ledger.centre(), TELEPHONE_SYSTEM).agent(person.as_str());
    let canonical = [b"importAgent\0", person.as_str().as_bytes()].concat();
    let extension = extension.and_then(|extension| Code::parse(&extension.to_ascii_lowercase()).ok());
    let command = AgentCommand::Register { name: person, extension };
    let meta = CommandMeta::new(actor.clone(), canonical).with_id(command_id);
    match ledger.execute::<Agent>(&meta, id, command).await {
        // Whoever was registered so before, and was forgotten or retired since, answered all the same.
        Ok(_) | Err(ExecuteError::Rejected(_)) => Ok(Some(id)),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_extension_goes_before_the_name() {
        let id = |n| AgentId::from_uuid(Uuid::from_u128(n));
        let agent = |n, name: &str, extension: Option<&str>| Known {
            id: id(n),
            name: Some(name.to_owned()),
            extension: extension.map(|code| Code::parse(code).unwrap()),
        };
        let known = [agent(1, "김 상담", Some("101")), agent(2, "Lee", None)];
        assert_eq!(find(&known, Some("101"), Some("Lee")), Some(id(1)));
        assert_eq!(find(&known, Some("999"), Some("lee")), Some(id(2)));
        assert_eq!(find(&known, None, Some("김상담")), Some(id(1)));
        assert_eq!(find(&known, None, Some("101")), Some(id(1)));
        assert_eq!(find(&known, None, Some("nobody")), None);
    }
}
