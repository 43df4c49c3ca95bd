//! What is told about the telephone system, beside its files.

use std::collections::BTreeMap;

use sangdam_domain::value::{Code, Invalid};
use sha2::{Digest, Sha256};

/// What is told about the telephone system.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name: part of every line's and call's key, so that it must stay the same.
    pub source: Code,
    /// What its queues are called in the ledger.
    pub queues: QueueCodes,
    /// Whether each answered call is taken for a consultation of its own, opened and resolved with the call.
    pub consultations: bool,
}

impl Settings {
    /// SHA-256 of all that decides what becomes of a line.
    pub fn sha256(&self) -> [u8; 32] {
        let mut text = format!("queue-log\0{}\0{}", self.source.as_str(), self.consultations);
        for (queue, code) in &self.queues.0 {
            text.push_str(&format!("\0{queue}\0{}", code.as_str()));
        }
        Sha256::digest(text).into()
    }
}

/// What a telephone system's queues are called in the ledger.
#[derive(Clone, Debug, Default)]
pub struct QueueCodes(BTreeMap<String, Code>);

/// A pair of queue and code that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongQueue {
    /// It is no pair.
    #[error("`{0}` is no pair of a queue and its code: expected QUEUE=CODE, like 민원=main")]
    NoPair(String),
    /// The code is none.
    #[error("`{0}`: {1}")]
    NoCode(String, Invalid),
}

impl QueueCodes {
    /// From pairs `QUEUE=CODE`.
    pub fn parse(pairs: &[String]) -> Result<Self, WrongQueue> {
        let mut codes = BTreeMap::new();
        for pair in pairs {
            let (queue, code) = pair.rsplit_once('=').ok_or_else(|| WrongQueue::NoPair(pair.clone()))?;
            let code = Code::parse(code).map_err(|e| WrongQueue::NoCode(pair.clone(), e))?;
            codes.insert(queue.to_owned(), code);
        }
        Ok(Self(codes))
    }

    /// A queue's code: the one that was told, else its name in lower case; of a name that no code can hold, what can be
    /// held of it and eight digits that tell it from others.
    pub fn code(&self, queue: &str) -> Option<Code> {
        if let Some(code) = self.0.get(queue) {
            return Some(code.clone());
        }
        let lower = queue.to_ascii_lowercase();
        Code::parse(&lower).ok().or_else(|| {
            let held: String = lower.chars().filter(char::is_ascii_alphanumeric).take(30).collect();
            let digest = hex::encode(Sha256::digest(queue));
            let (dash, digits) = (if held.is_empty() { "queue-" } else { "-" }, digest.get(..8)?);
            Code::parse(&format!("{held}{dash}{digits}")).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_has_a_code_and_no_two_share_one() {
        let codes = QueueCodes::parse(&["민원=minwon".to_owned(), "a=b=c".to_owned()]).unwrap();
        let code = |queue| codes.code(queue).unwrap().as_str().to_owned();
        assert_eq!(code("민원"), "minwon");
        assert_eq!(code("a=b"), "c");
        assert_eq!(code("Main-8000"), "main-8000");
        assert!(code("상담").starts_with("queue-") && code("상담") != code("접수"));
        assert_ne!(code("Main Queue"), code("main queue"));
        assert!(code(&"x".repeat(200)).len() <= 40);
        assert!(QueueCodes::parse(&["민원".to_owned()]).unwrap_err().to_string().contains("QUEUE=CODE"));
        assert!(QueueCodes::parse(&["a=B".to_owned()]).unwrap_err().to_string().contains("expected 1 to 40"));
    }
}
