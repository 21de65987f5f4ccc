use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use redis_server_core::Topic;

use super::{Memory, Policy};
use crate::engine::testing::Rig;
use crate::engine::{Class, Settings};
use crate::keyspace::Rng;

fn rig(policy: Policy, maxmemory: usize) -> Rig {
    Rig::with(Settings { maxmemory, maxmemory_policy: policy, ..Settings::default() })
}

const VALUE: &str = "a_value_that_takes_some_memory_..............................";

#[test]
fn names_are_those_of_the_configuration() {
    for (name, policy) in Policy::ALL {
        assert_eq!(Policy::parse(name.to_uppercase().as_bytes()), Some(policy));
        assert_eq!(policy.name(), name);
    }
    assert_eq!(Policy::parse(b"lru"), None);
}

#[test]
fn memory_stays_within_its_bound_whatever_the_policy() {
    const BOUND: usize = 300_000;
    for (name, policy) in Policy::ALL {
        let mut rig = rig(policy, BOUND);
        let mut refused = 0;
        for number in 0..10_000 {
            rig.run(&format!("select {}", number % 3));
            let answer = rig.run(&format!("set key:{number} {VALUE} ex 1000"));
            if answer != "+OK" {
                assert_eq!(answer, "-OOM command not allowed when used memory > 'maxmemory'.");
                refused += 1;
            }
            // The last one may have had a segment split.
            assert!(rig.engine.used_memory() < BOUND + 40_000, "{name}");
        }
        let keys: usize = rig.engine.databases.iter().map(|database| database.db.len()).sum();
        assert!((1_000..2_500).contains(&keys), "{name}: {keys}");
        let evicted = rig.engine.shared.stats.evicted as usize;
        assert_eq!(keys + refused + evicted, 10_000, "{name}");
        assert_eq!(refused == 0, policy != Policy::NoEviction, "{name}");
    }
}

#[test]
fn only_what_has_a_deadline_goes_if_the_policy_says_so() {
    for (name, policy) in Policy::ALL {
        if !policy.is_volatile() {
            continue;
        }
        let mut rig = rig(policy, 0);
        for number in 0..100 {
            rig.run(&format!("set stays:{number} {VALUE}"));
            rig.run(&format!("set goes:{number} {VALUE} ex 100"));
        }
        rig.engine.shared.settings.maxmemory = 1;
        assert!(rig.run("set a 1").starts_with("-OOM"), "{name}");
        assert_eq!(rig.engine.databases[0].db.len(), 100, "{name}");
        assert_eq!(rig.run("exists stays:7"), ":1");
        assert_eq!(rig.run("del stays:7"), ":1", "what needs no memory is not refused");
    }
}

#[test]
fn the_next_to_expire_goes_first() {
    let mut rig = rig(Policy::VolatileTtl, 0);
    for number in 0..1_000 {
        rig.run(&format!("set key:{number} {VALUE} ex {}", 1_000 + number));
    }
    rig.engine.shared.settings.maxmemory = rig.engine.used_memory() / 2;
    while rig.engine.evict_some() == Memory::Evicting {}
    let kept = |from: usize| {
        let db = &rig.engine.databases[0].db;
        (from..from + 250).filter(|it| db.find(format!("key:{it}").as_bytes()).is_some()).count()
    };
    assert!(kept(0) < 25, "{}", kept(0));
    assert!(kept(750) > 225, "{}", kept(750));
}

#[test]
fn what_is_used_often_stays() {
    let mut rig = rig(Policy::AllkeysLfu, 0);
    for number in 0..1_000 {
        rig.run(&format!("set key:{number} {VALUE}"));
    }
    for _ in 0..40 {
        (0..200).for_each(|number| drop(rig.run(&format!("get key:{number}"))));
    }
    rig.engine.shared.settings.maxmemory = rig.engine.used_memory() / 2;
    while rig.engine.evict_some() == Memory::Evicting {}
    let db = &rig.engine.databases[0].db;
    let kept = (0..200).filter(|it| db.find(format!("key:{it}").as_bytes()).is_some()).count();
    assert!(kept > 190, "{kept}");
}

/// Hits of a cache of so many keys that forgets exactly the one that was not used for longest.
fn hits_of_exact(accesses: &[usize], keys: usize) -> usize {
    let (mut last, mut order, mut hits) = (HashMap::new(), BTreeSet::new(), 0);
    for (time, key) in accesses.iter().enumerate() {
        match last.insert(*key, time) {
            Some(before) => {
                hits += 1;
                order.remove(&(before, *key));
            }
            None if order.len() >= keys => {
                let (_, gone) = order.pop_first().unwrap();
                last.remove(&gone);
            }
            None => {}
        }
        order.insert((time, *key));
    }
    hits
}

#[test]
fn it_hits_about_as_often_as_an_exact_lru() {
    let mut rng = Rng::new(3);
    // Some keys are asked for much more often than others, and which these are changes.
    let access = |time: usize| {
        let share = rng.below(1_000) as f64 / 1_000.0;
        (share.powi(4) * 20_000.0) as usize + time / 20
    };
    let accesses: Vec<usize> = (0..60_000).map(access).collect();
    let mut rig = rig(Policy::AllkeysLru, 500_000);
    let (mut hits, mut keys) = (0, 0);
    for (time, key) in accesses.iter().enumerate() {
        if time % 10 == 0 {
            rig.now += Duration::from_secs(1);
        }
        if rig.run(&format!("get key:{key}")) == "$-1" {
            assert_eq!(rig.run(&format!("set key:{key} {VALUE}")), "+OK");
        } else {
            hits += 1;
        }
        keys += rig.engine.databases[0].db.len();
    }
    let exact = hits_of_exact(&accesses, keys / accesses.len());
    assert!(hits * 100 > exact * 95, "{hits} hits, {exact} are possible");
}

#[test]
fn who_watches_a_key_and_who_listens_hears_that_it_was_evicted() {
    let mut rig = rig(Policy::AllkeysRandom, 0);
    rig.engine.shared.settings.notify = Class::parse(b"Ee").unwrap();
    rig.run_as(1, "ping");
    rig.engine.shared.hub.subscribe(2, Topic::Channel, b"__keyevent@0__:evicted");
    rig.run(&format!("set a {VALUE}"));
    rig.run("watch a");
    rig.run("multi");
    rig.run("get a");
    rig.engine.shared.settings.maxmemory = 1;
    rig.advance(Duration::from_millis(100));
    assert_eq!(rig.run("exec"), "*-1");
    assert!(rig.heard(1).ends_with("__keyevent@0__:evicted $1 a"));
}
