//! Places.

use redis_client_core::args::{GeoArea, GeoOrigin, GeoUnit};
use redis_client_core::replies::GeoPosition;
use redis_client_core::{Command, cmd};

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    let all = [
        added(),
        read(),
        searched(),
        areas(),
        stored(),
        radius(),
        radius_ro(),
        radius_by_member(),
        radius_by_member_ro(),
    ];
    all.into_iter().flatten().collect()
}

fn added() -> Vec<Case> {
    let places = || [(13.361389, 38.115556, "Palermo"), (12.496366, 41.902782, "Rome")];
    vec![
        gives(cmd::geoadd("g", places()), 2),
        sicily(gives(cmd::geoadd("g", places()), 1)),
        sicily(gives(cmd::geoadd("g", places()).nx(), 1)),
        sicily(gives(cmd::geoadd("g", places()).xx().ch(), 0)),
        sicily(gives(cmd::geoadd("g", [(1.0, 2.0, "Palermo")]).ch(), 1)),
        case(cmd::geoadd("g", [(0.0, 86.0, "m")])).fails("ERR invalid longitude,latitude"),
    ]
}

fn read() -> Vec<Case> {
    let palermo = GeoPosition { longitude: 13.361389338970184, latitude: 38.1155563954963 };
    vec![
        sicily(gives(cmd::geodist("g", "Palermo", "Catania"), Some(166274.1516))),
        sicily(gives(cmd::geodist("g", "Palermo", "Rome"), None)),
        gives(cmd::geodist("g", "Palermo", "Catania"), None),
        sicily(gives(
            cmd::geodist("g", "Palermo", "Catania").unit(GeoUnit::Meters),
            Some(166274.1516),
        )),
        sicily(gives(
            cmd::geodist("g", "Palermo", "Catania").unit(GeoUnit::Kilometers),
            Some(166.2742),
        )),
        sicily(case(cmd::geodist("g", "Palermo", "Catania").unit(GeoUnit::Feet))),
        sicily(gives(cmd::geodist("g", "Palermo", "Catania").unit(GeoUnit::Miles), Some(103.3182))),
        sicily(gives(
            cmd::geohash("g", ["Palermo", "Rome"]),
            vec![Some("sqc8b49rny0".into()), None],
        )),
        gives(cmd::geohash("g", ["Rome"]), vec![None]),
        sicily(gives(cmd::geopos("g", ["Palermo", "Rome"]), vec![Some(palermo), None])),
        gives(cmd::geopos("g", ["Rome"]), vec![None]),
    ]
}

fn searched() -> Vec<Case> {
    vec![
        sicily(gives(search(), vec!["Palermo".into(), "Catania".into()])),
        sicily(gives(search().desc(), vec!["Catania".into(), "Palermo".into()])),
        sicily(gives(search().asc().count(1), vec!["Palermo".into()])),
        sicily(case(search().count(1).any())),
        sicily(case(search().withcoord())),
        sicily(case(search().withdist())),
        sicily(case(search().withhash())),
        sicily(case(search().withcoord().withdist().withhash().count(5).desc())),
        gives(search(), vec![]),
        case(search()).given("GEOADD g 1 2 m").fails("ERR could not decode requested zset member"),
    ]
}

fn areas() -> Vec<Case> {
    let circle = |unit| GeoArea::circle(GeoOrigin::place(15.0, 37.0), 1.0, unit);
    let rectangle = |unit| GeoArea::rectangle(GeoOrigin::member("Palermo"), 2.0, 1.0, unit);
    let polygon = || GeoArea::polygon([(12.0, 37.0), (16.0, 37.0), (14.0, 40.0)]);
    let units = [GeoUnit::Meters, GeoUnit::Kilometers, GeoUnit::Feet, GeoUnit::Miles];
    let mut cases = Vec::new();
    for unit in units {
        cases.extend([
            sicily(gives(cmd::geosearch("g", circle(unit)), vec![])),
            sicily(gives(cmd::geosearch("g", rectangle(unit)), vec!["Palermo".into()])),
            sicily(gives(cmd::geosearchstore("d", "g", circle(unit)), 0)),
            sicily(gives(cmd::geosearchstore("d", "g", rectangle(unit)), 1)),
        ]);
    }
    cases.push(case(cmd::geosearch("g", polygon())).not_run("valkey 9.0"));
    cases.push(case(cmd::geosearchstore("d", "g", polygon())).not_run("valkey 9.0"));
    cases
}

fn stored() -> Vec<Case> {
    let all = || GeoArea::circle(GeoOrigin::member("Palermo"), 200.0, GeoUnit::Kilometers);
    vec![
        sicily(gives(cmd::geosearchstore("d", "g", all()), 2)),
        sicily(gives(cmd::geosearchstore("d", "g", all()).asc().count(1).any(), 1)),
        sicily(gives(cmd::geosearchstore("d", "g", all()).desc().storedist(), 2)),
    ]
}

fn radius() -> Vec<Case> {
    let around = |unit| cmd::georadius("g", 15.0, 37.0, 200.0, unit);
    let near = || around(GeoUnit::Kilometers);
    vec![
        sicily(gives(near().asc(), vec!["Catania".into(), "Palermo".into()])),
        sicily(gives(near().count(1).desc(), vec!["Palermo".into()])),
        sicily(case(near().count(1).any())),
        sicily(case(near().withcoord().withdist().withhash())),
        sicily(gives(near().store("d"), 2)),
        sicily(gives(near().storedist("d").count(1), 1)),
        sicily(gives(around(GeoUnit::Meters), vec![])),
        sicily(gives(around(GeoUnit::Feet), vec![])),
        sicily(case(around(GeoUnit::Miles))),
        gives(near(), vec![]),
    ]
}

fn radius_ro() -> Vec<Case> {
    let around = |unit| cmd::georadius_ro("g", 15.0, 37.0, 200.0, unit);
    let near = || around(GeoUnit::Kilometers);
    vec![
        sicily(gives(near().asc(), vec!["Catania".into(), "Palermo".into()])),
        sicily(gives(near().count(1).desc(), vec!["Palermo".into()])),
        sicily(case(near().count(1).any())),
        sicily(case(near().withcoord().withdist().withhash())),
        sicily(gives(around(GeoUnit::Meters), vec![])),
        sicily(gives(around(GeoUnit::Feet), vec![])),
        sicily(case(around(GeoUnit::Miles))),
        gives(near(), vec![]),
    ]
}

fn radius_by_member() -> Vec<Case> {
    let around = |unit| cmd::georadiusbymember("g", "Palermo", 200.0, unit);
    let near = || around(GeoUnit::Kilometers);
    vec![
        sicily(gives(near().asc(), vec!["Palermo".into(), "Catania".into()])),
        sicily(gives(near().count(1).desc(), vec!["Catania".into()])),
        sicily(case(near().count(1).any())),
        sicily(case(near().withcoord().withdist().withhash())),
        sicily(gives(near().store("d"), 2)),
        sicily(gives(near().storedist("d").count(1), 1)),
        sicily(gives(around(GeoUnit::Meters), vec!["Palermo".into()])),
        sicily(gives(around(GeoUnit::Feet), vec!["Palermo".into()])),
        sicily(case(around(GeoUnit::Miles))),
    ]
}

fn radius_by_member_ro() -> Vec<Case> {
    let around = |unit| cmd::georadiusbymember_ro("g", "Palermo", 200.0, unit);
    let near = || around(GeoUnit::Kilometers);
    vec![
        sicily(gives(near().asc(), vec!["Palermo".into(), "Catania".into()])),
        sicily(gives(near().count(1).desc(), vec!["Catania".into()])),
        sicily(case(near().count(1).any())),
        sicily(case(near().withcoord().withdist().withhash())),
        sicily(gives(around(GeoUnit::Meters), vec!["Palermo".into()])),
        sicily(gives(around(GeoUnit::Feet), vec!["Palermo".into()])),
        sicily(case(around(GeoUnit::Miles))),
    ]
}

fn sicily(case: Case) -> Case {
    case.given("GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania")
}

fn search() -> Command<cmd::Geosearch> {
    let area = GeoArea::circle(GeoOrigin::member("Palermo"), 200.0, GeoUnit::Kilometers);
    cmd::geosearch("g", area)
}
