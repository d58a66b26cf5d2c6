//! Tokens to a tree.

use std::collections::HashMap;
use std::sync::Arc;

use super::lexer::{Lexer, Token};
use super::{Document, Entry, MAX_DEPTH, Map, Node, Place, ReadError, Value};
use crate::error::{MAX_NOTES, Note};

pub(super) struct Parser {
    lexer: Lexer,
    peeked: Option<(Token, Place)>,
    notes: Vec<Note>,
    /// Keys repeat in every subnet; each is stored once.
    keys: HashMap<String, Arc<str>>,
}

impl Parser {
    pub(super) fn new(lexer: Lexer) -> Self {
        Self {
            lexer,
            peeked: None,
            notes: Vec::new(),
            keys: HashMap::new(),
        }
    }

    pub(super) fn document(mut self) -> Result<Document, ReadError> {
        let root = self.value(0)?;
        match self.next()? {
            (Token::End, _) => Ok(Document {
                root,
                notes: self.notes,
            }),
            (token, place) => {
                let message = format!("{} behind the end of the configuration", describe(&token));
                Err(ReadError::syntax(place, message))
            }
        }
    }

    fn next(&mut self) -> Result<(Token, Place), ReadError> {
        self.peeked.take().map_or_else(|| self.lexer.next(), Ok)
    }

    fn value(&mut self, depth: usize) -> Result<Node, ReadError> {
        let (token, place) = self.next()?;
        let value = match token {
            Token::OpenMap => Value::Map(self.map(&place, depth + 1)?),
            Token::OpenList => Value::List(self.list(&place, depth + 1)?),
            Token::Text(text) => Value::Text(text.into()),
            Token::Int(number) => Value::Int(number),
            Token::Float(number) => Value::Float(number),
            Token::Bool(flag) => Value::Bool(flag),
            Token::Null => Value::Null,
            other => {
                let message = format!("expected a value, found {}", describe(&other));
                return Err(ReadError::syntax(place, message));
            }
        };
        Ok(Node { value, place })
    }

    fn list(&mut self, open: &Place, depth: usize) -> Result<Vec<Node>, ReadError> {
        refuse_depth(open, depth)?;
        let mut list = Vec::new();
        loop {
            match self.next()? {
                (Token::CloseList, _) => return Ok(list),
                (Token::End, _) => return Err(unclosed(open, "list", "]")),
                other => self.peeked = Some(other),
            }
            list.push(self.value(depth)?);
            self.separator(&Token::CloseList, open, "list", "]")?;
        }
    }

    fn map(&mut self, open: &Place, depth: usize) -> Result<Map, ReadError> {
        refuse_depth(open, depth)?;
        let mut entries = Vec::new();
        loop {
            let (key, key_place) = match self.next()? {
                (Token::CloseMap, _) => break,
                (Token::End, _) => return Err(unclosed(open, "map", "}")),
                (Token::Text(key), place) => (self.intern(key), place),
                (token, place) => {
                    let message = format!("expected a key, found {}", describe(&token));
                    return Err(ReadError::syntax(place, message));
                }
            };
            self.colon(&key)?;
            let value = self.value(depth)?;
            entries.push(Entry {
                key,
                key_place,
                value,
            });
            self.separator(&Token::CloseMap, open, "map", "}")?;
        }
        refuse_duplicates(&entries)?;
        Ok(Map { entries })
    }

    fn colon(&mut self, key: &str) -> Result<(), ReadError> {
        match self.next()? {
            (Token::Colon, _) => Ok(()),
            (token, place) => {
                let found = describe(&token);
                let message = format!("expected ':' behind the key {key:?}, found {found}");
                Err(ReadError::syntax(place, message))
            }
        }
    }

    /// Takes the commas behind an element; the closing bracket is left for the caller.
    fn separator(
        &mut self,
        close: &Token,
        open: &Place,
        what: &str,
        bracket: &str,
    ) -> Result<(), ReadError> {
        let mut comma: Option<Place> = None;
        loop {
            let (token, place) = self.next()?;
            match token {
                Token::Comma => {
                    if let Some(extra) = comma.replace(place) {
                        self.note_comma(extra);
                    }
                }
                Token::End => return Err(unclosed(open, what, bracket)),
                _ => {
                    if token == *close {
                        comma.into_iter().for_each(|extra| self.note_comma(extra));
                    } else if comma.is_none() {
                        let found = describe(&token);
                        let message = format!("expected ',' or '{bracket}', found {found}");
                        return Err(ReadError::syntax(place, message));
                    }
                    self.peeked = Some((token, place));
                    return Ok(());
                }
            }
        }
    }

    fn note_comma(&mut self, place: Place) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(Note::warning(place, "an extra comma"));
        }
    }

    fn intern(&mut self, key: String) -> Arc<str> {
        if let Some(known) = self.keys.get(&key) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = key.as_str().into();
        self.keys.insert(key, Arc::clone(&shared));
        shared
    }
}

fn refuse_depth(place: &Place, depth: usize) -> Result<(), ReadError> {
    if depth > MAX_DEPTH {
        let message = format!("lists and maps are nested more than {MAX_DEPTH} deep");
        return Err(ReadError::syntax(place.clone(), message));
    }
    Ok(())
}

/// The first key, in the order of the file, that was there before.
fn refuse_duplicates(entries: &[Entry]) -> Result<(), ReadError> {
    let mut seen: HashMap<&str, &Place> = HashMap::with_capacity(entries.len());
    for entry in entries {
        if let Some(first) = seen.insert(&entry.key, &entry.key_place) {
            return Err(ReadError::duplicate_key(
                &entry.key,
                entry.key_place.clone(),
                first,
            ));
        }
    }
    Ok(())
}

fn unclosed(open: &Place, what: &str, bracket: &str) -> ReadError {
    ReadError::syntax(
        open.clone(),
        format!("this {what} is not closed: '{bracket}' is missing"),
    )
}

fn describe(token: &Token) -> String {
    match token {
        Token::OpenMap => "'{'".to_owned(),
        Token::CloseMap => "'}'".to_owned(),
        Token::OpenList => "'['".to_owned(),
        Token::CloseList => "']'".to_owned(),
        Token::Colon => "':'".to_owned(),
        Token::Comma => "','".to_owned(),
        Token::Text(text) if text.chars().count() <= 40 => format!("{text:?}"),
        Token::Text(_) => "a string".to_owned(),
        Token::Int(number) => number.to_string(),
        Token::Float(number) => number.to_string(),
        Token::Bool(flag) => flag.to_string(),
        Token::Null => "null".to_owned(),
        Token::End => "the end of the text".to_owned(),
    }
}
