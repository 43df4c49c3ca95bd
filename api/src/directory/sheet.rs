//! An edition as a table for spreadsheets: CSV with a byte-order mark, by which Excel knows that it is UTF-8.

use std::io;

use super::edition::Edition;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The numbers, by rank.
///
/// # Errors
/// Where `out` cannot be written.
pub fn sheet(edition: &Edition, out: &mut impl io::Write) -> io::Result<()> {
    out.write_all(BYTE_ORDER_MARK)?;
    let mut rows = csv::Writer::from_writer(out);
    rows.write_record([
        "순위",
        "분야",
        "기관",
        "부서",
        "업무",
        "전화번호",
        "이용 시간",
        "안내 횟수",
        "항목 번호",
        "항목 판",
    ])?;
    let needs = edition.needs.iter();
    let mut lines: Vec<_> = needs.flat_map(|need| need.lines.iter().map(move |line| (need, line))).collect();
    lines.sort_by_key(|(_, line)| line.rank);
    for (need, line) in lines {
        rows.write_record([
            line.rank.to_string().as_str(),
            need.name.as_deref().unwrap_or_default(),
            line.listing.organisation.as_str(),
            line.listing.department.as_str(),
            line.listing.duties.as_str(),
            &line.listing.phone.to_spelling(),
            line.listing.hours.as_ref().map_or("", |hours| hours.as_str()),
            &line.count.to_string(),
            &line.entry.to_string(),
            &line.entry_version.to_string(),
        ])?;
    }
    rows.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::edition::testing::edition;

    #[test]
    fn rows_come_by_rank() {
        let mut edition = edition(&[1, 1]);
        edition.needs.reverse();
        let mut out = Vec::new();
        sheet(&edition, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert!(rows[0].starts_with("\u{feff}순위,분야,"), "{text}");
        assert!(rows[1].starts_with("1,민원 0,정선군청,"), "{text}");
        assert!(rows[2].starts_with("2,민원 1,"), "{text}");
        assert!(rows[1].contains(",033-110-2101,평일 09:00–18:00,999,"), "{text}");
    }
}
