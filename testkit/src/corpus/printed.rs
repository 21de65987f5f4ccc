//! Frames as redis-cli prints them.

/// A frame on the wire and what `Display` makes of it.
#[derive(Clone, Copy, Debug)]
pub struct Printed {
    /// The whole frame.
    pub wire: &'static [u8],
    /// The text, without a newline at its end.
    pub text: &'static str,
    /// Whether redis-cli 7.0 prints the very same. It can't read some of RESP3, and lets control
    /// characters through to the terminal.
    pub by_redis_cli: bool,
}

/// Frames of every type and how they print.
pub const PRINTED: &[Printed] = &[
    same(b"+OK\r\n", "OK"),
    same(b"+a \"b\" \\ c\r\n", "a \"b\" \\ c"),
    same(b"-ERR unknown command 'x', with args beginning with: \"y\"\r\n",
        "(error) ERR unknown command 'x', with args beginning with: \"y\""),
    same(b":5\r\n", "(integer) 5"),
    same(b":-9223372036854775808\r\n", "(integer) -9223372036854775808"),
    same(b"$-1\r\n", "(nil)"),
    same(b"*-1\r\n", "(nil)"),
    same(b"_\r\n", "(nil)"),
    same(b",1.50\r\n", "(double) 1.50"),
    same(b",1e5\r\n", "(double) 1e5"),
    same(b",-inf\r\n", "(double) -inf"),
    same(b"#t\r\n", "(true)"),
    same(b"#f\r\n", "(false)"),
    same(b"$0\r\n\r\n", "\"\""),
    same(b"$12\r\na\"b\\\r\n\t\x07\x08\x00\xff~\r\n", r#""a\"b\\\r\n\t\a\b\x00\xff~""#),
    same(b"=8\r\ntxt:a\"b\\\r\n", "a\"b\\"),
    same(b"=8\r\ntxt:a\nb\t\r\n", "a\nb\t"),
    same(b"=10\r\ntxt:a\r\nb\r\n\r\n", "a\r\nb\r\n"),
    same(b"*0\r\n", "(empty array)"),
    same(b"%0\r\n", "(empty hash)"),
    same(b"~0\r\n", "(empty set)"),
    same(b"*1\r\n*0\r\n", "1) (empty array)"),
    same(b"*2\r\n:1\r\n*2\r\n+a\r\n$1\r\nb\r\n", "1) (integer) 1\n2) 1) a\n   2) \"b\""),
    same(b"*2\r\n*2\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n",
        "1) 1) (integer) 1\n   2) 1) (integer) 2\n      2) (integer) 3\n2) (integer) 4"),
    same(b"~2\r\n+a\r\n+b\r\n", "1~ a\n2~ b"),
    same(b"*2\r\n%0\r\n~1\r\n~1\r\n:1\r\n", "1) (empty hash)\n2) 1~ 1~ (integer) 1"),
    same(b"%2\r\n+a\r\n:1\r\n+b\r\n_\r\n", "1# a => (integer) 1\n2# b => (nil)"),
    same(b"%1\r\n+a\r\n*0\r\n", "1# a => (empty array)"),
    same(b"%2\r\n+a\r\n*2\r\n:1\r\n:2\r\n+b\r\n:3\r\n",
        "1# a => \n   1) (integer) 1\n   2) (integer) 2\n2# b => (integer) 3"),
    same(b"%1\r\n*2\r\n:1\r\n:2\r\n*1\r\n:3\r\n",
        "1# 1) (integer) 1\n   2) (integer) 2 => 1) (integer) 3"),
    same(b"%1\r\n+a\r\n%1\r\n+b\r\n%1\r\n+c\r\n:1\r\n",
        "1# a => 1# b => 1# c => (integer) 1"),
    same(b"*10\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n*2\r\n_\r\n_\r\n%1\r\n+k\r\n*1\r\n_\r\n",
        " 1) (integer) 1\n 2) (integer) 2\n 3) (integer) 3\n 4) (integer) 4\n 5) (integer) 5
 6) (integer) 6\n 7) (integer) 7\n 8) (integer) 8\n 9) 1) (nil)\n    2) (nil)
10) 1# k => 1) (nil)"),
    same(b"%5\r\n:1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n:7\r\n:8\r\n:9\r\n:10\r\n",
        "1# (integer) 1 => (integer) 2\n2# (integer) 3 => (integer) 4\n3# (integer) 5 => (integer) 6
4# (integer) 7 => (integer) 8\n5# (integer) 9 => (integer) 10"),
    same(
        b"%1\r\n+a\r\n*1\r\n*2\r\n:1\r\n:2\r\n",
        "1# a => \n   1) 1) (integer) 1\n      2) (integer) 2",
    ),
    same(
        b"%1\r\n+a\r\n%1\r\n+b\r\n~2\r\n:1\r\n%1\r\n+c\r\n:2\r\n",
        "1# a => \n   1# b => \n      1~ (integer) 1\n      2~ 1# c => (integer) 2",
    ),
    same(b"%1\r\n+a\r\n=7\r\ntxt:a\nb\r\n", "1# a => a\nb"),
    // What redis-cli 7.0 can't read, or what would move the terminal's cursor.
    ours(b"+a\x1b[2J\r\n", "a\\x1b[2J"),
    ours(b"-ERR \x07\xff\r\n", "(error) ERR \\a\\xff"),
    ours(b"=9\r\ntxt:a\x1b[2J\r\n", "a\\x1b[2J"),
    ours(b"(123\r\n", "(big number) 123"),
    ours(b",nan\r\n", "(double) nan"),
    ours(b"!9\r\nERR a\r\n\"b\r\n", "(error) ERR a\\r\\n\"b"),
    ours(b">0\r\n", "(empty push)"),
    ours(b">2\r\n+x\r\n:1\r\n", "1) x\n2) (integer) 1"),
    ours(b"*?\r\n:1\r\n:2\r\n.\r\n", "1) (integer) 1\n2) (integer) 2"),
    ours(b"*2\r\n*?\r\n:1\r\n.\r\n:2\r\n", "1) 1) (integer) 1\n2) (integer) 2"),
    ours(b"$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n", "1) \"a\"\n2) \"b\""),
    ours(b"|1\r\n+k\r\n+v\r\n:1\r\n", "(attributes) 1# k => v\n(integer) 1"),
    ours(
        b"%1\r\n+a\r\n|1\r\n+k\r\n+v\r\n:1\r\n",
        "1# a => \n   (attributes) 1# k => v\n   (integer) 1",
    ),
    ours(b"*1\r\n|1\r\n+k\r\n+v\r\n:1\r\n", "1) (attributes) 1# k => v\n   (integer) 1"),
    ours(b"*2\r\n:1\r\n>1\r\n+x\r\n:2\r\n", "1) (integer) 1\n2) 1) x\n   (integer) 2"),
];

const fn same(wire: &'static [u8], text: &'static str) -> Printed {
    Printed { wire, text, by_redis_cli: true }
}

const fn ours(wire: &'static [u8], text: &'static str) -> Printed {
    Printed { wire, text, by_redis_cli: false }
}
