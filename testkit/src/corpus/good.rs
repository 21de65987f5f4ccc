//! Frames of every type.

use super::Sample;

pub(super) fn samples() -> Vec<Sample> {
    let mut samples: Vec<_> = FRAMES.iter().map(|frame| Sample::good(&[frame])).collect();
    samples.extend(SEQUENCES.iter().map(|frames| Sample::good(frames)));
    samples.extend(UNFINISHED.iter().map(|input| Sample::unfinished(input)));
    samples.extend(payload_lengths().iter().map(|frame| Sample::good(&[frame])));
    samples
}

/// Frames around the lengths where a head gets longer or `Frame` changes its representation.
fn payload_lengths() -> Vec<Vec<u8>> {
    let frame = |length: usize| {
        [format!("${length}\r\n").as_bytes(), &vec![b'x'; length], b"\r\n"].concat()
    };
    [8, 9, 10, 11, 38, 39, 40, 41, 63, 64, 65, 99, 100, 127, 128, 129, 1000].map(frame).to_vec()
}

/// One frame each.
const FRAMES: &[&[u8]] = &[
    // Simple strings and errors.
    b"+OK\r\n",
    b"+\r\n",
    b"+a b\tc\x00\xff\r\n",
    b"+a simple string that is longer than what is kept inline\r\n",
    b"-\r\n",
    b"-ERR unknown command 'x'\r\n",
    // Integers.
    b":0\r\n",
    b":1\r\n",
    b":-1\r\n",
    b":10\r\n",
    b":1234567890\r\n",
    b":9223372036854775807\r\n",
    b":-9223372036854775808\r\n",
    b":999999999999999999\r\n",
    b":-999999999999999999\r\n",
    b":1000000000000000000\r\n",
    // Bulk strings. What looks like the protocol is payload.
    b"$0\r\n\r\n",
    b"$1\r\na\r\n",
    b"$5\r\nhello\r\n",
    b"$2\r\n\r\n\r\n",
    b"$1\r\n\r\r\n",
    b"$1\r\n\n\r\n",
    b"$5\r\n+OK\r\n\r\n",
    b"$3\r\n\x00\xff\x80\r\n",
    // Nulls.
    b"$-1\r\n",
    b"*-1\r\n",
    b"_\r\n",
    // Arrays.
    b"*0\r\n",
    b"*1\r\n*0\r\n",
    b"*1\r\n$-1\r\n",
    b"*1\r\n*-1\r\n",
    b"*3\r\n:1\r\n$1\r\na\r\n+b\r\n",
    b"*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n*1\r\n_\r\n",
    b"*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n",
    b"*12\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n:11\r\n:12\r\n",
    b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    // Booleans, doubles, big numbers.
    b"#t\r\n",
    b"#f\r\n",
    b",0\r\n",
    b",-0\r\n",
    b",1\r\n",
    b",+1\r\n",
    b",1.5\r\n",
    b",1.\r\n",
    b",-1.5e300\r\n",
    b",1E5\r\n",
    b",1e-5\r\n",
    b",1.e+5\r\n",
    b",1e999\r\n",
    b",0.1000000000000000055511151231257827\r\n",
    b",inf\r\n",
    b",-inf\r\n",
    b",+inf\r\n",
    b",nan\r\n",
    b",-nan\r\n",
    b"(0\r\n",
    b"(-1\r\n",
    b"(+1\r\n",
    b"(3492890328409238509324850943850943825024385\r\n",
    // Bulk errors and verbatim strings.
    b"!0\r\n\r\n",
    b"!21\r\nSYNTAX invalid syntax\r\n",
    b"!4\r\na\r\nb\r\n",
    b"=4\r\ntxt:\r\n",
    b"=15\r\ntxt:Some string\r\n",
    b"=5\r\nmkd::\r\n",
    b"=6\r\n::::\r\n\r\n",
    // Maps, sets, pushes.
    b"%0\r\n",
    b"%1\r\n+a\r\n:1\r\n",
    b"%2\r\n$1\r\na\r\n%1\r\n:1\r\n:2\r\n*1\r\n:1\r\n~0\r\n",
    b"~0\r\n",
    b"~2\r\n+a\r\n~1\r\n:1\r\n",
    b">0\r\n",
    b">1\r\n+x\r\n",
    b">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n",
    b">2\r\n+invalidate\r\n*1\r\n$3\r\nfoo\r\n",
    // Pushes between elements, which take no element's place.
    b"*1\r\n>1\r\n+x\r\n:1\r\n",
    b"*1\r\n>0\r\n:1\r\n",
    b"*2\r\n:1\r\n>2\r\n+x\r\n:5\r\n>1\r\n+y\r\n:2\r\n",
    b"*1\r\n>1\r\n>1\r\n+x\r\n:1\r\n:2\r\n",
    b"%1\r\n>1\r\n+x\r\n+k\r\n>1\r\n+y\r\n+v\r\n",
    b"*2\r\n*1\r\n>1\r\n+x\r\n:1\r\n:2\r\n",
    b">2\r\n>1\r\n+x\r\n+y\r\n+z\r\n",
    // Attributes: in front of frames, elements, pushes, keys, values and attributes; nested.
    b"|0\r\n:1\r\n",
    b"|1\r\n+k\r\n+v\r\n:1\r\n",
    b"|1\r\n+k\r\n+v\r\n|1\r\n+k\r\n+w\r\n:1\r\n",
    b"|1\r\n|1\r\n+a\r\n+b\r\n+k\r\n|1\r\n+c\r\n+d\r\n+v\r\n:1\r\n",
    b"|1\r\n+k\r\n*2\r\n:1\r\n:2\r\n*1\r\n:3\r\n",
    b"|1\r\n+k\r\n>1\r\n+x\r\n+v\r\n:1\r\n",
    b"|1\r\n+k\r\n+v\r\n>1\r\n+x\r\n",
    b"|1\r\n+k\r\n+v\r\n_\r\n",
    b"*2\r\n|1\r\n+k\r\n+v\r\n:1\r\n:2\r\n",
    b"*1\r\n|1\r\n+k\r\n+v\r\n>1\r\n+x\r\n:1\r\n",
    b"*1\r\n|1\r\n+k\r\n+v\r\n|0\r\n>1\r\n+x\r\n|1\r\n+l\r\n+w\r\n:1\r\n",
    b"*1\r\n|0\r\n*0\r\n",
    b"%1\r\n|1\r\n+k\r\n+v\r\n+a\r\n|1\r\n+l\r\n+w\r\n+b\r\n",
    // Streamed forms.
    b"$?\r\n;0\r\n",
    b"$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;2\r\nld\r\n;0\r\n",
    b"$?\r\n;2\r\n\r\n\r\n;0\r\n",
    b"*?\r\n.\r\n",
    b"*?\r\n:1\r\n:2\r\n.\r\n",
    b"~?\r\n+a\r\n.\r\n",
    b"%?\r\n.\r\n",
    b"%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n",
    b"*?\r\n*?\r\n.\r\n%?\r\n+a\r\n*?\r\n:1\r\n.\r\n.\r\n.\r\n",
    b"*2\r\n*?\r\n:1\r\n.\r\n:2\r\n",
    b"*2\r\n$?\r\n;1\r\na\r\n;0\r\n$?\r\n;0\r\n",
    b"*?\r\n*2\r\n:1\r\n:2\r\n$?\r\n;0\r\n*0\r\n.\r\n",
    b"*?\r\n>1\r\n+x\r\n:1\r\n>1\r\n+y\r\n.\r\n",
    b"*?\r\n>1\r\n*?\r\n:1\r\n.\r\n:2\r\n.\r\n",
    b"%?\r\n|1\r\n+k\r\n+v\r\n+a\r\n>1\r\n+x\r\n+b\r\n.\r\n",
    b"|1\r\n+k\r\n*?\r\n:1\r\n.\r\n:2\r\n",
    b">2\r\n+x\r\n*?\r\n.\r\n",
];

/// Several frames, which must not run into each other.
const SEQUENCES: &[&[&[u8]]] = &[
    &[b"+OK\r\n", b"+OK\r\n"],
    &[b"$-1\r\n", b"*-1\r\n", b"*0\r\n", b"$0\r\n\r\n"],
    &[b"*0\r\n", b":1\r\n", b">1\r\n+x\r\n", b":2\r\n"],
    &[b"*1\r\n:1\r\n", b">1\r\n+x\r\n", b":1\r\n"],
    &[b"*1\r\n>1\r\n+x\r\n:1\r\n", b"*1\r\n:1\r\n", b"*1\r\n>0\r\n:1\r\n"],
    &[b"|1\r\n+k\r\n+v\r\n:1\r\n", b":2\r\n"],
    &[b"%0\r\n", b"~0\r\n", b">0\r\n", b"_\r\n"],
    &[b"$?\r\n;1\r\na\r\n;0\r\n", b"*?\r\n.\r\n", b"+OK\r\n"],
    &[
        b"$46\r\n0123456789012345678901234567890123456789012345\r\n",
        b":1\r\n",
        b"$38\r\n01234567890123456789012345678901234567\r\n",
    ],
    &[b":1\r\n", b":2\r\n", b":3\r\n", b":4\r\n", b":5\r\n", b":6\r\n", b":7\r\n", b":8\r\n"],
];

/// Beginnings that say nothing wrong, and are no frame yet.
const UNFINISHED: &[&[u8]] = &[
    b"",
    b"*",
    b"$",
    b"+OK\r",
    b":1\r",
    b"$5\r\nhello",
    b"$5\r\nhello\r",
    b"$5\r\nhell",
    b"*1\r\n",
    b"*1\r\n*0\r",
    b"*2\r\n:1\r\n",
    b"%1\r\n+a\r\n",
    b"|1\r\n+k\r\n+v\r\n",
    b"|0\r\n",
    b"*1\r\n>1\r\n+x\r\n",
    b"$?\r\n",
    b"$?\r\n;1\r\na\r\n",
    b"$?\r\n;0\r",
    b"*?\r\n:1\r\n",
    b"*?\r\n.\r",
    b"%?\r\n+a\r\n",
    b"=4\r\ntxt",
    b"=4\r\ntxt:\r",
    b"#",
    b"#t",
    b",",
    b",-",
    b",1e",
    b",in",
    b"(",
    b"_",
];
