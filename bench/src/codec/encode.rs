//! Each codec encodes SET commands into one buffer, which keeps its memory from pass to pass.

use std::rc::Rc;

use bytes::BytesMut;
use redis_protocol::resp2::encode::extend_encode_borrowed;
use redis_protocol::resp2::types::BorrowedFrame;

use super::workload::{self, Workload};
use super::{Pass, Runner};

pub(super) const ENCODE_SET: &str = "encode set";

pub(super) fn runners() -> Vec<Runner> {
    let commands: Rc<[Set]> = (0..COMMANDS).map(Set::new).collect();
    let mut written = Vec::new();
    commands.iter().for_each(|set| resp_core(&mut written, set));
    let workload = Workload {
        name: ENCODE_SET,
        frames: commands.len(),
        sum: byte_sum(&written),
        bytes: written,
    };
    vec![
        runner(&workload, &commands, "resp-core", Vec::clear, resp_core),
        runner(&workload, &commands, "redis-protocol", BytesMut::clear, redis_protocol),
        runner(&workload, &commands, "redis-rs", Vec::clear, redis_rs),
    ]
}

/// The arguments of one command.
struct Set {
    key: String,
    value: String,
}

impl Set {
    fn new(index: usize) -> Self {
        Self { key: workload::key(index), value: workload::value(index) }
    }
}

fn runner<B: AsRef<[u8]> + Default + 'static>(
    workload: &Workload,
    commands: &Rc<[Set]>,
    codec: &'static str,
    clear: fn(&mut B),
    encode: impl Fn(&mut B, &Set) + 'static,
) -> Runner {
    let commands = Rc::clone(commands);
    let mut out = B::default();
    Runner::new(workload, codec, move || {
        clear(&mut out);
        let pass = Pass::time(|| {
            commands.iter().for_each(|set| encode(&mut out, set));
            0
        });
        Pass { sum: byte_sum(out.as_ref()), ..pass }
    })
}

fn resp_core(out: &mut Vec<u8>, Set { key, value }: &Set) {
    resp_core::encode::command(out, ["SET", key, value]);
}

fn redis_protocol(out: &mut BytesMut, Set { key, value }: &Set) {
    let frame = BorrowedFrame::Array(&[
        BorrowedFrame::BulkString(b"SET"),
        BorrowedFrame::BulkString(key.as_bytes()),
        BorrowedFrame::BulkString(value.as_bytes()),
    ]);
    // A frame cut short shows in the sum.
    let _ = extend_encode_borrowed(out, &frame, false);
}

fn redis_rs(out: &mut Vec<u8>, Set { key, value }: &Set) {
    redis::cmd("SET").arg(key).arg(value).write_packed_command(out);
}

/// What the codecs must agree on: all the bytes, in their order.
fn byte_sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum: u64, &byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)))
}

/// About 64 KiB of them.
const COMMANDS: usize = 1500;
