use std::sync::Arc;

use sangdam_domain::actor::Subject;
use sangdam_domain::id::{CallerId, EventId};
use sangdam_domain::log::LogId;
use sangdam_eventstore::*;
use serde_json::{Map, Value};

use crate::harness::*;

on_both_engines!(
    what_is_sealed_opens_again_in_its_place_only,
    destroyed_keys_never_come_back,
    destruction_reaches_other_processes,
    a_wrong_key_is_told,
    keyed_hashes_are_stable_and_go_with_their_subject,
    crowds_get_one_key_a_subject,
    what_is_deleted_is_left_in_no_file,
);

fn subject() -> Subject {
    Subject::Caller(CallerId::from_uuid(uuid()))
}

fn event_id() -> EventId {
    EventId::from_uuid(uuid())
}

fn personal(text: &str) -> Map<String, Value> {
    Map::from_iter([("text".to_owned(), Value::from(text))])
}

async fn what_is_sealed_opens_again_in_its_place_only(fresh: Fresh) {
    let store = fresh.store().await;
    let (vault, owner, event) = (store.vault(), subject(), event_id());
    let sealed = vault.seal(&log(), event, owner, &personal("비밀")).await.unwrap();
    assert!(!sealed.bytes.windows(6).any(|bytes| bytes == "비밀".as_bytes()));
    assert_eq!(vault.open(&log(), event, &sealed).await.unwrap(), Some(personal("비밀")));

    let again = vault.seal(&log(), event, owner, &personal("비밀")).await.unwrap();
    assert_ne!(again.bytes, sealed.bytes, "a nonce is used once");
    let other_log = LogId::access("jeongseon").unwrap();
    assert!(vault.open(&log(), event_id(), &sealed).await.is_err(), "another event");
    assert!(vault.open(&other_log, event, &sealed).await.is_err(), "another log");
    let mut bytes = sealed.bytes.to_vec();
    bytes[15] ^= 1;
    let changed = Sealed { bytes: bytes.into(), ..sealed.clone() };
    assert!(vault.open(&log(), event, &changed).await.is_err(), "changed");
    let other = subject();
    vault.seal(&log(), event, other, &personal("x")).await.unwrap();
    let others = Sealed { subject: other, ..sealed.clone() };
    assert!(vault.open(&log(), event, &others).await.is_err(), "another subject");
    store.close().await;

    let store = Store::open(fresh.config()).await.unwrap();
    assert_eq!(store.vault().open(&log(), event, &sealed).await.unwrap(), Some(personal("비밀")));
    store.close().await;
}

async fn destroyed_keys_never_come_back(fresh: Fresh) {
    let store = fresh.store().await;
    let (gone, kept, never_sealed) = (subject(), subject(), subject());
    let parts = vec![
        (event_id(), gone, personal("a")),
        (event_id(), kept, personal("b")),
        (event_id(), gone, personal("c")),
    ];
    let sealed = store.vault().seal_many(&log(), parts.clone()).await.unwrap();
    let sealed: Vec<_> = parts.iter().map(|(event, ..)| *event).zip(sealed).collect();
    store.vault().destroy(&[gone, never_sealed]).await.unwrap();
    store.vault().destroy(&[gone]).await.unwrap();
    for _ in 0..2 {
        let store = Store::open(fresh.config()).await.unwrap();
        let vault = store.vault();
        assert_eq!(vault.open_many(&log(), &sealed).await.unwrap(), [None, Some(personal("b")), None]);
        for erased in [gone, never_sealed] {
            assert!(vault.is_destroyed(erased).await.unwrap());
            let refused = vault.seal(&log(), event_id(), erased, &personal("d")).await.unwrap_err();
            assert!(matches!(refused, StoreError::SubjectErased(told) if told == erased), "{refused}");
        }
        assert_eq!(vault.destroyed(&[gone, kept]).await.unwrap().into_iter().collect::<Vec<_>>(), [gone]);
        store.close().await;
    }
    store.close().await;
}

async fn destruction_reaches_other_processes(fresh: Fresh) {
    let one = fresh.store().await;
    let other = Store::open(fresh.config()).await.unwrap();
    let (owner, event) = (subject(), event_id());
    let sealed = one.vault().seal(&log(), event, owner, &personal("비밀")).await.unwrap();
    assert!(other.vault().open(&log(), event, &sealed).await.unwrap().is_some());
    one.vault().destroy(&[owner]).await.unwrap();
    assert_eq!(other.vault().open(&log(), event, &sealed).await.unwrap(), None);
    assert!(other.vault().seal(&log(), event, owner, &personal("x")).await.is_err());
    one.close().await;
    other.close().await;
}

async fn a_wrong_key_is_told(fresh: Fresh) {
    fresh.store().await.close().await;
    let config = StoreConfig { kek: Kek::from_bytes([8; 32]), ..fresh.config() };
    let Err(refused) = Store::open(config).await else { panic!("another key opens the vault") };
    assert!(
        matches!(&refused, StoreError::Key(told) if told.contains("another key-encryption key")),
        "{refused}"
    );
}

async fn keyed_hashes_are_stable_and_go_with_their_subject(fresh: Fresh) {
    let store = fresh.store().await;
    let vault = store.vault();
    let blind = vault.blind("phone", b"+82331234567");
    assert_ne!(blind, vault.blind("phone", b"+82331234568"));
    assert_ne!(blind, vault.blind("opened_by", b"+82331234567"));
    assert_ne!(vault.blind("a", b"bc"), vault.blind("ab", b"c"));
    let owner = subject();
    let own = vault.fingerprint(Some(owner), b"input").await.unwrap();
    let general = vault.fingerprint(None, b"input").await.unwrap();
    assert_ne!(own, general);
    assert_ne!(own, vault.fingerprint(Some(subject()), b"input").await.unwrap());
    store.close().await;

    let store = Store::open(fresh.config()).await.unwrap();
    let vault = store.vault();
    assert_eq!(vault.blind("phone", b"+82331234567"), blind);
    assert_eq!(vault.fingerprint(Some(owner), b"input").await.unwrap(), own);
    assert_eq!(vault.fingerprint(None, b"input").await.unwrap(), general);
    vault.destroy(&[owner]).await.unwrap();
    assert!(matches!(vault.fingerprint(Some(owner), b"input").await, Err(StoreError::SubjectErased(_))));
    store.close().await;
}

async fn crowds_get_one_key_a_subject(fresh: Fresh) {
    let one = fresh.store().await;
    let other = Store::open(fresh.config()).await.unwrap();
    let owners: Vec<Subject> = (0..6).map(|_| subject()).collect();
    let seals = (0..96).map(|n| {
        let store = if n % 2 == 0 { &one } else { &other };
        let (event, owner) = (event_id(), owners[n % owners.len()]);
        async move { (event, store.vault().seal(&log(), event, owner, &personal("x")).await.unwrap()) }
    });
    let sealed = futures::future::join_all(seals).await;
    let fresh_store = Arc::new(Store::open(fresh.config()).await.unwrap());
    let opened = fresh_store.vault().open_many(&log(), &sealed).await.unwrap();
    assert!(opened.iter().all(Option::is_some));
    for store in [&one, &other, &*fresh_store] {
        store.close().await;
    }
}

async fn what_is_deleted_is_left_in_no_file(fresh: Fresh) {
    let Location::Sqlite { dir } = fresh.location() else { return };
    let store = fresh.store().await;
    let (owner, mut next) = (subject(), append(stream(), Expected::NoStream, 1));
    let sealed = store.vault().seal(&log(), next.events[0].event_id, owner, &personal("비밀")).await.unwrap();
    let claim = Claim { namespace: "phone", hmac: [0xC5; 32], owner: next.stream };
    next.events[0].sealed = Some(sealed.clone());
    next.claims = vec![ClaimChange::Take(claim)];
    let gone = next.stream;
    store.append(&log(), next).await.unwrap();
    let holds = |what: &[u8]| {
        let files = std::fs::read_dir(&dir).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.filter(|bytes| bytes.windows(what.len()).any(|part| part == what)).count()
    };
    assert!(holds(&sealed.bytes) > 0 && holds(&claim.hmac) > 0);

    let mut erasure = append(gone, Expected::Any, 1);
    erasure.claims = vec![ClaimChange::ReleaseAll(gone)];
    store.append(&log(), erasure).await.unwrap();
    store.delete_sealed_of(&[owner]).await.unwrap();
    assert_eq!((holds(&sealed.bytes), holds(&claim.hmac)), (0, 0));
    store.close().await;
}
