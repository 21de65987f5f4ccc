//! Random sequences against a list of who holds what.

use std::collections::BTreeSet;

use proptest::prelude::*;
use redis_server_core::{Hub, Topic, glob_matches};

/// Every subscription, as it was asked for.
#[derive(Default)]
struct Model(BTreeSet<(u8, Topic, Vec<u8>)>);

impl Model {
    fn held(&self, id: u8, topic: Topic) -> impl Iterator<Item = Vec<u8>> {
        let all = self.0.iter().filter(move |(holder, kind, _)| (*holder, *kind) == (id, topic));
        all.map(|(_, _, name)| name.clone())
    }

    fn count(&self, id: u8, topic: Topic) -> usize {
        let counted: &[Topic] = match topic {
            Topic::ShardChannel => &[Topic::ShardChannel],
            _ => &[Topic::Channel, Topic::Pattern],
        };
        counted.iter().map(|topic| self.held(id, *topic).count()).sum()
    }

    fn receivers(&self, channel: &[u8]) -> Vec<(u8, Option<Vec<u8>>)> {
        let mut receivers: Vec<_> = self
            .0
            .iter()
            .filter_map(|(id, topic, name)| match topic {
                Topic::Channel => (name == channel).then_some((*id, None)),
                Topic::Pattern => glob_matches(name, channel).then(|| (*id, Some(name.clone()))),
                Topic::ShardChannel => None,
            })
            .collect();
        receivers.sort();
        receivers
    }
}

#[derive(Clone, Debug)]
enum Step {
    Subscribe(u8, Topic, Vec<u8>),
    Unsubscribe(u8, Topic, Vec<u8>),
    UnsubscribeAll(u8, Topic),
    Remove(u8),
    Publish(Vec<u8>),
}

const NAMES: &[&[u8]] = &[b"", b"a", b"b", b"ab", b"*", b"a*", b"?", b"[ab]"];

fn step() -> impl Strategy<Value = Step> {
    let id = 0..4_u8;
    let topic =
        prop::sample::select(&[Topic::Channel, Topic::Pattern, Topic::ShardChannel][..]).boxed();
    let name = prop::sample::select(NAMES).prop_map(<[u8]>::to_vec).boxed();
    let one = (id.clone(), topic.clone(), name.clone());
    prop_oneof![
        5 => one.clone().prop_map(|(id, topic, name)| Step::Subscribe(id, topic, name)),
        3 => one.prop_map(|(id, topic, name)| Step::Unsubscribe(id, topic, name)),
        1 => (id.clone(), topic).prop_map(|(id, topic)| Step::UnsubscribeAll(id, topic)),
        1 => id.prop_map(Step::Remove),
        3 => name.prop_map(Step::Publish),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_model_agrees(steps in prop::collection::vec(step(), 0..60)) {
        let (mut hub, mut model) = (Hub::new(), Model::default());
        for step in steps {
            match step {
                Step::Subscribe(id, topic, name) => {
                    let count = hub.subscribe(id, topic, &name);
                    model.0.insert((id, topic, name));
                    prop_assert_eq!(count, model.count(id, topic));
                }
                Step::Unsubscribe(id, topic, name) => {
                    let count = hub.unsubscribe(id, topic, &name);
                    model.0.remove(&(id, topic, name));
                    prop_assert_eq!(count, model.count(id, topic));
                }
                Step::UnsubscribeAll(id, topic) => {
                    let mut expected = vec![];
                    for name in model.held(id, topic).collect::<Vec<_>>() {
                        model.0.remove(&(id, topic, name.clone()));
                        expected.push((Some(name.into()), model.count(id, topic)));
                    }
                    if expected.is_empty() {
                        expected.push((None, model.count(id, topic)));
                    }
                    let ended = hub.unsubscribe_all(id, topic).collect::<Vec<_>>();
                    prop_assert_eq!(ended, expected);
                }
                Step::Remove(id) => {
                    hub.remove(id);
                    model.0.retain(|(holder, ..)| *holder != id);
                }
                Step::Publish(channel) => check_publish(&hub, &model, &channel)?,
            }
            check(&hub, &model)?;
        }
    }
}

fn check_publish(hub: &Hub<u8>, model: &Model, channel: &[u8]) -> Result<(), TestCaseError> {
    let expected = model.receivers(channel);
    let mut receivers: Vec<_> =
        hub.receivers(channel).map(|(id, by)| (id, by.map(|by| by.to_vec()))).collect();
    let mut delivered = vec![];
    let count = hub.publish(channel, b"", |id, _| delivered.push(id));
    prop_assert_eq!(count, expected.len());
    prop_assert_eq!(delivered, receivers.iter().map(|(id, _)| *id).collect::<Vec<_>>());
    receivers.sort();
    prop_assert_eq!(receivers, expected);
    let shard: Vec<_> = hub.shard_receivers(channel).collect();
    prop_assert_eq!(hub.publish_shard(channel, b"", |_, _| {}), shard.len());
    Ok(())
}

fn check(hub: &Hub<u8>, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(hub.is_empty(), model.0.is_empty());
    for id in 0..4 {
        let held = model.0.iter().filter(|(holder, ..)| *holder == id).count();
        prop_assert_eq!(hub.subscriptions(id), held);
    }
    for topic in [Topic::Channel, Topic::Pattern, Topic::ShardChannel] {
        let names: BTreeSet<&Vec<u8>> =
            model.0.iter().filter(|(_, kind, _)| *kind == topic).map(|(.., name)| name).collect();
        prop_assert_eq!(hub.len(topic), names.len());
        prop_assert!(hub.names(topic, None).eq(names.iter().copied()));
        for name in names {
            let holders =
                model.0.iter().filter(|(_, kind, held)| (kind, held) == (&topic, name)).count();
            prop_assert_eq!(hub.subscribers(topic, name), holders);
        }
    }
    Ok(())
}
