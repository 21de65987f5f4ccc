use std::collections::VecDeque;

use super::super::Rng;
use super::*;

/// A list and what it should be.
struct Pair {
    list: List,
    model: VecDeque<Vec<u8>>,
}

impl Pair {
    fn check(&self) {
        assert_eq!(self.list.len(), self.model.len());
        assert!(self.list.iter().eq(self.model.iter()), "forwards");
        assert!(self.list.iter().rev().eq(self.model.iter().rev()), "backwards");
        assert_eq!(self.list.peek(Side::Left), self.model.front().map(Vec::as_slice));
        assert_eq!(self.list.peek(Side::Right), self.model.back().map(Vec::as_slice));
        assert_eq!(self.list.bytes, self.list.nodes.iter().map(Node::capacity).sum::<usize>());
        for node in &self.list.nodes {
            assert!(node.count() > 0);
            assert!(node.used() <= NODE || node.count() == 1, "{} bytes", node.used());
            assert!(node.capacity() <= SMALL_ENOUGH.max(node.used() * 8), "{node:?}");
        }
    }
}

/// Buffers that may be nearly empty.
const SMALL_ENOUGH: usize = NODE;

fn element(rng: &mut Rng) -> Vec<u8> {
    let longest = [3, 3, 3, 130, 130, 5_000, 20_000][rng.below(7)];
    vec![b'a' + rng.below(3) as u8; rng.below(longest)]
}

#[test]
fn it_is_what_a_simple_list_is() {
    for seed in 0..40 {
        let mut rng = Rng::new(seed);
        let mut pair = Pair { list: List::default(), model: VecDeque::new() };
        let most = [20, 3_000][rng.below(2)];
        for _ in 0..3_000 {
            let Pair { list, model } = &mut pair;
            let at = rng.below(model.len() + 1);
            match rng.below(if model.len() < most { 24 } else { 16 }) {
                0..3 => assert_eq!(list.pop(Side::Left).as_deref(), model.pop_front().as_deref()),
                3..6 => assert_eq!(list.pop(Side::Right).as_deref(), model.pop_back().as_deref()),
                6..9 => {
                    let new = element(&mut rng);
                    assert_eq!(list.set(at, &new), at < model.len());
                    if let Some(place) = model.get_mut(at) {
                        *place = new;
                    }
                }
                9..12 => {
                    let new = element(&mut rng);
                    list.insert(at, &new);
                    model.insert(at, new);
                }
                12 => {
                    let (value, most) = (element(&mut rng), rng.below(4) + 1);
                    let equal: Vec<usize> =
                        (0..model.len()).filter(|at| model[*at] == value).collect();
                    let (side, gone) = if rng.below(2) == 0 {
                        (Side::Left, equal.iter().take(most).copied().collect::<Vec<_>>())
                    } else {
                        (Side::Right, equal.iter().rev().take(most).rev().copied().collect())
                    };
                    assert_eq!(list.remove_equal(&value, most, side), gone.len());
                    gone.iter().rev().for_each(|at| drop(model.remove(*at)));
                }
                13 => {
                    let (first, end) = (rng.below(4), model.len() - model.len() / 8);
                    list.trim(first, end);
                    model.truncate(end);
                    model.drain(..first.min(model.len()));
                }
                14 => assert_eq!(list.get(at), model.get(at).map(Vec::as_slice)),
                15 => {
                    let end = at + rng.below(model.len() - at + 1);
                    assert!(list.range(at..end).eq(model.range(at..end)));
                    assert!(list.range(at..end).rev().eq(model.range(at..end).rev()));
                }
                16..20 => {
                    let new = element(&mut rng);
                    list.push(Side::Left, &new);
                    model.push_front(new);
                }
                _ => {
                    let new = element(&mut rng);
                    list.push(Side::Right, &new);
                    model.push_back(new);
                }
            }
            if rng.below(10) == 0 {
                pair.check();
            }
        }
        pair.check();
    }
}

#[test]
fn small_elements_take_little_more_than_themselves() {
    for side in [Side::Left, Side::Right] {
        let mut list = List::default();
        (0..100_000).for_each(|_| list.push(side, b"abc"));
        assert!(list.heap_bytes() < 100_000 * 6, "{}", list.heap_bytes());
        while list.len() > 10 {
            list.pop(side);
        }
        assert!(list.heap_bytes() < 6_000, "{}", list.heap_bytes());
    }
    let mut list = List::default();
    list.push(Side::Right, b"abc");
    assert!(list.heap_bytes() <= 128, "{}", list.heap_bytes());
}

#[test]
fn a_queue_stays_small() {
    let mut list = List::default();
    for number in 0..100_000_u32 {
        list.push(Side::Right, &number.to_le_bytes());
        if number >= 10 {
            assert_eq!(list.pop(Side::Left).as_deref(), Some(&(number - 10).to_le_bytes()[..]));
        }
    }
    assert!(list.heap_bytes() < 1024, "{}", list.heap_bytes());
}

#[test]
fn elements_from_both_sides_share_a_node() {
    let mut list = List::default();
    for _ in 0..100 {
        list.push(Side::Left, b"left");
        list.push(Side::Right, b"right");
    }
    assert_eq!(list.nodes.len(), 1);
}
