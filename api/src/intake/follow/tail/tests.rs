use super::*;
use std::fs::{File, OpenOptions, copy, rename};
use std::io::Write;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, state: bool) -> Tail {
        let state = if state { State::read(&self.at("state.json")).unwrap() } else { None };
        Tail::open(&self.at("queue_log"), state, "2024-01-02T00:00:00Z".parse().unwrap()).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.at(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self, from: &str, to: &str) {
        rename(self.at(from), self.at(to)).unwrap();
    }

    fn copy_and_empty(&self, to: &str) {
        copy(self.at("queue_log"), self.at(to)).unwrap();
        OpenOptions::new().write(true).truncate(true).open(self.at("queue_log")).unwrap();
    }

    /// All that there is to be read, taken and written down.
    fn drain(&self, tail: &mut Tail) -> String {
        let mut all = String::new();
        loop {
            let pulled = tail.pull().unwrap();
            if pulled.lines.is_empty() {
                return all;
            }
            for line in &pulled.lines {
                all.push_str(line.text.as_ref().unwrap_or_else(|problem| problem));
                all.push(' ');
            }
            tail.advance(&pulled);
            tail.save(&self.at("state.json"), Position::ZERO).unwrap();
        }
    }
}

#[test]
fn a_last_line_waits_for_its_line_break() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n2|b");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    folder.write("queue_log", "b\r\n\n3|c\n");
    assert_eq!(folder.drain(&mut tail), "2|bb 3|c ");
}

#[test]
fn what_is_not_taken_is_read_again() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(tail.pull().unwrap().lines.len(), 1);
    assert_eq!(folder.drain(&mut tail), "1|a ");
}

#[test]
fn a_renamed_file_is_read_to_its_end_also_while_its_writer_does_not_know() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    folder.write("queue_log", "2|b\n");
    folder.rename("queue_log", "queue_log.1");
    File::create(folder.at("queue_log")).unwrap();
    folder.write("queue_log.1", "3|c\n");
    assert_eq!(folder.drain(&mut tail), "2|b 3|c ");
    folder.write("queue_log", "4|d\n");
    folder.write("queue_log.1", "5|e\n");
    assert_eq!(folder.drain(&mut tail), "5|e 4|d ");
}

#[test]
fn rotations_between_two_looks_are_found() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    for (n, old) in [(2, "queue_log.1"), (3, "queue_log.2"), (4, "queue_log.3")] {
        folder.rename("queue_log", old);
        folder.write("queue_log", &format!("{n}|x\n"));
    }
    assert_eq!(folder.drain(&mut tail), "2|x 3|x 4|x ");
}

#[test]
fn a_copied_and_emptied_file_is_read_to_its_end_in_the_copy() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    folder.write("queue_log", "2|b\n");
    folder.copy_and_empty("queue_log.1");
    folder.write("queue_log", "3|c\n4|longer than what was there\n");
    assert_eq!(folder.drain(&mut tail), "2|b 3|c 4|longer than what was there ");
    folder.copy_and_empty("queue_log.2");
    assert_eq!(folder.drain(&mut tail), "");
    assert!(!tail.take_news().contains(&News::CopyMissing(folder.at("queue_log"))));
    OpenOptions::new().write(true).truncate(true).open(folder.at("queue_log")).unwrap();
    folder.write("queue_log", "5|e\n");
    assert_eq!(folder.drain(&mut tail), "5|e ");
    OpenOptions::new().write(true).truncate(true).open(folder.at("queue_log")).unwrap();
    assert_eq!(folder.drain(&mut tail), "");
    assert!(tail.take_news().contains(&News::CopyMissing(folder.at("queue_log"))));
}

#[test]
fn a_file_that_was_filled_emptied_and_renamed_between_two_looks_is_read_in_order() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    folder.rename("queue_log", "queue_log.9");
    File::create(folder.at("queue_log")).unwrap();
    assert_eq!(folder.drain(&mut tail), "");
    folder.write("queue_log", "2|b\n");
    folder.copy_and_empty("queue_log.8");
    folder.write("queue_log", "3|c\n");
    folder.rename("queue_log", "queue_log.7");
    folder.write("queue_log", "4|d\n");
    assert_eq!(folder.drain(&mut tail), "2|b 3|c 4|d ");
}

#[test]
fn an_empty_file_that_was_filled_and_emptied_between_two_looks_is_read_in_order() {
    let folder = Folder::new();
    folder.write("queue_log", "1|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "1|a ");
    folder.copy_and_empty("queue_log.1");
    assert_eq!(folder.drain(&mut tail), "");
    folder.write("queue_log", "2|b\n");
    folder.copy_and_empty("queue_log.2");
    folder.write("queue_log", "3|c\n");
    assert_eq!(folder.drain(&mut tail), "2|b 3|c ");
}

#[test]
fn a_start_goes_on_where_the_last_one_stopped_across_rotations() {
    let folder = Folder::new();
    folder.write("queue_log.7", "1|long before\n");
    folder.write("queue_log", "10|a\n");
    let mut tail = folder.open(false);
    assert_eq!(folder.drain(&mut tail), "10|a ");
    drop(tail);
    folder.write("queue_log", "11|b\n");
    folder.rename("queue_log", "queue_log.1");
    folder.write("queue_log", "12|c\n");
    folder.copy_and_empty("queue_log-20240102");
    folder.write("queue_log", "13|d\n");
    let mut tail = folder.open(true);
    assert_eq!(folder.drain(&mut tail), "11|b 12|c 13|d ");
    drop(tail);
    assert_eq!(folder.drain(&mut folder.open(true)), "");
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for_and_what_it_became_is_found() {
    let folder = Folder::new();
    let mut tail = folder.open(false);
    assert_eq!(tail.take_news(), [News::Waits(folder.at("queue_log"))]);
    tail.save(&folder.at("state.json"), Position::ZERO).unwrap();
    drop(tail);
    folder.write("queue_log", "1704153600|a\n");
    folder.rename("queue_log", "queue_log.1");
    let mut tail = folder.open(true);
    assert_eq!(folder.drain(&mut tail), "1704153600|a ");
    folder.write("queue_log", "1704153601|b\n");
    assert_eq!(folder.drain(&mut tail), "1704153601|b ");
}

#[test]
fn no_line_is_too_long_to_get_past() {
    let folder = Folder::new();
    folder.write("queue_log", &format!("1|a\n{}\n2|b\n", "x".repeat(600_000)));
    let drained = folder.drain(&mut folder.open(false));
    assert!(drained.starts_with("1|a is longer than") && drained.ends_with("2|b "), "{}", drained.len());
}
