//! What can go wrong while the county lives: its texts or its script are at fault, never the user.

use sangdam_domain::rejection::Rejection;
use sangdam_domain::value::Invalid;

/// The demo county cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A text cannot be read.
    #[error("texts/{file}, line {line}: {problem}")]
    Text {
        /// The file.
        file: &'static str,
        /// The line.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A section of shared texts is missing.
    #[error("texts/common.txt has no section `{0}`")]
    NoSection(&'static str),
    /// The directory has no such office.
    #[error("texts/directory.txt has no office `{0}`")]
    NoOffice(String),
    /// A topic's texts are all used up.
    #[error("the topic `{0}` has too few texts: nothing new came after many tries")]
    Exhausted(String),
    /// A value of the script does not parse.
    #[error("the script holds a bad value: {0}")]
    Value(#[from] Invalid),
    /// The domain refused a move of the script.
    #[error("the script makes an illegal move at {at}: {rejection}")]
    Illegal {
        /// When.
        at: String,
        /// Why it was refused.
        rejection: Rejection,
    },
    /// Something of the script is not on the stage.
    #[error("the script speaks of a {0} that is not there")]
    NotOnStage(&'static str),
    /// A date or time of the script does not exist.
    #[error("the script holds a bad date: {0}")]
    Date(String),
}
