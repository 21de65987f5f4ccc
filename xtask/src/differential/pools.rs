//! What values are drawn from: mostly edges.

pub(super) type Pool = &'static [&'static [u8]];

pub(super) const WORDS: Pool =
    &[b"a", b"b", b"c", b"d", b"foo", b"bar", b"hello", b"Hello World", b"zzz", b"ohmytext"];

pub(super) const INTEGERS: Pool = &[
    b"0",
    b"1",
    b"-1",
    b"2",
    b"3",
    b"7",
    b"10",
    b"100",
    b"127",
    b"128",
    b"-128",
    b"-129",
    b"255",
    b"256",
    b"9999",
    b"10000",
    b"32767",
    b"32768",
    b"-32769",
    b"2147483647",
    b"2147483648",
    b"-2147483648",
    b"-2147483649",
    b"4294967295",
    b"4294967296",
    b"9007199254740993",
    b"9223372036854775806",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775807",
    b"-9223372036854775808",
    b"-9223372036854775809",
    b"18446744073709551615",
    b"18446744073709551616",
    b"+1",
    b" 1",
    b"1 ",
    b"01",
    b"-0",
    b"00",
    b"0x10",
    b"1e3",
    b"",
    b"-",
    b"+",
    b"1.0",
    b"abc",
];

pub(super) const FLOATS: Pool = &[
    b"1.5",
    b"-1.5",
    b"0.1",
    b"0.2",
    b"0.30000000000000004",
    b"3.0e3",
    b"1e300",
    b"-1e300",
    b"1e308",
    b"1e-10",
    b"5e-324",
    b"1e400",
    b"inf",
    b"-inf",
    b"+inf",
    b"Infinity",
    b"nan",
    b"-nan",
    b"5.",
    b".5",
    b".",
    b"-0.0",
    b"-0",
    b"3.14159265358979",
    b"123456789.123456789",
    b"1e17",
    b"1e21",
    b"1e22",
    b"12345678901234567890",
    b"0x1p3",
    b"1.5 ",
    b" 1.5",
    b"1,5",
    b"",
    b"e",
    b"17179869184.5",
    b"0.1234567890123456789",
    b"4503599627370497.5",
];

pub(super) const BINARY: Pool = &[
    b"",
    b"\0",
    b"a\r\nb\0c",
    b"\r\n",
    b"\xff\xfe\0\x01",
    b"\"quoted\"",
    b"back\\slash",
    b" ",
    b"$-1\r\n",
    b"*0\r\n",
    b"{tag}x",
    b"\xc3\xa9",
    b"\t\x07\x1b",
];

/// No small number: as a time to live it would run out while the session runs. Nor one that would
/// have a string take megabytes.
pub(super) const TOKENS: Pool = &[
    b"",
    b"0",
    b"-1",
    b"abc",
    b"nx",
    b"XX",
    b"GET",
    b"COUNT",
    b"LIMIT",
    b"WITHSCORES",
    b"KEEPTTL",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"1.5",
    b"inf",
    b"nan",
    b"(1",
    b"[a",
    b"+",
    b"-",
    b"foo",
    b"\0\r\n",
    b"str:1",
    b"hash:1",
    b"LEFT",
    b"MIN",
    b"ASC",
];

pub(super) const BAD_BIT_PLACES: Pool =
    &[b"-1", b"4294967296", b"9223372036854775807", b"18446744073709551616", b"abc", b"", b"#1"];

pub(super) const BYTE_PLACES: Pool = &[
    b"0",
    b"0",
    b"1",
    b"2",
    b"5",
    b"10",
    b"44",
    b"100",
    b"600",
    b"-1",
    b"536870912",
    b"536870913",
    b"9223372036854775807",
    b"9223372036854775808",
    b"x",
];

pub(super) const BIT_TYPES: Pool = &[
    b"u1", b"u2", b"u4", b"u8", b"u16", b"u31", b"u32", b"u63", b"i1", b"i5", b"i8", b"i16",
    b"i32", b"i63", b"i64", b"u64", b"i65", b"u0", b"i0", b"x8", b"U8", b"u",
];

pub(super) const DATABASES: Pool =
    &[b"0", b"0", b"0", b"1", b"1", b"2", b"15", b"16", b"-1", b"abc", b"9223372036854775808"];

/// Deadlines that have passed.
pub(super) const PAST: Pool = &[b"1", b"1000", b"1000000000", b"1500000000"];

/// Times that are none, or none to live.
pub(super) const BAD_TIMES: Pool = &[
    b"0",
    b"-1",
    b"-100",
    b"abc",
    b"",
    b"1.5",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"9223372036854776",
    b"-9223372036854776",
];

pub(super) const SCORE_BOUNDS: Pool = &[
    b"-inf", b"+inf", b"inf", b"-inf", b"+inf", b"0", b"1", b"(1", b"2", b"(2", b"5", b"(5", b"9",
    b"(9", b"-5", b"(-5", b"1.5", b"(1.5", b"(inf", b"(-inf", b"1e300", b"100", b"(100", b"nan",
    b"(", b"abc", b"(abc", b"", b"0x10", b"((1", b" 1",
];

pub(super) const LEX_BOUNDS: Pool = &[
    b"-", b"+", b"-", b"+", b"[a", b"(a", b"[b", b"(b", b"[c", b"[foo", b"(foo", b"[aa", b"(aa",
    b"[", b"(", b"[\xff", b"a", b"", b"[zzz", b"(zzz", b"-a", b"+a",
];

pub(super) const LEX_MEMBERS: Pool = &[
    b"a", b"aa", b"aaa", b"ab", b"b", b"ba", b"c", b"foo", b"foobar", b"zzz", b"", b"\xff", b"A",
    b"\0", b"0", b"10", b"9", b"-", b"[a",
];

pub(super) const PLACES: Pool =
    &[b"Palermo", b"Catania", b"Rome", b"a", b"b", b"c", b"d", b"e", b"f", b"g", b"nowhere", b""];

pub(super) const PATTERNS: Pool = &[
    b"*",
    b"*",
    b"*",
    b"str:*",
    b"*:1",
    b"h?sh:[0-2]",
    b"[^s]*",
    b"",
    b"a*",
    b"*a*",
    b"\\*",
    b"[",
    b"[a-",
    b"?",
    b"**",
    b"[z-a]*",
    b"*\\",
    b"li[rst]t:*",
    b"1*",
    b"nothing",
];

pub(super) const BY_PATTERNS: Pool = &[
    b"str:*",
    b"hash:*->1",
    b"hash:*->2",
    b"nokey:*",
    b"x",
    b"hash:*->",
    b"*",
    b"->*",
    b"str:*->x",
    b"#",
];

pub(super) const GROUPS: Pool = &[b"g1", b"g1", b"g2", b"g3", b""];

pub(super) const CONSUMERS: Pool = &[b"c1", b"c1", b"c2", b"c3", b""];

/// Numbers of entries that are whole ranges, or none.
pub(super) const ENTRIES: Pool = &[
    b"-",
    b"+",
    b"0",
    b"0-0",
    b"0-1",
    b"$",
    b"5",
    b"1-1",
    b"(1-1",
    b"(5",
    b"(-",
    b"(+",
    b"abc",
    b"1-",
    b"-1",
    b"1-x",
    b"18446744073709551615",
    b"18446744073709551616-1",
    b"",
    b"1-1-1",
    b"01-01",
];

pub(super) const CHANNELS: Pool = &[b"news", b"news.1", b"sport", b"", b"a\r\nb", b"nobody"];

pub(super) const NONSENSE: Pool = &[
    b"NOSUCHCOMMAND", b"foo", b"GETT", b"", b"get\r\nset", b"X", b"hget ", b"\xff\xfe",
    b"averyveryverylongcommandnamewhichdoesnotexistanywhereandisverylongindeedsoitwillbecutoffatsome\
      pointwhenitisprintedintheerrormessageofthereplyofthisserverforsure",
];

pub(super) const CONFIGS: Pool = &[
    b"maxmemory",
    b"hash-max-listpack-entries",
    b"hash-max-ziplist-entries",
    b"databases",
    b"list-max-listpack-size",
    b"set-max-intset-entries",
    b"zset-max-listpack-*",
    b"appendonly",
    b"stream-node-max-entries",
    b"notify-keyspace-events",
    b"no-such-setting",
    b"maxmemory-policy",
    b"proto-max-bulk-len",
    b"slowlog-*",
    b"lua-time-limit",
    b"MAXMEMORY",
    b"timeout",
];

pub(super) const DIGESTS: Pool = &[
    b"e0e1f9fabfc9d4800c877a703b823ac0578ff8db",
    b"E0E1F9FABFC9D4800C877A703B823AC0578FF8DB",
    b"4e6d8fc8bb01276962cce5371fa795a7763657ae",
    b"ffffffffffffffffffffffffffffffffffffffff",
    b"abc",
    b"",
];

/// None prints an address or the time, nor anything whose order Redis doesn't promise.
pub(super) const SCRIPTS: Pool = &[
    b"return 1", b"return 1", b"return 'hi'", b"return nil", b"return", b"return true",
    b"return false", b"return 3.99", b"return -3.99", b"return {1,2,{3,'four'},false,nil,5}",
    b"return {}", b"return {ok='FINE'}", b"return {err='MY error'}", b"return {err='nocode'}",
    b"return {double=3.5}", b"return {map={a=1}}", b"return redis.error_reply('BAD thing')",
    b"return redis.status_reply('GOOD')", b"return KEYS[1]", b"return ARGV[1]",
    b"return {KEYS[1],KEYS[2],ARGV[1],ARGV[2]}", b"return #KEYS + #ARGV",
    b"return redis.call('GET', KEYS[1])", b"return redis.call('SET', KEYS[1], ARGV[1])",
    b"return redis.call('INCR', KEYS[1])", b"return redis.pcall('INCR', KEYS[1])",
    b"return redis.call('LPUSH', KEYS[1], ARGV[1], ARGV[2])",
    b"return redis.call('LRANGE', KEYS[1], 0, -1)", b"return redis.call('ZADD', KEYS[1], 1.5, 'm')",
    b"return redis.call('ZSCORE', KEYS[1], 'm')", b"return redis.call('EXISTS', KEYS[1])",
    b"return redis.call('HSET', KEYS[1], 'f', ARGV[1])", b"return redis.call('TYPE', KEYS[1])",
    b"return redis.call('TYPE', KEYS[1]).ok", b"return redis.call('DEL', KEYS[1], KEYS[2])",
    b"return redis.call('NOSUCH')", b"return redis.pcall('NOSUCH')", b"return redis.call()",
    b"return redis.call('GET')", b"return redis.pcall('GET').err",
    b"local r = redis.pcall('LPUSH', KEYS[1]) return {r.err, type(r)}",
    b"redis.call('SET', KEYS[1], 'x') redis.call('LPUSH', KEYS[1], 'y') return 1",
    b"redis.call('SET', KEYS[1], 'x') error('stop')", b"error({err='TABLE error'})", b"error('a')",
    b"return redis.call('MULTI')", b"return redis.call('BLPOP', KEYS[1], 0)",
    b"return redis.call('SELECT', 1)", b"return redis.call('SUBSCRIBE', 'c')",
    b"return redis.sha1hex('abc')", b"return redis.sha1hex()", b"return tonumber(ARGV[1])",
    b"return tostring(1.0)", b"return tostring(1e15)", b"return 1e15", b"return 2^53", b"return 1/0",
    b"local s = 0 for i = 1, 100 do s = s + i end return s", b"return string.rep('ab', 40)",
    b"return string.format('%5.2f|%d|%s|%q', 3.14159, 42, 'x', 'y\\n')", b"return ('x'):upper()",
    b"return table.concat({1,2,3}, ',')", b"return {string.byte('A', 1), string.find('abc', 'b')}",
    b"return {unpack({1,2,3})}", b"return string.gsub('hello', 'l', 'L')", b"return math.floor(-1.5)",
    b"return cjson.encode({1,2,'x'})", b"return cjson.decode('[1,2,{\"a\":null}]')[2]",
    b"return cjson.encode({})", b"return cjson.decode('nonsense')",
    b"return cmsgpack.unpack(cmsgpack.pack(5))", b"return cmsgpack.pack({1,2,'a'})",
    b"return bit.band(255, 15)", b"return bit.tohex(255)", b"return struct.pack('>I2', 258)",
    b"return type(redis.call)", b"x = 1 return x", b"return undefined_global", b"return print",
    b"syntax error here", b"return (", b"return redis.log(redis.LOG_DEBUG, 'x')",
    b"redis.setresp(3) return redis.call('HGETALL', 'nokey:1')", b"return redis.REDIS_VERSION",
    b"return redis.setresp(4)", b"#!lua\nreturn 1", b"#!lua flags=no-writes\nreturn redis.call('SET',KEYS[1],1)",
    b"#!lua flags=nosuch\nreturn 1", b"#!python\nreturn 1", b"return {1,nil,3}",
    b"return redis.call('PING')", b"return redis.call('ECHO', ARGV[1])", b"return os.time",
    b"if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('OBJECT', 'ENCODING', KEYS[1]) end",
    b"return redis.call('INCRBYFLOAT', KEYS[1], 0.1)", b"return redis.call('SET', KEYS[1], 0.1)",
    b"return redis.call('SET', KEYS[1], 1e20)", b"return redis.call('SET', KEYS[1], 100000000000000)",
    b"return redis.call('SET', KEYS[1], true)", b"return redis.call('SET', KEYS[1], {})",
    b"return redis.breakpoint()", b"return redis.acl_check_cmd('get', 'k')", b"return loadstring('return 7')()",
    b"return pcall(function() return redis.call('NOSUCH') end)", b"return select('#', 1, 2, 3)",
    b"return {redis.call('PTTL', KEYS[1]) > 0}", b"return rawget(_G, 'redis') ~= nil",
];
