//! The subjects' keys: kept wrapped, opened into a bounded memory, made in groups by one task, destroyed for ever.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use sangdam_domain::actor::Subject;
use tokio::sync::{mpsc, oneshot};

use super::SubjectKey;
use super::cipher::{SecretKey, decrypt, encrypt, wrapped_aad};
use crate::args;
use crate::clock::Clock;
use crate::contract::StoreError;
use crate::db::{Arg, Db, Row, in_chunks, placeholders};
use crate::entropy::{Entropy, SystemEntropy};
use crate::envelope::SEAL_ALGORITHM;
use crate::kek::Kek;

/// How many open keys are kept: some 150 bytes each.
const OPEN_KEYS_MAX: NonZeroUsize = NonZeroUsize::new(16_384).unwrap();
const KEY_VERSION: u32 = 1;
const SECRET_AAD: &[u8] = b"sangdam vault secret 1\0";

type Wanted = (Vec<Subject>, oneshot::Sender<Result<HashMap<Subject, SubjectKey>, String>>);

pub(super) struct Keys {
    shared: Arc<Shared>,
    maker: mpsc::Sender<Wanted>,
}

struct Shared {
    db: Db,
    kek: Kek,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    open: Mutex<OpenKeys>,
}

struct OpenKeys {
    keys: LruCache<Subject, SubjectKey>,
    /// How often keys had been destroyed when these were read.
    generation: i64,
}

impl Keys {
    pub(super) fn new(db: Db, kek: Kek, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        let open = Mutex::new(OpenKeys { keys: LruCache::new(OPEN_KEYS_MAX), generation: 0 });
        let shared = Arc::new(Shared { db, kek, clock, entropy, open });
        let (maker, wanted) = mpsc::channel(1024);
        tokio::spawn(make_keys(Arc::clone(&shared), wanted));
        Self { shared, maker }
    }

    pub(super) async fn close(&self) {
        self.shared.db.close().await;
    }

    /// The subjects' keys, made where there are none; those destroyed are left out.
    pub(super) async fn existing_or_new(
        &self,
        subjects: &[Subject],
    ) -> Result<HashMap<Subject, SubjectKey>, StoreError> {
        let (mut keys, missed) = self.shared.remembered(subjects);
        if !missed.is_empty() {
            let (answer, made) = oneshot::channel();
            self.maker.send((missed, answer)).await.map_err(|_| StoreError::Closed)?;
            let made = made.await.map_err(|_| StoreError::Closed)?.map_err(failed)?;
            keys.extend(made);
        }
        Ok(keys)
    }

    /// The subjects' keys; those that never were or are destroyed are left out.
    pub(super) async fn existing(
        &self,
        subjects: &[Subject],
    ) -> Result<HashMap<Subject, SubjectKey>, StoreError> {
        if subjects.is_empty() {
            return Ok(HashMap::new());
        }
        self.shared.forget_if_destroyed().await?;
        let (mut keys, missed) = self.shared.remembered(subjects);
        keys.extend(self.shared.read(&missed).await?.0);
        Ok(keys)
    }

    pub(super) async fn destroyed(&self, subjects: &[Subject]) -> Result<HashSet<Subject>, StoreError> {
        let mut destroyed = HashSet::new();
        for chunk in in_chunks(&unique(subjects)) {
            let list = placeholders(1, chunk.len());
            let sql = format!("SELECT subject FROM subjects WHERE wrapped IS NULL AND subject IN {list}");
            for row in self.shared.db.fetch_all(&sql, subject_args(chunk)).await? {
                destroyed.extend(Subject::from_bytes(&row.bytes(0)?));
            }
        }
        Ok(destroyed)
    }

    pub(super) async fn destroy(&self, subjects: &[Subject]) -> Result<(), StoreError> {
        let db = &self.shared.db;
        let now = self.shared.clock.now();
        let rows = unique(subjects)
            .into_iter()
            .map(|subject| {
                let (bytes, version) = (Arg::from(subject.to_bytes()), Arg::from(KEY_VERSION));
                vec![bytes, version, Arg::from(SEAL_ALGORITHM), Arg::Bytes(None), Arg::from(now)]
            })
            .collect();
        let tx = db.begin().await?;
        let columns = ["subject", "key_version", "algorithm", "wrapped", "destroyed_at"];
        let tail = "ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = excluded.destroyed_at
            WHERE subjects.wrapped IS NOT NULL";
        tx.bulk_insert("subjects", &columns, rows, tail).await?;
        tx.execute("UPDATE destructions SET generation = generation + 1", args![]).await?;
        tx.commit().await?;
        self.shared.lock().keys.clear();
        // The row's former version holds the wrapped key.
        db.sweep(&["subjects"]).await;
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, OpenKeys> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that are open, and the subjects whose keys are not.
    fn remembered(&self, subjects: &[Subject]) -> (HashMap<Subject, SubjectKey>, Vec<Subject>) {
        let mut open = self.lock();
        let (mut keys, mut missed) = (HashMap::new(), Vec::new());
        for subject in unique(subjects) {
            match open.keys.get(&subject) {
                Some(key) => {
                    keys.insert(subject, key.clone());
                }
                None => missed.push(subject),
            }
        }
        (keys, missed)
    }

    /// Another process may have destroyed keys that are open here.
    async fn forget_if_destroyed(&self) -> Result<(), StoreError> {
        let row = self.db.fetch_optional("SELECT generation FROM destructions", args![]).await?;
        let generation = row.map(|row| row.int(0)).transpose()?.unwrap_or(0);
        let mut open = self.lock();
        if open.generation != generation {
            open.keys.clear();
            open.generation = generation;
        }
        Ok(())
    }

    /// Reads and opens keys: those that there are, and the subjects that have a row at all.
    async fn read(
        &self,
        subjects: &[Subject],
    ) -> Result<(HashMap<Subject, SubjectKey>, HashSet<Subject>), StoreError> {
        let (mut keys, mut known) = (HashMap::new(), HashSet::new());
        let generation = self.lock().generation;
        for chunk in in_chunks(subjects) {
            let list = placeholders(1, chunk.len());
            let sql = format!("SELECT subject, key_version, wrapped FROM subjects WHERE subject IN {list}");
            for row in self.db.fetch_all(&sql, subject_args(chunk)).await? {
                let Some(subject) = Subject::from_bytes(&row.bytes(0)?) else { continue };
                known.insert(subject);
                if let Some(key) = self.unwrap_key(subject, &row)? {
                    keys.insert(subject, key);
                }
            }
        }
        let mut open = self.lock();
        // Read before a destruction, kept after it: such a key must not come back.
        if open.generation == generation {
            keys.iter().for_each(|(subject, key)| drop(open.keys.put(*subject, key.clone())));
        }
        Ok((keys, known))
    }

    fn unwrap_key(&self, subject: Subject, row: &Row) -> Result<Option<SubjectKey>, StoreError> {
        let Some(wrapped) = row.opt_bytes(2)? else { return Ok(None) };
        let unusable =
            || StoreError::Key(format!("the wrapped key of {subject} cannot be opened: it was changed"));
        let version = u32::try_from(row.int(1)?).map_err(|_| unusable())?;
        let key = decrypt(self.kek.bytes(), &wrapped_aad(subject, version), &wrapped).ok_or_else(unusable)?;
        let key = key.as_slice().try_into().map_err(|_| unusable())?;
        Ok(Some(SubjectKey { version, key: SecretKey::new(key) }))
    }

    /// Makes keys for those of the subjects that have none. When it returns they are durable.
    async fn make(&self, subjects: &[Subject]) -> Result<HashMap<Subject, SubjectKey>, StoreError> {
        let (keys, known) = self.read(subjects).await?;
        let new: Vec<Subject> = subjects.iter().filter(|subject| !known.contains(subject)).copied().collect();
        if new.is_empty() {
            return Ok(keys);
        }
        let mut rows = Vec::with_capacity(new.len());
        for subject in &new {
            let bytes = subject.to_bytes();
            let key = SecretKey::new(self.entropy.derive(&[b"key".as_slice(), &bytes].concat()));
            let nonce = self.entropy.derive(&[b"wrap".as_slice(), &bytes].concat());
            let wrapped = encrypt(self.kek.bytes(), nonce, &wrapped_aad(*subject, KEY_VERSION), &*key);
            rows.push(vec![
                Arg::from(bytes),
                Arg::from(KEY_VERSION),
                Arg::from(SEAL_ALGORITHM),
                Arg::Bytes(wrapped),
                Arg::Int(None),
            ]);
        }
        let tx = self.db.begin().await?;
        let columns = ["subject", "key_version", "algorithm", "wrapped", "destroyed_at"];
        tx.bulk_insert("subjects", &columns, rows, "ON CONFLICT (subject) DO NOTHING").await?;
        tx.commit().await?;
        // Another process may have been first: what is stored is what counts.
        let mut keys = keys;
        keys.extend(self.read(&new).await?.0);
        Ok(keys)
    }
}

/// Makes keys for all who want some, together: one durable transaction for a crowd.
async fn make_keys(shared: Arc<Shared>, mut wanted: mpsc::Receiver<Wanted>) {
    let mut batch = Vec::new();
    while wanted.recv_many(&mut batch, 1024).await > 0 {
        let subjects: Vec<Subject> = batch.iter().flat_map(|(subjects, _)| subjects).copied().collect();
        let made = shared.make(&unique(&subjects)).await.map_err(|e| e.to_string());
        for (subjects, answer) in batch.drain(..) {
            let of = |keys: &HashMap<Subject, SubjectKey>| {
                subjects.iter().filter_map(|subject| Some((*subject, keys.get(subject)?.clone()))).collect()
            };
            // Whoever asked may have gone.
            let _ = answer.send(made.as_ref().map(of).map_err(String::clone));
        }
    }
}

/// The vault's own secret, for what belongs to no subject. The first process to come makes it.
pub(super) async fn vault_secret(db: &Db, kek: &Kek) -> Result<SecretKey, StoreError> {
    // Always from the system: nothing in a leaf depends on it, so not even the demo county needs it to be the same.
    let (new, nonce) = (SecretKey::new(SystemEntropy.derive(b"secret")), SystemEntropy.derive(b"nonce"));
    let wrapped = encrypt(kek.bytes(), nonce, SECRET_AAD, &*new);
    let sql = "INSERT INTO meta (name, value) VALUES ('secret', $1) ON CONFLICT (name) DO NOTHING";
    db.execute(sql, vec![Arg::Bytes(wrapped)]).await?;
    let row = db.fetch_optional("SELECT value FROM meta WHERE name = 'secret'", args![]).await?;
    let stored = row.map(|row| row.bytes(0)).transpose()?.unwrap_or_default();
    let secret = decrypt(kek.bytes(), SECRET_AAD, &stored).and_then(|bytes| bytes.as_slice().try_into().ok());
    secret.map(SecretKey::new).ok_or_else(|| {
        StoreError::Key(
            "the keys of this ledger are wrapped under another key-encryption key: give it the key file, or the \
             SANGDAM_KEK, that it was first started with"
                .to_owned(),
        )
    })
}

fn unique(subjects: &[Subject]) -> Vec<Subject> {
    let mut sorted = subjects.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

fn subject_args(subjects: &[Subject]) -> Vec<Arg> {
    subjects.iter().map(|subject| Arg::from(subject.to_bytes())).collect()
}

fn failed(problem: String) -> StoreError {
    StoreError::Key(problem)
}
