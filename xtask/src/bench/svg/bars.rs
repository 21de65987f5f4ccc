//! Bars in groups.

use std::fmt::Write as _;

use super::scale::{Linear, label};
use super::{BOTTOM, Bars, LEFT, RIGHT, TOP, escaped, frame, mark};

impl Bars {
    /// The picture.
    pub(in crate::bench) fn svg(&self) -> String {
        let values = self.groups.iter().flat_map(|group| group.values.iter().copied().flatten());
        let scale = Linear::up_to(values.fold(0.0, f64::max));
        let mut svg = String::new();
        for value in scale.marks() {
            mark(&mut svg, height(&scale, value), &label(value));
        }
        let each = (RIGHT - LEFT) / self.groups.len().max(1) as f64;
        for (index, group) in self.groups.iter().enumerate() {
            let left = LEFT + each * index as f64;
            let width = each * 0.86 / group.values.len().max(1) as f64;
            for (index, value) in group.values.iter().enumerate() {
                if let Some(value) = value {
                    bar(
                        &mut svg,
                        &scale,
                        left + each * 0.07 + width * index as f64,
                        width,
                        index,
                        *value,
                    );
                }
            }
            let _ = writeln!(
                svg,
                r#"<text class="small" x="{x:.1}" y="{y}" text-anchor="middle">{name}</text>"#,
                x = left + each / 2.0,
                y = BOTTOM + 18.0,
                name = escaped(&group.name),
            );
        }
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        frame(&self.title, &self.subtitle, &self.unit, &names, &svg)
    }
}

fn bar(svg: &mut String, scale: &Linear, left: f64, width: f64, colour: usize, value: f64) {
    let top = height(scale, value);
    let _ = writeln!(
        svg,
        r#"<rect class="c{colour}" x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{height:.1}"/><text class="small" x="{x:.1}" y="{base:.1}" text-anchor="middle">{label}</text>"#,
        width = width - 2.0,
        height = BOTTOM - top,
        x = left + width / 2.0 - 1.0,
        base = top - 4.0,
        label = label(value.round()),
    );
}

fn height(scale: &Linear, value: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * scale.part(value)
}
