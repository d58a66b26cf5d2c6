//! Splitting at commas, with the backslash as escape (manual dhcp4-srv.rst:1782).

/// Splits `text` at `separator` and cuts blanks off each field.
///
/// `\,` is a comma and `\\` a backslash; a backslash before anything else stands for itself.
/// Separators next to each other count as one, and so do separators at either end: such
/// configurations have always loaded. A field of blanks only is an empty value.
pub(super) fn fields(text: &str, separator: char) -> Vec<String> {
    split(text, separator, true)
}

/// As [`fields`], but only the escape of the separator is resolved: for text that is split again.
pub(super) fn outer(text: &str, separator: char) -> Vec<String> {
    split(text, separator, false)
}

/// Escapes commas and backslashes, so that [`fields`] gives `text` back as one field.
pub(super) fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(',', "\\,")
}

fn split(text: &str, separator: char, unescape: bool) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = chars.next_if(|next| c == '\\' && (*next == separator || *next == '\\'));
        match (c, escaped) {
            (_, Some('\\')) if !unescape => append(&mut found, "\\\\"),
            (_, Some(escaped)) => append(&mut found, escaped.encode_utf8(&mut [0; 4])),
            (c, None) if c == separator => found.push(String::new()),
            (c, None) => append(&mut found, c.encode_utf8(&mut [0; 4])),
        }
    }
    found.retain(|field| !field.is_empty());
    found
        .iter()
        .map(|field| field.trim_ascii().to_owned())
        .collect()
}

fn append(found: &mut [String], text: &str) {
    if let Some(last) = found.last_mut() {
        last.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_split_and_blanks_go() {
        assert_eq!(fields(" a ,b,  c d", ','), ["a", "b", "c d"]);
        assert_eq!(fields("", ','), Vec::<String>::new());
        assert_eq!(fields(",a,,b,", ','), ["a", "b"]);
        assert_eq!(fields("a, ,b", ','), ["a", "", "b"]);
    }

    #[test]
    fn escapes_are_resolved_once() {
        assert_eq!(fields(r"foo\,bar", ','), ["foo,bar"]);
        assert_eq!(fields(r"foo\\,bar", ','), [r"foo\", "bar"]);
        assert_eq!(fields(r"C:\dir\", ','), [r"C:\dir\"]);
        assert_eq!(fields(r"a\|b", ','), [r"a\|b"]);
        assert_eq!(outer(r"a\,b\\ \| c | d", '|'), [r"a\,b\\ | c", "d"]);
        let text = r"a,\,\\b\";
        assert_eq!(fields(&escape(text), ','), [text]);
    }
}
