//! `declareLegacyBalance`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::event::LegacyBalance;
use sangdam_domain::value::DisplayText;

use crate::graphql::mutation::field::{invalid, text};
use crate::graphql::mutation::payload::CentrePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `declareLegacyBalance` takes.
#[derive(InputObject)]
pub(super) struct DeclareLegacyBalanceInput {
    /// The year.
    year: i16,
    /// How many consultations. Either this or `unknown: true`.
    consultations: Option<u64>,
    /// Nobody knows how many.
    #[graphql(default = false)]
    unknown: bool,
    /// The document that says so.
    source: String,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `declareLegacyBalance`.
#[derive(Default)]
pub(super) struct DeclareLegacyBalance;

#[Object]
impl DeclareLegacyBalance {
    /// What was handled in a year before the ledger's own records: a number, or unknown. Unknown is not 0, and may become known later.
    async fn declare_legacy_balance(
        &self,
        ctx: &Context<'_>,
        input: DeclareLegacyBalanceInput,
    ) -> Result<CentrePayload> {
        CentrePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &DeclareLegacyBalanceInput,
) -> Result<Executed<Centre>, Failure> {
    let request = Request::of(ctx, "declareLegacyBalance", input, &input.command).await?;
    let balance = match (input.consultations, input.unknown) {
        (Some(consultations), false) => LegacyBalance::Known { consultations },
        (None, true) => LegacyBalance::Unknown,
        _ => {
            return Err(invalid(
                "consultations",
                "expected either a number or `unknown: true`, and not both",
            ));
        }
    };
    let source = text("source", &input.source, DisplayText::parse)?;
    request.execute((), CentreCommand::DeclareLegacyBalance { year: input.year, balance, source }).await
}
