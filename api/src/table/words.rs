//! Words in the two languages that people read.

/// The language of what people read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// The same in Korean and in English.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Words {
    /// In Korean.
    pub ko: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Words {
    /// Both.
    pub const fn new(ko: &'static str, en: &'static str) -> Self {
        Self { ko, en }
    }

    /// In one of them.
    pub const fn pick(self, language: Language) -> &'static str {
        match language {
            Language::Ko => self.ko,
            Language::En => self.en,
        }
    }
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// As it stands in HTML and in flags: `ko`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
        }
    }
}
