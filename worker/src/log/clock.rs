//! Formats of date and time inside `%D{...}` and `%d{...}` (logging.rst:726).

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A format of `strftime(3)` with `%q` and `%Q` for fractions of a second.
///
/// Whole seconds are formatted once and kept until the second is over.
#[derive(Debug)]
pub(super) struct Clock {
    utc: bool,
    pieces: Vec<Piece>,
    second: i64,
}

#[derive(Debug)]
enum Piece {
    /// A format, and its text in the current second.
    Seconds(String, String),
    /// Milliseconds, three digits.
    Millis,
    /// Milliseconds with three places after the point.
    Micros,
}

impl Clock {
    /// Understands a format.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(format: &str, utc: bool) -> Result<Self, String> {
        let mut clock = Self {
            utc,
            pieces: pieces(format),
            second: i64::MIN,
        };
        clock.refresh(Timestamp::now())?;
        Ok(clock)
    }

    /// Appends a moment.
    pub(super) fn write(&mut self, moment: Timestamp, out: &mut String) {
        if moment.as_second() != self.second {
            // The format was tried when it was understood; it cannot fail later.
            let _tried = self.refresh(moment);
        }
        let micros = moment.subsec_microsecond();
        for piece in &self.pieces {
            let _infallible = match piece {
                Piece::Seconds(_, text) => out.write_str(text),
                Piece::Millis => write!(out, "{:03}", micros / 1000),
                Piece::Micros => write!(out, "{:03}.{:03}", micros / 1000, micros % 1000),
            };
        }
    }

    fn refresh(&mut self, moment: Timestamp) -> Result<(), String> {
        let zone = match self.utc {
            true => TimeZone::UTC,
            false => TimeZone::system(),
        };
        let local = moment.to_zoned_datetime(zone);
        for piece in &mut self.pieces {
            if let Piece::Seconds(format, text) = piece {
                *text = jiff::fmt::strtime::format(&*format, &local)
                    .map_err(|error| format!("time format \"{format}\": {error}"))?;
            }
        }
        self.second = moment.as_second();
        Ok(())
    }
}

/// Parts the fractions, and writes the locale's formats out as those of the C locale.
fn pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        if character != '%' {
            plain.push(character);
            continue;
        }
        let fraction = match rest.next() {
            Some('q') => Piece::Millis,
            Some('Q') => Piece::Micros,
            Some('c') => {
                plain.push_str("%a %b %e %H:%M:%S %Y");
                continue;
            }
            Some('x') => {
                plain.push_str("%m/%d/%y");
                continue;
            }
            Some('X') => {
                plain.push_str("%H:%M:%S");
                continue;
            }
            other => {
                plain.push('%');
                plain.extend(other);
                continue;
            }
        };
        if !plain.is_empty() {
            pieces.push(Piece::Seconds(std::mem::take(&mut plain), String::new()));
        }
        pieces.push(fraction);
    }
    if !plain.is_empty() {
        pieces.push(Piece::Seconds(plain, String::new()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(format: &str) -> String {
        // Thursday, 5 February 2026, 15:04:09.012345 UTC.
        let moment: Timestamp = "2026-02-05T15:04:09.012345Z".parse().unwrap();
        let mut out = String::new();
        Clock::new(format, true).unwrap().write(moment, &mut out);
        out
    }

    #[test]
    fn every_time_word_of_the_manual_is_known() {
        for (format, text) in [
            ("%a", "Thu"),
            ("%A", "Thursday"),
            ("%b", "Feb"),
            ("%B", "February"),
            ("%c", "Thu Feb  5 15:04:09 2026"),
            ("%d", "05"),
            ("%H", "15"),
            ("%I", "03"),
            ("%j", "036"),
            ("%m", "02"),
            ("%M", "04"),
            ("%p", "PM"),
            ("%q", "012"),
            ("%Q", "012.345"),
            ("%S", "09"),
            ("%U", "05"),
            ("%w", "4"),
            ("%W", "05"),
            ("%x", "02/05/26"),
            ("%X", "15:04:09"),
            ("%y", "26"),
            ("%Y", "2026"),
            ("%Z", "UTC"),
            ("%%", "%"),
            ("%Y-%m-%d %H:%M:%S.%q", "2026-02-05 15:04:09.012"),
            ("%%q", "%q"),
        ] {
            assert_eq!(shown(format), text, "{format}");
        }
    }

    #[test]
    fn the_text_of_a_second_is_not_used_in_the_next() {
        let mut clock = Clock::new("%S.%q ", true).unwrap();
        let mut out = String::new();
        for moment in ["08.9", "08.95", "09.0", "08.1"] {
            let moment = format!("2026-02-05T15:04:{moment}Z").parse().unwrap();
            clock.write(moment, &mut out);
        }
        assert_eq!(out, "08.900 08.950 09.000 08.100 ");
    }

    #[test]
    fn an_unknown_time_word_is_refused_by_name() {
        let error = Clock::new("%Y %!", true).unwrap_err();
        assert!(error.contains("%Y %!"), "{error}");
    }
}
