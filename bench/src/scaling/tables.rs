//! The tables of the document about scaling, between marks that name them.

use std::fmt::Write;

use serde_json::Value;

use super::draw::number;
use super::record::Line;

/// Begins a table: `<!-- table: NAME -->`.
const BEGIN: &str = "<!-- table: ";
/// Ends it.
const END: &str = "<!-- end -->";

/// The document with every table written anew that something was measured for; all else stays.
pub(super) fn fill_in(document: &str, lines: &[Line]) -> String {
    let mut text = String::new();
    let mut rows = document.lines();
    while let Some(row) = rows.next() {
        let _ = writeln!(text, "{row}");
        let name = row.strip_prefix(BEGIN);
        let Some(name) = name.and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let old: Vec<_> = rows.by_ref().take_while(|row| *row != END).collect();
        let new = table(name, lines);
        let old = || old.iter().map(|row| format!("{row}\n")).collect();
        let _ = writeln!(text, "{}{END}", new.unwrap_or_else(old));
    }
    text
}

fn table(name: &str, lines: &[Line]) -> Option<String> {
    let of = |line: &&Line| line.curve == name || line.curve.starts_with(&format!("{name}:"));
    let lines: Vec<&Line> = match name {
        "subscribers" => return subscribers(lines),
        _ => lines.iter().filter(of).collect(),
    };
    let last = lines.last()?;
    let body = match name {
        "start" => starts(&lines),
        "features" => features(&lines),
        _ => rates(&lines),
    };
    Some(format!(
        "\n{body}\n{}, {}.\n\n",
        last.version,
        machine(last)
    ))
}

fn rates(lines: &[&Line]) -> String {
    let mut text = "\
| | at | exchanges/s | of the first | conflicts ‰ | unserved ‰ | median ms | p99 ms | worker µs | database µs | log bytes | commits/s | syncs/s |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"
    .to_owned();
    let mut first = (String::new(), 0.0);
    for line in lines {
        let what = what(line);
        let figure = |name: &str| line.figures[name].as_f64();
        let rate = figure("rate").unwrap_or_default();
        if first.0 != what {
            first = (what.clone(), rate);
        }
        let figures = [
            ("conflicts_per_mille", 2),
            ("unserved_per_mille", 2),
            ("median_ms", 2),
            ("p99_ms", 1),
            ("worker_us", 0),
            ("database_us", 0),
            ("log_bytes", 0),
            ("commits", 0),
            ("syncs", 0),
        ];
        let figures = figures.map(|(name, digits)| {
            figure(name).map_or_else(|| "–".to_owned(), |figure| format!("{figure:.digits$}"))
        });
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {what} | {} | {rate:.0} | {:.0} % | {} |",
            number(line.x),
            rate / first.1 * 100.0,
            figures.join(" | ")
        );
    }
    text
}

fn starts(lines: &[&Line]) -> String {
    let mut text = "\
| | leases in the pool | serves after ms | first lease after ms |
|---|---|---|---|
"
    .to_owned();
    for line in lines {
        let figure = |name: &str| line.figures[name].as_f64().unwrap_or_default();
        let (serves, leased) = (figure("serves_ms"), figure("first_lease_ms"));
        let _ = writeln!(
            text,
            "| {} | {} | {serves:.0} | {leased:.0} |",
            what(line),
            number(line.x)
        );
    }
    text
}

/// What a plain configuration and the richer ones beside it have in common.
const BESIDE: [&str; 3] = ["engine", "leases", "allocator"];
/// And their order.
const ORDER: [&str; 5] = ["plain", "classes", "reservations", "networks", "all"];

/// Each configuration beside the plain one.
fn features(lines: &[&Line]) -> String {
    let mut text = "\
| | exchanges/s | of the plain one | median ms | worker µs | database µs |
|---|---|---|---|---|---|
"
    .to_owned();
    let plain = |line: &&&Line| line.curve.ends_with(": plain");
    for plain in lines.iter().filter(plain) {
        let beside = |line: &&&Line| {
            let is_same = |key: &&str| line.series.get(*key) == plain.series.get(*key);
            line.window == plain.window && BESIDE.iter().all(is_same)
        };
        let mut group: Vec<_> = lines.iter().filter(beside).collect();
        group.sort_by_key(|line| ORDER.iter().position(|name| line.curve.ends_with(name)));
        for line in group {
            let figure = |name: &str| line.figures[name].as_f64().unwrap_or_default();
            let rate = figure("rate");
            let of_plain = rate / plain.figures["rate"].as_f64().unwrap_or_default() * 100.0;
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "| {} | {rate:.0} | {of_plain:.0} % | {:.2} | {:.0} | {:.0} |",
                what(line),
                figure("median_ms"),
                figure("worker_us"),
                figure("database_us"),
            );
        }
    }
    text
}

/// What a million subscribers cost, from what a renewal cost at the largest table that was measured.
fn subscribers(lines: &[Line]) -> Option<String> {
    const SUBSCRIBERS: f64 = 1e6;
    const DAY: f64 = 86_400.0;
    let mut largest: Vec<&Line> = Vec::new();
    for line in lines.iter().filter(|line| line.curve == "rows: renewals") {
        match largest.iter_mut().find(|known| what(known) == what(line)) {
            Some(known) if known.x < line.x => *known = line,
            Some(_) => {}
            None => largest.push(line),
        }
    }
    if largest.is_empty() {
        return None;
    }
    let mut text = "
| | lifetime | renewals/s | cores: workers | cores: database | log, GB a day |
|---|---|---|---|---|---|
"
    .to_owned();
    for line in largest {
        let figure = |name: &str| line.figures[name].as_f64().unwrap_or_default();
        for hours in [1.0, 4.0, 24.0] {
            let renewals = SUBSCRIBERS / (hours * 3600.0 / 2.0);
            let cores = |name| figure(name) * renewals / 1e6;
            let log = figure("log_bytes") * renewals * DAY / 1e9;
            let (worker, database) = (cores("worker_us"), cores("database_us"));
            let _ = writeln!(
                text,
                "| {} | {hours:.0} h | {renewals:.0} | {worker:.2} | {database:.2} | {log:.1} |",
                what(line)
            );
        }
    }
    Some(text + "\n")
}

/// The set-up in words.
fn what(line: &Line) -> String {
    let mut words = vec![
        word(line, "engine"),
        word(line, "leases"),
        word(line, "allocator"),
    ];
    if line.curve == "fill" {
        words.push(format!("rows {}", word(line, "released")));
    }
    if line.curve == "workers" {
        words.push(clients(line));
    }
    if let Some((_, kind)) = line.curve.split_once(": ") {
        words.push(kind.to_owned());
    }
    words.join(", ")
}

/// A part of the set-up.
pub(super) fn word(line: &Line, key: &str) -> String {
    let value = line.series.get(key).and_then(Value::as_str);
    match value.unwrap_or_default() {
        "postgresql" => "PostgreSQL",
        "mariadb" => "MariaDB",
        "memfile" => "embedded",
        other => other,
    }
    .to_owned()
}

/// What it was measured on.
pub(super) fn machine(line: &Line) -> String {
    let text = |key: &str| line.machine[key].as_str().unwrap_or_default().to_owned();
    let number = |key: &str| line.machine[key].as_u64().unwrap_or_default();
    let machine = format!(
        "{} cores ({}), Linux {}, a durable write takes {} µs",
        number("cores"),
        text("processor"),
        text("kernel"),
        number("sync_us"),
    );
    match line.curve.as_str() {
        // Each row says it of itself.
        "workers" => machine,
        _ => format!("{machine}, {}", clients(line)),
    }
}

/// How many clients asked at a time.
pub(super) fn clients(line: &Line) -> String {
    format!("{} clients at a time", line.window)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(curve: &str, x: f64, rate: f64) -> Line {
        let series = json!({ "engine": "postgresql", "leases": "v4 addresses", "allocator": "flq", "released": "kept" });
        Line {
            curve: curve.to_owned(),
            series: series.as_object().unwrap().clone(),
            x,
            figures: json!({ "rate": rate, "worker_us": 36.0, "database_us": 72.0, "log_bytes": 1000.0 }),
            measurement: true,
            at: 0,
            window: 64,
            version: "1.0".to_owned(),
            machine: json!({ "cores": 2 }),
        }
    }

    #[test]
    fn tables_are_written_anew_and_everything_else_stays() {
        let document = "a\n<!-- table: fill -->\nold\n<!-- end -->\nb\n<!-- table: cores -->\nkept\n<!-- end -->\n";
        let lines = [line("fill", 0.0, 4000.0), line("fill", 99.9, 3000.0)];
        let text = fill_in(document, &lines);
        assert!(
            text.starts_with("a\n<!-- table: fill -->\n\n| | at"),
            "{text}"
        );
        assert!(
            text.contains("| 99.9 | 3000 | 75 % |") && !text.contains("old"),
            "{text}"
        );
        assert!(
            text.ends_with("b\n<!-- table: cores -->\nkept\n<!-- end -->\n"),
            "{text}"
        );
        assert_eq!(fill_in(&text, &lines), text);
    }

    #[test]
    fn rich_configurations_stand_beside_the_plain_one() {
        let lines = [
            line("features: all", 1.0, 6000.0),
            line("features: plain", 1.0, 8000.0),
        ];
        let text = fill_in("<!-- table: features -->\n<!-- end -->\n", &lines);
        let rows: Vec<_> = text.lines().filter(|row| row.contains(" % |")).collect();
        assert!(rows[0].contains("flq, plain | 8000 | 100 % |"), "{text}");
        assert!(rows[1].contains("flq, all | 6000 | 75 % |"), "{text}");
    }

    #[test]
    fn a_million_subscribers_cost_what_their_renewals_do() {
        let lines = [
            line("rows: renewals", 1e4, 9000.0),
            line("rows: renewals", 1e7, 8000.0),
        ];
        let text = fill_in("<!-- table: subscribers -->\n<!-- end -->\n", &lines);
        // A lifetime of an hour: 1,000,000 / 1,800 s.
        assert!(
            text.contains("| 1 h | 556 | 0.02 | 0.04 | 48.0 |"),
            "{text}"
        );
        assert_eq!(text.matches("renewals |").count(), 3, "{text}");
    }
}
