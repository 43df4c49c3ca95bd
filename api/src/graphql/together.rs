//! One answer for all who ask at once.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::sync::oneshot;

use super::error::ApiError;

/// How many keys are asked for at once.
const KEYS_MAX: usize = 64;

type Ask<K, V> = dyn Fn(Vec<K>) -> BoxFuture<'static, Result<HashMap<K, V>, ApiError>> + Send + Sync;
type Teller<V> = oneshot::Sender<Result<Option<V>, ApiError>>;

/// Gathers what is asked for while an earlier question is on its way, and asks for all of it together. Whoever asks gets an answer
/// that was begun after they came: nothing is remembered.
pub(super) struct Together<K, V> {
    ask: Box<Ask<K, V>>,
    gathered: Mutex<Gathered<K, V>>,
}

struct Gathered<K, V> {
    /// Whether somebody sees to it that those who wait are answered.
    asking: bool,
    waiting: Vec<(K, Teller<V>)>,
}

impl<K, V> Together<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    /// `ask` answers for several keys, each of them once; it leaves out those of which there is nothing.
    pub(super) fn new<F>(ask: impl Fn(Vec<K>) -> F + Send + Sync + 'static) -> Arc<Self>
    where
        F: Future<Output = Result<HashMap<K, V>, ApiError>> + Send + 'static,
    {
        let ask: Box<Ask<K, V>> = Box::new(move |keys| Box::pin(ask(keys)));
        Arc::new(Self { ask, gathered: Mutex::new(Gathered { asking: false, waiting: Vec::new() }) })
    }

    /// What there is of a key.
    pub(super) async fn get(self: &Arc<Self>, key: K) -> Result<Option<V>, ApiError> {
        let (teller, told) = oneshot::channel();
        if self.join(key, teller) {
            // A task of its own: that one who asks gives up must not hold up the others.
            tokio::spawn(Turn { of: Arc::clone(self), ended: false }.answer_all());
        }
        told.await
            .map_err(|_| ApiError::internal(&"a question that was asked for several was not answered"))?
    }

    /// Waits with the others. True where nobody sees to them yet.
    fn join(&self, key: K, teller: Teller<V>) -> bool {
        let mut gathered = self.lock();
        gathered.waiting.push((key, teller));
        !std::mem::replace(&mut gathered.asking, true)
    }

    /// Those who are answered next; where nobody waits, whoever comes next has to see to it.
    fn next(&self) -> Vec<(K, Teller<V>)> {
        let mut gathered = self.lock();
        let count = gathered.waiting.len().min(KEYS_MAX);
        gathered.asking = count > 0;
        gathered.waiting.drain(..count).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Gathered<K, V>> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Seeing to those who wait.
struct Turn<K, V> {
    of: Arc<Together<K, V>>,
    /// Whether all who waited were answered.
    ended: bool,
}

impl<K, V> Turn<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    async fn answer_all(mut self) {
        loop {
            let waiting = self.of.next();
            if waiting.is_empty() {
                self.ended = true;
                return;
            }
            let keys: HashSet<K> = waiting.iter().map(|(key, _)| key.clone()).collect();
            let answers = (self.of.ask)(keys.into_iter().collect()).await;
            for (key, teller) in waiting {
                let answer = answers.as_ref().map(|found| found.get(&key).cloned());
                // Who gave up hears nothing.
                drop(teller.send(answer.map_err(Clone::clone)));
            }
        }
    }
}

impl<K, V> Drop for Turn<K, V> {
    /// Where a question ended in a panic, or with its runtime, those who wait hear that it was not answered, and the next one is asked
    /// all the same.
    fn drop(&mut self) {
        if !self.ended {
            let mut gathered = self.of.gathered.lock().unwrap_or_else(PoisonError::into_inner);
            gathered.asking = false;
            gathered.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn who_comes_while_it_is_asked_gets_an_answer_begun_later() {
        let (asked, mut heard) = mpsc::unbounded_channel();
        let may_answer = Arc::new(Semaphore::new(0));
        let wait = Arc::clone(&may_answer);
        let together = Together::new(move |mut keys: Vec<u32>| {
            keys.sort_unstable();
            asked.send(keys.clone()).unwrap();
            let wait = Arc::clone(&wait);
            async move {
                wait.acquire().await.unwrap().forget();
                Ok(keys.into_iter().filter(|key| *key < 9).map(|key| (key, key * 10)).collect())
            }
        });
        let get = |key| {
            let together = Arc::clone(&together);
            tokio::spawn(async move { together.get(key).await.unwrap() })
        };
        let first = get(1);
        assert_eq!(heard.recv().await.unwrap(), [1]);
        let later = [get(1), get(2), get(9), get(2)];
        tokio::task::yield_now().await;
        may_answer.add_permits(2);
        assert_eq!(first.await.unwrap(), Some(10));
        assert_eq!(
            heard.recv().await.unwrap(),
            [1, 2, 9],
            "one question for all who came meanwhile, key 1 again"
        );
        let mut answers = Vec::new();
        for answer in later {
            answers.push(answer.await.unwrap());
        }
        assert_eq!(answers, [Some(10), Some(20), None, Some(20)]);
    }

    #[tokio::test]
    async fn an_error_is_told_to_all_and_the_next_question_is_asked() {
        let together = Together::<u32, u32>::new(|keys| async move {
            if keys.contains(&1) { Err(ApiError::bad_input("no")) } else { Ok(HashMap::from([(2, 3)])) }
        });
        assert!(together.get(1).await.is_err());
        assert_eq!(together.get(2).await.unwrap(), Some(3));
    }

    #[tokio::test]
    async fn a_panic_leaves_nobody_waiting() {
        let (asked, mut heard) = mpsc::unbounded_channel();
        let may_panic = Arc::new(Semaphore::new(0));
        let wait = Arc::clone(&may_panic);
        let together = Together::<u32, u32>::new(move |keys| {
            asked.send(()).unwrap();
            let wait = Arc::clone(&wait);
            async move {
                if keys.contains(&1) {
                    wait.acquire().await.unwrap().forget();
                    panic!("as a question may");
                }
                Ok(HashMap::from([(2, 3)]))
            }
        });
        let get = |key| {
            let together = Arc::clone(&together);
            tokio::spawn(async move { together.get(key).await })
        };
        let asking = get(1);
        heard.recv().await.unwrap();
        let waiting = get(2);
        tokio::task::yield_now().await;
        may_panic.add_permits(1);
        assert!(asking.await.unwrap().is_err());
        assert!(waiting.await.unwrap().is_err());
        assert_eq!(together.get(2).await.unwrap(), Some(3));
    }
}
