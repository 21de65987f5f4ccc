//! What sockets of several runtimes need to move bytes between them and the driver's buffers.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::task::Poll;

use bytes::{Buf, BytesMut};
use redis_client_core::resp_core::OutBuf;

/// Reads into the spare capacity of `dst`, for sockets that only fill memory that is initialized:
/// how many bytes.
///
/// Spare capacity isn't, and to clear it for each read costs more than to copy the little that most
/// reads bring. So the bytes come by way of a buffer that all the connections of a thread share: it
/// stays in the processor's cache, and an idle connection holds none.
///
/// # Errors
///
/// Those of `read`.
pub fn read_initialized(
    dst: &mut BytesMut,
    read: impl FnOnce(&mut [u8]) -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let room = dst.capacity() - dst.len();
    debug_assert!(room > 0, "without room, 0 bytes would look like the end");
    // Taken out, so that nothing is borrowed while others' code runs.
    let mut memory = PASSAGE.take();
    let size = room.min(PASSAGE_SIZE);
    if memory.len() < size {
        memory.resize(size, 0);
    }
    let passage = match memory.get_mut(..room) {
        Some(passage) => passage,
        None => &mut memory,
    };
    let result = read(passage);
    if let Poll::Ready(Ok(count)) = result {
        dst.extend_from_slice(passage.get(..count).unwrap_or(passage));
    }
    PASSAGE.set(memory);
    result
}

/// Writes the segments of `src` by one call, and takes off what was written: how many bytes.
///
/// # Errors
///
/// Those of `write`.
pub fn write_segments(
    src: &mut OutBuf,
    write: impl FnOnce(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let mut slices = [IoSlice::new(&[]); SEGMENTS];
    let filled = src.chunks_vectored(&mut slices);
    let result = write(slices.get(..filled).unwrap_or(&slices));
    if let Poll::Ready(Ok(count)) = result {
        src.advance(count);
    }
    result
}

thread_local! {
    static PASSAGE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The most of it. Stays in the second level of a processor's cache, and is enough to make little
/// of a system call.
const PASSAGE_SIZE: usize = 64 * 1024;

/// Segments by one call, as many as tokio writes.
const SEGMENTS: usize = 64;

#[cfg(test)]
mod tests {
    use redis_client_core::resp_core::Out;

    use super::*;

    /// What the socket fills, and how much of it there was.
    fn filling(count: usize, byte: u8) -> impl FnOnce(&mut [u8]) -> Poll<io::Result<usize>> {
        move |passage| {
            let count = count.min(passage.len());
            passage[..count].fill(byte);
            Poll::Ready(Ok(count))
        }
    }

    fn count(result: Poll<io::Result<usize>>) -> usize {
        match result {
            Poll::Ready(Ok(count)) => count,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_are_appended_and_never_beyond_the_capacity() {
        let mut dst = BytesMut::with_capacity(10);
        dst.extend_from_slice(b"ab");
        let capacity = dst.capacity();
        assert_eq!(count(read_initialized(&mut dst, filling(3, b'c'))), 3);
        assert_eq!(&dst[..], b"abccc");
        // What the first has left behind is not read again.
        assert_eq!(count(read_initialized(&mut dst, filling(1, b'd'))), 1);
        assert_eq!(&dst[..], b"abcccd");
        assert_eq!(count(read_initialized(&mut dst, filling(usize::MAX, b'e'))), capacity - 6);
        assert_eq!(dst.capacity(), capacity);
    }

    #[test]
    fn a_read_that_brings_nothing_leaves_all_as_it_was() {
        let mut dst = BytesMut::with_capacity(10);
        assert!(read_initialized(&mut dst, |_| Poll::Pending).is_pending());
        let error = read_initialized(&mut dst, |_| Poll::Ready(Err(io::Error::other("x"))));
        assert!(matches!(error, Poll::Ready(Err(_))));
        assert_eq!(count(read_initialized(&mut dst, filling(0, b'a'))), 0);
        assert!(dst.is_empty());
    }

    #[test]
    fn a_read_inside_a_read_has_memory_of_its_own() {
        let (mut outer, mut inner) = (BytesMut::with_capacity(8), BytesMut::with_capacity(8));
        let read = read_initialized(&mut outer, |passage| {
            passage[..4].fill(b'o');
            assert_eq!(count(read_initialized(&mut inner, filling(4, b'i'))), 4);
            Poll::Ready(Ok(4))
        });
        assert_eq!(count(read), 4);
        assert_eq!((&outer[..], &inner[..]), (&b"oooo"[..], &b"iiii"[..]));
    }

    #[test]
    fn segments_are_written_together_and_what_is_left_stays() {
        let mut src = OutBuf::new();
        src.put(b"head");
        src.put_shared(vec![b's'; OutBuf::SHARE_FROM].into());
        src.put(b"tail");
        let whole = src.len();
        let mut written = Vec::new();
        let write = write_segments(&mut src, |slices| {
            assert_eq!(slices.len(), 3);
            slices.iter().for_each(|slice| written.extend_from_slice(slice));
            written.truncate(5);
            Poll::Ready(Ok(5))
        });
        assert_eq!((count(write), &written[..]), (5, &b"heads"[..]));
        assert_eq!(src.len(), whole - 5);
        assert!(write_segments(&mut src, |_| Poll::Pending).is_pending());
        assert_eq!(src.len(), whole - 5);
    }
}
