//! The offices of the county and of agencies near it, as the telephone directory lists them.

use sangdam_domain::event::DirectoryListing;
use sangdam_domain::value::{Code, DialledNumber, DisplayText};

use crate::error::DemoError;

/// An office of the directory.
pub(crate) struct Listed {
    pub(crate) key: &'static str,
    /// As texts call it: with its organisation, unless that is the county itself.
    pub(crate) called: String,
    pub(crate) phone: &'static str,
    pub(crate) listing: DirectoryListing,
}

/// All of them, in the order of the file.
pub(crate) fn read() -> Result<Vec<Listed>, DemoError> {
    let text = include_str!("../texts/directory.txt");
    let numbered = text.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    numbered.map(|(index, line)| read_line(index + 1, line)).collect()
}

fn read_line(line: usize, text: &'static str) -> Result<Listed, DemoError> {
    let parts: Vec<&'static str> = text.split(" | ").map(str::trim).collect();
    let &[key, organisation, department, duties, phone, category] = parts.as_slice() else {
        let problem = format!("has {} columns instead of 6", parts.len());
        return Err(DemoError::Text { file: "directory.txt", line, problem });
    };
    let always = matches!(phone, "119" | "129" | "1330" | "123");
    let listing = DirectoryListing {
        organisation: DisplayText::parse(organisation)?,
        department: DisplayText::parse(department)?,
        duties: DisplayText::parse(duties)?,
        phone: DialledNumber::parse(phone)?,
        hours: Some(DisplayText::parse(if always {
            "연중무휴 24시간"
        } else {
            "평일 09:00–18:00"
        })?),
        category: Some(Code::parse(category)?),
    };
    let called = match organisation {
        "정선군청" => department.to_owned(),
        other => format!("{other} {department}"),
    };
    Ok(Listed { key, called, phone, listing })
}
