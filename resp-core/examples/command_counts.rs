//! Counts the commands of a stream by name, such as those of an append-only file (one without
//! annotations and RDB; `resp-dump` takes both): `command_counts < appendonly.aof.1.incr.aof`.

use std::collections::BTreeMap;
use std::io::{self, Read};

use resp_core::{Decoder, Limits, View};

fn main() -> io::Result<()> {
    for (name, count) in count(io::stdin().lock())? {
        println!("{count:>10} {}", name.escape_ascii());
    }
    Ok(())
}

fn count(mut stream: impl Read) -> io::Result<BTreeMap<Vec<u8>, u64>> {
    let mut decoder = Decoder::new(Limits::default());
    let mut counts = BTreeMap::new();
    let mut held = Vec::new();
    while stream.by_ref().take(64 * 1024).read_to_end(&mut held)? > 0 {
        let mut rest = held.as_slice();
        while let Some(frame) = decoder.decode_ref(rest).map_err(io::Error::other)? {
            if let View::Array(mut arguments) = frame.view()
                && let Some(View::BulkString(name)) = arguments.next().map(|name| name.view())
            {
                *counts.entry(name.to_ascii_uppercase()).or_default() += 1;
            }
            rest = rest.get(frame.len()..).unwrap_or_default();
        }
        held.drain(..held.len() - rest.len());
    }
    if !held.is_empty() {
        let at = decoder.scanner().frame_start();
        return Err(io::Error::other(format!("cut off in the frame at byte {at}")));
    }
    Ok(counts)
}
