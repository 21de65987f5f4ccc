//! Commands of positions, with answers of redis-server 7.0.15.

use crate::engine::testing::Rig;

fn sicily() -> Rig {
    let mut rig = Rig::new();
    let added = rig.run(
        "geoadd sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 12.758489 \
         38.788135 edge1 17.241510 38.788135 edge2",
    );
    assert_eq!(added, ":4");
    rig
}

#[test]
fn positions_are_hashed_to_the_last_bit() {
    let mut rig = sicily();
    assert_eq!(
        rig.run("geopos sicily Palermo none"),
        "*2 *2 $20 13.36138933897018433 $20 38.11555639549629859 *-1"
    );
    assert_eq!(rig.run("geohash sicily Palermo none"), "*2 $11 sqc8b49rny0 $-1");
    assert_eq!(rig.run("zscore sicily Catania"), "$16 3479447370796909");
    assert_eq!(rig.run("geodist sicily Palermo Catania KM"), "$8 166.2742");
    assert_eq!(rig.run("geodist sicily Palermo none"), "$-1");
    // Scores that are no hashes.
    rig.run("zadd odd -5 negative 1e300 huge 3.7 fraction");
    assert_eq!(
        rig.run("geopos odd negative huge fraction"),
        "*3 *2 $3 180 $19 85.0511287799999991 *2 $22 -179.99999731779098511 $21 \
         -85.05112751263942528 *2 $22 -179.99999195337295532 $21 -85.05112497791824921"
    );
}

#[test]
fn areas_are_searched_in_the_order_of_their_cells() {
    let mut rig = sicily();
    assert_eq!(
        rig.run("geosearch sicily fromlonlat 15 37 bybox 400 400 km withdist"),
        "*4 *2 $7 Palermo $8 190.4424 *2 $5 edge1 $8 279.7405 *2 $7 Catania $7 56.4413 *2 $5 \
         edge2 $8 279.7403"
    );
    assert_eq!(
        rig.run("georadius sicily 15 37 200 km desc withhash"),
        "*2 *2 $7 Palermo :3479099956230698 *2 $7 Catania :3479447370796909"
    );
    assert_eq!(
        rig.run("georadiusbymember sicily Catania 1e4 mi count 2"),
        "*2 $7 Catania $7 Palermo"
    );
    assert_eq!(
        rig.run("geosearch sicily frommember edge2 byradius 20000 km count 1 any"),
        "*1 $7 Palermo"
    );
    assert_eq!(rig.run("geosearch none frommember x byradius 1 km"), "*0");
}

#[test]
fn results_are_stored_by_hash_or_distance() {
    let mut rig = sicily();
    assert_eq!(
        rig.run("geosearchstore near sicily fromlonlat 15 37 byradius 200 km storedist"),
        ":2"
    );
    assert_eq!(
        rig.run("zrange near 0 -1 withscores"),
        "*4 $7 Catania $18 56.441257870158204 $7 Palermo $18 190.44242984775784"
    );
    assert_eq!(rig.run("georadius sicily 15 37 200 km count 1 store near"), ":1");
    assert_eq!(rig.run("zrange near 0 -1 withscores"), "*2 $7 Catania $16 3479447370796909");
    assert_eq!(rig.run("georadiusbymember none x 1 km store near"), ":0");
    assert_eq!(rig.run("exists near"), ":0");
}

#[test]
fn what_is_refused() {
    let mut rig = sicily();
    rig.run("set text x");
    for (command, error) in [
        ("geoadd g 200 100 a", "ERR invalid longitude,latitude pair 200.000000,100.000000"),
        ("geoadd g 1 x a", "ERR value is not a valid float"),
        ("geoadd g nx xx 1 1 a", "ERR syntax error"),
        ("geoadd g 1 1 a 1", "ERR syntax error"),
        ("geoadd text 200 1 a", "ERR invalid longitude,latitude pair 200.000000,1.000000"),
        ("geodist none a b foo", "ERR unsupported unit provided. please use M, KM, FT, MI"),
        (
            "geosearch sicily frommember x byradius 1 km",
            "ERR could not decode requested zset member",
        ),
        ("geosearch sicily frommember edge1 byradius -1 km", "ERR radius cannot be negative"),
        ("geosearch sicily frommember edge1 bybox 1 x km", "ERR need numeric height"),
        (
            "geosearch sicily frommember edge1 bybox 1 -1 km",
            "ERR height or width cannot be negative",
        ),
        (
            "GeoSearch sicily frommember edge1 asc desc withdist",
            "ERR exactly one of BYRADIUS and BYBOX can be specified for GeoSearch",
        ),
        (
            "geosearch sicily byradius 1 km asc desc",
            "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch",
        ),
        ("geosearch sicily frommember edge1 fromlonlat 1 1 byradius 1 km", "ERR syntax error"),
        (
            "geosearch sicily frommember edge1 byradius 1 km any",
            "ERR the ANY argument requires COUNT argument",
        ),
        ("geosearch sicily frommember edge1 byradius 1 km count 0", "ERR COUNT must be > 0"),
        (
            "georadius sicily 1 1 1 km store d withdist",
            "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and \
             WITHCOORD options",
        ),
        ("georadius_ro sicily 1 1 1 km store d", "ERR syntax error"),
    ] {
        assert_eq!(rig.run(command), format!("-{error}"), "{command}");
    }
}
