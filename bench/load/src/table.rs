//! An outcome as people read it.

use std::fmt::Write;

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use crate::search::Attempt;
use crate::{Outcome, Quantiles};

/// A line about a step.
pub fn line(step: &Outcome) -> String {
    let asked = step.asked.unwrap_or_default();
    let bound = if step.generator_bound() {
        ", the generator is at its limit"
    } else {
        ""
    };
    let (rate, loss) = (step.rate, step.loss * 100.0);
    format!("{asked:>8.0}/s asked for: {rate:>9.1}/s finished, {loss:>6.2} % lost{bound}")
}

/// The whole of it; `halves` are the names of the two halves of an exchange.
pub fn render(outcome: &Outcome, halves: [&str; 2]) -> String {
    let mut text = exchanges(outcome);
    let delays = &outcome.delays;
    let rows = [
        (halves[0], delays.first),
        (halves[1], delays.second),
        ("exchange", delays.exchange),
    ];
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["delay, ms", "count", "median", "90 %", "99 %", "max"]);
    for (name, quantiles) in rows {
        if let Some(quantiles) = quantiles {
            table.add_row(row(name, &quantiles));
        }
    }
    // Writing to a String cannot fail.
    if outcome.finished > 0 {
        let _ = writeln!(text, "\n{table}");
    }
    let _ = writeln!(text, "\n{}", others(outcome));
    text
}

fn exchanges(outcome: &Outcome) -> String {
    let pace = match (outcome.asked, outcome.window) {
        (Some(rate), _) => format!("{rate:.0} exchanges/s asked for"),
        (None, window) => format!("{} exchanges kept open", window.unwrap_or_default()),
    };
    let Outcome {
        started,
        finished,
        lost,
        refused,
        ..
    } = outcome;
    let (rate, seconds, loss) = (outcome.rate, outcome.seconds, outcome.loss * 100.0);
    let mut text = format!(
        "{pace}, {rate:.1}/s finished in {seconds:.2} s\n\
         {started} started, {finished} finished, {lost} lost, {refused} refused ({loss:.2} % did not finish)\n"
    );
    if outcome.renewals > 0 {
        let _ = writeln!(text, "{} of those started were renewals", outcome.renewals);
    }
    if outcome.not_started > 0 {
        let late = outcome.not_started;
        let _ = writeln!(
            text,
            "{late} did not start: no client was free, or this program was late"
        );
    }
    if let Some(cpu) = outcome.cpu_us_per_exchange {
        let _ = writeln!(
            text,
            "{cpu:.1} µs of processor time of this program per exchange"
        );
    }
    text
}

/// Counters; those of trouble only where there was some.
fn others(outcome: &Outcome) -> String {
    let always = [("sent", outcome.sent), ("received", outcome.received)];
    let trouble = [
        ("refused after an offer", outcome.conflicts),
        ("leases given back", outcome.released),
        ("answers to that", outcome.release_answers),
        ("NAKs", outcome.naks),
        ("answers without an address", outcome.no_addresses),
        ("answers without a prefix", outcome.no_prefixes),
        ("answers with another status", outcome.other_statuses),
        ("duplicate answers", outcome.duplicates),
        ("late answers", outcome.late),
        ("unexpected packets", outcome.unexpected),
        ("sent again", outcome.retransmitted),
        ("not sent", outcome.not_sent),
        ("dropped here", outcome.dropped_here),
    ];
    let trouble = trouble.into_iter().filter(|(_, count)| *count > 0);
    let counters = always.into_iter().chain(trouble);
    let words: Vec<String> = counters
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    words.join(", ")
}

fn row(name: &str, quantiles: &Quantiles) -> Vec<Cell> {
    let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let ms = |value: f64| number(format!("{value:.3}"));
    let Quantiles {
        count,
        median_ms,
        p90_ms,
        p99_ms,
        max_ms,
    } = *quantiles;
    let mut cells = vec![Cell::new(name), number(count.to_string())];
    cells.extend([median_ms, p90_ms, p99_ms, max_ms].map(ms));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delays;

    #[test]
    fn a_table_has_rates_delays_and_what_went_wrong_alone() {
        let quantiles = Some(Quantiles {
            count: 5,
            median_ms: 1.25,
            ..Quantiles::default()
        });
        let outcome = Outcome {
            asked: Some(100.0),
            started: 6,
            finished: 5,
            duplicates: 3,
            delays: Delays {
                second: quantiles,
                ..Delays::default()
            },
            ..Outcome::default()
        };
        let text = render(&outcome, ["one", "two"]);
        for wanted in [
            "100 exchanges/s asked for",
            "6 started, 5 finished",
            "1.250",
            "duplicate answers 3",
        ] {
            assert!(text.contains(wanted), "no {wanted} in\n{text}");
        }
        assert!(!text.contains("one") && !text.contains("NAK"), "{text}");
    }
}
