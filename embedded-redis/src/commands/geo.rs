//! Positions on the earth, which are sorted sets with hashes of them as scores.

mod cell;
mod nearest;
mod search;
mod shape;
#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::{Options, arg, is};
use super::numbers::float;
use super::sorted_sets::{Adding, add_all};
use crate::engine::{Answer, Data, Done, Error, Outcome, Runs};
use crate::keyspace::SortedSet;
use cell::{LATITUDES, LONGITUDES, Position};

pub(super) const COMMANDS: Commands = &[
    ("geoadd", Runs::Data(geoadd)),
    ("geodist", Runs::Data(geodist)),
    ("geohash", Runs::Data(geohash)),
    ("geopos", Runs::Data(geopos)),
    ("georadius", Runs::Data(search::georadius)),
    ("georadius_ro", Runs::Data(search::georadius_ro)),
    ("georadiusbymember", Runs::Data(search::georadiusbymember)),
    ("georadiusbymember_ro", Runs::Data(search::georadiusbymember_ro)),
    ("geosearch", Runs::Data(search::geosearch)),
    ("geosearchstore", Runs::Data(search::geosearchstore)),
];

fn geoadd(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut adding = Adding::default();
    let mut first = 2;
    for option in request.iter().skip(2) {
        match option {
            _ if is(option, "nx") => adding.only_new = true,
            _ if is(option, "xx") => adding.only_present = true,
            _ if is(option, "ch") => adding.count_changed = true,
            _ => break,
        }
        first += 1;
    }
    let left = request.len() - first;
    if !left.is_multiple_of(3) || left == 0 || (adding.only_new && adding.only_present) {
        return Err(Error::SYNTAX);
    }
    let mut members = Vec::with_capacity(left / 3);
    let mut arguments = Options::behind(&request, first);
    while arguments.left() > 0 {
        let position = position(arguments.value()?, arguments.value()?)?;
        members.push((position.score(), arguments.value()?));
    }
    add_all(data, arg(&request, 1), adding, members.into_iter(), answer)
}

/// A position that can be hashed.
fn position(longitude: &[u8], latitude: &[u8]) -> Result<Position, Error> {
    let position = Position { longitude: float(longitude)?, latitude: float(latitude)? };
    let Position { longitude, latitude } = position;
    if LONGITUDES.has(longitude) && LATITUDES.has(latitude) {
        return Ok(position);
    }
    Err(Error::new(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}")))
}

/// How many meters a unit has.
fn meters(unit: &[u8]) -> Result<f64, Error> {
    match unit {
        _ if is(unit, "m") => Ok(1.0),
        _ if is(unit, "km") => Ok(1_000.0),
        _ if is(unit, "ft") => Ok(0.3048),
        _ if is(unit, "mi") => Ok(1_609.34),
        _ => Err(Error::of("ERR unsupported unit provided. please use M, KM, FT, MI")),
    }
}

fn geodist(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() > 5 {
        return Err(Error::SYNTAX);
    }
    let unit = request.arg(4).map_or(Ok(1.0), meters)?;
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    let position = |index| set?.score(arg(&request, index)).map(Position::of);
    match (position(2), position(3)) {
        (Some(one), Some(other)) => {
            answer.bulk(format!("{:.4}", one.distance(other) / unit).as_bytes())
        }
        _ => answer.null(),
    }
}

fn geohash(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    let hashes = request.iter().skip(2).map(|member| {
        let position = Position::of(set?.score(member)?);
        Some(position.geohash())
    });
    if let Some(mut items) = answer.array(request.len() - 2) {
        for hash in hashes {
            items.add(hash.as_ref().map(|hash| &hash[..]));
        }
    }
    Ok(Done::Answered)
}

fn geopos(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    let Some(mut items) = answer.array(request.len() - 2) else { return Ok(Done::Answered) };
    for member in request.iter().skip(2) {
        let mut item = Answer::part(items.item());
        match set.and_then(|set| set.score(member)) {
            Some(score) => answer_position(&mut item, Position::of(score))?,
            None => item.null_array()?,
        };
    }
    Ok(Done::Answered)
}

fn answer_position(answer: &mut Answer<'_>, position: Position) -> Outcome {
    if let Some(mut items) = answer.array(2) {
        let _ = items.item().decimal(degrees(position.longitude));
        let _ = items.item().decimal(degrees(position.latitude));
    }
    Ok(Done::Answered)
}

/// 17 digits behind the point, but for zeros at the end.
fn degrees(value: f64) -> String {
    let text = format!("{value:.17}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
