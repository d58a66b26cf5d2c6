//! A chart of lines, written as SVG by hand: a plotting library would be dozens of crates.
//!
//! Points are as far from each other as their order says, as what is measured lies between 0 and 99.9 %, or
//! 10,000 and 10,000,000; the axis below names them.

use std::fmt::Write;

const WIDTH: f64 = 620.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 80.0;
const TOP: f64 = 60.0;
/// For the names of the lines.
const RIGHT: f64 = 330.0;
const BOTTOM: f64 = 60.0;
/// Told apart by people who see colours differently.
const COLOURS: [&str; 8] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555", "#a6761d",
];

/// A chart.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) title: String,
    /// What the axis below shows.
    pub(super) x: String,
    /// What the axis on the left shows.
    pub(super) y: String,
    pub(super) lines: Vec<Series>,
    /// What it was measured on.
    pub(super) note: String,
}

/// A line with its name.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub(super) name: String,
    /// In order.
    pub(super) points: Vec<(f64, f64)>,
}

impl Chart {
    /// The document.
    pub(super) fn render(&self) -> String {
        let (width, height) = (LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        );
        let mut places: Vec<f64> = self.points().map(|(x, _)| x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let most = self.points().map(|(_, y)| y).fold(1.0, f64::max);
        let step = tick(most);
        let top = (most / step).ceil() * step;
        text(&mut svg, 10.0, 24.0, "start", &self.title);
        text(&mut svg, 10.0, 44.0, "start", &self.y);
        let mut at = 0.0;
        while at <= top + step / 2.0 {
            let y = height_of(at, top);
            line(&mut svg, (LEFT, y), (LEFT + WIDTH, y), "#dddddd");
            text(&mut svg, LEFT - 8.0, y + 4.0, "end", &number(at));
            at += step;
        }
        for place in &places {
            let x = across(*place, &places);
            text(&mut svg, x, TOP + HEIGHT + 20.0, "middle", &number(*place));
        }
        let middle = LEFT + WIDTH / 2.0;
        text(&mut svg, middle, TOP + HEIGHT + 40.0, "middle", &self.x);
        for (index, series) in self.lines.iter().enumerate() {
            let colour = COLOURS
                .get(index % COLOURS.len())
                .copied()
                .unwrap_or("black");
            let points = series.points.iter();
            let points: Vec<_> = points
                .map(|(x, y)| (across(*x, &places), height_of(*y, top)))
                .collect();
            curve(&mut svg, &points, colour);
            let y = TOP + 20.0 * index as f64;
            line(
                &mut svg,
                (LEFT + WIDTH + 20.0, y),
                (LEFT + WIDTH + 44.0, y),
                colour,
            );
            text(
                &mut svg,
                LEFT + WIDTH + 52.0,
                y + 4.0,
                "start",
                &series.name,
            );
        }
        text(&mut svg, 10.0, height - 6.0, "start", &self.note);
        svg + "</svg>\n"
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.lines
            .iter()
            .flat_map(|series| series.points.iter().copied())
    }
}

/// A round distance that makes some five lines.
fn tick(most: f64) -> f64 {
    let power = 10_f64.powf((most / 5.0).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps
        .into_iter()
        .find(|step| most / step <= 6.0)
        .unwrap_or(most)
}

fn across(x: f64, places: &[f64]) -> f64 {
    let place = places
        .iter()
        .position(|place| *place >= x)
        .unwrap_or_default();
    let parts = places.len().max(1) as f64;
    LEFT + WIDTH * (place as f64 + 0.5) / parts
}

fn height_of(y: f64, top: f64) -> f64 {
    TOP + HEIGHT * (1.0 - y / top)
}

/// With groups of thousands.
pub(super) fn number(number: f64) -> String {
    if number.fract() != 0.0 {
        return number.to_string();
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

// Writing to a String cannot fail.

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\" stroke-width=\"2\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn curve(svg: &mut String, points: &[(f64, f64)], colour: &str) {
    let list: Vec<_> = points
        .iter()
        .map(|(x, y)| format!("{x:.1},{y:.1}"))
        .collect();
    let list = list.join(" ");
    let _ = writeln!(
        svg,
        "<polyline points=\"{list}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
    );
    for (x, y) in points {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"
        );
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_figures_say() {
        let chart = Chart {
            title: "<a & b>".into(),
            x: String::new(),
            y: String::new(),
            note: String::new(),
            lines: vec![Series {
                name: "one".into(),
                points: vec![(0.0, 4000.0), (99.9, 2000.0)],
            }],
        };
        let svg = chart.render();
        // The axis ends at 4,000: a full point is at its top, half of it in the middle.
        assert!(svg.contains("cx=\"235.0\" cy=\"60.0\""), "{svg}");
        assert!(svg.contains("cx=\"545.0\" cy=\"220.0\""), "{svg}");
        assert!(svg.contains(">4,000<") && svg.contains(">99.9<"));
        assert!(svg.contains("&lt;a &amp; b&gt;"));
    }

    #[test]
    fn axes_have_a_handful_of_round_lines() {
        for (most, step) in [(5.0, 1.0), (4000.0, 1000.0), (6_100.0, 2000.0), (27.0, 5.0)] {
            assert!((tick(most) - step).abs() < 1e-9, "{most}: {}", tick(most));
        }
    }
}
