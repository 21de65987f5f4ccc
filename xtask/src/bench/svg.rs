//! Pictures as SVG, legible on light and on dark pages.

mod bars;
mod lines;
mod scale;

use std::fmt::Write as _;

/// Values in groups, a bar for each name in every group.
#[derive(Debug)]
pub(super) struct Bars {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) unit: String,
    pub(super) names: Vec<String>,
    pub(super) groups: Vec<Group>,
}

/// Bars that stand together.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: String,
    /// In the order of the names.
    pub(super) values: Vec<Option<f64>>,
}

/// Lines through points, over powers of ten in both directions.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) unit: String,
    /// What is counted from left to right.
    pub(super) across: String,
    pub(super) series: Vec<Series>,
}

/// One line.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// What all pictures have around what they show: words above, colours, the legend.
fn frame(title: &str, subtitle: &str, unit: &str, names: &[&str], inside: &str) -> String {
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui, sans-serif">
<title>{title}</title>
<style>
{STYLE}</style>
<text class="title" x="{LEFT}" y="26">{title}</text>
<text class="small" x="{LEFT}" y="44">{subtitle}</text>
<text class="small" x="{LEFT}" y="66">{unit}</text>
"#,
        title = escaped(title),
        subtitle = escaped(subtitle),
        unit = escaped(unit),
    );
    svg.push_str(inside);
    let each = (RIGHT - LEFT) / names.len().max(1) as f64;
    for (index, name) in names.iter().enumerate() {
        let x = LEFT + each * index as f64;
        let _ = writeln!(
            svg,
            r#"<rect class="c{index}" x="{x:.1}" y="{y}" width="10" height="10"/><text class="small" x="{text:.1}" y="{base}">{name}</text>"#,
            y = HEIGHT - 18.0,
            text = x + 14.0,
            base = HEIGHT - 9.0,
            name = escaped(name),
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// A mark on the upright axis, with its line across the picture.
fn mark(svg: &mut String, y: f64, label: &str) {
    let _ = writeln!(
        svg,
        r#"<line class="grid" x1="{LEFT}" y1="{y:.1}" x2="{RIGHT}" y2="{y:.1}"/><text class="small" x="{x}" y="{base:.1}" text-anchor="end">{label}</text>"#,
        x = LEFT - 6.0,
        base = y + 4.0,
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const WIDTH: f64 = 840.0;
const HEIGHT: f64 = 420.0;

/// Where the picture's own part is.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 826.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 366.0;

/// Colours that can be told apart on both grounds, also by who doesn't see them all: the limit is
/// grey, the peers warm, ours from blue to green.
const STYLE: &str = "\
text { fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.small { font-size: 11px; }
.grid { stroke: #8b949e; stroke-opacity: .35; stroke-width: 1; }
.line { fill: none; stroke-width: 2; }
.c0 { fill: #8b949e; } .l0 { stroke: #8b949e; stroke-dasharray: 5 3; }
.c1 { fill: #d1495b; } .l1 { stroke: #d1495b; }
.c2 { fill: #e08e2b; } .l2 { stroke: #e08e2b; }
.c3 { fill: #a56cc1; } .l3 { stroke: #a56cc1; }
.c4 { fill: #1f77d0; } .l4 { stroke: #1f77d0; }
.c5 { fill: #17a2b8; } .l5 { stroke: #17a2b8; }
.c6 { fill: #2e9e5b; } .l6 { stroke: #2e9e5b; }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3; } }
";

#[cfg(test)]
mod tests;
