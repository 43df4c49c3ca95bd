//! An edition as a booklet: pages of A5 to be printed, folded and stapled, so that there are four, eight, twelve, … of them. The
//! type is large, for elderly readers; entries stand together by what people need.

use jiff::civil::Date;

use super::edition::{Edition, Line};
use super::pages::{Page, Part, pages};
use crate::table::{escaped, grouped};

const STYLE: &str = include_str!("booklet.css");
const TITLE: &str = "생활 안내 전화번호부";
/// What entries without a category are called.
const OTHER: &str = "그 밖의 안내";
/// More needs than these want a smaller type on the page of contents.
const CONTENTS_LARGE_MAX: usize = 12;
const CONTENTS_MAX: usize = 20;
/// The cover and the contents come before the first page of entries.
const BEFORE: usize = 2;
const MEMO_LINES: usize = 11;
/// Sheets are folded once.
const PAGES_PER_SHEET: usize = 4;

/// The booklet, as one page of HTML that asks for nothing else.
pub fn booklet(edition: &Edition) -> String {
    let pages = pages(edition);
    let printed = BEFORE + pages.len() + 1;
    let memos = printed.next_multiple_of(PAGES_PER_SHEET) - printed;
    let mut out = String::new();
    head(&mut out, edition);
    cover(&mut out, edition);
    contents(&mut out, &pages);
    for (page, number) in pages.iter().zip(BEFORE + 1..) {
        entries(&mut out, page, number);
    }
    for number in 0..memos {
        memo(&mut out, BEFORE + pages.len() + 1 + number);
    }
    back(&mut out, edition);
    out.push_str("</body>\n</html>\n");
    out
}

/// A line more.
macro_rules! put {
    ($out:expr, $($text:tt)+) => {{
        $out.push_str(&format!($($text)+));
        $out.push('\n');
    }};
}

fn head(out: &mut String, edition: &Edition) {
    put!(out, "<!doctype html>\n<html lang=\"ko\">\n<head>\n<meta charset=\"utf-8\">");
    put!(out, "<title>{TITLE} 제{}판 — {}</title>", edition.number, escaped(&edition.centre));
    put!(out, "<style>\n{STYLE}</style>\n</head>\n<body>");
}

fn cover(out: &mut String, edition: &Edition) {
    put!(out, "<section class=\"page cover\">\n<p class=\"centre\">{}</p>", escaped(&edition.centre));
    put!(out, "<h1>생활 안내<br>전화번호부</h1>");
    put!(out, "<p class=\"what\">가장 많이 찾으신<br>전화번호 {}개</p>", edition.numbers());
    put!(
        out,
        "<p class=\"edition\">제{}판 · {}</p>\n</section>",
        edition.number,
        in_words(edition.published_on)
    );
}

fn contents(out: &mut String, pages: &[Page<'_>]) {
    let parts =
        pages.iter().zip(BEFORE + 1..).flat_map(|(page, number)| page.iter().map(move |part| (part, number)));
    let begun: Vec<(&Part<'_>, usize)> = parts.filter(|(part, _)| !part.goes_on).collect();
    let dense = if begun.len() > CONTENTS_LARGE_MAX { " dense" } else { "" };
    put!(out, "<section class=\"page contents{dense}\">\n<h2>찾아보기</h2>\n<ol>");
    for (part, number) in begun.iter().take(CONTENTS_MAX) {
        put!(out, "<li><span>{}</span><span>{number}쪽</span></li>", escaped(name(part)));
    }
    put!(out, "</ol>\n<p class=\"folio\">{BEFORE}</p>\n</section>");
}

fn entries(out: &mut String, page: &Page<'_>, number: usize) {
    put!(out, "<section class=\"page\">");
    for part in page {
        let goes_on = if part.goes_on { " <small>이어짐</small>" } else { "" };
        put!(out, "<h2 class=\"need\">{}{goes_on}</h2>", escaped(name(part)));
        part.lines.iter().for_each(|line| entry(out, line));
    }
    put!(out, "<p class=\"folio\">{number}</p>\n</section>");
}

fn entry(out: &mut String, line: &Line) {
    let listing = &line.listing;
    put!(out, "<div class=\"entry\">\n<p class=\"phone\">{}</p>", escaped(&listing.phone.to_spelling()));
    put!(
        out,
        "<p class=\"office\">{} {}</p>",
        escaped(listing.organisation.as_str()),
        escaped(listing.department.as_str())
    );
    put!(out, "<p class=\"duties\">{}</p>", escaped(listing.duties.as_str()));
    if let Some(hours) = &listing.hours {
        put!(out, "<p class=\"hours\">{}</p>", escaped(hours.as_str()));
    }
    put!(out, "</div>");
}

fn memo(out: &mut String, number: usize) {
    let lines = "<hr>".repeat(MEMO_LINES);
    put!(
        out,
        "<section class=\"page memo\">\n<h2>메모</h2>\n{lines}\n<p class=\"folio\">{number}</p>\n</section>"
    );
}

fn back(out: &mut String, edition: &Edition) {
    let (from, to) = (in_words(edition.from), in_words(edition.to));
    put!(out, "<section class=\"page back\">\n<h2>{TITLE}</h2>");
    put!(
        out,
        "<p>{from}부터 {to}까지 {}에서 가장 많이 안내한 전화번호를 필요한 일에 따라 묶었습니다. 그 뒤에 바뀐 번호가 있을 수 있습니다.</p>",
        escaped(&edition.centre)
    );
    put!(out, "<dl>\n<dt>판</dt><dd>제{}판</dd>", edition.number);
    put!(out, "<dt>발행일</dt><dd>{}</dd>", in_words(edition.published_on));
    put!(out, "<dt>펴낸 곳</dt><dd>{}</dd>", escaped(&edition.centre));
    put!(out, "<dt>집계 위치</dt><dd>상담 원장 {}번째 기록</dd>", grouped(&edition.counted_at.to_string()));
    put!(out, "<dt>원장 지문</dt><dd class=\"root\">{}</dd>\n</dl>\n</section>", hex::encode(edition.root));
}

fn name<'a>(part: &Part<'a>) -> &'a str {
    part.need.name.as_deref().unwrap_or(OTHER)
}

fn in_words(date: Date) -> String {
    format!("{}년 {}월 {}일", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::edition::testing::edition;

    #[test]
    fn a_booklet_has_as_many_pages_as_its_sheets() {
        for sizes in [&[1][..], &[3, 3, 3], &[5, 5, 5, 5], &[1; 20], &[60]] {
            let html = booklet(&edition(sizes));
            let pages = html.matches("<section class=\"page").count();
            assert!(pages.is_multiple_of(PAGES_PER_SHEET), "{sizes:?}: {pages}");
            let entries = sizes.iter().sum::<u32>() as usize;
            assert_eq!(html.matches("<div class=\"entry\">").count(), entries, "{sizes:?}");
        }
    }

    #[test]
    fn it_says_which_edition_it_is_and_what_it_follows_from() {
        let html = booklet(&edition(&[2]));
        for part in ["제3판", "2024년 12월 31일", "상담 원장 967,548번째 기록", &"ab".repeat(32)]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("민원과 &lt;여권&gt; &amp; 민원팀"), "{html}");
    }
}
