//! Commands about callers that touch two streams at once.

use sangdam_domain::actor::Subject;
use sangdam_domain::aggregate::{
    Call, CallCommand, Caller, CallerCommand, Consultation, ConsultationCommand,
};
use sangdam_domain::id::CallerId;
use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::PhoneNumber;

use super::commit::Change;
use super::execute::{Once, Settled};
use super::fold::Held;
use super::{CommandMeta, ExecuteError, Executed, Ledger};

/// What is asked of two callers at once. The first is the one that the command answers with.
#[derive(Clone)]
struct OfTwo {
    first: CallerId,
    second: CallerId,
    command: CallerCommand,
}

impl Ledger {
    /// A call or consultation turns out to be a caller's: its key is linked to them. Answers with the caller.
    pub async fn identify_caller(
        &self,
        meta: &CommandMeta,
        caller: CallerId,
        subject: Subject,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let mut once = self.once(meta)?;
        loop {
            let attempt = self.attempt_identify(&once, caller, subject).await;
            match self.settle(&mut once, attempt).await? {
                Settled::Done { on, changes, appended } => return Ok(self.done(on, &changes, appended)),
                Settled::Already(recorded) => return self.first_result(recorded).await,
                Settled::Again => {}
            }
        }
    }

    async fn attempt_identify(
        &self,
        once: &Once<'_>,
        caller: CallerId,
        subject: Subject,
    ) -> Result<(Held<Caller>, Vec<Change>), ExecuteError> {
        let (at, actor) = (once.at, &once.meta.actor);
        let held = self.hold::<Caller>(caller).await?;
        once.check_version(&held)?;
        let of_caller = held.decide(CallerCommand::Identify { subject }, at, actor)?;
        let of_subject = match subject {
            Subject::Call(id) => {
                self.hold::<Call>(id).await?.decide(CallCommand::Identify { caller }, at, actor)?
            }
            Subject::Consultation(id) => {
                let command = ConsultationCommand::Identify { caller };
                self.hold::<Consultation>(id).await?.decide(command, at, actor)?
            }
            Subject::Agent(_) | Subject::Caller(_) => return Err(Rejection::SubjectNotIdentifiable.into()),
        };
        // Where it was known to be theirs from the beginning, its personal data is sealed for them: nothing to link.
        if of_subject.facts.is_empty() {
            return Ok((held, Vec::new()));
        }
        Ok((held, vec![of_caller, of_subject]))
    }

    /// A number is another caller's. Answers with the one who has it now.
    pub async fn move_phone(
        &self,
        meta: &CommandMeta,
        phone: PhoneNumber,
        from: CallerId,
        to: CallerId,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let command = CallerCommand::MovePhone { phone, from, to };
        self.execute_of_two(meta, OfTwo { first: to, second: from, command }).await
    }

    /// Two callers are one person. Answers with the one who goes on.
    pub async fn merge_callers(
        &self,
        meta: &CommandMeta,
        survivor: CallerId,
        absorbed: CallerId,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let command = CallerCommand::Merge { survivor, absorbed };
        self.execute_of_two(meta, OfTwo { first: survivor, second: absorbed, command }).await
    }

    /// They were two persons after all. Answers with the one who went on.
    pub async fn unmerge_callers(
        &self,
        meta: &CommandMeta,
        survivor: CallerId,
        absorbed: CallerId,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let command = CallerCommand::Unmerge { survivor, absorbed };
        self.execute_of_two(meta, OfTwo { first: survivor, second: absorbed, command }).await
    }

    async fn execute_of_two(
        &self,
        meta: &CommandMeta,
        of_two: OfTwo,
    ) -> Result<Executed<Caller>, ExecuteError> {
        let mut once = self.once(meta)?;
        loop {
            let attempt = self.attempt_of_two(&once, of_two.clone()).await;
            match self.settle(&mut once, attempt).await? {
                Settled::Done { on, changes, appended } => return Ok(self.done(on, &changes, appended)),
                Settled::Already(recorded) => return self.first_result(recorded).await,
                Settled::Again => {}
            }
        }
    }

    async fn attempt_of_two(
        &self,
        once: &Once<'_>,
        of_two: OfTwo,
    ) -> Result<(Held<Caller>, Vec<Change>), ExecuteError> {
        let (at, actor) = (once.at, &once.meta.actor);
        let first = self.hold::<Caller>(of_two.first).await?;
        once.check_version(&first)?;
        let of_first = first.decide(of_two.command.clone(), at, actor)?;
        if of_two.first == of_two.second {
            return Ok((first, vec![of_first]));
        }
        let of_second = self.hold::<Caller>(of_two.second).await?.decide(of_two.command, at, actor)?;
        Ok((first, vec![of_first, of_second]))
    }
}
