//! The table on the terminal.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::{Report, Summary};
use crate::contest::{Contest, Entry};

const HEADINGS: [&str; 9] = [
    "leases in",
    "server",
    "exchanges/s",
    "median ms",
    "p99 ms",
    "CPU server",
    "database",
    "sum",
    "",
];

const LEGEND: &str = "\
exchanges/s   completed four-way exchanges per second, at the highest rate with at most 1 % lost
median, p99   delay of an answer (all OFFERs and ACKs, or their v6 kin) at half of that rate
CPU           processor seconds per 1,000 leases at the highest rate; all processes of each
* the generator could not send faster: the server may carry more
";

pub(super) fn render(report: &Report) -> String {
    let mut table = Table::new();
    table
        .load_style(ASCII_MARKDOWN)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(HEADINGS);
    for contest in &report.contests {
        for entry in &contest.entries {
            table.add_row(row(contest, entry));
        }
        if let Some(ratios) = Summary::ratios(contest) {
            let mut cells = vec![Cell::new(""), Cell::new("Murre / Kea")];
            cells.extend(figures(&ratios).map(|figure| number(ratio(figure))));
            table.add_row(cells);
        }
    }
    let short = if report.short {
        "NOT A MEASUREMENT: one low rate for seconds, an unoptimized build; it only shows that everything works.\n\n"
    } else {
        ""
    };
    format!("{short}{}\n{table}\n\n{LEGEND}", report.machine)
}

fn row(contest: &Contest, entry: &Entry) -> Vec<Cell> {
    let place = match &contest.database_version {
        Some(version) => format!(
            "{} {}",
            contest.engine,
            version.split([' ', '-']).next().unwrap_or_default()
        ),
        None => contest.engine.to_string(),
    };
    let place = format!("{place}, {}", contest.family);
    let name = format!("{} {}", entry.contender.name(), entry.version);
    let mut cells = vec![Cell::new(place), Cell::new(name)];
    let Some(measured) = &entry.measured else {
        let error = entry.error.as_deref().unwrap_or_default();
        cells.extend([Cell::new("failed"), Cell::new("")]);
        cells.extend((0..4).map(|_| Cell::new("")));
        cells.push(Cell::new(error.lines().next().unwrap_or_default()));
        return cells;
    };
    let [rate, rest @ ..] = figures(&Summary::of(measured));
    cells.push(number(format!("{rate:.0}")));
    cells.extend(rest.map(|figure| number(format!("{figure:.3}"))));
    cells.push(Cell::new(if measured.generator_bound { "*" } else { "" }));
    cells
}

fn figures(summary: &Summary) -> [f64; 6] {
    [
        summary.exchanges_per_second,
        summary.median_ms,
        summary.p99_ms,
        summary.server_cpu,
        summary.database_cpu,
        summary.cpu,
    ]
}

fn ratio(figure: f64) -> String {
    if figure.is_finite() {
        format!("{figure:.2} x")
    } else {
        "-".to_owned()
    }
}

fn number(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

#[cfg(test)]
mod tests {
    use super::super::examples;

    #[test]
    fn a_table_has_both_contenders_their_ratio_and_failures() {
        let text = examples::report().table();
        let line = |wanted: &str| {
            let found = text.lines().find(|line| line.contains(wanted));
            found.unwrap_or_else(|| panic!("no {wanted:?} in\n{text}"))
        };
        assert!(line("Kea 1.0").contains(" 1000 "), "{text}");
        assert!(
            line("Murre 1.0").contains(" 4000 ") && line("Murre 1.0").contains('*'),
            "{text}"
        );
        assert!(line("Murre / Kea").contains("4.00 x"), "{text}");
        assert!(line("failed").contains("it has ended"), "{text}");
        assert!(!text.contains("NOT A MEASUREMENT"));
    }

    #[test]
    fn a_short_run_says_that_it_measures_nothing() {
        let mut report = examples::report();
        report.short = true;
        assert!(report.table().starts_with("NOT A MEASUREMENT"));
    }
}
