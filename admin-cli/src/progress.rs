//! A bar on a terminal; nothing at all elsewhere.

use indicatif::{ProgressBar, ProgressStyle};

/// Known end: rows done of rows to do, with the rate and the time left.
const BAR: &str = "{msg} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}";

/// A bar on standard error, if that is a terminal.
pub(crate) fn bar(what: &'static str, rows: u64) -> ProgressBar {
    let bar = ProgressBar::new(rows).with_message(what);
    if let Ok(style) = ProgressStyle::with_template(BAR) {
        bar.set_style(style);
    }
    bar
}
