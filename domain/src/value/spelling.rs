//! Characters that people and machines write for digits, spaces and hyphens.

/// The ASCII character for a full-width digit or sign, any kind of hyphen or dash, and any kind of space; anything
/// else as it is.
pub(super) fn narrow(character: char) -> char {
    match character {
        '！'..='～' => {
            let code = character as u32 - '！' as u32 + '!' as u32;
            narrow_dash(char::from_u32(code).unwrap_or(character))
        }
        other if other.is_whitespace() && !other.is_control() => ' ',
        other => narrow_dash(other),
    }
}

fn narrow_dash(character: char) -> char {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{00ad}' | 'ー' | 'ㅡ' => '-',
        '·' | '․' => '.',
        other => other,
    }
}
