//! Korean particles, chosen by the last sound of the word before them, and numbers with commas.

/// A particle that has two forms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Particle {
    /// 을/를
    Object,
    /// 이/가
    Subject,
    /// 은/는
    Topic,
    /// 과/와
    With,
    /// 으로/로
    Towards,
    /// 이라/라 (이라고, 이라며)
    Quote,
    /// 이나/나
    Or,
}

impl Particle {
    /// By the form after a consonant, as texts write it.
    pub(crate) fn parse(form: &str) -> Option<Self> {
        Some(match form {
            "을" => Self::Object,
            "이" => Self::Subject,
            "은" => Self::Topic,
            "과" => Self::With,
            "으로" => Self::Towards,
            "이라" => Self::Quote,
            "이나" => Self::Or,
            _ => return None,
        })
    }

    /// The form that follows `text`.
    pub(crate) fn after(self, text: &str) -> &'static str {
        let sound = last_sound(text);
        let closed = sound != Sound::Open;
        match self {
            Self::Object if closed => "을",
            Self::Object => "를",
            Self::Subject if closed => "이",
            Self::Subject => "가",
            Self::Topic if closed => "은",
            Self::Topic => "는",
            Self::With if closed => "과",
            Self::With => "와",
            Self::Towards if sound == Sound::Closed => "으로",
            Self::Towards => "로",
            Self::Quote if closed => "이라",
            Self::Quote => "라",
            Self::Or if closed => "이나",
            Self::Or => "나",
        }
    }
}

/// How a word ends when it is spoken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sound {
    Open,
    /// With ㄹ, after which 로 stands as after a vowel.
    Rieul,
    Closed,
}

fn last_sound(text: &str) -> Sound {
    // What stands in brackets is not spoken.
    let spoken = match text.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
        Some(open) => &text[..open],
        None => text,
    };
    match spoken.trim_end().chars().next_back() {
        Some(syllable @ '가'..='힣') => match (syllable as u32 - '가' as u32) % 28 {
            0 => Sound::Open,
            8 => Sound::Rieul,
            _ => Sound::Closed,
        },
        Some('0' | '3' | '6' | 'M' | 'N' | 'm' | 'n') => Sound::Closed,
        Some('1' | '7' | '8' | 'L' | 'R' | 'l' | 'r') => Sound::Rieul,
        _ => Sound::Open,
    }
}

/// The number with commas: `1234567` is `1,234,567`.
pub(crate) fn commas(number: i64, out: &mut String) {
    let digits = number.unsigned_abs().to_string();
    if number < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_follows_the_last_sound() {
        let cases = [
            ("소파", Particle::Object, "를"),
            ("장롱", Particle::Object, "을"),
            ("지하철", Particle::Towards, "로"),
            ("정선읍", Particle::Towards, "으로"),
            ("임계면", Particle::Subject, "이"),
            ("결과서(보건증)", Particle::Topic, "는"),
            ("조호물품(기저귀)", Particle::With, "과"),
            ("코로나19", Particle::Object, "를"),
            ("도면 10", Particle::Quote, "이라"),
            ("1,320㎡", Particle::Object, "를"),
        ];
        for (word, particle, expected) in cases {
            assert_eq!(particle.after(word), expected, "{word}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        let written = |number| {
            let mut text = String::new();
            commas(number, &mut text);
            text
        };
        assert_eq!([0, 999, 1000, 1_234_567].map(written), ["0", "999", "1,000", "1,234,567"]);
    }
}
