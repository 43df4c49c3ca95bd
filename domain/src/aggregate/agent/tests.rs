use super::*;
use crate::aggregate::testing::*;

fn name() -> PersonName {
    PersonName::parse("김상담").unwrap()
}

fn registered() -> Event {
    AgentRegistered { name: Personal::Known(name()), extension: None }.into()
}

fn on_shift() -> Vec<Event> {
    vec![registered(), ShiftStarted {}.into()]
}

fn in_state(state: AgentState) -> Vec<Event> {
    let mut events = on_shift();
    events.push(AgentStateChanged { state }.into());
    events
}

fn retired() -> Vec<Event> {
    vec![registered(), AgentRetired {}.into()]
}

fn agent(events: impl IntoIterator<Item = Event>) -> Given<Agent> {
    given(AGENT, events)
}

#[test]
fn is_registered_once() {
    let register = || AgentCommand::Register { name: name(), extension: None };
    agent([]).when(register()).then(registered());
    agent([registered()]).when(register()).rejected(Rejection::AgentAlreadyRegistered);
}

#[test]
fn works_in_shifts() {
    agent([registered()]).when(AgentCommand::StartShift).then(ShiftStarted {});
    agent(on_shift()).when(AgentCommand::StartShift).then_nothing();
    agent(on_shift()).when(AgentCommand::EndShift).then(ShiftEnded {});
    agent([registered()]).when(AgentCommand::EndShift).then_nothing();
    agent(in_state(AgentState::OnCall)).when(AgentCommand::EndShift).rejected(Rejection::AgentOnCall);
    agent([]).when(AgentCommand::StartShift).rejected(Rejection::NotFound { kind: "agent" });
}

#[test]
fn has_a_state_on_shift_only() {
    let change = |state| AgentCommand::ChangeState { state };
    agent(on_shift()).when(change(AgentState::Break)).then(AgentStateChanged { state: AgentState::Break });
    agent(on_shift()).when(change(AgentState::Available)).then_nothing();
    agent([registered()]).when(change(AgentState::Break)).rejected(Rejection::AgentNotOnShift);
    let went_home = on_shift().into_iter().chain([ShiftEnded {}.into()]);
    agent(went_home).when(change(AgentState::Break)).rejected(Rejection::AgentNotOnShift);
}

#[test]
fn retires_once_and_off_shift() {
    agent([registered()]).when(AgentCommand::Retire).then(AgentRetired {});
    agent(retired()).when(AgentCommand::Retire).then_nothing();
    agent(on_shift()).when(AgentCommand::Retire).rejected(Rejection::AgentOnShift);
    agent(retired()).when(AgentCommand::StartShift).rejected(Rejection::AgentRetired);
    agent(retired())
        .when(AgentCommand::ChangeState { state: AgentState::Break })
        .rejected(Rejection::AgentRetired);
    agent([]).when(AgentCommand::Retire).rejected(Rejection::NotFound { kind: "agent" });
}

#[test]
fn stands_as_its_facts_say_and_is_sealed_for_itself() {
    assert_eq!(agent([]).state.standing(), AgentStanding::Unknown);
    assert_eq!(agent(on_shift()).state.standing(), AgentStanding::Active);
    assert_eq!(agent(retired()).state.standing(), AgentStanding::Retired);
    assert_eq!(agent([registered()]).state.subject(), Some(Subject::Agent(AGENT)));
    let at_work = agent(in_state(AgentState::AfterCallWork)).state;
    assert_eq!(at_work.state.unwrap().what, AgentState::AfterCallWork);
    assert_eq!(at_work.shift_started_at, Some(noon().plus_seconds(2)));
}

#[test]
fn what_a_telephone_system_saw_is_taken_whatever_was_known() {
    let observe = |state| AgentCommand::Observe { state };
    agent([registered()])
        .when(observe(Some(AgentState::Break)))
        .then_all([ShiftStarted {}.into(), AgentStateChanged { state: AgentState::Break }.into()]);
    agent([registered()]).when(observe(Some(AgentState::Available))).then(ShiftStarted {});
    agent(in_state(AgentState::OnCall)).when(observe(None)).then(ShiftEnded {});
    agent(in_state(AgentState::Break))
        .when(observe(Some(AgentState::Available)))
        .then(AgentStateChanged { state: AgentState::Available });
    agent(on_shift()).when(observe(Some(AgentState::Available))).then_nothing();
    agent([registered()]).when(observe(None)).then_nothing();
    agent(retired()).when(observe(None)).rejected(Rejection::AgentRetired);
}

#[test]
fn old_news_of_a_telephone_system_changes_nothing() {
    let state = agent(in_state(AgentState::Break)).state;
    let command = AgentCommand::Observe { state: None };
    assert_eq!(state.decide(command.clone(), noon()), Ok(Vec::new()));
    assert_eq!(state.decide(command, noon().plus_seconds(3)), Ok(vec![ShiftEnded {}.into()]));
}
