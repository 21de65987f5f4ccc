//! The same output for any pieces the stream comes in, and one clear line for a bad one.

use super::*;

/// Hands out a stream in pieces of so many bytes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(buffer.len()).min(self.0.len());
        let (piece, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(piece);
        self.0 = rest;
        Ok(length)
    }
}

/// The output, and the problem if there is one.
fn dumped(stream: &[u8], options: &Options) -> (String, Option<String>) {
    let mut results = [1, 7, READ].map(|piece| {
        let mut out = Vec::new();
        let problem = match dump(Pieces(stream, piece), &mut out, options) {
            Ok(()) => None,
            Err(error) if error.kind() == ErrorKind::InvalidData => Some(error.to_string()),
            Err(error) => panic!("{error}"),
        };
        (String::from_utf8(out).unwrap(), problem)
    });
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
    std::mem::take(&mut results[0])
}

const FRAMES: Options = Options { commands: false, limit: 8 };
const COMMANDS: Options = Options { commands: true, limit: 8 };

#[test]
fn frames_are_listed_by_offset() {
    let (out, problem) =
        dumped(b"+OK\r\n*2\r\n$1\r\na\r\n*1\r\n:7\r\n$9\r\n123456789\r\n", &FRAMES);
    let expected = concat!(
        "         0  OK\n",
        "         5  1) \"a\"\n",
        "            2) 1) (integer) 7\n",
        "        24  \"12345678\".. (9 bytes)\n",
    );
    assert_eq!((out.as_str(), problem), (expected, None));
}

#[test]
fn commands_fit_on_a_line_and_other_frames_stay() {
    let stream = b"*2\r\n$3\r\nGET\r\n$2\r\na\"\r\n*1\r\n:1\r\n*0\r\n";
    let (out, problem) = dumped(stream, &COMMANDS);
    let expected = concat!(
        "         0  \"GET\" \"a\\\"\"\n",
        "        21  1) (integer) 1\n",
        "        29  (empty array)\n",
    );
    assert_eq!((out.as_str(), problem), (expected, None));
}

#[test]
fn annotations_are_comments_and_booleans_are_not() {
    let (out, problem) = dumped(b"#TS:1628217470\r\n#t\r\n#TS:1\r\n:x", &FRAMES);
    let expected = "         0  # TS:1628217470\n        16  (true)\n        20  # TS:1\n";
    let expected_problem = "expected a digit, got 'x' at byte 28, in the frame at byte 27";
    assert_eq!((out.as_str(), problem.as_deref()), (expected, Some(expected_problem)));
}

#[test]
fn an_endless_annotation_is_refused() {
    let (_, problem) = dumped(&[b"#TS:".as_slice(), &[b'1'; 2000]].concat(), &FRAMES);
    assert_eq!(problem.as_deref(), Some("endless annotation at byte 0"));
}

#[test]
fn rdb_data_is_refused() {
    let (out, problem) = dumped(b"REDIS0009\xfa\x09redis-ver", &FRAMES);
    assert_eq!(out, "");
    assert!(problem.unwrap().starts_with("RDB data"));
}

#[test]
fn the_end_within_a_frame_is_told() {
    let (out, problem) = dumped(b":1\r\n$10\r\nhello", &FRAMES);
    assert_eq!(out, "         0  (integer) 1\n");
    let expected = "ends within the frame at byte 4, of which 10 bytes are there";
    assert_eq!(problem.as_deref(), Some(expected));
}

#[test]
fn a_long_frame_is_summed_up_and_what_follows_is_found() {
    let payload = vec![b'x'; 3 * HELD_MAX];
    let head = format!("*2\r\n$3\r\nPUT\r\n${}\r\n", payload.len());
    let stream = [b":1\r\n", head.as_bytes(), &payload, b"\r\n#TS:5\r\n:2\r\n:y"].concat();
    for options in [FRAMES, COMMANDS] {
        let mut out = Vec::new();
        let problem = dump(&stream[..], &mut out, &options).unwrap_err().to_string();
        let length = head.len() + payload.len() + 2;
        let expected = format!(
            "         0  (integer) 1\n         4  (array of 2: {length} bytes in all, \
             not shown)\n{:>10}  # TS:5\n{:>10}  (integer) 2\n",
            4 + length,
            11 + length,
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
        assert!(problem.contains(&format!(
            "at byte {}, in the frame at byte {}",
            16 + length,
            15 + length
        )));
    }
}

#[test]
fn whether_a_frame_is_printed_depends_on_its_length_alone() {
    for over in [0, 1, 9] {
        // Lengths of seven digits.
        let payload = vec![b'x'; HELD_MAX - "$1048564\r\n\r\n".len() + over];
        let stream = [format!("${}\r\n", payload.len()).as_bytes(), &payload, b"\r\n"].concat();
        assert_eq!(stream.len(), HELD_MAX + over);
        let (out, problem) = dumped(&stream, &FRAMES);
        assert_eq!((out.contains("not shown"), problem), (over > 0, None));
    }
}

#[test]
fn the_end_within_a_long_frame_and_an_error_in_it_are_told() {
    let payload = vec![b'x'; 2 * HELD_MAX];
    let head = format!(":1\r\n${}\r\n", payload.len());
    for (tail, expected) in [
        (
            "",
            format!(
                "ends within the frame at byte 4, of which {} bytes are there",
                payload.len() + head.len() - 4
            ),
        ),
        (
            "ab",
            format!(
                "expected CR LF, got 'a' at byte {}, in the frame at byte 4",
                payload.len() + head.len()
            ),
        ),
    ] {
        let stream = [head.as_bytes(), &payload, tail.as_bytes()].concat();
        let problem = dump(&stream[..], &mut Vec::new(), &FRAMES).unwrap_err().to_string();
        assert_eq!(problem, expected);
    }
}

#[test]
fn options_are_checked() {
    let parse = |line: &str| Options::parse(line.split_whitespace().map(str::to_owned));
    let (options, file) = parse("--limit 5 --commands -").unwrap().unwrap();
    assert_eq!((options.limit, options.commands, file.as_deref()), (5, true, Some("-")));
    assert!(parse("x --help").unwrap().is_none());
    for bad in ["--limit", "--limit x", "--bogus", "a b"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
