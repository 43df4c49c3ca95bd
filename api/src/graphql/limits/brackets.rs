//! Bracket nesting, counted on the text: what stands in strings, block strings and comments does not count. A string that
//! does not end is refused here, since the parser might take its inside for a query.

use super::super::error::{ApiError, Code};

/// Refuses brackets nested deeper than `most`.
pub(super) fn check(query: &str, most: usize) -> Result<(), ApiError> {
    let mut rest = query.as_bytes();
    let mut depth = 0_usize;
    while let Some((&first, after)) = rest.split_first() {
        rest = match first {
            b'#' => after_comment(after),
            b'"' => after_string(rest).ok_or_else(|| {
                ApiError::new(Code::InvalidQuery, "the query holds a string that does not end")
            })?,
            b'{' | b'(' | b'[' => {
                depth += 1;
                if depth > most {
                    let message =
                        format!("the query's brackets are nested too deep; at most {most} are allowed");
                    return Err(ApiError::new(Code::LimitExceeded, message));
                }
                after
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                after
            }
            _ => after,
        };
    }
    Ok(())
}

fn after_comment(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    &text[end..]
}

/// What follows the string or block string that `text` begins with; `None` where it does not end.
fn after_string(text: &[u8]) -> Option<&[u8]> {
    if let Some(mut inside) = text.strip_prefix(b"\"\"\"") {
        loop {
            if let Some(after) = inside.strip_prefix(b"\"\"\"") {
                return Some(after);
            }
            inside = match inside.strip_prefix(b"\\\"\"\"") {
                Some(after) => after,
                None => inside.split_first()?.1,
            };
        }
    }
    let mut inside = text.split_first()?.1;
    loop {
        let (&first, after) = inside.split_first()?;
        inside = match first {
            b'"' => return Some(after),
            b'\n' | b'\r' => return None,
            b'\\' => after.split_first()?.1,
            _ => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_count_only_where_the_parser_sees_them() {
        assert!(check("{ a(b: [1]) }", 3).is_ok());
        assert!(check("{ a(b: [1]) }", 2).is_err());
        assert!(check("{ a(b: \"{{{{[[[(((\") }", 2).is_ok());
        assert!(check(r#"{ a(b: "\"{{{{{") }"#, 2).is_ok());
        assert!(check("{ a(b: \"\"\" \\\"\"\" {{{{ \"x\" \n{{ \"\"\") }", 2).is_ok());
        assert!(check("# {{{{{{\n{ a }", 1).is_ok());
        assert!(check("# {\r{{ a }}", 1).is_err());
        assert!(check("{ a(b: \"\") { c { d } } }", 2).is_err());
    }

    #[test]
    fn a_string_that_does_not_end_is_refused() {
        for text in ["{ a(b: \"", "{ a(b: \"{{{\n{{{\") }", "{ a(b: \"\"\" \" {{{{{{ ", "{ a(b: \"x\\"] {
            assert!(check(text, 32).is_err(), "{text}");
        }
    }

    #[test]
    fn ten_thousand_open_brackets_are_nothing() {
        for bracket in ["{", "[", "(", "{a(b:[", "{a "] {
            assert!(check(&bracket.repeat(10_000), 32).is_err());
        }
    }
}
