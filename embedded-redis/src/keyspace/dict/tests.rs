use std::collections::HashMap;

use super::*;

fn name(number: usize) -> Vec<u8> {
    format!("key:{number}").into_bytes()
}

fn counted<V>(dict: &Dict<V>) -> usize {
    let names = dict.iter().map(|(name, _)| name.heap_bytes());
    dict.segments.iter().map(Segment::bytes).chain(names).sum()
}

#[test]
fn it_has_what_a_map_has() {
    let mut rng = Rng::new(7);
    let (mut dict, mut map) = (Dict::new(1), HashMap::new());
    for step in 0..300_000 {
        // It grows, and then it shrinks.
        let number = rng.below(20_000);
        let adds = rng.below(10) < if step < 150_000 { 7 } else { 2 };
        let key = name(number);
        if adds {
            assert_eq!(dict.insert(&key, step), map.insert(key, step));
        } else {
            assert_eq!(dict.remove(&key), map.remove(&key));
        }
        assert_eq!(dict.len(), map.len());
        if step % 10_000 == 0 {
            assert_eq!(dict.bytes, counted(&dict));
            assert_eq!(dict.clone().bytes, counted(&dict.clone()));
        }
    }
    for (key, value) in &map {
        assert_eq!(dict.get(key), Some(value));
    }
    let seen = dict.iter().map(|(key, value)| (key.to_vec(), *value));
    assert_eq!(seen.collect::<HashMap<_, _>>(), map);
}

#[test]
fn what_is_removed_gives_its_segments_back() {
    let mut dict = Dict::new(1);
    (0..100_000).for_each(|number| _ = dict.insert(&name(number), ()));
    assert!(dict.segments.len() > 100);
    (0..99_990).for_each(|number| _ = dict.remove(&name(number)));
    assert!(dict.segments.len() < 10, "{dict:?}");
    assert!(dict.directory.len() < 64, "{}", dict.directory.len());
    (99_990..100_000).for_each(|number| assert!(dict.contains(&name(number))));
    assert!(dict.heap_bytes() < 10_000, "{}", dict.heap_bytes());
    (99_990..100_000).for_each(|number| _ = dict.remove(&name(number)));
    assert_eq!(dict.segments.len(), 1);
}

#[test]
fn a_scan_sees_what_was_there_all_the_time() {
    for (from, to) in [(10_000, 40_000), (40_000, 10_000), (5, 5), (20_000, 0)] {
        let mut dict = Dict::new(3);
        let stays = |number: usize| number.is_multiple_of(7);
        (0..from).for_each(|number| _ = dict.insert(&name(number), number));
        let (mut cursor, mut seen, mut calls) = (0, HashMap::new(), 0);
        loop {
            let mut found = Vec::new();
            cursor = dict.scan(cursor, 10, &mut found);
            for place in found {
                *seen.entry(*dict.at(place).unwrap()).or_insert(0) += 1;
            }
            if cursor == 0 {
                break;
            }
            calls += 1;
            // In the middle the table grows, or shrinks.
            if calls == from / 30 {
                (from..to).for_each(|number| _ = dict.insert(&name(number), number));
                for number in (to..from).filter(|number| !stays(*number)) {
                    dict.remove(&name(number));
                }
            }
        }
        for number in (0..from).filter(|number| *number < to || stays(*number)) {
            assert!(seen.contains_key(&number), "{number} of {from} to {to}");
        }
        assert!(seen.values().all(|times| *times == 1), "nothing is seen twice");
    }
}

#[test]
fn the_order_is_kept_where_that_is_wanted() {
    let mut dict = Dict::new(1);
    (0..40).for_each(|number| _ = dict.insert(&name(number), number));
    let mut left: Vec<_> = (0..40).collect();
    for at in [0, 20, 37, 5, 5, 30, 0, 3].into_iter().cycle().take(36) {
        let number = left.remove(at % left.len());
        let place = dict.find(&name(number)).unwrap();
        dict.remove_in_order(place);
        assert_eq!(dict.iter().map(|(_, number)| *number).collect::<Vec<_>>(), left);
        left.iter().for_each(|number| assert_eq!(dict.get(&name(*number)), Some(number)));
    }
}

#[test]
fn a_sample_has_nothing_twice_and_everything_as_likely() {
    let mut dict = Dict::new(3);
    (0..1_200).for_each(|number| _ = dict.insert(&name(number), number));
    let mut rng = Rng::new(1);
    for (count, found) in [(0, 0), (30, 30), (900, 900), (1_200, 1_200), (usize::MAX, 1_200)] {
        let mut times = vec![0; 1_200];
        for _ in 0..20 {
            let sample = dict.sample(count, &mut rng);
            let distinct = sample.iter().collect::<HashSet<_>>();
            assert_eq!((sample.len(), distinct.len()), (found, found));
            sample.iter().for_each(|place| times[*dict.at(*place).unwrap()] += 1);
        }
        let often = found / 60;
        assert!(times.iter().all(|times| (often / 4..=often + 10).contains(times)));
    }
}

/// Names that a multiplying hash, whatever its seed, gives one value; and few that share many
/// bits do not make the directory grow without end.
#[test]
fn no_names_are_known_to_collide() {
    let mut dict = Dict::new(3);
    for number in 0..5_000_u64 {
        let name = [number.to_le_bytes(), 0x3f84_d5b5_b547_0917_u64.to_le_bytes()].concat();
        dict.insert(&name, ());
    }
    assert!(dict.segments.iter().all(|segment| segment.slots.len() <= SEGMENT));
    assert!(dict.directory.len() <= dict.segments.len() * 2 * SPARSE, "{dict:?}");
}

#[test]
fn each_entry_is_as_likely() {
    let mut dict = Dict::new(3);
    (0..2_000).for_each(|number| _ = dict.insert(&name(number), number));
    let mut rng = Rng::new(1);
    let mut times = vec![0; 2_000];
    for _ in 0..400_000 {
        let place = dict.random(&mut rng).unwrap();
        times[*dict.at(place).unwrap()] += 1;
    }
    assert!(times.iter().all(|times| (100..=300).contains(times)), "{times:?}");
}
