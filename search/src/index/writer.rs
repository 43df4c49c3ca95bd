//! Writing: documents go in, a commit makes them seen, and who is forgotten leaves no word behind.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sangdam_domain::actor::Subject;
use sangdam_domain::id::ConsultationId;
use tantivy::merge_policy::{LogMergePolicy, NoMergePolicy};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, IndexWriter, TERMINATED, Term};

use super::schema::{Columns, Number, is_forgotten};
use super::{Checkpoint, Claimed, Opened};
use crate::document::Document;
use crate::error::SearchError;
use crate::source::Changes;

/// What the indexing thread gathers before it writes a segment, in bytes.
const MEMORY_BYTES: usize = 64 << 20;
/// A segment of which this share was deleted is merged away, although it is large.
const DELETED_SHARE_MAX: f32 = 0.3;
/// How often it is looked whether files of forgotten words are gone, and how long to wait in between. A question that is
/// under way keeps the files that it reads.
const PURGE_TRIES: u32 = 100;
const PURGE_PAUSE: Duration = Duration::from_millis(50);

/// What writes into an index.
pub(crate) struct Writer {
    opened: Arc<Opened>,
    writer: IndexWriter,
    checkpoint: Checkpoint,
    files: PathBuf,
    /// Forgotten since the last commit, which is all that can be looked up.
    forgotten: HashSet<ConsultationId>,
    pending: usize,
    // Given back last.
    _claimed: Claimed,
}

impl Writer {
    /// Writes into an index that this process has claimed.
    ///
    /// # Errors
    /// Where the index cannot be written to.
    pub(crate) fn new(claimed: Claimed, opened: Opened, checkpoint: Checkpoint) -> Result<Self, SearchError> {
        let writer = opened.index.writer_with_num_threads(1, MEMORY_BYTES)?;
        let files = claimed.files();
        let opened = Arc::new(opened);
        let forgotten = HashSet::new();
        let mut this = Self { opened, writer, checkpoint, files, forgotten, pending: 0, _claimed: claimed };
        this.merge_in_the_background(true);
        // What an earlier process wrote and did not commit is swept.
        this.writer.garbage_collect_files().wait()?;
        if this.checkpoint.purge {
            this.purge()?;
        }
        Ok(this)
    }

    /// The index, to read from.
    pub(crate) fn opened(&self) -> &Arc<Opened> {
        &self.opened
    }

    /// How far the documents given have come, committed or not.
    pub(crate) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// How many documents wait for a commit.
    pub(crate) fn pending(&self) -> usize {
        self.pending
    }

    /// Takes what a batch of events changes. Where somebody was erased, it is committed at once and their words are gone from the
    /// disk when this returns.
    ///
    /// # Errors
    /// Where the index cannot be written to. What was not committed is lost then, and the checkpoint with it.
    pub(crate) fn apply(&mut self, changes: Changes) -> Result<(), SearchError> {
        let Some(last) = &changes.last else { return Ok(()) };
        let (position, event) = (last.position, Some(last.event_id));
        let erases = !changes.erased.is_empty();
        if erases {
            // What is to be forgotten may still be on its way.
            self.commit()?;
        }
        let before = self.forgotten_among(&changes.known_before)?;
        let mut touched = HashSet::new();
        for mut document in changes.documents {
            let erased = document.subject.is_some_and(|subject| changes.erased.contains(&subject));
            if erased || before.contains(&document.id) {
                self.forgotten.insert(document.id);
                document.forget();
            }
            touched.insert(document.id);
            self.put(&document)?;
        }
        for document in self.of_subjects(&changes.erased)? {
            if !touched.contains(&document.id) {
                self.put(&document)?;
            }
        }
        self.checkpoint.position = position;
        self.checkpoint.event = event;
        if erases {
            self.checkpoint.purge = true;
            self.commit()?;
            self.purge()?;
        }
        Ok(())
    }

    /// Makes what was given seen, and durable.
    ///
    /// # Errors
    /// Where the index cannot be written to.
    pub(crate) fn commit(&mut self) -> Result<(), SearchError> {
        let payload =
            serde_json::to_string(&self.checkpoint).map_err(|e| SearchError::Ended(e.to_string()))?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.pending = 0;
        self.forgotten.clear();
        self.opened.reload()
    }

    /// Takes one document.
    ///
    /// # Errors
    /// Where the index cannot be written to.
    pub(crate) fn put(&mut self, document: &Document) -> Result<(), SearchError> {
        let fields = &self.opened.fields;
        self.writer.delete_term(fields.id_term(document.id));
        self.writer.add_document(fields.document(document))?;
        self.pending += 1;
        Ok(())
    }

    /// Those that are forgotten already: whatever happens in them later, nothing comes back.
    fn forgotten_among(
        &self,
        ids: &BTreeSet<ConsultationId>,
    ) -> Result<HashSet<ConsultationId>, SearchError> {
        let mut found: HashSet<ConsultationId> =
            ids.iter().copied().filter(|id| self.forgotten.contains(id)).collect();
        let fields = &self.opened.fields;
        let terms = ids.iter().map(|id| fields.id_term(*id));
        self.each_of(terms, |columns, doc| {
            if is_forgotten(columns.get(Number::Flags, doc)) {
                found.insert(columns.id(doc));
            }
        })?;
        Ok(found)
    }

    /// The documents of these subjects, as they are left when nothing may be known of them.
    fn of_subjects(&self, subjects: &BTreeSet<Subject>) -> Result<Vec<Document>, SearchError> {
        let fields = &self.opened.fields;
        let mut found = HashMap::new();
        for subject in subjects {
            self.each_of(std::iter::once(fields.subject_term(*subject)), |columns, doc| {
                let (id, facts) = (columns.id(doc), columns.facts(doc));
                let mut document = Document { id, subject: Some(*subject), facts, terms: Vec::new() };
                document.forget();
                found.insert(id, document);
            })?;
        }
        Ok(found.into_values().collect())
    }

    /// Goes through the committed documents that have one of these terms.
    fn each_of(
        &self,
        terms: impl Iterator<Item = Term>,
        mut tell: impl FnMut(&Columns, u32),
    ) -> Result<(), SearchError> {
        let searcher = self.opened.searcher();
        let segments = searcher.segment_readers().iter();
        let segments: Vec<_> = segments
            .map(|segment| Ok((segment, Columns::of(segment)?)))
            .collect::<Result<_, SearchError>>()?;
        for term in terms {
            for (segment, columns) in &segments {
                let inverted = segment.inverted_index(term.field())?;
                let postings = inverted.read_postings(&term, IndexRecordOption::Basic);
                let Some(mut postings) = postings.map_err(tantivy::TantivyError::from)? else { continue };
                let mut doc = postings.doc();
                while doc != TERMINATED {
                    if !segment.is_deleted(doc) {
                        tell(columns, doc);
                    }
                    doc = postings.advance();
                }
            }
        }
        Ok(())
    }

    /// Rewrites every segment that holds deleted documents, and deletes the files that it was in: a deleted document's words
    /// stay in its segment's files until then.
    ///
    /// # Errors
    /// Where the index cannot be written to, or files are kept open for too long; it is tried again at the next start.
    fn purge(&mut self) -> Result<(), SearchError> {
        self.merge_in_the_background(false);
        let purged = self.purge_within(PURGE_TRIES);
        self.merge_in_the_background(true);
        purged?;
        self.checkpoint.purge = false;
        self.commit()
    }

    fn purge_within(&mut self, tries: u32) -> Result<(), SearchError> {
        for _ in 0..tries {
            let segments = self.opened.index.searchable_segment_metas()?;
            let with_deleted: Vec<_> =
                segments.iter().filter(|segment| segment.has_deletes()).map(|segment| segment.id()).collect();
            for segment in &with_deleted {
                // One that is being merged already is gone the next time.
                if let Err(error) = self.writer.merge(&[*segment]).wait() {
                    tracing::debug!(%error, "a segment of the search index is being merged already");
                }
            }
            drop(segments);
            self.opened.reload()?;
            self.writer.garbage_collect_files().wait()?;
            if with_deleted.is_empty() && self.holds_nothing_else()? {
                return Ok(());
            }
            std::thread::sleep(PURGE_PAUSE);
        }
        Err(SearchError::Damaged("words of an erased caller could not be deleted from its files".to_owned()))
    }

    /// Whether the folder holds files of segments in use alone.
    fn holds_nothing_else(&self) -> Result<bool, SearchError> {
        let in_use: HashSet<String> =
            self.opened.index.searchable_segment_ids()?.iter().map(|id| id.uuid_string()).collect();
        let unusable = |source| SearchError::Folder { folder: self.files.clone(), source };
        for entry in fs::read_dir(&self.files).map_err(unusable)? {
            let name = entry.map_err(unusable)?.file_name();
            let name = name.to_string_lossy();
            let is_of_tantivy = name.starts_with('.') || name == "meta.json";
            let segment = name.split('.').next().unwrap_or_default();
            if !is_of_tantivy && !in_use.contains(segment) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn merge_in_the_background(&mut self, does: bool) {
        if does {
            let mut policy = LogMergePolicy::default();
            policy.set_del_docs_ratio_before_merge(DELETED_SHARE_MAX);
            self.writer.set_merge_policy(Box::new(policy));
        } else {
            self.writer.set_merge_policy(Box::new(NoMergePolicy));
        }
    }

    /// Waits for what is being merged, and gives the index back.
    ///
    /// # Errors
    /// Where a merge fails.
    pub(crate) fn close(self) -> Result<(), SearchError> {
        let Self { writer, _claimed: claimed, .. } = self;
        let merged: Result<(), tantivy::TantivyError> = writer.wait_merging_threads();
        drop(claimed);
        Ok(merged?)
    }
}
