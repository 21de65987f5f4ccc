//! Hashes of positions: the bits of longitude and latitude, in turn.
//!
//! The constants and the order of the operations are those of Redis's geohash.c and
//! geohash_helper.c (7.0), so that scores, positions and distances are the same to the last bit.

use std::f64::consts::PI;

/// What a coordinate is halved in, again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    min: f64,
    max: f64,
}

pub(super) const LONGITUDES: Span = Span { min: -180.0, max: 180.0 };
/// Those of the Mercator projection that web maps have, which leaves out the poles.
pub(super) const LATITUDES: Span = Span { min: -85.051_128_78, max: 85.051_128_78 };

impl Span {
    pub(super) fn has(self, value: f64) -> bool {
        self.min <= value && value <= self.max
    }

    /// In which of `2^steps` parts it lies.
    fn part(self, value: f64, steps: u32) -> u32 {
        let offset = (value - self.min) / (self.max - self.min);
        (offset * parts(steps)) as u32
    }

    /// Where a part begins and ends.
    fn of_part(self, part: u32, steps: u32) -> Self {
        let scale = self.max - self.min;
        let edge = |part: u32| self.min + (f64::from(part) / parts(steps)) * scale;
        // Scores that are no hashes may have bits beyond these parts.
        Self { min: edge(part), max: edge(part.wrapping_add(1)) }
    }

    fn middle_within(self, bounds: Self) -> f64 {
        let middle = (self.min + self.max) / 2.0;
        if middle > bounds.max {
            bounds.max
        } else if middle < bounds.min {
            bounds.min
        } else {
            middle
        }
    }
}

fn parts(steps: u32) -> f64 {
    (1_u64 << steps) as f64
}

/// How often a position's coordinates are halved: 52 bits, which a score has exactly.
pub(super) const STEPS: u32 = 26;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Position {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
}

impl Position {
    /// The position that a score stands for.
    pub(super) fn of(score: f64) -> Self {
        let cell = Cell { bits: unsigned(score), steps: STEPS };
        Self {
            longitude: cell.longitudes().middle_within(LONGITUDES),
            latitude: cell.latitudes().middle_within(LATITUDES),
        }
    }

    pub(super) fn score(self) -> f64 {
        Cell::around(self, STEPS).bits as f64
    }

    /// In meters, on a sphere (the haversine formula).
    pub(super) fn distance(self, other: Self) -> f64 {
        let (latitude, other_latitude) = (radians(self.latitude), radians(other.latitude));
        let v = ((radians(other.longitude) - radians(self.longitude)) / 2.0).sin();
        if v == 0.0 {
            return self.distance_north(other);
        }
        let u = ((other_latitude - latitude) / 2.0).sin();
        2.0 * EARTH_RADIUS * (u * u + latitude.cos() * other_latitude.cos() * v * v).sqrt().asin()
    }

    /// Along a meridian.
    pub(super) fn distance_north(self, other: Self) -> f64 {
        EARTH_RADIUS * (radians(other.latitude) - radians(self.latitude)).abs()
    }

    /// The hash that is in common use, with all latitudes, in letters of 5 bits. Of the last there
    /// are only 2, which are left out.
    pub(super) fn geohash(self) -> [u8; 11] {
        let latitudes = Span { min: -90.0, max: 90.0 };
        let bits = interleave(
            latitudes.part(self.latitude, STEPS),
            LONGITUDES.part(self.longitude, STEPS),
        );
        let mut shift = 52;
        [(); 11].map(|()| {
            shift -= 5;
            let letter = if shift > 0 { (bits >> shift) as usize & 31 } else { 0 };
            LETTERS.get(letter).copied().unwrap_or_default()
        })
    }
}

const LETTERS: &[u8; 32] = b"0123456789bcdefghjkmnpqrstuvwxyz";

/// Meters: the quadratic mean of WGS 84.
pub(super) const EARTH_RADIUS: f64 = 6_372_797.560_856;

pub(super) fn radians(degrees: f64) -> f64 {
    degrees * (PI / 180.0)
}

pub(super) fn degrees(radians: f64) -> f64 {
    radians / (PI / 180.0)
}

/// A rectangle on the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    bits: u64,
    /// How often each of the coordinates is halved.
    steps: u32,
}

impl Cell {
    pub(super) fn around(position: Position, steps: u32) -> Self {
        let latitude = LATITUDES.part(position.latitude, steps);
        let longitude = LONGITUDES.part(position.longitude, steps);
        Self { bits: interleave(latitude, longitude), steps }
    }

    pub(super) fn longitudes(self) -> Span {
        LONGITUDES.of_part(gather(self.bits >> 1), self.steps)
    }

    pub(super) fn latitudes(self) -> Span {
        LATITUDES.of_part(gather(self.bits), self.steps)
    }

    /// The cell so many cells to the east and to the north, across the edges of the map.
    pub(super) fn neighbor(self, east: i32, north: i32) -> Self {
        let mask = u32::MAX >> (32 - self.steps);
        let latitude = gather(self.bits).wrapping_add_signed(north);
        let longitude = gather(self.bits >> 1).wrapping_add_signed(east);
        let latitude = if north == 0 { latitude } else { latitude & mask };
        let longitude = if east == 0 { longitude } else { longitude & mask };
        Self { bits: interleave(latitude, longitude), steps: self.steps }
    }

    /// The scores of what lies in it: the first, and the one behind the last.
    pub(super) fn scores(self) -> (f64, f64) {
        let shift = 52 - self.steps * 2;
        ((self.bits << shift) as f64, ((self.bits + 1) << shift) as f64)
    }
}

impl Span {
    pub(super) fn begins_before(self, value: f64) -> bool {
        self.min < value
    }

    pub(super) fn begins_after(self, value: f64) -> bool {
        self.min > value
    }

    pub(super) fn ends_before(self, value: f64) -> bool {
        self.max < value
    }

    pub(super) fn ends_after(self, value: f64) -> bool {
        self.max > value
    }
}

/// The bits of the one at even places, and of the other at odd ones.
fn interleave(even: u32, odd: u32) -> u64 {
    scatter(even) | scatter(odd) << 1
}

/// Puts a gap of one bit behind each bit.
fn scatter(bits: u32) -> u64 {
    HALVES
        .iter()
        .rev()
        .skip(1)
        .fold(u64::from(bits), |bits, (mask, shift)| (bits | bits << shift) & mask)
}

/// Takes every second bit.
fn gather(bits: u64) -> u32 {
    let mut bits = bits & HALVES[0].0;
    for pair in HALVES.windows(2) {
        if let [(_, shift), (mask, _)] = pair {
            bits = (bits | bits >> shift) & mask;
        }
    }
    bits as u32
}

/// Groups of bits with gaps of the same length, and how far they move to be with the next group.
const HALVES: [(u64, u32); 6] = [
    (0x5555_5555_5555_5555, 1),
    (0x3333_3333_3333_3333, 2),
    (0x0f0f_0f0f_0f0f_0f0f, 4),
    (0x00ff_00ff_00ff_00ff, 8),
    (0x0000_ffff_0000_ffff, 16),
    (0x0000_0000_ffff_ffff, 32),
];

/// What C makes of a double as an unsigned integer on x86-64: negative ones wrap around, and what
/// is too large is 0.
fn unsigned(value: f64) -> u64 {
    const HALF: f64 = 9_223_372_036_854_775_808.0;
    if value < -HALF {
        return 1 << 63;
    }
    if value >= HALF * 2.0 {
        0
    } else if value < 0.0 {
        value as i64 as u64
    } else {
        value as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_put_together_and_taken_apart() {
        assert_eq!(interleave(0b11, 0b01), 0b0111);
        for bits in [0, 1, 0x8000_0000, 0xffff_ffff, 0x1234_5678] {
            assert_eq!(gather(scatter(bits)), bits);
            assert_eq!(scatter(bits).count_ones(), bits.count_ones());
            assert_eq!(scatter(bits) & 0xaaaa_aaaa_aaaa_aaaa, 0);
        }
    }

    #[test]
    fn neighbors_go_around_the_map() {
        let west = Cell::around(Position { longitude: -180.0, latitude: 0.0 }, 3);
        let east = Cell::around(Position { longitude: 179.0, latitude: 0.0 }, 3);
        assert_eq!(west.neighbor(-1, 0), east);
        assert_eq!(east.neighbor(1, 0), west);
        assert_eq!(west.neighbor(0, 8), west);
    }
}
