//! The reader: extended JSON to a tree in which every key and value knows its place.
//!
//! Beside JSON it takes `#`, `//` and `/* */` comments, `<?include "file"?>`, extra commas behind
//! an element and numbers such as `.5`. It knows nothing of what keys mean. Hostile text gives an
//! error, never a panic: nesting, included files and number sizes are bounded.

mod lexer;
mod literal;
mod node;
mod parser;
mod source;

use std::path::Path;

pub use crate::error::ConfigError as ReadError;
pub use node::{Entry, Map, Node, Value};
pub use source::{Place, Source};

use crate::error::Note;
use lexer::Lexer;
use parser::Parser;

/// Deepest nesting of lists and maps.
pub const MAX_DEPTH: usize = 128;
/// Deepest nesting of included files.
pub const MAX_INCLUDES: usize = 10;

/// A file with those it includes.
#[derive(Debug)]
pub struct Document {
    /// The one value of the text.
    pub root: Node,
    /// Extra commas and the like.
    pub notes: Vec<Note>,
}

/// Reads a text; `origin` names it in messages. A text that is not a file cannot include one.
///
/// # Errors
/// The first fault of the text with its place.
pub fn parse_str(text: &str, origin: &str) -> Result<Node, ReadError> {
    document_from_str(text, origin).map(|document| document.root)
}

/// As [`parse_str`], with the notes.
///
/// # Errors
/// The first fault of the text with its place.
pub fn document_from_str(text: &str, origin: &str) -> Result<Document, ReadError> {
    Parser::new(Lexer::new(Source::from_text(origin, text), false)).document()
}

/// Reads a file and those it includes, whose names are relative to the file that includes them.
///
/// # Errors
/// The first fault of the text with its place; a file that cannot be read.
pub fn document_from_file(path: &Path) -> Result<Document, ReadError> {
    let source = Source::from_file(path)
        .map_err(|reason| ReadError::io(Place::of_file(&path.display().to_string()), reason))?;
    Parser::new(Lexer::new(source, true)).document()
}

#[cfg(test)]
mod tests;
