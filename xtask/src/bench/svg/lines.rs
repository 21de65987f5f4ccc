//! Lines over powers of ten.

use std::fmt::Write as _;

use super::scale::{Powers, label};
use super::{BOTTOM, LEFT, Lines, RIGHT, Series, TOP, escaped, frame, mark};

impl Lines {
    /// The picture.
    pub(in crate::bench) fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| series.points.iter());
        let across = Powers::around(points().map(|point| point.0));
        let up = Powers::around(points().map(|point| point.1));
        let mut svg = String::new();
        for value in up.marks() {
            mark(&mut svg, height(&up, value), &label(value));
        }
        for value in across.marks() {
            let _ = writeln!(
                svg,
                r#"<text class="small" x="{x:.1}" y="{y}" text-anchor="middle">{label}</text>"#,
                x = place(&across, value),
                y = BOTTOM + 18.0,
                label = label(value),
            );
        }
        for (index, series) in self.series.iter().enumerate() {
            line(&mut svg, index, series, &across, &up);
        }
        let _ = writeln!(
            svg,
            r#"<text class="small" x="{RIGHT}" y="{y}" text-anchor="end">{name}</text>"#,
            y = BOTTOM + 32.0,
            name = escaped(&self.across),
        );
        let names: Vec<&str> = self.series.iter().map(|series| series.name.as_str()).collect();
        frame(&self.title, &self.subtitle, &self.unit, &names, &svg)
    }
}

fn line(svg: &mut String, index: usize, series: &Series, across: &Powers, up: &Powers) {
    let places = series.points.iter().filter(|point| point.1 > 0.0);
    let places: Vec<(f64, f64)> =
        places.map(|point| (place(across, point.0), height(up, point.1))).collect();
    let mut path = String::new();
    for (x, y) in &places {
        let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { " L" });
    }
    let _ = writeln!(svg, r#"<path class="line l{index}" d="{path}"/>"#);
    for (x, y) in places {
        let _ = writeln!(svg, r#"<circle class="c{index}" cx="{x:.1}" cy="{y:.1}" r="3.5"/>"#);
    }
}

/// The outermost powers have room for their labels.
fn place(across: &Powers, value: f64) -> f64 {
    LEFT + 20.0 + (RIGHT - LEFT - 40.0) * across.part(value)
}

fn height(up: &Powers, value: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * up.part(value)
}
