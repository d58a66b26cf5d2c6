//! Where text comes from and places within it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One text with the name it goes by in messages.
#[derive(Debug)]
pub struct Source {
    name: String,
    path: Option<PathBuf>,
    text: String,
}

impl Source {
    /// A text that is not a file.
    pub(super) fn from_text(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            path: None,
            text: text.to_owned(),
        })
    }

    /// A file's text, or why it cannot be had.
    pub(super) fn from_file(path: &Path) -> Result<Arc<Self>, String> {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
            format!("not UTF-8 text (line {line})")
        })?;
        let name = path.display().to_string();
        Ok(Arc::new(Self {
            name,
            path: Some(path.to_owned()),
            text,
        }))
    }

    /// Name in messages: the file as it was given, or what the caller called the text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Path of the file, if it is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A place in a text: prints as `file:line:column`.
#[derive(Clone)]
pub struct Place {
    pub(super) source: Arc<Source>,
    /// Line from 1; 0 means the file as a whole.
    pub line: u32,
    /// Column from 1, in characters.
    pub column: u32,
    /// Characters of the token on its line, at least 1.
    pub width: u32,
    /// Rises in reading order through all included files.
    pub(super) order: u32,
}

impl Place {
    /// The file as a whole.
    pub fn of_file(name: &str) -> Self {
        let source = Source::from_text(name, "");
        Self {
            source,
            line: 0,
            column: 0,
            width: 1,
            order: 0,
        }
    }

    /// Position in reading order, through all included files.
    pub(crate) fn order(&self) -> u32 {
        self.order
    }

    /// The text that the place is in.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The line of the place without its end, if the source has it.
    pub fn line_text(&self) -> Option<&str> {
        let line = (self.line as usize).checked_sub(1)?;
        self.source
            .text
            .split('\n')
            .nth(line)
            .map(|text| text.trim_end_matches('\r'))
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        (self.line, self.column, &self.source.name)
            == (other.line, other.column, &other.source.name)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.source.name),
            line => write!(f, "{}:{line}:{}", self.source.name, self.column),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
