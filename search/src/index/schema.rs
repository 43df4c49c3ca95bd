//! What stands in the index: terms with how often they occur, and numbers in columns. No text is stored, and no positions of
//! terms are: a text cannot be put together again from it.

use sangdam_domain::actor::Subject;
use sangdam_domain::id::ConsultationId;
use sangdam_domain::log::Position;
use tantivy::columnar::ColumnValues;
use tantivy::schema::{
    FAST, Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{SegmentReader, TantivyDocument, TantivyError, Term};
use uuid::Uuid;

use crate::document::{Document, Facts};
use crate::matter::Signature;

const COUNTS: u64 = 1;
const FORGOTTEN: u64 = 2;
const AT_FIRST_CONTACT: u64 = 4;

/// The fields, of which the numbers are columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields {
    id: Field,
    subject: Field,
    pub(crate) body: Field,
    pub(crate) head: Field,
    numbers: [Field; Number::ALL.len()],
}

/// The columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Number {
    IdHigh,
    IdLow,
    Opened,
    Changed,
    Category,
    SignatureLow,
    SignatureHigh,
    Flags,
    BodyTerms,
    HeadTerms,
}

impl Number {
    const ALL: [Self; 10] = [
        Self::IdHigh,
        Self::IdLow,
        Self::Opened,
        Self::Changed,
        Self::Category,
        Self::SignatureLow,
        Self::SignatureHigh,
        Self::Flags,
        Self::BodyTerms,
        Self::HeadTerms,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::IdHigh => "id_high",
            Self::IdLow => "id_low",
            Self::Opened => "opened",
            Self::Changed => "changed",
            Self::Category => "category",
            Self::SignatureLow => "signature_low",
            Self::SignatureHigh => "signature_high",
            Self::Flags => "flags",
            Self::BodyTerms => "body_terms",
            Self::HeadTerms => "head_terms",
        }
    }
}

/// The schema, and where its fields are.
pub(crate) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexed = |tokenizer, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default().set_indexing_options(indexing.set_fieldnorms(false).set_index_option(option))
    };
    let whole = indexed("raw", IndexRecordOption::Basic);
    let terms = indexed("whitespace", IndexRecordOption::WithFreqs);
    let fields = Fields {
        id: builder.add_text_field("id", whole.clone()),
        subject: builder.add_text_field("subject", whole),
        body: builder.add_text_field("body", terms.clone()),
        head: builder.add_text_field("head", terms),
        numbers: Number::ALL.map(|number| builder.add_u64_field(number.name(), NumericOptions::from(FAST))),
    };
    (builder.build(), fields)
}

impl Fields {
    /// The term of a consultation's document.
    pub(crate) fn id_term(&self, id: ConsultationId) -> Term {
        Term::from_field_text(self.id, &id.to_string())
    }

    /// The term of all documents whose notes are sealed for a subject.
    pub(crate) fn subject_term(&self, subject: Subject) -> Term {
        Term::from_field_text(self.subject, &subject.to_string())
    }

    /// A document as the index takes it.
    pub(crate) fn document(&self, of: &Document) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_text(self.id, of.id.to_string());
        if let Some(subject) = of.subject {
            document.add_text(self.subject, subject.to_string());
        }
        // No term holds a space. Given as tokens, they would be written down as JSON on their way into the index.
        document.add_text(self.body, of.body().join(" "));
        document.add_text(self.head, of.head().join(" "));
        for (number, field) in Number::ALL.into_iter().zip(self.numbers) {
            document.add_u64(field, value(number, of));
        }
        document
    }
}

fn value(number: Number, of: &Document) -> u64 {
    let Facts { opened, changed, category, signature, counts, forgotten, at_first_contact } = of.facts;
    let (high, low) = of.id.uuid().as_u64_pair();
    let flag = |set: bool, flag: u64| if set { flag } else { 0 };
    match number {
        Number::IdHigh => high,
        Number::IdLow => low,
        Number::Opened => opened.get(),
        Number::Changed => changed.get(),
        Number::Category => category,
        Number::SignatureLow => signature.0[0],
        Number::SignatureHigh => signature.0[1],
        Number::Flags => {
            flag(counts, COUNTS) | flag(forgotten, FORGOTTEN) | flag(at_first_contact, AT_FIRST_CONTACT)
        }
        Number::BodyTerms => of.body().len() as u64,
        Number::HeadTerms => of.head().len() as u64,
    }
}

/// The columns of a segment.
pub(crate) struct Columns(Vec<std::sync::Arc<dyn ColumnValues<u64>>>);

impl Columns {
    /// Opens them.
    pub(crate) fn of(segment: &SegmentReader) -> Result<Self, TantivyError> {
        let column = |number: Number| segment.fast_fields().column_first_or_default(number.name());
        Ok(Self(Number::ALL.into_iter().map(column).collect::<Result<_, _>>()?))
    }

    /// One number of a document.
    pub(crate) fn get(&self, number: Number, doc: u32) -> u64 {
        self.0[number as usize].get_val(doc)
    }

    /// One number of all documents, in their order.
    pub(crate) fn all(&self, number: Number, docs: u32) -> Vec<u64> {
        let mut values = vec![0; docs as usize];
        self.0[number as usize].get_range(0, &mut values);
        values
    }

    /// Which consultation a document is.
    pub(crate) fn id(&self, doc: u32) -> ConsultationId {
        ConsultationId::from_uuid(Uuid::from_u64_pair(
            self.get(Number::IdHigh, doc),
            self.get(Number::IdLow, doc),
        ))
    }

    /// What ranking and grouping need to know of a document.
    pub(crate) fn facts(&self, doc: u32) -> Facts {
        let position = |number| Position::new(self.get(number, doc)).unwrap_or(Position::MAX);
        let flags = self.get(Number::Flags, doc);
        Facts {
            opened: position(Number::Opened),
            changed: position(Number::Changed),
            category: self.get(Number::Category, doc),
            signature: Signature([self.get(Number::SignatureLow, doc), self.get(Number::SignatureHigh, doc)]),
            counts: flags & COUNTS != 0,
            forgotten: is_forgotten(flags),
            at_first_contact: flags & AT_FIRST_CONTACT != 0,
        }
    }
}

/// Whether flags say that a document was forgotten.
pub(crate) fn is_forgotten(flags: u64) -> bool {
    flags & FORGOTTEN != 0
}
