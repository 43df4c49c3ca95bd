//! A file's columns by name, and a row's values under them.

use std::collections::HashMap;

/// The columns of a file.
#[derive(Debug)]
pub struct Columns {
    names: Vec<String>,
    by_name: HashMap<String, usize>,
    /// All columns, in the order of their names: the order in which a row's content is compared.
    sorted: Vec<usize>,
}

impl Columns {
    /// From the header, which must have each of the columns needed, once.
    pub fn bind(header: Vec<String>, needed: &[&str]) -> Result<Self, String> {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut by_name = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            if by_name.insert(name.clone(), index).is_some() && needed.contains(&name.as_str()) {
                return Err(format!("the header has the column `{name}` twice"));
            }
        }
        let mut missing: Vec<&str> =
            needed.iter().copied().filter(|name| !by_name.contains_key(*name)).collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            return Err(missing_message(&names, &missing));
        }
        let mut sorted: Vec<usize> = (0..names.len()).collect();
        sorted.sort_by(|a, b| names[*a].cmp(&names[*b]));
        Ok(Self { names, by_name, sorted })
    }

    /// A row's values under these columns.
    pub fn row(&self, fields: Vec<String>) -> Result<Row<'_>, String> {
        if fields.len() == self.names.len() {
            Ok(Row { columns: self, fields })
        } else if fields.len() == 1 && fields[0].is_empty() {
            Err("the line is empty".to_owned())
        } else {
            let cut = if fields.len() < self.names.len() { "; is the line cut off?" } else { "" };
            Err(format!("has {} columns where the header has {}{cut}", fields.len(), self.names.len()))
        }
    }
}

fn missing_message(names: &[String], missing: &[&str]) -> String {
    let quoted = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let plural = if missing.len() == 1 { "column" } else { "columns" };
    let mut message = format!("the header lacks the {plural} {}", quoted(missing));
    if let [only] = names {
        let start: String = only.chars().take(80).collect();
        message.push_str(&format!(
            "; it has one column only, `{start}`: is `delimiter` under `[file]` in the mapping right?"
        ));
    } else {
        let have: Vec<&str> = names.iter().map(String::as_str).take(40).collect();
        message.push_str(&format!("; it has {}", quoted(&have)));
    }
    message
}

/// One row.
#[derive(Debug)]
pub struct Row<'c> {
    columns: &'c Columns,
    fields: Vec<String>,
}

impl Row<'_> {
    /// The value in a column that the header was checked for.
    pub fn get(&self, column: &str) -> &str {
        self.columns.by_name.get(column).map_or("", |index| &self.fields[*index])
    }

    /// All that the row says, in bytes that don't depend on the order of its columns. Two rows with the same bytes
    /// have the same columns with the same values.
    pub fn content(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        for index in &self.columns.sorted {
            push_part(&mut bytes, &self.columns.names[*index]);
            push_part(&mut bytes, &self.fields[*index]);
        }
        bytes
    }

    /// The values of some columns, in bytes.
    pub fn parts(&self, columns: &[String]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        for column in columns {
            push_part(&mut bytes, self.get(column));
        }
        bytes
    }
}

/// Appends a text with its length in front, so that no two lists of texts have the same bytes.
pub fn push_part(bytes: &mut Vec<u8>, part: &str) {
    bytes.extend((part.len() as u64).to_be_bytes());
    bytes.extend(part.as_bytes());
}
