//! Texts with slots: `{item}[을] 버리려 <하심|하신다 함>.`
//!
//! `{name}` inserts a slot's value, `[을]` the particle that fits what stands before it, `<a|b|>` one of the
//! alternatives.

use crate::korean::Particle;

/// A parsed text.
#[derive(Debug)]
pub(crate) struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Slot(usize),
    Particle(Particle),
    OneOf(Vec<Template>),
}

/// Where the values and the choices come from.
pub(crate) trait Filler {
    /// Writes the slot's value.
    fn fill(&mut self, slot: usize, out: &mut String);
    /// Chooses one of `n` alternatives.
    fn choose(&mut self, n: usize) -> usize;
}

impl Template {
    /// Parses a text; `slot` gives the numbers of slots by their names.
    pub(crate) fn parse(text: &str, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Self, String> {
        let mut rest = text;
        let template = parse(&mut rest, slot)?;
        if rest.is_empty() { Ok(template) } else { Err(format!("`{rest}` is outside of any alternative")) }
    }

    /// Whether the text may hold the slot's value.
    pub(crate) fn mentions(&self, slot: usize) -> bool {
        self.0.iter().any(|piece| match piece {
            Piece::Slot(known) => *known == slot,
            Piece::OneOf(alternatives) => alternatives.iter().any(|text| text.mentions(slot)),
            Piece::Text(_) | Piece::Particle(_) => false,
        })
    }

    /// Writes the text.
    pub(crate) fn render(&self, filler: &mut impl Filler, out: &mut String) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Slot(slot) => filler.fill(*slot, out),
                Piece::Particle(particle) => {
                    let form = particle.after(out);
                    out.push_str(form);
                }
                Piece::OneOf(alternatives) => {
                    let chosen = filler.choose(alternatives.len());
                    alternatives[chosen].render(filler, out);
                }
            }
        }
    }
}

/// Parses up to the end of the alternative.
fn parse(rest: &mut &str, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Template, String> {
    let mut pieces = Vec::new();
    loop {
        let end = rest.find(['{', '[', '<', '|', '>']).unwrap_or(rest.len());
        if end > 0 {
            pieces.push(Piece::Text(rest[..end].to_owned()));
        }
        *rest = &rest[end..];
        match rest.chars().next() {
            Some('{') => {
                let name = until(rest, '}')?;
                pieces.push(Piece::Slot(slot(name).ok_or_else(|| format!("no slot is called `{name}`"))?));
            }
            Some('[') => {
                let form = until(rest, ']')?;
                let particle = Particle::parse(form).ok_or_else(|| format!("`{form}` is no particle"))?;
                pieces.push(Piece::Particle(particle));
            }
            Some('<') => pieces.push(Piece::OneOf(alternatives(rest, slot)?)),
            _ => return Ok(Template(pieces)),
        }
    }
}

/// What stands between the bracket at the start and `close`.
fn until<'a>(rest: &mut &'a str, close: char) -> Result<&'a str, String> {
    let end = rest.find(close).ok_or_else(|| format!("`{close}` is missing"))?;
    let inside = &rest[1..end];
    *rest = &rest[end + 1..];
    Ok(inside)
}

fn alternatives(rest: &mut &str, slot: &dyn Fn(&str) -> Option<usize>) -> Result<Vec<Template>, String> {
    let mut alternatives = Vec::new();
    loop {
        *rest = rest.get(1..).unwrap_or_default();
        alternatives.push(parse(rest, slot)?);
        match rest.chars().next() {
            Some('|') => {}
            Some('>') => {
                *rest = &rest[1..];
                return Ok(alternatives);
            }
            _ => return Err("`>` is missing".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Last;

    impl Filler for Last {
        fn fill(&mut self, slot: usize, out: &mut String) {
            out.push_str(["소파", "장롱"][slot]);
        }

        fn choose(&mut self, n: usize) -> usize {
            n - 1
        }
    }

    fn slot(name: &str) -> Option<usize> {
        ["a", "b"].iter().position(|known| *known == name)
    }

    #[test]
    fn slots_particles_and_alternatives_are_written() {
        let template = Template::parse("{a}[을], {b}[을] <하나|<둘|{b}[은] 셋>> 끝<|>", &slot).unwrap();
        let mut out = String::new();
        template.render(&mut Last, &mut out);
        assert_eq!(out, "소파를, 장롱을 장롱은 셋 끝");
    }

    #[test]
    fn mistakes_are_told() {
        for (text, problem) in [
            ("{c}", "no slot is called `c`"),
            ("{a", "`}` is missing"),
            ("[에]", "`에` is no particle"),
            ("<a|b", "`>` is missing"),
            ("a|b", "outside"),
        ] {
            let error = Template::parse(text, &slot).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
