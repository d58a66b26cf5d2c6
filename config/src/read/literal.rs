//! Strings, numbers and words.

use super::lexer::{Cursor, Token};

/// What is wrong with a string.
pub(super) enum Fault {
    /// The closing quote is missing.
    Unclosed,
    /// Wrong at the cursor.
    At(String),
}

/// Reads a string from its opening to its closing quote.
pub(super) fn text(cursor: &mut Cursor) -> Result<String, Fault> {
    cursor.bump();
    let mut text = String::new();
    loop {
        match cursor.peek() {
            None | Some('\n' | '\r') => return Err(Fault::Unclosed),
            Some('"') => {
                cursor.bump();
                return Ok(text);
            }
            Some('\\') => text.push(escape(cursor)?),
            Some(char) if u32::from(char) < 0x20 => {
                let code = u32::from(char);
                let message =
                    format!("a control character in a string must be written \\u{code:04x}");
                return Err(Fault::At(message));
            }
            Some(char) => {
                text.push(char);
                cursor.bump();
            }
        }
    }
}

fn escape(cursor: &mut Cursor) -> Result<char, Fault> {
    let escaped = cursor.rest().chars().nth(1);
    let plain = match escaped {
        Some(char @ ('"' | '\\' | '/')) => char,
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return unicode(cursor),
        Some(char) if !char.is_control() => {
            let message = format!("\\{char} is no escape; a backslash is written \\\\");
            return Err(Fault::At(message));
        }
        _ => return Err(Fault::Unclosed),
    };
    cursor.bump();
    cursor.bump();
    Ok(plain)
}

/// `\uXXXX`, or a pair of them for what lies beyond the first plane.
fn unicode(cursor: &mut Cursor) -> Result<char, Fault> {
    let high = hex4(cursor.rest(), 2)
        .ok_or_else(|| Fault::At("\\u wants four hexadecimal digits".to_owned()))?;
    let (code, chars) = if (0xd800..0xdc00).contains(&high) {
        let low = cursor.rest().get(6..8).filter(|text| *text == "\\u");
        let low = low.and_then(|_| hex4(cursor.rest(), 8));
        match low {
            Some(low @ 0xdc00..0xe000) => (0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), 12),
            _ => (high, 6),
        }
    } else {
        (high, 6)
    };
    let char = char::from_u32(code)
        .ok_or_else(|| Fault::At(format!("\\u{code:04x} is half of a surrogate pair")))?;
    for _ in 0..chars {
        cursor.bump();
    }
    Ok(char)
}

fn hex4(rest: &str, from: usize) -> Option<u32> {
    let digits = rest.get(from..from + 4)?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit())
        .then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

/// A run of word characters as a token; `next` is the character behind it.
pub(super) fn word(word: &str, next: Option<char>) -> Result<Token, String> {
    match word {
        "true" => return Ok(Token::Bool(true)),
        "false" => return Ok(Token::Bool(false)),
        "null" => return Ok(Token::Null),
        "" => {
            return Err(match next {
                Some('\'') => "strings are written in double quotes".to_owned(),
                Some('/') => "a comment begins with //, /* or #".to_owned(),
                Some(char) => format!("unexpected {char:?}"),
                None => "unexpected end of the text".to_owned(),
            });
        }
        _ => {}
    }
    if word.starts_with(|char: char| char.is_ascii_digit() || matches!(char, '-' | '.')) {
        return number(word);
    }
    let lower = word.to_lowercase();
    Err(match lower.as_str() {
        "true" | "false" | "null" => format!("{word} must be written in lower case: {lower}"),
        _ => format!("{word:?} is not a value; strings are written in double quotes"),
    })
}

fn number(word: &str) -> Result<Token, String> {
    let digits = word.strip_prefix('-').unwrap_or(word);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return word
            .parse()
            .map(Token::Int)
            .map_err(|_| format!("the number {} is too large", shortened(word)));
    }
    let in_form = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    match word.parse::<f64>() {
        Ok(number) if in_form && number.is_finite() => Ok(Token::Float(number)),
        Ok(_) if in_form => Err(format!("the number {} is too large", shortened(word))),
        _ => Err(format!("{:?} is not a number", shortened(word))),
    }
}

fn shortened(word: &str) -> String {
    if word.chars().count() <= 40 {
        return word.to_owned();
    }
    word.chars().take(37).chain("...".chars()).collect()
}
