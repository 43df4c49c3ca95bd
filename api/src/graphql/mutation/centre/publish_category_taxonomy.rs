//! `publishCategoryTaxonomy`.

use async_graphql::{Context, InputObject, Object, Result};
use sangdam_domain::aggregate::{Centre, CentreCommand};
use sangdam_domain::event::Category;
use sangdam_domain::value::{Code, DisplayText};

use crate::graphql::mutation::field::{text, version_or};
use crate::graphql::mutation::payload::CentrePayload;
use crate::graphql::mutation::request::{CommandFields, Failure, Request};
use crate::ledger::Executed;

/// What `publishCategoryTaxonomy` takes.
#[derive(InputObject)]
pub(super) struct PublishCategoryTaxonomyInput {
    /// Its version; the next one where it is left out.
    version: Option<u32>,
    /// All categories.
    categories: Vec<CategoryInput>,
    #[graphql(flatten)]
    command: CommandFields,
}

/// `publishCategoryTaxonomy`.
#[derive(Default)]
pub(super) struct PublishCategoryTaxonomy;

#[Object]
impl PublishCategoryTaxonomy {
    /// These are the categories of matters, from now on.
    async fn publish_category_taxonomy(
        &self,
        ctx: &Context<'_>,
        input: PublishCategoryTaxonomyInput,
    ) -> Result<CentrePayload> {
        CentrePayload::of(&input, carry_out(ctx, &input).await)
    }
}

async fn carry_out(
    ctx: &Context<'_>,
    input: &PublishCategoryTaxonomyInput,
) -> Result<Executed<Centre>, Failure> {
    let request = Request::of(ctx, "publishCategoryTaxonomy", input, &input.command).await?;
    let categories = input.categories.iter().map(CategoryInput::parse).collect::<Result<_, _>>()?;
    let centre = request.ledger.load::<Centre>(()).await?;
    let next = centre.map_or(1, |centre| centre.taxonomies.len() + 1);
    let taxonomy_version = version_or(input.version, next);
    request.execute((), CentreCommand::PublishCategoryTaxonomy { taxonomy_version, categories }).await
}

/// One category.
#[derive(InputObject)]
pub(super) struct CategoryInput {
    /// Its code: 1 to 40 of a-z, 0-9, `_`, `-` and `.`.
    code: String,
    /// Its name in Korean.
    name_ko: String,
    /// Its name in English.
    name_en: String,
}

impl CategoryInput {
    fn parse(&self) -> Result<Category, Failure> {
        Ok(Category {
            code: text("categories", &self.code, Code::parse)?,
            name_ko: text("categories", &self.name_ko, DisplayText::parse)?,
            name_en: text("categories", &self.name_en, DisplayText::parse)?,
        })
    }
}
