//! What is behind a webhook: a small server that keeps what comes, and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Answers with these, one after the other, then with 204.
#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) url: String,
    answers: Arc<Mutex<VecDeque<StatusCode>>>,
    posts: Arc<Mutex<Vec<Post>>>,
    takes: Duration,
    /// Who shares this secret is not answered any more.
    unanswered: Arc<Mutex<Option<&'static str>>>,
}

/// What came.
#[derive(Clone, Debug)]
pub(super) struct Post {
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Receiver {
    /// Takes so long for each answer.
    pub(super) async fn start(answers: &[u16], takes: Duration) -> Self {
        let answers = answers.iter().map(|status| StatusCode::from_u16(*status).unwrap()).collect();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/hook", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new(answers)),
            posts: Arc::default(),
            takes,
            unanswered: Arc::default(),
        };
        let router = Router::new().fallback(take).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// From now on, whoever signs with this secret gets no answer.
    pub(super) fn answer_no_more(&self, secret: &'static str) {
        *self.unanswered.lock().unwrap() = Some(secret);
    }

    /// All that came until now.
    pub(super) fn posts(&self) -> Vec<Post> {
        self.posts.lock().unwrap().clone()
    }
}

impl Post {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(self.header("x-sangdam-timestamp").as_bytes());
        mac.update(b".");
        mac.update(&self.body);
        let signature = self.header("x-sangdam-signature").strip_prefix("sha256=").unwrap();
        mac.verify_slice(&hex::decode(signature).unwrap()).is_ok()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let post = Post { headers, body };
    let unanswered = receiver.unanswered.lock().unwrap().is_some_and(|secret| post.is_signed_with(secret));
    receiver.posts.lock().unwrap().push(post);
    if unanswered {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(receiver.takes).await;
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(StatusCode::NO_CONTENT);
    let mut more = HeaderMap::new();
    if status.is_redirection() {
        more.insert(header::LOCATION, "/elsewhere".parse().unwrap());
    }
    (status, more)
}
