//! An edition as cards for telephones: vCard 3.0 (RFC 2426), which telephones of every age read.

use std::io;

use super::edition::{Edition, Line, Need};

/// RFC 2425 §5.8.1: a line has at most so many octets, without its end.
const OCTETS_MAX: usize = 75;

/// A card a number, in the booklet's order.
///
/// # Errors
/// Where `out` cannot be written.
pub fn cards(edition: &Edition, out: &mut impl io::Write) -> io::Result<()> {
    for need in &edition.needs {
        for line in &need.lines {
            for property in properties(edition, need, line) {
                write_folded(&property, out)?;
            }
        }
    }
    Ok(())
}

fn properties(edition: &Edition, need: &Need, line: &Line) -> Vec<String> {
    let listing = &line.listing;
    let (organisation, department) = (listing.organisation.as_str(), listing.department.as_str());
    let name = escaped(&format!("{organisation} {department}"));
    let hours = listing.hours.as_ref().map_or_else(String::new, |hours| format!("\n{}", hours.as_str()));
    let mut properties = vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:3.0".to_owned(),
        format!("FN:{name}"),
        format!("N:{name};;;;"),
        format!("ORG:{};{}", escaped(organisation), escaped(department)),
        format!("TEL;TYPE=WORK,VOICE:{}", listing.phone.to_spelling()),
        format!("NOTE:{}", escaped(&format!("{}{hours}", listing.duties.as_str()))),
    ];
    properties.extend(need.name.as_deref().map(|name| format!("CATEGORIES:{}", escaped(name))));
    properties.push(format!("UID:urn:uuid:{}", line.entry));
    properties.push(format!("REV:{}", edition.published_on));
    properties.push("END:VCARD".to_owned());
    properties
}

/// RFC 2426 §4: backslashes, commas, semicolons and ends of lines.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace(',', "\\,").replace(';', "\\;")
}

/// A line that is too long goes on behind a space; no character is torn apart.
fn write_folded(line: &str, out: &mut impl io::Write) -> io::Result<()> {
    let mut octets = 0;
    let mut letter = [0; 4];
    for character in line.chars() {
        let letter = character.encode_utf8(&mut letter);
        if octets + letter.len() > OCTETS_MAX {
            out.write_all(b"\r\n ")?;
            octets = 1;
        }
        out.write_all(letter.as_bytes())?;
        octets += letter.len();
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::edition::testing::edition;

    #[test]
    fn a_card_tells_whose_number_it_is_and_what_for() {
        let mut out = Vec::new();
        cards(&edition(&[2]), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= OCTETS_MAX), "{text}");
        let whole = text.replace("\r\n ", "");
        assert_eq!(whole.matches("BEGIN:VCARD\r\nVERSION:3.0\r\n").count(), 2, "{whole}");
        for property in [
            "FN:정선군청 민원과 <여권> & 민원팀\r\n",
            "TEL;TYPE=WORK,VOICE:033-110-2101\r\n",
            "NOTE:여권\\, 인감증명\\, 주민등록 등·초본\\; 가족관계등록",
            "발급과 정정\\n평일 09:00–18:00\r\n",
            "CATEGORIES:민원 0\r\n",
            "UID:urn:uuid:00000000-0000-0000-0000-000000000002\r\nREV:2024-12-31\r\nEND:VCARD\r\n",
        ] {
            assert!(whole.contains(property), "{property}: {whole}");
        }
    }
}
