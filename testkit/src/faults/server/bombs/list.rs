//! What is thrown.

use crate::faults::server::talker::command;

/// Bytes, and what has to come of them.
pub(super) struct Bomb {
    pub(super) name: String,
    pub(super) input: Vec<u8>,
    pub(super) ends: Ends,
    /// Whether the client says that this was all.
    pub(super) hangs_up: bool,
    /// Whether it is for a server that wants a password first.
    pub(super) before_auth: bool,
}

/// How the connection ends.
#[derive(Clone, Copy)]
pub(super) enum Ends {
    /// With this protocol error.
    Error(&'static str),
    /// Without a word.
    Silence,
}

impl Bomb {
    fn new(input: impl Into<Vec<u8>>, ends: Ends) -> Self {
        let input = input.into();
        let name = input.iter().take(40).copied().collect::<Vec<_>>().escape_ascii().to_string();
        Self { name, input, ends, hangs_up: false, before_auth: false }
    }
}

/// Everything that ends by itself, and everything that ends when the client hangs up.
pub(super) fn all() -> Vec<Bomb> {
    let mut all = refused();
    all.extend(unfinished().into_iter().map(|bomb| Bomb { hangs_up: true, ..bomb }));
    all
}

/// The rows of WIRE.md's table, and their neighbours.
fn refused() -> Vec<Bomb> {
    let error = |input: Vec<u8>, text| Bomb::new(input, Ends::Error(text));
    let long = |start: &str, byte: u8| [start.as_bytes(), &[byte; LONG]].concat();
    let mut all = vec![
        error(long("", b'x'), "too big inline request"),
        error(b"set \"k\n".into(), "unbalanced quotes in request"),
        error(b"set \"k\"v\r\n".into(), "unbalanced quotes in request"),
        error(b"set k\0 v\r\n".into(), "unexpected nul in inline request"),
        error(long("*", b'1'), "too big mbulk count string"),
        error(b"*1\0\r\n".into(), "invalid multibulk length"),
        error(b"*\r\n".into(), "invalid multibulk length"),
        error(long("*1\r\n$", b'1'), "too big bulk count string"),
        error(b"*1\r\n:5\r\n".into(), "expected '$', got ':'"),
        error(b"*1\r\n\r\n".into(), "expected '$', got ' '"),
        error(b"*1\r\n$\r\n".into(), "invalid bulk length"),
        error(b"*1\r\n$4\r\nPING__".into(), "expected line end after bulk string"),
        Bomb::new(
            [b"*3\r\n$3\r\nSET\r\n$2000000\r\n", &[b'k'; 2 << 20][..]].concat(),
            Ends::Silence,
        ),
    ];
    for count in COUNTS {
        all.push(error(format!("*{count}\r\n").into(), "invalid multibulk length"));
    }
    for length in LENGTHS {
        all.push(error(format!("*1\r\n${length}\r\n").into(), "invalid bulk length"));
    }
    all
}

/// What is refused of those who have not said the password.
pub(super) fn before_auth() -> Vec<Bomb> {
    let bombs = [
        Bomb::new("*11\r\n", Ends::Error("unauthenticated multibulk length")),
        Bomb::new("*2147483647\r\n", Ends::Error("unauthenticated multibulk length")),
        Bomb::new("*1\r\n$16385\r\n", Ends::Error("unauthenticated bulk length")),
        Bomb::new("*1\r\n$536870912\r\n", Ends::Error("unauthenticated bulk length")),
    ];
    bombs.map(|bomb| Bomb { before_auth: true, ..bomb }).into()
}

/// What may still become a request: a server waits for the rest, and for nothing else.
pub(super) fn unfinished() -> Vec<Bomb> {
    let mut inputs = vec![
        b"*".to_vec(),
        b"*2147483647\r\n".into(),
        b"*2147483647\r\n$536870912\r\n".into(),
        b"*-9223372036854775808\r\n".into(),
        b"*0\r\n*-1\r\n\r\n\n".into(),
        b"$".into(),
        b"\"".into(),
    ];
    let whole = command(&["SET", "k", "hello"]);
    inputs.extend((1..whole.len()).filter_map(|cut| whole.get(..cut)).map(<[u8]>::to_vec));
    let inline = b"set k \"hello\"\r\n";
    inputs.extend((1..inline.len() - 1).filter_map(|cut| inline.get(..cut)).map(<[u8]>::to_vec));
    // Declared, one after the other, and never sent.
    inputs.extend(vec![b"*1\r\n$536870912\r\n".to_vec(); 64]);
    inputs.into_iter().map(|input| Bomb::new(input, Ends::Silence)).collect()
}

/// Longer than a header line or an inline request may be.
const LONG: usize = 65_537;

/// Beyond 2,147,483,647, beyond what 32 and 64 bits hold, and not as Redis writes numbers.
const COUNTS: [&str; 14] = [
    "2147483648",
    "2147483649",
    "4294967295",
    "4294967296",
    "4294967297",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551617",
    "+1",
    "01",
    "1 ",
];

/// Beyond 512 MiB, and the same.
const LENGTHS: [&str; 16] = [
    "536870913",
    "2147483647",
    "2147483648",
    "2147483649",
    "4294967295",
    "4294967296",
    "4294967297",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551617",
    "-1",
    "-0",
    "4 ",
];
