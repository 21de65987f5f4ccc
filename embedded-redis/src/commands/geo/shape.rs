//! Areas around a position, and the cells that cover them.

use super::cell::{Cell, EARTH_RADIUS, Position, STEPS, degrees, radians};

/// An area around a position.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) shape: Shape,
    /// The meters of the unit that lengths are given in.
    pub(super) unit: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Circle { radius: f64 },
    Box { width: f64, height: f64 },
}

impl Area {
    /// The distance from the center, if the position is in the area.
    pub(super) fn distance(self, center: Position, position: Position) -> Option<f64> {
        match self.shape {
            Shape::Circle { radius } => {
                let distance = center.distance(position);
                if distance > radius * self.unit { None } else { Some(distance) }
            }
            Shape::Box { width, height } => {
                let (width, height) = (width * self.unit, height * self.unit);
                let beside = Position { longitude: center.longitude, ..position };
                let outside = position.distance_north(center) > height / 2.0
                    || position.distance(beside) > width / 2.0;
                (!outside).then(|| center.distance(position))
            }
        }
    }

    /// The cells that cover the area, in the order in which Redis looks at them, with none for those
    /// that are of no use.
    pub(super) fn cells(self, center: Position) -> [Option<Cell>; 9] {
        let bounds = Bounds::around(center, self);
        let mut steps = self.steps(center.latitude);
        if steps > 1 && !bounds.are_covered(Cell::around(center, steps)) {
            steps -= 1;
        }
        let cell = Cell::around(center, steps);
        // Where the center's own cell reaches beyond the area, nothing lies on its other side.
        let useless = |east: i32, north: i32| {
            let (longitudes, latitudes) = (cell.longitudes(), cell.latitudes());
            steps >= 2
                && ((north < 0 && latitudes.begins_before(bounds.south))
                    || (north > 0 && latitudes.ends_after(bounds.north))
                    || (east < 0 && longitudes.begins_before(bounds.west))
                    || (east > 0 && longitudes.ends_after(bounds.east)))
        };
        ORDER.map(|(east, north)| (!useless(east, north)).then(|| cell.neighbor(east, north)))
    }

    /// How small the cells may be for nine of them to cover the area, in most cases.
    fn steps(self, latitude: f64) -> u32 {
        let radius = match self.shape {
            Shape::Circle { radius } => radius,
            Shape::Box { width, height } => {
                ((width / 2.0) * (width / 2.0) + (height / 2.0) * (height / 2.0)).sqrt()
            }
        };
        let mut radius = radius * self.unit;
        if radius == 0.0 {
            return STEPS;
        }
        let mut steps = -1;
        while radius < HALF_EQUATOR {
            radius *= 2.0;
            steps += 1;
        }
        // Meridians come closer to each other towards the poles.
        let far = latitude.abs();
        steps -= i32::from(far > 66.0) + i32::from(far > 80.0);
        steps.clamp(1, STEPS as i32) as u32
    }
}

/// Meters.
const HALF_EQUATOR: f64 = 20_037_726.37;

/// East and north of the cells that are searched.
const ORDER: [(i32, i32); 9] =
    [(0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)];

/// The coordinates between which an area lies.
struct Bounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Bounds {
    fn around(center: Position, area: Area) -> Self {
        let (width, height) = match area.shape {
            Shape::Circle { radius } => (radius, radius),
            Shape::Box { width, height } => (width / 2.0, height / 2.0),
        };
        let (width, height) = (area.unit * width, area.unit * height);
        let Position { longitude, latitude } = center;
        let up = degrees(height / EARTH_RADIUS);
        let polewards = if latitude < 0.0 { latitude - up } else { latitude + up };
        let aside = degrees(width / EARTH_RADIUS / radians(polewards).cos());
        Self {
            west: longitude - aside,
            south: latitude - up,
            east: longitude + aside,
            north: latitude + up,
        }
    }

    /// Whether the cell's neighbors reach that far.
    fn are_covered(&self, cell: Cell) -> bool {
        !(cell.neighbor(0, 1).latitudes().ends_before(self.north)
            || cell.neighbor(0, -1).latitudes().begins_after(self.south)
            || cell.neighbor(1, 0).longitudes().ends_before(self.east)
            || cell.neighbor(-1, 0).longitudes().begins_after(self.west))
    }
}
