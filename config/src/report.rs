//! Errors and notes the way a compiler shows them: the line, and a caret under what is meant.

use std::fmt;

use crate::error::{ConfigError, Note, NoteSeverity};
use crate::read::Place;

/// Characters of a source line that are shown; a configuration may be one line of megabytes.
const SHOWN: usize = 100;

/// Prints one error or note over several lines.
#[derive(Debug)]
pub struct Report<'a> {
    level: &'static str,
    message: String,
    place: &'a Place,
    related: &'a [(Place, String)],
}

impl<'a> Report<'a> {
    pub(crate) fn error(error: &'a ConfigError) -> Self {
        let message = error.fault.to_string();
        Self {
            level: "error",
            message,
            place: &error.place,
            related: &error.related,
        }
    }

    pub(crate) fn note(note: &'a Note) -> Self {
        let level = match note.severity {
            NoteSeverity::Info => "note",
            NoteSeverity::Warning => "warning",
        };
        Self {
            level,
            message: note.text.clone(),
            place: &note.place,
            related: &[],
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.level, self.message)?;
        excerpt(f, self.place)?;
        for (place, why) in self.related {
            writeln!(f, "note: {why}")?;
            excerpt(f, place)?;
        }
        Ok(())
    }
}

/// The place, its line and the caret.
fn excerpt(f: &mut fmt::Formatter<'_>, place: &Place) -> fmt::Result {
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    writeln!(f, "{margin}--> {place}")?;
    let Some(line) = place.line_text() else {
        return Ok(());
    };
    let column = (place.column as usize).saturating_sub(1);
    let skipped = column.saturating_sub(SHOWN / 2);
    let window: String = line
        .chars()
        .skip(skipped)
        .take(SHOWN)
        .map(visible)
        .collect();
    let before = column - skipped;
    let width = (place.width as usize).min(SHOWN - before);
    writeln!(f, "{margin} |")?;
    writeln!(f, "{number} | {window}")?;
    writeln!(
        f,
        "{margin} | {}{}",
        " ".repeat(before),
        "^".repeat(width.max(1))
    )
}

/// Control characters would move the caret or the terminal.
fn visible(char: char) -> char {
    if char.is_control() { ' ' } else { char }
}
