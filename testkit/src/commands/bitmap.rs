//! Bits.

use redis_client_core::args::{
    BitOffset, BitOperation, BitRange, BitType, BitUnit, BitfieldOperation, Overflow,
};
use redis_client_core::cmd;

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [bits(), ranges(), operations(), fields()].into_iter().flatten().collect()
}

fn bits() -> Vec<Case> {
    vec![
        gives(cmd::setbit("k", 7, 1), false),
        gives(cmd::setbit("k", 7, 0), true).given("SETBIT k 7 1"),
        case(cmd::setbit("k", 7, 2)).fails("ERR bit is not an integer"),
        gives(cmd::getbit("k", 7), true).given("SETBIT k 7 1"),
        gives(cmd::getbit("k", 7), false),
    ]
}

fn ranges() -> Vec<Case> {
    // 01100001 01100010 01100011
    let abc = |case: Case| case.given("SET k abc");
    vec![
        abc(gives(cmd::bitcount("k"), 10)),
        gives(cmd::bitcount("k"), 0),
        abc(gives(cmd::bitcount("k").range(BitRange::Between(1, -1)), 7)),
        abc(gives(cmd::bitcount("k").range(BitRange::In(BitUnit::Byte, 0, 0)), 3)),
        abc(gives(cmd::bitcount("k").range(BitRange::In(BitUnit::Bit, 0, 1)), 1)),
        case(cmd::bitcount("k").range(BitRange::From(1))).not_run("valkey 8.0"),
        abc(gives(cmd::bitpos("k", 1), 1)),
        abc(gives(cmd::bitpos("k", 0), 0)),
        gives(cmd::bitpos("k", 1), -1),
        abc(gives(cmd::bitpos("k", 1).range(BitRange::From(1)), 9)),
        abc(gives(cmd::bitpos("k", 1).range(BitRange::Between(2, -1)), 17)),
        abc(gives(cmd::bitpos("k", 1).range(BitRange::In(BitUnit::Byte, 0, 0)), 1)),
        abc(gives(cmd::bitpos("k", 1).range(BitRange::In(BitUnit::Bit, 3, 6)), -1)),
    ]
}

fn operations() -> Vec<Case> {
    let two = |operation| gives(cmd::bitop(operation, "d", ["a", "b"]), 3).given("MSET a abc b x");
    let newer = |operation| case(cmd::bitop(operation, "d", ["a", "b"])).not_run("redis 8.2");
    vec![
        two(BitOperation::And),
        two(BitOperation::Or),
        two(BitOperation::Xor),
        gives(cmd::bitop(BitOperation::Not, "d", ["a"]), 3).given("SET a abc"),
        gives(cmd::bitop(BitOperation::Not, "d", ["a"]), 0),
        case(cmd::bitop(BitOperation::Not, "d", ["a", "b"])).fails("ERR BITOP NOT must be called"),
        newer(BitOperation::Diff),
        newer(BitOperation::Diff1),
        newer(BitOperation::AndOr),
        newer(BitOperation::One),
    ]
}

fn fields() -> Vec<Case> {
    use BitfieldOperation::{Get, IncrBy, Set};
    let (byte, at) = (BitType::Unsigned(8), BitOffset::Index);
    let too_much = |overflow| [BitfieldOperation::Overflow(overflow), IncrBy(byte, at(0), 200)];
    let steps = [
        Set(byte, at(1), 7),
        Get(byte, BitOffset::Bit(8)),
        IncrBy(BitType::Signed(5), BitOffset::Bit(100), -1),
    ];
    vec![
        gives(cmd::bitfield("k", steps), vec![Some(0), Some(7), Some(-1)]),
        gives(cmd::bitfield("k", []), vec![]),
        gives(cmd::bitfield("k", too_much(Overflow::Wrap)), vec![Some(41)]).given("SET k a"),
        gives(cmd::bitfield("k", too_much(Overflow::Saturate)), vec![Some(255)]).given("SET k a"),
        gives(cmd::bitfield("k", too_much(Overflow::Fail)), vec![None]).given("SET k a"),
        case(cmd::bitfield("k", [Get(BitType::Unsigned(64), at(0))])).fails("ERR Invalid bitfield"),
        gives(cmd::bitfield_ro("k"), vec![]),
        gives(cmd::bitfield_ro("k").get(byte, at(0)), vec![97]).given("SET k abc"),
        gives(cmd::bitfield_ro("k").get(byte, BitOffset::Bit(8)).get(byte, at(2)), vec![98, 99])
            .given("SET k abc"),
    ]
}
