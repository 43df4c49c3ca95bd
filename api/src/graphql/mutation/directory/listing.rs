//! What an entry of the directory says, as an input.

use async_graphql::InputObject;
use sangdam_domain::event::DirectoryListing;
use sangdam_domain::value::{Code, DialledNumber, DisplayText};

use crate::graphql::mutation::field::{text, text_or_none};
use crate::graphql::mutation::request::Failure;

/// What an entry of the directory says.
#[derive(InputObject)]
pub(super) struct ListingInput {
    /// The organisation: the county, a town office, a related agency.
    organisation: String,
    /// The department or team.
    department: String,
    /// What it is in charge of.
    duties: String,
    /// Its number.
    phone: String,
    /// When it can be reached, in words.
    hours: Option<String>,
    /// The category of need that it serves: a code of the taxonomy.
    category: Option<String>,
}

impl ListingInput {
    /// The listing, or the field that does not fit.
    pub(super) fn parse(&self) -> Result<DirectoryListing, Failure> {
        Ok(DirectoryListing {
            organisation: text("organisation", &self.organisation, DisplayText::parse)?,
            department: text("department", &self.department, DisplayText::parse)?,
            duties: text("duties", &self.duties, DisplayText::parse)?,
            phone: text("phone", &self.phone, DialledNumber::parse)?,
            hours: text_or_none("hours", self.hours.as_deref(), DisplayText::parse)?,
            category: text_or_none("category", self.category.as_deref(), Code::parse)?,
        })
    }
}
