//! [`OutBuf`] against a plain vector, by random operations.
#![expect(clippy::indexing_slicing, reason = "a panic fails the test")]

use bytes::{Buf, Bytes};
use proptest::collection::vec;
use proptest::prelude::*;
use resp_core::{Out, OutBuf};

proptest! {
    #[test]
    fn behaves_as_a_vector(operations in vec(operation(), 0..40)) {
        let (mut out, mut model) = (OutBuf::new(), Vec::new());
        let mut written = 0;
        for operation in operations {
            apply(&mut out, &mut model, &mut written, operation);
            check(&out, &model);
        }
        prop_assert_eq!(out.copy_to_bytes(out.remaining()), model);
        prop_assert!(out.is_empty());
    }
}

#[derive(Clone, Debug)]
enum Operation {
    Put(usize),
    PutShared(usize),
    /// So many thousandths of what is queued.
    Advance(usize),
    /// Of a queue that these make.
    Append(Vec<Operation>),
    Shrink(usize),
}

fn apply(out: &mut OutBuf, model: &mut Vec<u8>, written: &mut usize, operation: Operation) {
    match operation {
        Operation::Put(length) => {
            let bytes = pattern(written, length);
            out.put(&bytes);
            model.extend(bytes);
        }
        Operation::PutShared(length) => {
            let bytes = pattern(written, length);
            out.put_shared(Bytes::copy_from_slice(&bytes));
            model.extend(bytes);
        }
        Operation::Advance(thousandths) => {
            let length = model.len() * thousandths / 1000;
            out.advance(length);
            model.drain(..length);
        }
        Operation::Append(operations) => {
            let (mut other, mut more) = (OutBuf::new(), Vec::new());
            for operation in operations {
                apply(&mut other, &mut more, written, operation);
            }
            out.append(&mut other);
            model.append(&mut more);
            assert!(other.is_empty());
            check(&other, &[]);
            // It can be used again, and has no more to do with where its bytes went.
            other.put(b"other");
            check(&other, b"other");
        }
        Operation::Shrink(capacity) => out.shrink(capacity),
    }
}

fn check(out: &OutBuf, model: &[u8]) {
    assert_eq!((out.len(), out.remaining()), (model.len(), model.len()));
    assert_eq!(out.is_empty(), model.is_empty());
    assert_eq!(out.has_remaining(), !out.chunk().is_empty());
    assert!(model.starts_with(out.chunk()));
    for slots in [1, 2, 200] {
        let mut slices = vec![std::io::IoSlice::new(b""); slots];
        let filled = out.chunks_vectored(&mut slices);
        let pieces: Vec<&[u8]> = slices[..filled].iter().map(|slice| &**slice).collect();
        let gathered = pieces.concat();
        assert!(pieces.iter().all(|piece| !piece.is_empty()));
        assert!(model.starts_with(&gathered));
        assert!(slots < 200 || gathered.len() == model.len(), "all of it in enough slots");
        assert!(slots > filled || filled == slots, "no more than there are");
    }
    let text = format!("{out:?}");
    assert!(text.len() < 80 && text.contains(&model.len().to_string()), "{text}");
}

/// Bytes that tell where they were put.
fn pattern(written: &mut usize, length: usize) -> Vec<u8> {
    let start = *written;
    *written += length;
    (start..start + length).map(|at| (at % 251) as u8).collect()
}

fn operation() -> impl Strategy<Value = Operation> {
    let share = OutBuf::SHARE_FROM;
    let length = prop_oneof![0..100_usize, share - 2..share + 2, Just(2 * share)];
    let simple = prop_oneof![
        4 => length.clone().prop_map(Operation::Put),
        3 => length.prop_map(Operation::PutShared),
        3 => (0..=1000_usize).prop_map(Operation::Advance),
        1 => Just(Operation::Advance(1000)),
        1 => (0..1000_usize).prop_map(Operation::Shrink),
    ];
    let append = vec(simple.clone(), 0..6).prop_map(Operation::Append);
    prop_oneof![5 => simple, 1 => append]
}
