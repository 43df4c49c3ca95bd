//! `publishCountingDefinition`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::value::DisplayText;

use crate::graphql::code::CountingRule;
use crate::graphql::mutation::field::{text, version_or};
use crate::graphql::mutation::payload::CentrePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `publishCountingDefinition` takes.
#[derive(InputObject)]
pub(super) struct PublishCountingDefinitionInput {
    /// Its version; the next one where it is left out.
    version: Option<u32>,
    /// What counts.
    rule: CountingRule,
    /// The rule in words.
    description: String,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `publishCountingDefinition`.
#[derive(Default)]
pub(super) struct PublishCountingDefinition;

#[Object]
impl PublishCountingDefinition {
    /// This is what counts, from now on, beside what earlier versions say.
    async fn publish_counting_definition(
        &self,
        ctx: &Context<'_>,
        input: PublishCountingDefinitionInput,
    ) -> Result<CentrePayload> {
        CentrePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &PublishCountingDefinitionInput,
) -> Result<Executed<Centre>, Failure> {
    let request = Request::of(ctx, "publishCountingDefinition", input, &input.command).await?;
    let description = text("description", &input.description, DisplayText::parse)?;
    let centre = request.ledger.load::<Centre>(()).await?;
    let next = centre.map_or(1, |centre| centre.counting_definitions.len() + 1);
    let counting_version = version_or(input.version, next);
    let rule = input.rule.into();
    request
        .execute((), CentreCommand::PublishCountingDefinition { counting_version, rule, description })
        .await
}
