//! The chart: two panels of horizontal bars, written as SVG by hand.

use std::fmt::Write;

use super::{Report, Summary};
use crate::contest::Entry;

const LABELS: f64 = 400.0;
const PANEL: f64 = 300.0;
const GAP: f64 = 90.0;
const TOP: f64 = 70.0;
const BAR: f64 = 18.0;
/// From one bar to the next, and more between engines.
const STEP: f64 = 24.0;
const BETWEEN: f64 = 14.0;

const KEA: &str = "#8a8f98";
const MURRE: &str = "#1f6feb";
const SERVER: &str = "#5b7083";
const DATABASE: &str = "#d29922";

/// One line of the chart.
struct Line {
    label: String,
    colour: &'static str,
    y: f64,
    summary: Option<Summary>,
}

pub(super) fn render(report: &Report) -> String {
    let lines = lines(report);
    let bottom = lines.last().map_or(TOP, |line| line.y + STEP);
    let (width, height) = (LABELS + 2.0 * PANEL + 2.0 * GAP, bottom + 40.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let title = if report.short {
        "Not a measurement: a short look at whether everything works"
    } else {
        "Kea and Murre on the same databases"
    };
    let right = LABELS + PANEL + GAP;
    text(&mut svg, 10.0, 24.0, title);
    text(
        &mut svg,
        LABELS,
        52.0,
        "exchanges per second (more is better)",
    );
    text(
        &mut svg,
        right,
        52.0,
        "CPU µs per exchange: server, database (less is better)",
    );
    let most = |figure: fn(&Summary) -> f64| {
        let figures = lines
            .iter()
            .filter_map(|line| line.summary.as_ref().map(figure));
        figures.fold(f64::MIN_POSITIVE, f64::max)
    };
    let rate_scale = PANEL / most(|summary| summary.exchanges_per_second);
    let cpu_scale = PANEL / most(|summary| summary.cpu_us);
    for line in &lines {
        text(&mut svg, 10.0, line.y + BAR - 5.0, &line.label);
        let Some(summary) = &line.summary else {
            text(
                &mut svg,
                LABELS,
                line.y + BAR - 5.0,
                "could not be measured",
            );
            continue;
        };
        let rate = summary.exchanges_per_second;
        bar(&mut svg, LABELS, line.y, rate * rate_scale, line.colour);
        let label = format!("{rate:.0}");
        text(
            &mut svg,
            LABELS + rate * rate_scale + 5.0,
            line.y + BAR - 5.0,
            &label,
        );
        let server = summary.server_cpu_us * cpu_scale;
        let database = summary.database_cpu_us * cpu_scale;
        bar(&mut svg, right, line.y, server, SERVER);
        bar(&mut svg, right + server, line.y, database, DATABASE);
        let label = format!("{:.0}", summary.cpu_us);
        text(
            &mut svg,
            right + server + database + 5.0,
            line.y + BAR - 5.0,
            &label,
        );
    }
    text(&mut svg, 10.0, bottom + 20.0, &report.machine.to_string());
    svg + "</svg>\n"
}

fn lines(report: &Report) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut y = TOP;
    for contest in &report.contests {
        for (entry, colour) in contest.entries.iter().zip([KEA, MURRE]) {
            let label = |entry: &Entry| format!("{}: {}", contest.what, entry.contender.name());
            lines.push(Line {
                label: label(entry),
                colour,
                y,
                summary: Summary::of_entry(entry),
            });
            y += STEP;
        }
        y += BETWEEN;
    }
    lines
}

fn bar(svg: &mut String, x: f64, y: f64, width: f64, colour: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, text: &str) {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>");
}

#[cfg(test)]
mod tests {
    use super::super::examples;
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_figures() {
        let svg = render(&examples::report());
        let width = |width: &str, colour: &str| {
            let wanted = format!("width=\"{width}\" height=\"18\" fill=\"{colour}\"");
            svg.contains(&wanted)
        };
        assert!(width("75.0", KEA) && width("300.0", MURRE), "{svg}");
        assert!(width("200.0", SERVER) && width("100.0", DATABASE), "{svg}");
        assert!(svg.contains("could not be measured"));
    }

    #[test]
    fn text_cannot_break_the_document() {
        let svg = render(&examples::report());
        assert!(svg.contains("a &lt;fast&gt; one") && !svg.contains("<fast>"));
        assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
    }
}
