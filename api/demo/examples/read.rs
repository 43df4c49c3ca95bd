//! Prints consultations of the demo county as a person would read them: `read [FIRST] [HOW MANY]`.

use std::collections::HashMap;

use sangdam_demo::Demo;
use sangdam_domain::event::Event;
use sangdam_domain::log::{LogId, StreamId};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let (first, count) = (numbers.next().unwrap_or(Ok(1))?, numbers.next().unwrap_or(Ok(30))?);
    let mut shown: HashMap<StreamId, (usize, Vec<String>)> = HashMap::new();
    let mut opened = 0;
    for item in Demo::new(&LogId::main("jeongseon")?, 1)? {
        let item = item?;
        for part in &item.parts {
            for staged in &part.events {
                if matches!(staged.event, Event::ConsultationOpened(_)) {
                    opened += 1;
                    if (first..first + count).contains(&opened) {
                        shown.insert(part.stream, (opened, vec![item.at.to_string()]));
                    }
                }
                if let Some((_, lines)) = shown.get_mut(&part.stream) {
                    lines.push(tell(&staged.event));
                }
            }
        }
        if opened > first + count + 400 {
            break;
        }
    }
    let mut all: Vec<_> = shown.into_values().collect();
    all.sort();
    for (number, lines) in all {
        println!("#{number} {}", lines.join("\n    "));
    }
    Ok(())
}

fn tell(event: &Event) -> String {
    match event {
        Event::ConsultationOpened(opened) => format!("{:?}", opened.contact_reason),
        Event::ConsultationCategorised(category) => category.code.as_str().to_owned(),
        Event::NoteRecorded(note) => {
            format!("{:?}: {}", note.kind, note.text.known().map_or("", |text| text.as_str()))
        }
        Event::TransferRequested(request) => {
            let brief = request.brief.as_ref().and_then(|brief| brief.known());
            format!("-> {}: {}", request.department.as_str(), brief.map_or("", |text| text.as_str()))
        }
        other => other.event_type().to_owned(),
    }
}
