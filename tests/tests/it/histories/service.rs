//! Random commands of calls, consultations and callbacks.

use rand::Rng;
use sangdam::ledger::Opening;
use sangdam_domain::aggregate::{
    Call, CallCommand, Callback, CallbackCommand, Consultation, ConsultationCommand, OpenFrom, PromiseFor,
};
use sangdam_domain::id::{CallId, CallbackId, ConsultationId, TransferId};
use sangdam_domain::log::Version;
use sangdam_domain::value::*;

use super::world::{Outcome, World};

impl World {
    pub(super) fn call_id(&mut self) -> CallId {
        self.id("call", (1, 25), CallId::from_uuid)
    }

    pub(super) fn consultation_id(&mut self) -> ConsultationId {
        self.id("consultation", (2, 10), ConsultationId::from_uuid)
    }

    fn callback_id(&mut self) -> CallbackId {
        self.id("callback", (3, 6), CallbackId::from_uuid)
    }

    pub(super) async fn call(&mut self) -> Outcome {
        let meta = self.meta();
        let id = self.call_id();
        let closed_by = self.ledger.closed_by(self.ledger.moment(&meta)?).await?;
        let evidence = self.one_of(Evidence::ALL);
        let command = match self.random.random_range(0..15) {
            0..5 => CallCommand::Offer {
                direction: self.one_of(&[Direction::Inbound, Direction::Inbound, Direction::Outbound]),
                from: self.maybe(Self::phone),
                caller: self.maybe(Self::caller_id),
                dialled: None,
                queue: self.maybe(|_| Code::parse("main").expect("a code")),
                external_reference: self.maybe(|_| ExternalReference::parse("A-1").expect("a reference")),
                evidence,
                closed_by,
            },
            5..8 => {
                let (agent, wait_seconds) =
                    (self.maybe(Self::agent_id), self.maybe(|w| w.random.random_range(0..90)));
                CallCommand::Answer { agent, wait_seconds, evidence, closed_by }
            }
            8 => CallCommand::Abandon {
                wait_seconds: self.maybe(|w| w.random.random_range(0..90)),
                evidence,
                closed_by,
            },
            9 => CallCommand::LeaveQueue { reason: self.one_of(QueueExit::ALL), evidence, closed_by },
            10 => CallCommand::Drop { evidence, closed_by },
            11 => CallCommand::AnswerAfterAll { agent: self.maybe(Self::agent_id), evidence, closed_by },
            12 => CallCommand::StateNoConsultation {
                reason: self.one_of(NoConsultationReason::ALL),
                consultation: self.ledger.consultation_of(id).await?,
            },
            13 => CallCommand::RingUnanswered {
                agent: self.maybe(Self::agent_id),
                ring_milliseconds: self.random.random_range(0..30_000),
                end: self.one_of(RingEnd::ALL),
                evidence,
                closed_by,
            },
            _ => {
                let talk_seconds = self.maybe(|w| w.random.random_range(0..900));
                CallCommand::End {
                    by: self.one_of(EndedBy::ALL),
                    talk_seconds,
                    cause: None,
                    evidence,
                    closed_by,
                }
            }
        };
        Ok(self.ledger.execute::<Call>(&meta, id, command).await?.appended)
    }

    pub(super) async fn consultation(&mut self) -> Outcome {
        let meta = self.meta();
        let id = self.consultation_id();
        let command = match self.random.random_range(0..30) {
            0..7 => self.open().await?,
            7 => {
                let call = self.call_id();
                let standing = self.ledger.call_standing(call).await?;
                ConsultationCommand::AttachCall { call, standing, reason: self.one_of(AttachReason::ALL) }
            }
            8 => {
                let code = self.category();
                let (taxonomy_version, known) = self.ledger.category(&code, None).await?;
                ConsultationCommand::Categorise { code, taxonomy_version, known }
            }
            9..11 => ConsultationCommand::RecordNote { kind: self.one_of(NoteKind::ALL), text: self.note() },
            11 => ConsultationCommand::GiveGuidance { kind: self.one_of(GuidanceKind::ALL) },
            12 => {
                let entry = self.entry_id();
                let standing = self.ledger.entry_standing(entry).await?;
                let entry_version = self.maybe(|world| world.random.random_range(1..4));
                match self.random.random_range(0..2) {
                    0 => ConsultationCommand::AskForNumber { entry, entry_version, standing },
                    _ => ConsultationCommand::GiveNumber { entry, entry_version, standing },
                }
            }
            13..22 => self.transfer(),
            22..25 => ConsultationCommand::Resolve {
                by: self.one_of(ResolvedBy::ALL),
                outcome: self.one_of(sangdam_domain::value::Outcome::ALL),
            },
            25 | 26 => ConsultationCommand::Reopen { reason: self.one_of(ReopenReason::ALL) },
            27 => self.link_or_void().await?,
            _ => self.correct().await?,
        };
        Ok(self.ledger.execute::<Consultation>(&meta, id, command).await?.appended)
    }

    async fn open(&mut self) -> Result<ConsultationCommand, sangdam::ledger::ExecuteError> {
        let from = if self.random.random_ratio(1, 10) {
            let callback = self.callback_id();
            OpenFrom::Callback { callback, standing: self.ledger.callback_standing(callback).await? }
        } else {
            let call = self.call_id();
            OpenFrom::Call { call, standing: self.ledger.call_standing(call).await? }
        };
        let (caller, agent) = (self.maybe(Self::caller_id), self.maybe(Self::agent_id));
        Ok(ConsultationCommand::Open { from, caller, agent, contact_reason: self.one_of(ContactReason::ALL) })
    }

    fn transfer(&mut self) -> ConsultationCommand {
        let transfer = self.id("transfer", (4, 1), TransferId::from_uuid);
        match self.random.random_range(0..9) {
            0..3 => ConsultationCommand::RequestTransfer {
                transfer,
                kind: self.one_of(TransferKind::ALL),
                department: DisplayText::parse("민원과").expect("a text"),
                officer: self.maybe(|_| PersonName::parse("김정선").expect("a name")),
                brief: self.maybe(Self::note),
            },
            3 | 4 => ConsultationCommand::AcceptTransfer { transfer },
            5 => ConsultationCommand::DeclineTransfer { transfer, reason: self.one_of(DeclineReason::ALL) },
            6 => ConsultationCommand::LeaveTransferUnanswered {
                transfer,
                cause: self.one_of(UnansweredCause::ALL),
            },
            _ => ConsultationCommand::ReturnTransfer { transfer },
        }
    }

    async fn link_or_void(&mut self) -> Result<ConsultationCommand, sangdam::ledger::ExecuteError> {
        if self.random.random_bool(0.4) {
            let explanation = self.maybe(|_| ReasonText::parse("시험 통화").expect("a text"));
            return Ok(ConsultationCommand::Void { reason: self.one_of(VoidReason::ALL), explanation });
        }
        let other = self.consultation_id();
        let status = self.ledger.consultation_status(other).await?;
        Ok(ConsultationCommand::Link { other, status, kind: self.one_of(LinkKind::ALL) })
    }

    async fn correct(&mut self) -> Result<ConsultationCommand, sangdam::ledger::ExecuteError> {
        let why = self.maybe(|_| ReasonText::parse("잘못 적음").expect("a text"));
        let agent = self.agent_id();
        let standing = self.ledger.agent_standing(agent).await?;
        Ok(match self.random.random_range(0..4) {
            0 => ConsultationCommand::CorrectAgent { agent, standing, why },
            1 => ConsultationCommand::CorrectContactReason {
                contact_reason: self.one_of(ContactReason::ALL),
                why,
            },
            2 => {
                let note = Version::new(self.random.random_range(1..6)).expect("a small number");
                ConsultationCommand::CorrectNote { note, text: self.note(), why }
            }
            _ => ConsultationCommand::Reassign { to: agent, standing },
        })
    }

    pub(super) async fn callback(&mut self) -> Outcome {
        let meta = self.meta();
        let id = self.callback_id();
        let call = self.call_id();
        let command = match self.random.random_range(0..9) {
            0..4 => CallbackCommand::Promise {
                due: self.ledger.now().plus_seconds(self.random.random_range(-100..90_000)),
                promised_for: self.promised_for().await?,
                caller: self.maybe(Self::caller_id),
                agent: self.maybe(Self::agent_id),
            },
            4 => CallbackCommand::Attempt {
                result: self.one_of(AttemptResult::ALL),
                call: self.maybe(Self::call_id),
            },
            5..8 => {
                let (caller, agent) = (self.maybe(Self::caller_id), self.maybe(Self::agent_id));
                let opening = Opening { caller, agent, contact_reason: self.one_of(ContactReason::ALL) };
                return Ok(self.ledger.complete_callback(&meta, id, call, opening).await?.callback.appended);
            }
            _ => CallbackCommand::Cancel { reason: self.one_of(CancelReason::ALL) },
        };
        Ok(self.ledger.execute::<Callback>(&meta, id, command).await?.appended)
    }

    async fn promised_for(&mut self) -> Result<PromiseFor, sangdam::ledger::ExecuteError> {
        Ok(if self.random.random_bool(0.5) {
            let consultation = self.consultation_id();
            PromiseFor::Consultation {
                consultation,
                status: self.ledger.consultation_status(consultation).await?,
            }
        } else {
            let call = self.call_id();
            PromiseFor::MissedCall { call, standing: self.ledger.call_standing(call).await? }
        })
    }

    fn note(&mut self) -> NoteText {
        let number: u32 = self.random.random();
        NoteText::parse(&format!("아우라지 나룻배 시간 문의 {number}")).expect("a note")
    }
}
