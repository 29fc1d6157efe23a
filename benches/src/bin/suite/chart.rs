//! Lines on two logarithmic axes as an SVG picture.

use std::fmt::Write;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
/// Room for what is written left, above, right and below the lines.
const LEFT: f64 = 70.0;
const TOP: f64 = 40.0;
const RIGHT: f64 = 220.0;
const BOTTOM: f64 = 55.0;
/// Told apart also by who sees few colours (Okabe and Ito 2008).
const COLOURS: [&str; 4] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];

/// A line of the chart.
pub(crate) struct Line {
    /// As the legend shows it.
    pub(crate) name: String,
    /// Values above 0, from left to right.
    pub(crate) points: Vec<(f64, f64)>,
}

/// What is drawn.
pub(crate) struct Chart {
    /// Above it.
    pub(crate) title: String,
    /// Below the horizontal axis.
    pub(crate) across: String,
    /// Beside the vertical axis.
    pub(crate) up: String,
    /// At most as many as there are colours.
    pub(crate) lines: Vec<Line>,
}

/// Whole powers of ten that hold all values.
#[derive(Clone, Copy)]
struct Axis {
    first: i32,
    last: i32,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let logs: Vec<f64> = values.map(f64::log10).collect();
        let first = logs.iter().copied().fold(f64::INFINITY, f64::min).floor() as i32;
        let last = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max).ceil() as i32;
        Self { first, last: last.max(first.saturating_add(1)) }
    }

    /// 0 to 1.
    fn at(self, value: f64) -> f64 {
        (value.log10() - f64::from(self.first)) / f64::from(self.last - self.first)
    }

    /// Each power, and whether it is a whole one rather than a multiple of it.
    fn ticks(self) -> impl Iterator<Item = (f64, bool)> {
        let multiples =
            move |power| (1..10).map(move |m| (f64::from(m) * 10f64.powi(power), m == 1));
        let end = (10f64.powi(self.last), true);
        (self.first..self.last).flat_map(multiples).chain([end])
    }
}

impl Chart {
    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let points = || self.lines.iter().flat_map(|line| line.points.iter().copied());
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"13\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
        );
        if points().next().is_some() {
            let (x, y) = (Axis::of(points().map(|p| p.0)), Axis::of(points().map(|p| p.1)));
            grid(&mut out, x, y);
            for (number, line) in self.lines.iter().enumerate() {
                draw(&mut out, number, line, (x, y));
            }
        }
        let (middle, low) = (LEFT + (WIDTH - LEFT - RIGHT) / 2.0, HEIGHT - 12.0);
        let beside = TOP + (HEIGHT - TOP - BOTTOM) / 2.0;
        text(&mut out, (middle, 22.0), "middle", &self.title);
        text(&mut out, (middle, low), "middle", &self.across);
        let up = escaped(&self.up);
        put(
            &mut out,
            &format!(
                "<text transform=\"translate(16 {beside:.1}) rotate(-90)\" \
                 text-anchor=\"middle\">{up}</text>"
            ),
        );
        out.push_str("</svg>\n");
        out
    }
}

fn across(x: Axis, value: f64) -> f64 {
    LEFT + x.at(value) * (WIDTH - LEFT - RIGHT)
}

fn up(y: Axis, value: f64) -> f64 {
    HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM)
}

fn grid(out: &mut String, x: Axis, y: Axis) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let colour = |whole| if whole { "#bbb" } else { "#eee" };
    for (value, whole) in x.ticks() {
        let (at, colour) = (across(x, value), colour(whole));
        put(out, &format!("<path d=\"M{at:.1} {TOP}V{bottom}\" stroke=\"{colour}\"/>"));
        if whole {
            text(out, (at, bottom + 18.0), "middle", &format!("{value}"));
        }
    }
    for (value, whole) in y.ticks() {
        let (at, colour) = (up(y, value), colour(whole));
        put(out, &format!("<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"{colour}\"/>"));
        if whole {
            text(out, (LEFT - 8.0, at + 4.0), "end", &format!("{value}"));
        }
    }
}

fn draw(out: &mut String, number: usize, line: &Line, (x, y): (Axis, Axis)) {
    let colour = COLOURS[number % COLOURS.len()];
    let places: Vec<String> =
        line.points.iter().map(|p| format!("{:.1},{:.1}", across(x, p.0), up(y, p.1))).collect();
    let joined = places.join(" ");
    put(
        out,
        &format!(
            "<polyline points=\"{joined}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        ),
    );
    for (a, b) in line.points.iter().map(|p| (across(x, p.0), up(y, p.1))) {
        put(out, &format!("<circle cx=\"{a:.1}\" cy=\"{b:.1}\" r=\"3.5\" fill=\"{colour}\"/>"));
    }
    let (left, at) = (WIDTH - RIGHT + 14.0, TOP + 14.0 + 22.0 * number as f64);
    let end = left + 22.0;
    put(out, &format!("<path d=\"M{left} {at}H{end}\" stroke=\"{colour}\" stroke-width=\"3\"/>"));
    text(out, (end + 8.0, at + 4.0), "start", &line.name);
}

fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, words: &str) {
    let words = escaped(words);
    put(out, &format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"));
}

fn put(out: &mut String, element: &str) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "{element}");
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_times_as_much_is_as_far_anywhere() {
        let axis = Axis::of([20.0, 30_000.0].into_iter());
        assert_eq!((axis.first, axis.last), (1, 5));
        assert!((axis.at(1_000.0) - axis.at(100.0) - 0.25).abs() < 1e-12);
        assert_eq!(axis.ticks().filter(|tick| tick.1).count(), 5);
    }

    #[test]
    fn every_line_has_its_points_and_its_name() {
        let points = vec![(1e4, 3.0), (1e5, 5.0)];
        let lines = vec![Line { name: "a < b".into(), points }];
        let chart = Chart { title: "t".into(), across: "x".into(), up: "y".into(), lines };
        let svg = chart.svg();
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(svg.contains("a &lt; b"));
    }
}
