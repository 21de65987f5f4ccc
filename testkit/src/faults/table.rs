//! The figures of all runtimes side by side.

use std::fmt;

use super::{Bar, Figures};

/// A row for each bar, a column for each runtime.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    section: &'static str,
    what: String,
    must: String,
    /// By column: what was found, and whether the bar was reached.
    cells: Vec<Option<(String, bool)>>,
}

impl Table {
    /// Enters what a section has measured on a runtime.
    pub fn enter(&mut self, section: &'static str, runtime: &'static str, figures: &Figures) {
        for bar in &figures.bars {
            self.put(section, runtime, bar.clone());
        }
    }

    /// Enters that a section came to no end on a runtime.
    pub fn enter_failure(&mut self, section: &'static str, runtime: &'static str) {
        let bar = Bar {
            what: "it comes to its end".into(),
            must: "yes".into(),
            found: "no".into(),
            reached: false,
        };
        self.put(section, runtime, bar);
    }

    /// How many bars there are in all columns, and how many of them were missed.
    pub fn bars(&self) -> (usize, usize) {
        let cells = || self.rows.iter().flat_map(|row| row.cells.iter().flatten());
        (cells().count(), cells().filter(|(_, reached)| !reached).count())
    }

    fn put(&mut self, section: &'static str, runtime: &'static str, bar: Bar) {
        let column = self.columns.iter().position(|column| *column == runtime);
        let column = column.unwrap_or_else(|| {
            self.columns.push(runtime);
            self.columns.len() - 1
        });
        let row = match self.rows.iter_mut().find(|row| row.is(section, &bar)) {
            Some(row) => row,
            None => {
                // Behind those of its section.
                let last = self.rows.iter().rposition(|row| row.section == section);
                let at = last.map_or(self.rows.len(), |last| last + 1);
                let Bar { what, must, .. } = bar.clone();
                self.rows.insert(at, Row { section, what, must, cells: Vec::new() });
                #[expect(clippy::indexing_slicing, reason = "it has just been put there")]
                &mut self.rows[at]
            }
        };
        row.cells.resize(row.cells.len().max(column + 1), None);
        if let Some(cell) = row.cells.get_mut(column) {
            *cell = Some((bar.found, bar.reached));
        }
    }

    /// The text of a cell, or of a row's head.
    fn text(row: &Row, column: usize) -> String {
        match column {
            0 => row.section.to_owned(),
            1 => row.what.clone(),
            2 => row.must.clone(),
            _ => match row.cells.get(column - HEAD.len()).cloned().flatten() {
                Some((found, true)) => found,
                Some((found, false)) => format!("{found} MISSED"),
                None => "-".to_owned(),
            },
        }
    }
}

impl Row {
    /// Some bars are another runtime's too, but not as high: they have a row of their own.
    fn is(&self, section: &str, bar: &Bar) -> bool {
        self.section == section && self.what == bar.what && self.must == bar.must
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads: Vec<&str> = HEAD.iter().chain(&self.columns).copied().collect();
        let mut lines = vec![heads.iter().map(|head| (*head).to_owned()).collect::<Vec<_>>()];
        let mut section = "";
        for row in &self.rows {
            let mut line: Vec<_> = (0..heads.len()).map(|column| Self::text(row, column)).collect();
            if row.section == section {
                line.splice(..1, [String::new()]);
            }
            section = row.section;
            lines.push(line);
        }
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|text| text.chars().count()).max()
        };
        let widths: Vec<_> = (0..heads.len()).filter_map(width).collect();
        for line in &lines {
            let cells = line.iter().zip(&widths).enumerate().map(|(column, (text, width))| {
                match column < HEAD.len() {
                    true => format!("{text:<width$}"),
                    false => format!("{text:>width$}"),
                }
            });
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        Ok(())
    }
}

const HEAD: [&str; 3] = ["section", "what", "must be"];

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(found: usize) -> Figures {
        let mut figures = Figures::new("storm");
        figures.bar(true, "back", 100, 100);
        figures.bar(found == 0, "deaf", 0, found);
        figures
    }

    #[test]
    fn a_row_for_each_bar_and_a_column_for_each_runtime() {
        let mut table = Table::default();
        table.enter("storm", "tokio", &figures(0));
        table.enter("cuts", "tokio", &Figures::new("no bars"));
        table.enter_failure("cuts", "glommio");
        table.enter("storm", "glommio", &figures(3));
        let expected = "\
section  what                 must be  tokio   glommio
storm    back                 100        100       100
         deaf                 0            0  3 MISSED
cuts     it comes to its end  yes          -  no MISSED
";
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<_> = table.to_string().lines().map(squeezed).collect();
        assert_eq!(lines, expected.lines().map(squeezed).collect::<Vec<_>>());
        assert_eq!(table.bars(), (5, 2));
    }
}
