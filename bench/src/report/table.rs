//! The table on the terminal.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};

use super::{Report, Summary};
use crate::contest::{Contest, Entry};

const HEADINGS: [&str; 13] = [
    "leases in",
    "load by",
    "server",
    "exchanges/s",
    "median ms",
    "p99 ms",
    "half: median",
    "p99 ms",
    "CPU µs server",
    "database",
    "sum",
    "generator",
    "",
];

const LEGEND: &str = "\
exchanges/s   completed four-way exchanges per second, at the highest rate with at most 1 % lost
median, p99   delay of an answer (all OFFERs and ACKs, or their v6 kin) at that rate, and at half of it
CPU           processor microseconds per exchange at the highest rate; all processes of each; the sum is
              without the generator's
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
            let mut cells = vec![Cell::new(""), Cell::new(""), Cell::new("Murre / Kea")];
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
    let what = &contest.what;
    let place = match &contest.database_version {
        Some(version) => format!(
            "{} {}",
            what.engine,
            version.split([' ', '-']).next().unwrap_or_default()
        ),
        None => what.engine.to_string(),
    };
    let place = format!("{place}, {}", what.workload);
    let name = format!("{} {}", entry.contender.name(), entry.version);
    let mut cells = vec![place, what.generator.to_string(), name];
    let Some(measured) = &entry.measured else {
        let error = entry.error.as_deref().unwrap_or_default();
        let error = error.lines().next().unwrap_or_default();
        cells.push("failed".to_owned());
        cells.resize(HEADINGS.len() - 1, String::new());
        cells.push(error.to_owned());
        return cells.into_iter().map(Cell::new).collect();
    };
    let [rate, median, p99, half_median, half_p99, cpu @ ..] = figures(&Summary::of(measured));
    let mut cells: Vec<Cell> = cells.into_iter().map(Cell::new).collect();
    cells.push(number(rounded(rate, 0)));
    cells.extend([median, p99, half_median, half_p99].map(|ms| number(rounded(ms, 3))));
    cells.extend(cpu.map(|us| number(rounded(us, 1))));
    cells.push(Cell::new(if measured.generator_bound { "*" } else { "" }));
    cells
}

fn figures(summary: &Summary) -> [Option<f64>; 9] {
    let known = |figure: f64| figure.is_finite().then_some(figure);
    [
        known(summary.exchanges_per_second),
        summary.median_ms,
        summary.p99_ms,
        known(summary.half_median_ms),
        known(summary.half_p99_ms),
        known(summary.server_cpu_us),
        known(summary.database_cpu_us),
        known(summary.cpu_us),
        known(summary.generator_cpu_us),
    ]
}

fn ratio(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.2} x"))
}

fn rounded(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.digits$}"))
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
        let ratios = line("Murre / Kea");
        assert!(
            ratios.contains("4.00 x") && ratios.contains(" - "),
            "{text}"
        );
        // 4 s of the server and 2 s of the database for 40,000 exchanges.
        for figure in [" 100.0 ", " 50.0 ", " 150.0 "] {
            assert!(line("Murre 1.0").contains(figure), "{text}");
        }
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
