//! One answer for all who ask the same at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use super::error::ApiError;

type Answering<V> = Shared<BoxFuture<'static, Result<Arc<V>, ApiError>>>;

/// Asks a question once for all who come while it is being asked for others. Whoever asks gets an answer that was begun after
/// they came: nothing is remembered.
pub(super) struct Together<K, V>(Mutex<HashMap<K, Place<V>>>);

struct Place<V> {
    /// Held while the question is being asked.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// What will be asked next, and has not been begun.
    next: Option<Answering<V>>,
}

impl<K: Clone + Eq + Hash + Send + 'static, V: Send + Sync + 'static> Together<K, V> {
    /// Nobody asks yet. There should be few keys: they are kept.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(HashMap::new())))
    }

    /// The answer to the question of a key.
    pub(super) async fn ask<F>(
        self: &Arc<Self>,
        key: &K,
        question: impl FnOnce() -> F + Send + 'static,
    ) -> Result<Arc<V>, ApiError>
    where
        F: Future<Output = Result<V, ApiError>> + Send + 'static,
    {
        self.join(key, question).await
    }

    /// The answering that has not been begun, which is made where there is none.
    fn join<F>(self: &Arc<Self>, key: &K, question: impl FnOnce() -> F + Send + 'static) -> Answering<V>
    where
        F: Future<Output = Result<V, ApiError>> + Send + 'static,
    {
        let mut places = self.lock();
        let place = places.entry(key.clone()).or_insert_with(|| Place { turn: Arc::default(), next: None });
        if let Some(next) = &place.next {
            return next.clone();
        }
        let (all, key, turn) = (Arc::clone(self), key.clone(), Arc::clone(&place.turn));
        let answering = async move {
            let _turn = turn.lock_owned().await;
            // Who comes from here on asks anew: what is read now may be older than they are.
            all.begun(&key);
            question().await.map(Arc::new)
        };
        place.next.insert(answering.boxed().shared()).clone()
    }

    fn begun(&self, key: &K) {
        if let Some(place) = self.lock().get_mut(key) {
            place.next = None;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, Place<V>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    /// A question that counts how often it was asked, and is answered when it may.
    #[derive(Clone)]
    struct Counted {
        asked: Arc<AtomicUsize>,
        may_answer: Arc<Semaphore>,
    }

    impl Counted {
        async fn answer(self) -> Result<usize, ApiError> {
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            self.may_answer.acquire().await.unwrap().forget();
            Ok(number)
        }
    }

    #[tokio::test]
    async fn who_comes_while_it_is_asked_waits_for_an_answer_begun_later() {
        let together = Together::<u8, usize>::new();
        let counted = Counted { asked: Arc::default(), may_answer: Arc::new(Semaphore::new(0)) };
        let ask = || {
            let (together, counted) = (Arc::clone(&together), counted.clone());
            tokio::spawn(async move { *together.ask(&1, || counted.answer()).await.unwrap() })
        };
        let first = ask();
        while counted.asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let later = [ask(), ask(), ask()];
        tokio::task::yield_now().await;
        counted.may_answer.add_permits(2);
        assert_eq!(first.await.unwrap(), 1);
        for later in later {
            assert_eq!(later.await.unwrap(), 2, "one answer for all three, begun after they came");
        }
    }

    #[tokio::test]
    async fn who_gives_up_holds_up_nobody() {
        let together = Together::<u8, usize>::new();
        let counted = Counted { asked: Arc::default(), may_answer: Arc::new(Semaphore::new(0)) };
        let asking = || {
            let counted = counted.clone();
            together.join(&1, || counted.answer())
        };
        let mut first = asking();
        assert!(futures::poll!(&mut first).is_pending());
        let mut second = asking();
        assert!(futures::poll!(&mut second).is_pending());
        drop(first);
        drop(second);
        counted.may_answer.add_permits(9);
        assert_eq!(*asking().await.unwrap(), 2);
        assert_eq!(*asking().await.unwrap(), 3);
    }
}
