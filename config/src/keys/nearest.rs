//! The known name that looks most like a mistyped one.

/// The candidate with the fewest edits, if few enough for it to be a likely slip.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    // Longer words are not what anybody mistyped, and the table grows with the square.
    if name.len() > 64 {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .min_by_key(|(edits, _)| *edits)
        .filter(|(edits, _)| *edits <= allowed)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours, letter case and `_` for `-` free.
fn distance(a: &str, b: &str) -> usize {
    let plain = |text: &str| {
        text.to_lowercase()
            .replace('_', "-")
            .chars()
            .collect::<Vec<_>>()
    };
    let (a, b) = (plain(a), plain(b));
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let substitute = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = substitute.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = [
            "valid-lifetime",
            "renew-timer",
            "rebind-timer",
            "id",
            "subnet4",
        ];
        let find = |name: &str| nearest(name, known.into_iter());
        assert_eq!(find("valid-lifetme"), Some("valid-lifetime"));
        assert_eq!(find("Valid_Lifetime"), Some("valid-lifetime"));
        assert_eq!(find("renew-tiemr"), Some("renew-timer"));
        assert_eq!(find("subnet"), Some("subnet4"));
        assert_eq!(find("di"), Some("id"));
        assert_eq!(find("colour"), None);
        assert_eq!(find(""), None);
        assert_eq!(find(&"x".repeat(100_000)), None);
    }
}
