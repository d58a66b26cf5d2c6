//! Layout of a line (logging.rst:700-945).

use std::fmt::Write as _;
use std::time::Instant;

use super::clock::Clock;
use super::record::Record;
use super::{LogError, machine};

/// Default layout on standard output, standard error and in files.
pub(super) const PLAIN: &str = "%D{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i.%t] %m\n";
/// Default layout for the system log, which adds time and process itself.
pub(super) const SYSLOG: &str = "%-5p [%c.%t] %m\n";
/// What `%d` and `%D` mean without braces.
const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// A layout, ready to be filled in.
#[derive(Debug)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    scratch: String,
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Word(Word, Fit),
}

/// What a component stands for.
#[derive(Debug)]
enum Word {
    /// Text that is the same in every line of this process.
    Fixed(String),
    Message,
    Severity,
    /// The logger, or that many of the last parts of its name.
    Logger(usize),
    Time(Clock),
    File,
    FileName,
    Line,
    Location,
    Caller,
    Millis(Instant),
    ThreadId,
    ThreadName,
}

/// Widths: padded to the least, cut at the front to the most.
#[derive(Clone, Copy, Debug, Default)]
struct Fit {
    least: usize,
    most: Option<usize>,
    left: bool,
}

impl Pattern {
    /// Understands a layout. `start` is the moment that `%r` counts from.
    ///
    /// # Errors
    /// [`LogError::Pattern`] with what is wrong.
    pub(super) fn new(pattern: &str, start: Instant) -> Result<Self, LogError> {
        let mut parser = Parser {
            rest: pattern,
            start,
        };
        let pieces = parser.pieces().map_err(|fault| LogError::Pattern {
            pattern: pattern.to_owned(),
            fault,
        })?;
        Ok(Self {
            pieces,
            scratch: String::new(),
        })
    }

    /// Appends a message laid out.
    pub(super) fn write(&mut self, record: &Record, out: &mut String) {
        for piece in &mut self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Word(
                    word,
                    Fit {
                        least: 0,
                        most: None,
                        ..
                    },
                ) => word.write(record, out),
                Piece::Word(word, fit) => {
                    self.scratch.clear();
                    word.write(record, &mut self.scratch);
                    fit.write(&self.scratch, out);
                }
            }
        }
    }
}

impl Word {
    fn write(&mut self, record: &Record, out: &mut String) {
        let origin = record.origin;
        let _infallible = match self {
            Self::Fixed(text) => out.write_str(text),
            Self::Message => {
                record.write_message(out);
                Ok(())
            }
            Self::Severity => out.write_str(record.level.name()),
            Self::Logger(parts) => out.write_str(last_parts(record.logger, *parts)),
            Self::Time(clock) => {
                clock.write(record.time, out);
                Ok(())
            }
            Self::File => out.write_str(origin.file),
            Self::FileName => out.write_str(origin.file.rsplit('/').next().unwrap_or("")),
            Self::Line => write!(out, "{}", origin.line),
            Self::Location => write!(out, "{}:{}", origin.file, origin.line),
            Self::Caller => out.write_str(origin.module),
            Self::Millis(start) => write!(out, "{}", start.elapsed().as_millis()),
            Self::ThreadId => write!(out, "{}", record.thread.id),
            Self::ThreadName => out.write_str(&record.thread.name),
        };
    }
}

fn last_parts(logger: &str, parts: usize) -> &str {
    let cut = logger.rmatch_indices('.').nth(parts.wrapping_sub(1));
    match cut {
        Some((dot, _)) => &logger[dot + 1..],
        None => logger,
    }
}

impl Fit {
    fn write(self, text: &str, out: &mut String) {
        let length = text.chars().count();
        let cut = self.most.map_or(0, |most| length.saturating_sub(most));
        let pad = self.least.saturating_sub(length - cut);
        let blanks = |out: &mut String| out.extend(std::iter::repeat_n(' ', pad));
        if !self.left {
            blanks(out);
        }
        out.extend(text.chars().skip(cut));
        if self.left {
            blanks(out);
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
    start: Instant,
}

impl Parser<'_> {
    fn pieces(&mut self) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        while let Some(percent) = self.rest.find('%') {
            if percent > 0 {
                pieces.push(Piece::Text(self.rest[..percent].to_owned()));
            }
            self.rest = &self.rest[percent + 1..];
            let fit = self.fit()?;
            let word = self.word()?;
            pieces.push(Piece::Word(word, fit));
        }
        if !self.rest.is_empty() {
            pieces.push(Piece::Text(self.rest.to_owned()));
        }
        Ok(pieces)
    }

    /// `-`, least width, `.` and most width, each where given.
    fn fit(&mut self) -> Result<Fit, String> {
        let left = self.take('-');
        let least = self.number()?.unwrap_or(0);
        let most = match self.take('.') {
            true => Some(self.number()?.ok_or("no width after \"%.\"")?),
            false => None,
        };
        Ok(Fit { least, most, left })
    }

    fn word(&mut self) -> Result<Word, String> {
        let mut characters = self.rest.chars();
        let letter = characters.next().ok_or("nothing after the last \"%\"")?;
        self.rest = characters.as_str();
        Ok(match letter {
            'm' => Word::Message,
            'p' => Word::Severity,
            'c' => Word::Logger(self.parts()?),
            'd' | 'D' => {
                let format = self.braces()?.unwrap_or_else(|| TIME.to_owned());
                Word::Time(Clock::new(&format, letter == 'd')?)
            }
            'E' => {
                let name = self.braces()?.ok_or("\"%E\" needs {NAME}")?;
                Word::Fixed(std::env::var(name).unwrap_or_default())
            }
            'b' => Word::FileName,
            'F' => Word::File,
            'l' => Word::Location,
            'L' => Word::Line,
            'M' => Word::Caller,
            'h' => Word::Fixed(machine::host_name()),
            'H' => Word::Fixed(machine::full_host_name()),
            'n' => Word::Fixed("\n".to_owned()),
            'r' => Word::Millis(self.start),
            't' => Word::ThreadId,
            'T' => Word::ThreadName,
            'i' => Word::Fixed(std::process::id().to_string()),
            '%' => Word::Fixed("%".to_owned()),
            other => return Err(format!("there is no component \"%{other}\"")),
        })
    }

    /// How many parts of the logger's name: `{2}`; all without braces.
    fn parts(&mut self) -> Result<usize, String> {
        let Some(text) = self.braces()? else {
            return Ok(0);
        };
        text.parse()
            .map_err(|_error| format!("\"%c{{{text}}}\" needs a number"))
    }

    fn braces(&mut self) -> Result<Option<String>, String> {
        if !self.take('{') {
            return Ok(None);
        }
        let (inside, rest) = self.rest.split_once('}').ok_or("a \"{\" is not closed")?;
        self.rest = rest;
        Ok(Some(inside.to_owned()))
    }

    fn number(&mut self) -> Result<Option<usize>, String> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        match number.parse::<u16>() {
            Ok(number) => Ok(Some(usize::from(number))),
            Err(_error) if number.is_empty() => Ok(None),
            Err(_error) => Err(format!("a width of {number} is too much")),
        }
    }

    fn take(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::log::Level;
    use crate::log::record::{Origin, Thread};

    fn record() -> Record {
        Record {
            time: "2026-02-05T15:04:09.012345Z".parse().unwrap(),
            level: Level::WARN,
            logger: "kea-dhcp4.leases",
            id: "DHCP4_LEASE_ALLOC".into(),
            text: "granted".to_owned(),
            thread: Thread {
                id: 77,
                name: "lane".into(),
            },
            origin: Origin {
                file: "worker/src/v4/grant.rs",
                line: 12,
                module: "murre_worker::v4::grant",
            },
        }
    }

    fn shown(pattern: &str) -> String {
        let mut out = String::new();
        let mut pattern = Pattern::new(pattern, Instant::now()).unwrap();
        pattern.write(&record(), &mut out);
        out
    }

    #[test]
    fn every_component_of_the_manual_is_known() {
        let pid = std::process::id().to_string();
        for (pattern, text) in [
            ("%b", "grant.rs"),
            ("%c", "kea-dhcp4.leases"),
            ("%c{1}", "leases"),
            ("%d{%H:%M:%S.%q}", "15:04:09.012"),
            ("%d", "2026-02-05 15:04:09"),
            ("%E{MURRE_NO_SUCH_VARIABLE}", ""),
            ("%F", "worker/src/v4/grant.rs"),
            ("%l", "worker/src/v4/grant.rs:12"),
            ("%L", "12"),
            ("%m", "DHCP4_LEASE_ALLOC granted"),
            ("%M", "murre_worker::v4::grant"),
            ("%n", "\n"),
            ("%p", "WARN"),
            ("%t", "77"),
            ("%T", "lane"),
            ("%i", pid.as_str()),
            ("%%", "%"),
            ("a %p b", "a WARN b"),
        ] {
            assert_eq!(shown(pattern), text, "{pattern}");
        }
        assert_eq!(shown("%E{PATH}"), std::env::var("PATH").unwrap());
        assert!(shown("%r").parse::<u64>().is_ok());
        assert!(!shown("%h").is_empty() && shown("%H").starts_with(&shown("%h")));
    }

    #[test]
    fn the_default_layout_is_the_one_of_the_manual() {
        let line = shown(PLAIN);
        let pid = std::process::id();
        let tail = format!(" WARN  [kea-dhcp4.leases/{pid}.77] DHCP4_LEASE_ALLOC granted\n");
        assert_eq!(line.strip_suffix(&tail).unwrap().len(), 23, "{line}");
        assert_eq!(
            shown(SYSLOG),
            "WARN  [kea-dhcp4.leases.77] DHCP4_LEASE_ALLOC granted\n"
        );
    }

    #[test]
    fn widths_pad_on_the_named_side_and_cut_at_the_front() {
        assert_eq!(shown("[%6p]"), "[  WARN]");
        assert_eq!(shown("[%-6p]"), "[WARN  ]");
        assert_eq!(shown("[%.2p]"), "[RN]");
        assert_eq!(shown("[%-8.6c]"), "[leases  ]");
        assert_eq!(shown("[%3.2p]"), "[ RN]");
    }

    #[test]
    fn a_layout_that_cannot_be_is_refused_by_name() {
        for (pattern, fault) in [
            ("%m %k", "%k"),
            ("100%", "last"),
            ("%D{%Y", "closed"),
            ("%.p", "width"),
            ("%99999999p", "99999999"),
            ("%E", "NAME"),
        ] {
            let error = Pattern::new(pattern, Instant::now())
                .unwrap_err()
                .to_string();
            assert!(error.contains(fault) && error.contains(pattern), "{error}");
        }
    }
}
