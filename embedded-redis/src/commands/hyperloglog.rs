//! HyperLogLogs.

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::arg;
use crate::engine::{Answer, Class, Data, Error, Outcome, Runs};
use crate::keyspace::{Corrupt, HyperLogLog, Registers, Text};

pub(super) const COMMANDS: Commands = &[
    ("pfadd", Runs::Data(pfadd)),
    ("pfcount", Runs::Data(pfcount)),
    ("pfmerge", Runs::Data(pfmerge)),
];

const NOT_ONE: Error = Error::of("WRONGTYPE Key is not a valid HyperLogLog string value.");

impl From<Corrupt> for Error {
    fn from(_: Corrupt) -> Self {
        Self::of("INVALIDOBJ Corrupted HLL object detected")
    }
}

fn pfadd(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut text = data.edit_or_new::<Text>(arg(&request, 1))?;
    let mut changed = text.is_new();
    if text.is_new() {
        *text = Text::Grown(HyperLogLog::empty());
    } else if !text.with_bytes(HyperLogLog::is_one) {
        return Err(NOT_ONE);
    }
    let mut hyperloglog = HyperLogLog::new(text.grown()).ok_or(NOT_ONE)?;
    for element in request.iter().skip(2) {
        changed |= hyperloglog.add(element)?;
    }
    if changed {
        hyperloglog.invalidate();
        text.done(Class::STRING, "pfadd");
    }
    answer.int(changed.into())
}

fn pfcount(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() > 2 {
        let mut registers = Registers::default();
        for key in request.iter().skip(1) {
            merge(data, key, &mut registers)?;
        }
        return answer.int(registers.count() as i64);
    }
    let key = arg(&request, 1);
    let Some(text) = data.read::<Text>(key)? else { return answer.int(0) };
    if !text.with_bytes(HyperLogLog::is_one) {
        return Err(NOT_ONE);
    }
    let Some(mut text) = data.edit::<Text>(key)? else { return answer.int(0) };
    let mut hyperloglog = HyperLogLog::new(text.grown()).ok_or(NOT_ONE)?;
    let (count, computed) = hyperloglog.count()?;
    drop(text);
    // It is kept in the string, which is a change of it, though none that is told.
    if computed {
        data.modified(key);
    }
    answer.int(count as i64)
}

fn pfmerge(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut registers = Registers::default();
    let mut dense = false;
    for key in request.iter().skip(1) {
        dense |= merge(data, key, &mut registers)?;
    }
    let mut text = data.edit_or_new::<Text>(arg(&request, 1))?;
    if text.is_new() {
        *text = Text::Grown(HyperLogLog::empty());
    }
    let mut hyperloglog = HyperLogLog::new(text.grown()).ok_or(NOT_ONE)?;
    if dense {
        hyperloglog.make_dense()?;
    }
    for (register, count) in registers.iter() {
        hyperloglog.raise(register, count)?;
    }
    hyperloglog.invalidate();
    text.done(Class::STRING, "pfadd");
    answer.ok()
}

/// Raises the registers to those of the key's HyperLogLog, if there is one, and returns whether it
/// is dense.
fn merge(data: &mut Data<'_>, key: &[u8], registers: &mut Registers) -> Result<bool, Error> {
    let Some(text) = data.read::<Text>(key)? else { return Ok(false) };
    text.with_bytes(|bytes| {
        if !HyperLogLog::is_one(bytes) {
            return Err(NOT_ONE);
        }
        registers.merge(bytes)?;
        Ok(HyperLogLog::is_dense(bytes))
    })
}

#[cfg(test)]
mod tests {
    use crate::engine::testing::Rig;

    fn add(rig: &mut Rig, key: &str, elements: std::ops::Range<u32>) {
        for element in elements {
            rig.run(&format!("pfadd {key} {element}"));
        }
    }

    /// The numbers are those of redis-server 7.0.15.
    #[test]
    fn counts_are_those_of_redis() {
        let mut rig = Rig::new();
        assert_eq!(rig.run("pfadd a"), ":1");
        assert_eq!(rig.run("pfadd a"), ":0");
        assert_eq!(rig.run("pfcount a"), ":0");
        assert_eq!(rig.run("pfadd a x"), ":1");
        assert_eq!(rig.run("pfadd a x"), ":0");
        add(&mut rig, "b", 0..1000);
        assert_eq!(rig.run("strlen b"), ":1923");
        assert_eq!(rig.run("pfcount b"), ":1001");
        add(&mut rig, "b", 1000..50_000);
        assert_eq!(rig.run("strlen b"), ":12304");
        assert_eq!(rig.run("pfcount b"), ":50354");
        assert_eq!(rig.run("pfcount b"), ":50354");
        assert_eq!(rig.run("pfcount a b nothing"), ":50354");
        assert_eq!(rig.run("pfmerge c a b"), "+OK");
        assert_eq!(rig.run("pfcount c"), ":50354");
    }

    #[test]
    fn what_is_none_is_refused() {
        let mut rig = Rig::new();
        let none = "-WRONGTYPE Key is not a valid HyperLogLog string value.";
        rig.run("mset a hello b HYLL\\0 c 12");
        for command in ["pfadd a x", "pfcount b", "pfcount a d", "pfmerge d c", "pfmerge b d"] {
            assert_eq!(rig.run(command), none, "{command}");
        }
        assert_eq!(rig.run("exists d"), ":0");
        let corrupt = "-INVALIDOBJ Corrupted HLL object detected";
        rig.run("set a \"HYLL\\x01\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\x80\\x7f\\xfe\"");
        for command in ["pfcount a", "pfcount a d", "pfmerge d a"] {
            assert_eq!(rig.run(command), corrupt, "{command}");
        }
    }
}
