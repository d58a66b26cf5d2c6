//! Text to tokens, through comments and included files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::literal;
use super::{MAX_INCLUDES, Place, ReadError, Source};

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    OpenMap,
    CloseMap,
    OpenList,
    CloseList,
    Colon,
    Comma,
    Text(String),
    Int(i128),
    Float(f64),
    Bool(bool),
    Null,
    /// End of the outermost text.
    End,
}

/// How far one text has been read.
pub(super) struct Cursor {
    source: Arc<Source>,
    at: usize,
    line: u32,
    column: u32,
}

impl Cursor {
    fn new(source: Arc<Source>) -> Self {
        // A byte order mark is no text.
        let at = if source.text().starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            source,
            at,
            line: 1,
            column: 1,
        }
    }

    pub(super) fn rest(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        if char == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(char)
    }

    fn skip(&mut self, chars: usize) {
        for _ in 0..chars {
            self.bump();
        }
    }

    fn skip_line(&mut self) {
        while self.peek().is_some_and(|char| char != '\n') {
            self.bump();
        }
    }
}

/// The token source.
pub(super) struct Lexer {
    cursor: Cursor,
    /// Texts that include the present one, outermost first.
    outer: Vec<Cursor>,
    may_include: bool,
    order: u32,
}

impl Lexer {
    pub(super) fn new(source: Arc<Source>, may_include: bool) -> Self {
        Self {
            cursor: Cursor::new(source),
            outer: Vec::new(),
            may_include,
            order: 0,
        }
    }

    /// The next token and its place.
    pub(super) fn next(&mut self) -> Result<(Token, Place), ReadError> {
        self.skip_blanks()?;
        let mut place = self.here();
        self.order += 1;
        let token = self.token(&place)?;
        if self.cursor.line == place.line {
            place.width = self.cursor.column.saturating_sub(place.column).max(1);
        }
        Ok((token, place))
    }

    fn here(&self) -> Place {
        let Cursor {
            source,
            line,
            column,
            ..
        } = &self.cursor;
        let source = Arc::clone(source);
        Place {
            source,
            line: *line,
            column: *column,
            width: 1,
            order: self.order,
        }
    }

    fn token(&mut self, place: &Place) -> Result<Token, ReadError> {
        let Some(char) = self.cursor.peek() else {
            return Ok(Token::End);
        };
        let single = match char {
            '{' => Token::OpenMap,
            '}' => Token::CloseMap,
            '[' => Token::OpenList,
            ']' => Token::CloseList,
            ':' => Token::Colon,
            ',' => Token::Comma,
            '"' => return self.text(),
            _ => return self.word(place),
        };
        self.cursor.bump();
        Ok(single)
    }

    fn text(&mut self) -> Result<Token, ReadError> {
        let open = self.here();
        literal::text(&mut self.cursor)
            .map(Token::Text)
            .map_err(|fault| match fault {
                literal::Fault::Unclosed => {
                    ReadError::syntax(open, "this string is not closed on its line")
                }
                literal::Fault::At(message) => ReadError::syntax(self.here(), message),
            })
    }

    fn word(&mut self, place: &Place) -> Result<Token, ReadError> {
        let mut word = String::new();
        while let Some(char) = self.cursor.peek() {
            if !(char.is_alphanumeric() || matches!(char, '-' | '+' | '.' | '_')) {
                break;
            }
            word.push(char);
            self.cursor.bump();
        }
        let mut place = place.clone();
        place.width = self.cursor.column.saturating_sub(place.column).max(1);
        literal::word(&word, self.cursor.peek())
            .map_err(|message| ReadError::syntax(place, message))
    }

    /// Skips white space and comments, enters included files and leaves finished ones.
    fn skip_blanks(&mut self) -> Result<(), ReadError> {
        loop {
            let rest = self.cursor.rest();
            if rest.starts_with("//") || rest.starts_with('#') {
                self.cursor.skip_line();
            } else if rest.starts_with("/*") {
                self.skip_block()?;
            } else if rest.starts_with("<?") {
                self.include()?;
            } else if rest.starts_with(char::is_whitespace) {
                self.cursor.bump();
            } else if rest.is_empty() && !self.outer.is_empty() {
                self.leave();
            } else {
                return Ok(());
            }
        }
    }

    /// Goes on behind the directive that included the finished text.
    fn leave(&mut self) {
        if let Some(outer) = self.outer.pop() {
            self.cursor = outer;
        }
    }

    fn skip_block(&mut self) -> Result<(), ReadError> {
        let open = self.here();
        self.cursor.skip(2);
        while !self.cursor.rest().starts_with("*/") {
            if self.cursor.bump().is_none() {
                return Err(ReadError::syntax(open, "this comment is not closed"));
            }
        }
        self.cursor.skip(2);
        Ok(())
    }

    fn include(&mut self) -> Result<(), ReadError> {
        let place = self.here();
        let name = self.directive().ok_or_else(|| {
            let message = "a directive has the form <?include \"file\"?>";
            ReadError::syntax(place.clone(), message)
        })?;
        if !self.may_include {
            let message = "only a file can include a file; this text is not one";
            return Err(ReadError::syntax(place, message));
        }
        let path = self.resolve(&name);
        self.refuse_cycle(&path, &place)?;
        let source = Source::from_file(&path)
            .map_err(|reason| ReadError::io(place, format!("{}: {reason}", path.display())))?;
        let inner = Cursor::new(source);
        self.outer.push(std::mem::replace(&mut self.cursor, inner));
        Ok(())
    }

    /// The file name of a directive, all of which is consumed.
    fn directive(&mut self) -> Option<String> {
        let rest = self.cursor.rest();
        let end = rest.find("?>")?;
        let inside = rest.get(2..end)?.trim();
        let quoted = inside.strip_prefix("include")?.trim_start();
        let name = quoted.strip_prefix('"')?.strip_suffix('"')?;
        if name.is_empty() || name.contains(['"', '\n']) {
            return None;
        }
        let (name, chars) = (name.to_owned(), rest.get(..end)?.chars().count() + 2);
        self.cursor.skip(chars);
        Some(name)
    }

    fn resolve(&self, name: &str) -> PathBuf {
        let directory = self.cursor.source.path().and_then(Path::parent);
        directory.map_or_else(|| PathBuf::from(name), |directory| directory.join(name))
    }

    fn refuse_cycle(&self, path: &Path, place: &Place) -> Result<(), ReadError> {
        let canonical = |path: &Path| std::fs::canonicalize(path).ok();
        let target = canonical(path);
        let open = self.outer.iter().chain([&self.cursor]);
        let cycle = target.is_some()
            && open
                .filter_map(|cursor| cursor.source.path())
                .any(|path| canonical(path) == target);
        if cycle {
            let message = format!("{} includes itself", path.display());
            return Err(ReadError::syntax(place.clone(), message));
        }
        if self.outer.len() >= MAX_INCLUDES {
            let message = format!("files are included more than {MAX_INCLUDES} deep");
            return Err(ReadError::syntax(place.clone(), message));
        }
        Ok(())
    }
}
