//! POSIX extended regular expressions, as the regex library takes them (IEEE Std 1003.1, 9.3.5 and 9.4).
//!
//! Most of it means the same there. What differs: in a bracket expression a backslash and an opening bracket are
//! plain characters here; and what POSIX leaves undefined, such as `\d` and `*?`, has a meaning there, and is refused.

use std::iter::Peekable;
use std::str::Chars;

use regex::bytes::{Regex, RegexBuilder};

/// Most bytes of a compiled expression.
const LARGEST: usize = 1 << 16;

/// Understands an expression.
pub(super) fn expression(text: &str) -> Result<Regex, String> {
    let translated = translate(text)?;
    let mut builder = RegexBuilder::new(&translated);
    // Names are bytes; a dot matches every one of them.
    builder.unicode(false).dot_matches_new_line(true);
    builder.size_limit(LARGEST);
    let compiled = builder.build();
    compiled.map_err(|error| error.to_string().lines().last().unwrap_or("").to_owned())
}

fn translate(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    let mut repeats = false;
    while let Some(c) = chars.next() {
        let repeated = std::mem::take(&mut repeats);
        match c {
            '[' => bracket(&mut chars, &mut out)?,
            '\\' => match chars.next() {
                Some(c) if c.is_ascii_punctuation() => out.extend(['\\', c]),
                Some(c) => return Err(format!("\"\\{c}\" has no meaning in POSIX expressions")),
                None => return Err("a backslash at the end escapes nothing".to_owned()),
            },
            '*' | '+' | '?' | '{' if repeated => {
                return Err(format!("\"{c}\" follows what repeats already"));
            }
            '(' if chars.peek() == Some(&'?') => {
                return Err("\"(?\" has nothing to repeat".to_owned());
            }
            '*' | '+' | '?' | '}' => {
                repeats = true;
                out.push(c);
            }
            c if c.is_ascii() => out.push(c),
            c => bytes(c, &mut out),
        }
    }
    Ok(out)
}

/// What is behind an opening bracket, up to the closing one.
fn bracket(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    out.push('[');
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut is_first = true;
    loop {
        let c = chars.next().ok_or("a bracket is not closed")?;
        match c {
            ']' if !is_first => {
                out.push(']');
                return Ok(());
            }
            '[' if chars.peek() == Some(&':') => class(chars, out)?,
            '[' if matches!(chars.peek(), Some('.' | '=')) => {
                return Err(
                    "collating elements and equivalence classes are not supported".to_owned(),
                );
            }
            c => {
                literal(c, out)?;
                // A hyphen is one of a range unless it is the last before the bracket's end.
                let mut ahead = chars.clone();
                if ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']') {
                    chars.next();
                    out.push('-');
                    literal(chars.next().unwrap_or(']'), out)?;
                }
            }
        }
        is_first = false;
    }
}

/// A character class such as `[:alnum:]`.
fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<(), String> {
    const CLASSES: [&str; 12] = [
        "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
        "upper", "xdigit",
    ];
    chars.next();
    let mut name = String::new();
    loop {
        match chars.next() {
            Some(':') if chars.next_if_eq(&']').is_some() => break,
            Some(c) if c.is_ascii_alphabetic() => name.push(c),
            _ => return Err("a character class is not closed".to_owned()),
        }
    }
    if !CLASSES.contains(&&*name) {
        return Err(format!("\"[:{name}:]\" is no character class"));
    }
    out.push_str(&format!("[:{name}:]"));
    Ok(())
}

/// A character of a bracket expression.
fn literal(c: char, out: &mut String) -> Result<(), String> {
    if !c.is_ascii() {
        return Err(format!(
            "\"{c}\" cannot stand in a bracket: names are bytes"
        ));
    }
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
    Ok(())
}

fn bytes(c: char, out: &mut String) {
    let mut buffer = [0; 4];
    for byte in c.encode_utf8(&mut buffer).bytes() {
        out.push_str(&format!("\\x{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn finds(expression_text: &str, text: &str) -> Vec<String> {
        let found = expression(expression_text).unwrap();
        let found = found.find_iter(text.as_bytes());
        found
            .map(|one| String::from_utf8_lossy(one.as_bytes()).into_owned())
            .collect()
    }

    #[test]
    fn brackets_hold_plain_characters_ranges_and_classes() {
        assert_eq!(finds("[^A-Za-z0-9.-]", "a-$b.[\\c"), ["$", "[", "\\"]);
        assert_eq!(finds("[]\\[-]", "a]b\\c[d-"), ["]", "\\", "[", "-"]);
        assert_eq!(finds("[^]a]", "a]b"), ["b"]);
        assert_eq!(
            finds("[[:space:][:digit:]&&x]", "a 1&x"),
            [" ", "1", "&", "x"]
        );
        assert_eq!(finds("[+--]", "+,-."), ["+", ",", "-"]);
    }

    #[test]
    fn the_rest_is_as_usual() {
        assert_eq!(finds("(ab|c){2}", "abcab"), ["abc"]);
        assert_eq!(finds("^a+\\.", "aa.a."), ["aa."]);
        assert_eq!(finds(".", "\n\u{e9}").len(), 1 + 2);
        assert_eq!(finds("\u{e9}", "\u{e9}"), ["\u{e9}"]);
    }

    #[test]
    fn what_posix_leaves_undefined_is_refused() {
        for wrong in [
            "\\d",
            "a\\",
            "[a",
            "[[:foo:]]",
            "[[.a.]]",
            "[[=a=]]",
            "(?i)a",
            "a*?",
            "(",
            "[z-a]",
            "a{9999}{9999}",
        ] {
            assert!(expression(wrong).is_err(), "{wrong}");
        }
    }
}
