//! Charts and tables of what was measured: of each point the newest measurement.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::args::ChartsArgs;
use super::draw::{Chart, Series};
use super::record::{self, Line};
use super::tables;

/// Curves that are drawn: names of the curves of one chart, the file's name, title, and axis.
const DRAWN: [(&[&str], &str, &str, &str); 4] = [
    (
        &["fill"],
        "fill",
        "New leases by how full the pool is",
        "percent of the pool in use by others",
    ),
    (
        &["workers"],
        "workers",
        "New leases by the number of workers",
        "workers on one database",
    ),
    (
        &["rows: new leases", "rows: renewals"],
        "rows",
        "New leases and renewals by the size of the table",
        "leases of others in the table",
    ),
    (
        &["cores", "cores: all, shared"],
        "cores",
        "New leases by the database's cores",
        "cores of the database server (at the last point shared with all others)",
    ),
];

/// Draws, and writes the tables of the document.
///
/// # Errors
/// Nothing was measured, or a file cannot be read or written.
pub(super) fn run(args: &ChartsArgs) -> anyhow::Result<()> {
    let lines = newest(record::read(&args.out)?);
    ensure!(
        !lines.is_empty(),
        "only looks at whether everything works are there, no measurement"
    );
    fs::create_dir_all(&args.into).with_context(|| args.into.display().to_string())?;
    for (curves, file, title, axis) in DRAWN {
        for (leases, lines) in by_leases(&lines, curves) {
            let name = format!("{file}-{}.svg", leases.replace(' ', "-"));
            let path = args.into.join(name);
            let chart = chart(&format!("{title}: {leases}"), axis, &lines);
            fs::write(&path, chart.render()).with_context(|| path.display().to_string())?;
            println!("written: {}", path.display());
        }
    }
    let path = &args.document;
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    fs::write(path, tables::fill_in(&text, &lines)).with_context(|| path.display().to_string())?;
    println!("written: {}", path.display());
    Ok(())
}

/// The last measurement of each point, in the order of the curves; all on one machine, the last one.
fn newest(mut lines: Vec<Line>) -> Vec<Line> {
    lines.retain(|line| line.measurement);
    let machine = |line: &Line| ["cores", "processor"].map(|key| line.machine[key].clone());
    if let Some(last) = lines.last().map(machine) {
        lines.retain(|line| machine(line) == last);
    }
    let mut points: BTreeMap<(String, String, u64, u64), Line> = BTreeMap::new();
    for line in lines {
        let mut series = line.series.clone();
        if line.curve == "workers" {
            // It is the place on the curve.
            series.remove("workers");
        }
        let series = Value::Object(series).to_string();
        // As all are at least 0, their bits have the order of the numbers.
        let place = (line.curve.clone(), series, line.window, line.x.to_bits());
        points.insert(place, line);
    }
    points.into_values().collect()
}

fn by_leases<'a>(lines: &'a [Line], curves: &[&str]) -> BTreeMap<String, Vec<&'a Line>> {
    let mut all: BTreeMap<String, Vec<&Line>> = BTreeMap::new();
    for line in lines
        .iter()
        .filter(|line| curves.contains(&line.curve.as_str()))
    {
        all.entry(tables::word(line, "leases"))
            .or_default()
            .push(line);
    }
    all
}

fn chart(title: &str, axis: &str, lines: &[&Line]) -> Chart {
    let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
    for line in lines {
        let rate = line.figures["rate"].as_f64().unwrap_or_default();
        series.entry(name(line)).or_default().push((line.x, rate));
    }
    let series = series
        .into_iter()
        .map(|(name, points)| Series { name, points });
    Chart {
        title: title.to_owned(),
        x: axis.to_owned(),
        y: "exchanges per second".to_owned(),
        lines: series.collect(),
        note: lines
            .last()
            .map(|line| tables::machine(line))
            .unwrap_or_default(),
    }
}

/// What a line is called in its chart.
fn name(line: &Line) -> String {
    let [engine, allocator] = ["engine", "allocator"].map(|key| tables::word(line, key));
    match line.curve.as_str() {
        "fill" => format!(
            "{engine}, {allocator}, rows {}",
            tables::word(line, "released")
        ),
        "rows: new leases" => format!("{engine}, new leases"),
        "rows: renewals" => format!("{engine}, renewals"),
        "workers" => format!("{engine}, {allocator}, {}", tables::clients(line)),
        _ => format!("{engine}, {allocator}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(x: f64, rate: f64, cores: u64, measurement: bool) -> Line {
        Line {
            curve: "fill".to_owned(),
            series: json!({ "engine": "mariadb" }).as_object().unwrap().clone(),
            x,
            figures: json!({ "rate": rate }),
            measurement,
            at: 0,
            window: 64,
            version: String::new(),
            machine: json!({ "cores": cores, "processor": "one" }),
        }
    }

    #[test]
    fn the_newest_measurement_of_a_point_counts_and_only_of_the_last_machine() {
        let lines = vec![
            line(50.0, 1.0, 8, true),
            line(99.0, 2.0, 2, true),
            line(0.0, 3.0, 2, true),
            line(99.0, 4.0, 2, true),
            line(99.0, 5.0, 2, false),
        ];
        let kept = newest(lines);
        let rates: Vec<_> = kept
            .iter()
            .map(|line| line.figures["rate"].as_f64())
            .collect();
        assert_eq!(rates, [Some(3.0), Some(4.0)]);
    }
}
