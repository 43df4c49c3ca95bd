//! Numbers as telephone systems write them.

use sangdam_domain::value::{DialledNumber, PhoneNumber};

/// The number of a person. `None` where it was withheld, or is none that could be called back (an extension, a name).
pub fn phone(told: &str) -> Option<PhoneNumber> {
    let text = bare(told);
    PhoneNumber::parse(text).ok().or_else(|| {
        // Foreign numbers come without the plus, or with 00 in its place.
        let digits = text.strip_prefix("00").unwrap_or(text);
        let is_international = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
        (is_international && !digits.starts_with('0'))
            .then(|| PhoneNumber::parse(&format!("+{digits}")).ok())?
    })
}

/// The number of the centre that was dialled.
pub fn dialled(told: &str) -> Option<DialledNumber> {
    DialledNumber::parse(bare(told)).ok()
}

/// Without what SIP puts around it: `"Kim" <sip:0332223333@pbx.example;user=phone>` is `0332223333`.
fn bare(told: &str) -> &str {
    let inside = told.rsplit_once('<').map_or(told, |(_, inside)| inside.trim_end().trim_end_matches('>'));
    let unschemed = ["sip:", "sips:", "tel:"]
        .into_iter()
        .find_map(|scheme| {
            let head = inside.get(..scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then(|| &inside[scheme.len()..])
        })
        .unwrap_or(inside);
    unschemed.split(['@', ';']).next().unwrap_or(unschemed).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_in_every_spelling_that_was_seen() {
        for told in [
            "033-222-3333",
            "+82332223333",
            "+82 33-222-3333",
            "82332223333",
            "0082 33 222 3333",
            "sip:0332223333@10.0.0.5:5060",
            "SIP:+82332223333@pbx.example;user=phone",
            "\"Kim\" <sip:0332223333@pbx.example>",
            "tel:+82-33-222-3333",
        ] {
            assert_eq!(
                phone(told).map(|phone| phone.as_str().to_owned()).as_deref(),
                Some("+82332223333"),
                "{told}"
            );
        }
        for (told, expected) in [("02-120", None), ("493055571600", Some("+493055571600"))] {
            assert_eq!(phone(told).map(|phone| phone.as_str().to_owned()).as_deref(), expected, "{told}");
        }
        assert_eq!(phone("00493055571600").unwrap().as_str(), "+493055571600");
        assert_eq!(phone("02-123-4567").unwrap().as_str(), "+8221234567");
    }

    #[test]
    fn a_withheld_number_and_an_extension_are_none() {
        for told in [
            "",
            "anonymous",
            "Anonymous",
            "unknown",
            "restricted",
            "private",
            "42",
            "<>",
            "sip:anonymous@x",
            "***",
            "@",
            "<",
        ] {
            assert_eq!(phone(told).map(|phone| phone.as_str().to_owned()), None, "{told}");
        }
    }

    #[test]
    fn what_was_dialled_may_be_short() {
        assert_eq!(dialled("sip:120@pbx").unwrap().as_str(), "120");
        assert_eq!(dialled("+82 33 560 1234").unwrap().as_str(), "0335601234");
        assert_eq!(dialled("anonymous"), None);
    }
}
