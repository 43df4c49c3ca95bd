//! Walking through history by keys.

use std::io::{Stdout, Write};

use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::Print;
use crossterm::terminal::{self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, queue};
use futures::StreamExt;
use sangdam_domain::log::Position;

use super::super::CliError;
use super::failed;
use super::text::Text;
use super::view::{View, screen};
use super::when::When;
use crate::replay::{Replay, ReplayError, Step, Steps};

/// How many steps are read ahead, and kept behind.
const STEPS_A_READ: usize = 32;
/// How many lines a page key scrolls.
const LINES_A_PAGE: usize = 15;

/// Walks from the first step on, or from the last one back, until the person has seen enough.
pub(super) async fn walk(way: Replay, text: &Text, from_the_end: bool) -> Result<(), CliError> {
    let mut walker = Walker { way, steps: Vec::new(), at: 0 };
    let found = if from_the_end { walker.go_last().await } else { walker.go_first().await };
    if !found.map_err(failed)? {
        println!("{}", text.nothing());
        return Ok(());
    }
    let mut terminal = Terminal::enter().map_err(undrawable)?;
    let mut keys = EventStream::new();
    let mut view = View::default();
    loop {
        walker.read_again_if_erased().await.map_err(failed)?;
        let size = terminal::size().map_err(undrawable)?;
        let lines = screen(text, walker.way.span(), walker.step(), &mut view, (size.0.into(), size.1.into()));
        terminal.draw(&lines).map_err(undrawable)?;
        let Some(event) = keys.next().await else { return Ok(()) };
        let Event::Key(key) = event.map_err(undrawable)? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        view.message = None;
        let goes_on = match view.prompt.take() {
            Some(typed) => type_on(&mut walker, text, &mut view, typed, key).await,
            None => press(&mut walker, text, &mut view, key).await,
        };
        if !goes_on.map_err(failed)? {
            return Ok(());
        }
    }
}

fn undrawable(error: std::io::Error) -> CliError {
    CliError::failed(format!("the terminal cannot be used: {error}"))
}

/// What a key does. Says whether the walk goes on.
async fn press(
    walker: &mut Walker,
    text: &Text,
    view: &mut View,
    key: KeyEvent,
) -> Result<bool, ReplayError> {
    let no_more = || Some(text.pick("더 이상 없습니다.", "There are no more.").to_owned());
    let moved = match key.code {
        KeyCode::Char('q') | KeyCode::Esc => return Ok(false),
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Ok(false),
        KeyCode::Char('n' | 'j' | ' ') | KeyCode::Right => walker.go_next().await?,
        KeyCode::Char('p' | 'k') | KeyCode::Left => walker.go_previous().await?,
        KeyCode::Home => walker.go_first().await?,
        KeyCode::End => walker.go_last().await?,
        other => {
            match other {
                KeyCode::Char('g') => view.prompt = Some(String::new()),
                KeyCode::Char('s') => (view.full, view.scroll) = (!view.full, 0),
                KeyCode::Up => view.scroll = view.scroll.saturating_sub(1),
                KeyCode::Down => view.scroll += 1,
                KeyCode::PageUp => view.scroll = view.scroll.saturating_sub(LINES_A_PAGE),
                KeyCode::PageDown => view.scroll += LINES_A_PAGE,
                _ => {}
            }
            return Ok(true);
        }
    };
    if moved {
        view.scroll = 0
    } else {
        view.message = no_more()
    }
    Ok(true)
}

/// What a key does while it is asked where to jump.
async fn type_on(
    walker: &mut Walker,
    text: &Text,
    view: &mut View,
    mut typed: String,
    key: KeyEvent,
) -> Result<bool, ReplayError> {
    match key.code {
        KeyCode::Esc => return Ok(true),
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Ok(false),
        KeyCode::Enter if typed.trim().is_empty() => return Ok(true),
        KeyCode::Enter => {
            let place = typed.parse::<When>().ok().and_then(|when| when.first(&text.zone).ok());
            match place {
                None => {
                    let wrong = text.pick(
                        "위치(1200)도 시각(2024-03-04, 2024-03-04T09:12)도 아닙니다: ",
                        "Neither a position (1200) nor a time (2024-03-04, 2024-03-04T09:12): ",
                    );
                    view.message = Some(format!("{wrong}{typed}"));
                }
                Some(place) => match walker.way.at(place, STEPS_A_READ).await? {
                    Steps { steps, .. } if steps.is_empty() => {
                        let nothing =
                            text.pick("거기부터는 기록이 없습니다: ", "There is nothing from there on: ");
                        view.message = Some(format!("{nothing}{typed}"));
                    }
                    Steps { steps, .. } => {
                        (walker.steps, walker.at, view.scroll) = (steps, 0, 0);
                    }
                },
            }
            return Ok(true);
        }
        KeyCode::Backspace => {
            typed.pop();
        }
        KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            typed.push(c)
        }
        _ => {}
    }
    view.prompt = Some(typed);
    Ok(true)
}

/// Where somebody is on the way, with the steps around.
struct Walker {
    way: Replay,
    /// In log order, without gaps between them; never empty once the walk has begun.
    steps: Vec<Step>,
    at: usize,
}

impl Walker {
    fn step(&self) -> &Step {
        &self.steps[self.at]
    }

    fn position(&self) -> Position {
        self.steps.get(self.at).map_or(Position::ZERO, Step::position)
    }

    async fn go_first(&mut self) -> Result<bool, ReplayError> {
        let steps = self.way.after(Position::ZERO, STEPS_A_READ).await?.steps;
        Ok(self.stand(steps, 0))
    }

    async fn go_last(&mut self) -> Result<bool, ReplayError> {
        let mut steps = self.way.before(Position::MAX, STEPS_A_READ).await?.steps;
        steps.reverse();
        let last = steps.len().saturating_sub(1);
        Ok(self.stand(steps, last))
    }

    async fn go_next(&mut self) -> Result<bool, ReplayError> {
        if self.at + 1 < self.steps.len() {
            self.at += 1;
            return Ok(true);
        }
        let steps = self.way.after(self.position(), STEPS_A_READ).await?.steps;
        Ok(self.stand(steps, 0))
    }

    async fn go_previous(&mut self) -> Result<bool, ReplayError> {
        if self.at > 0 {
            self.at -= 1;
            return Ok(true);
        }
        let mut steps = self.way.before(self.position(), STEPS_A_READ).await?.steps;
        steps.reverse();
        let last = steps.len().saturating_sub(1);
        Ok(self.stand(steps, last))
    }

    /// Steps were read a while ago: what has been erased since must not be shown.
    async fn read_again_if_erased(&mut self) -> Result<(), ReplayError> {
        if self.way.is_erased(self.step()).await? {
            let steps = self.way.after(self.position().previous(), 1).await?.steps;
            self.stand(steps, 0);
        }
        Ok(())
    }

    /// Stands at one of these steps, if there are any.
    fn stand(&mut self, steps: Vec<Step>, at: usize) -> bool {
        if steps.is_empty() {
            return false;
        }
        (self.steps, self.at) = (steps, at);
        true
    }
}

/// A terminal whose lines are drawn and whose keys are read one by one; as it was before when this is dropped.
struct Terminal(Stdout);

impl Terminal {
    fn enter() -> std::io::Result<Self> {
        terminal::enable_raw_mode()?;
        let mut terminal = Self(std::io::stdout());
        execute!(terminal.0, EnterAlternateScreen, cursor::Hide)?;
        Ok(terminal)
    }

    fn draw(&mut self, lines: &[String]) -> std::io::Result<()> {
        for (row, line) in (0..).zip(lines) {
            queue!(self.0, cursor::MoveTo(0, row), Clear(ClearType::CurrentLine), Print(line))?;
        }
        self.0.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = execute!(self.0, LeaveAlternateScreen, cursor::Show);
        let _ = terminal::disable_raw_mode();
    }
}
