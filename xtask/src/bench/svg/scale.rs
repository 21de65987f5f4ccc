//! From values to places.

/// A straight scale from zero to a round number.
#[derive(Debug, PartialEq)]
pub(super) struct Linear {
    pub(super) step: f64,
    pub(super) most: f64,
}

impl Linear {
    /// One with four to ten round steps, up to the largest value at least.
    pub(super) fn up_to(largest: f64) -> Self {
        let rough = (largest / 4.0).max(f64::MIN_POSITIVE);
        let power = 10_f64.powf(rough.log10().floor());
        let step = [5.0, 2.0, 1.0].iter().map(|digit| digit * power).find(|step| *step <= rough);
        let step = step.unwrap_or(power);
        Self { step, most: step * (largest / step).ceil().max(1.0) }
    }

    /// How much of the whole scale a value is.
    pub(super) fn part(&self, value: f64) -> f64 {
        value / self.most
    }

    /// Zero and each step.
    pub(super) fn marks(&self) -> Vec<f64> {
        let mut marks = Vec::new();
        let mut mark = 0.0;
        while mark <= self.most * 1.000_001 {
            marks.push(mark);
            mark += self.step;
        }
        marks
    }
}

/// A scale where each power of ten takes the same place.
#[derive(Debug, PartialEq)]
pub(super) struct Powers {
    /// Exponents of ten.
    least: f64,
    most: f64,
}

impl Powers {
    /// From the power below the least value to the one above the largest.
    pub(super) fn around(values: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| *value > 0.0) {
            least = least.min(value.log10().floor());
            most = most.max(value.log10().ceil());
        }
        if least > most {
            return Self { least: 0.0, most: 1.0 };
        }
        Self { least, most: most.max(least + 1.0) }
    }

    pub(super) fn part(&self, value: f64) -> f64 {
        (value.log10() - self.least) / (self.most - self.least)
    }

    /// Each power.
    pub(super) fn marks(&self) -> Vec<f64> {
        let mut marks = Vec::new();
        let mut exponent = self.least;
        while exponent <= self.most {
            marks.push(10_f64.powf(exponent));
            exponent += 1.0;
        }
        marks
    }
}

/// A round number with its thousands told apart.
pub(super) fn label(value: f64) -> String {
    if value < 1.0 && value > 0.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut label = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            label.push(',');
        }
        label.push(digit);
    }
    label
}
