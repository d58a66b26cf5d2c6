//! What can be wrong with a configuration, and the notes that go with one that is right.

use std::fmt;

use crate::read::Place;
use crate::report::Report;

/// Most errors collected from one configuration.
pub const MAX_ERRORS: usize = 100;
/// Most notes collected from one configuration.
pub const MAX_NOTES: usize = 200;

/// What is wrong, without its place.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The text is not in the form of a configuration.
    #[error("{0}")]
    Syntax(String),
    /// A file cannot be read.
    #[error("cannot be read: {0}")]
    Io(String),
    /// A key stands twice in one map.
    #[error("the key \"{0}\" is given twice")]
    DuplicateKey(String),
    /// A key that nothing knows in this scope.
    #[error("unknown key \"{key}\" in {scope}{}", did_you_mean(*.nearest))]
    UnknownKey {
        /// The key.
        key: String,
        /// The scope, as the manual calls it.
        scope: &'static str,
        /// The known key that looks most like it.
        nearest: Option<&'static str>,
    },
    /// A key of the manual that is not built yet; accepting it would be a promise not kept.
    #[error("{0} is not supported yet")]
    NotSupported(String),
    /// A key that must be there is not.
    #[error("\"{key}\" is missing in {scope}")]
    Missing {
        /// The key.
        key: &'static str,
        /// The scope, as the manual calls it.
        scope: &'static str,
    },
    /// A value that its key cannot have.
    #[error("{0}")]
    Value(String),
}

/// The end of a message about a name that nobody knows.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean \"{name}\"?"))
        .unwrap_or_default()
}

/// One error with its place: prints as `file:line:column: message`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {fault}{}", other_places(.related))]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
    /// Other places that matter, each with a word why.
    pub related: Vec<(Place, String)>,
}

fn other_places(places: &[(Place, String)]) -> String {
    places
        .iter()
        .map(|(place, why)| format!(" ({why} {place})"))
        .collect()
}

impl ConfigError {
    pub(crate) fn new(place: Place, fault: Fault) -> Self {
        Self {
            place,
            fault,
            related: Vec::new(),
        }
    }

    pub(crate) fn syntax(place: Place, message: impl Into<String>) -> Self {
        Self::new(place, Fault::Syntax(message.into()))
    }

    pub(crate) fn io(place: Place, reason: impl Into<String>) -> Self {
        Self::new(place, Fault::Io(reason.into()))
    }

    pub(crate) fn value(place: &Place, message: impl Into<String>) -> Self {
        Self::new(place.clone(), Fault::Value(message.into()))
    }

    pub(crate) fn duplicate_key(key: &str, place: Place, first: &Place) -> Self {
        Self::new(place, Fault::DuplicateKey(key.to_owned())).with(first, "first given at")
    }

    /// The same with another place that matters.
    pub(crate) fn with(mut self, place: &Place, why: impl Into<String>) -> Self {
        self.related.push((place.clone(), why.into()));
        self
    }

    /// A view that prints the error with the line it is about and a caret.
    pub fn report(&self) -> Report<'_> {
        Report::error(self)
    }
}

/// Everything that is wrong with a configuration, in the order of the file; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
    more: usize,
}

impl ConfigErrors {
    /// Sorts errors into the order of the file and keeps the first [`MAX_ERRORS`].
    pub(crate) fn sorted(mut errors: Vec<ConfigError>, dropped: usize) -> Self {
        errors.sort_by_key(|error| error.place.order());
        let more = dropped + errors.len().saturating_sub(MAX_ERRORS);
        errors.truncate(MAX_ERRORS);
        Self { errors, more }
    }

    /// The errors, first in the file first.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    /// How many more there were than are kept.
    pub fn more(&self) -> usize {
        self.more
    }

    /// A view that prints every error with the line it is about and a caret.
    pub fn report(&self) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            for (at, error) in self.errors.iter().enumerate() {
                let gap = if at == 0 { "" } else { "\n" };
                write!(f, "{gap}{}", error.report())?;
            }
            match self.more {
                0 => Ok(()),
                more => writeln!(f, "\nand {more} more"),
            }
        })
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self {
            errors: vec![error],
            more: 0,
        }
    }
}

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().enumerate() {
            write!(f, "{}{error}", if at == 0 { "" } else { "\n" })?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// How much a note matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteSeverity {
    /// Good to know.
    Info,
    /// Probably not what was meant, or deprecated.
    Warning,
}

/// Something to say about a configuration that loads.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// How much it matters.
    pub severity: NoteSeverity,
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

impl Note {
    pub(crate) fn warning(place: Place, text: impl Into<String>) -> Self {
        Self {
            severity: NoteSeverity::Warning,
            place,
            text: text.into(),
        }
    }

    pub(crate) fn info(place: Place, text: impl Into<String>) -> Self {
        Self {
            severity: NoteSeverity::Info,
            place,
            text: text.into(),
        }
    }

    /// A view that prints the note with the line it is about and a caret.
    pub fn report(&self) -> Report<'_> {
        Report::note(self)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}
