use super::super::{Hash, Limits, List, Rng, Set, Side, SortedSet, Text, Value};
use super::{Broken, checksum, dump, restore};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// A body with what stands behind it.
fn signed(body: &[u8]) -> Vec<u8> {
    let mut text = [body, &[10, 0]].concat();
    let checksum = checksum::of(&text);
    text.extend_from_slice(&checksum.to_le_bytes());
    text
}

/// The value in words, in an order of its own.
fn words(value: &Value) -> String {
    let text = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let mut words: Vec<String> = match value {
        Value::String(value) => vec![text(&value.bytes())],
        Value::List(list) => return list.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Set(set) => set.iter().map(|it| text(it.as_ref())).collect(),
        Value::Hash(hash) => {
            hash.iter().map(|(field, value)| format!("{}={}", text(field), text(value))).collect()
        }
        Value::SortedSet(set) => {
            set.iter().map(|(member, score)| format!("{}={score}", text(member))).collect()
        }
        _ => Vec::new(),
    };
    words.sort();
    words.join(" ")
}

#[test]
fn what_redis_has_dumped_is_read() {
    let xs = "x".repeat(70);
    for (hex, expected) in [
        ("00c30b2a0361626361e01b020162630a00071c036dedaa8f5c", "abc".repeat(14)),
        (
            "120102c333407313730000000800dfff026401d00002f270110104f4201201000120030f09f2000080048\
             568656c6c6f06e04678e03c000148ff0a00cdd49172a38929df",
            format!("-1 100 -4096 70000 4294967296 -8388608 hello {xs}"),
        ),
        (
            "0b20080000000300000090eefeffffffffff010000000000000000f2052a010000000a0052409d858a56c\
             17e",
            "-70000 1 5000000000".to_owned(),
        ),
        ("0b0e0200000003000000fdff010002000a00d1b78ed9bc07c27f", "-3 1 2".to_owned()),
        (
            "101414000000040081660201018167028374776f04ff0a00e318742b61db6fdf",
            "f=1 g=two".to_owned(),
        ),
        (
            "111d1d0000000600816302dffd0281610283312e350481620283696e6604ff0a008ad580ebec10beeb",
            "a=1.5 b=inf c=-3".to_owned(),
        ),
    ] {
        let value = restore(&bytes(hex), 1, &Limits::DEFAULT).unwrap();
        assert_eq!(words(&value), expected);
    }
}

#[test]
fn what_older_versions_have_dumped_is_read() {
    // "ab", 5, -2, 1000, -70000, 100000 as a ziplist.
    let entries = "00026162 04f6 02fefe 03c0e803 04f090eefe 05d0a0860100 ff";
    let head = |count: u8| bytes(&format!("23000000 1d000000 {count:02x}00 {entries}"));
    let ziplist = head(6);
    assert_eq!(ziplist.len(), 0x23);
    let packed = |kind: &[u8]| signed(&[kind, &[ziplist.len() as u8], &ziplist].concat());
    let value = |text: &[u8]| restore(text, 1, &Limits::DEFAULT).map(|value| words(&value));
    assert_eq!(value(&packed(&[10])).unwrap(), "ab 5 -2 1000 -70000 100000");
    assert_eq!(value(&packed(&[14, 1])).unwrap(), "ab 5 -2 1000 -70000 100000");
    assert_eq!(value(&packed(&[12])).unwrap(), "-2=1000 -70000=100000 ab=5");
    assert_eq!(value(&packed(&[13])).unwrap(), "-2=1000 -70000=100000 ab=5");
    let scores = signed(&[3, 3, 1, b'a', 3, b'1', b'.', b'5', 1, b'b', 254, 1, b'c', 255]);
    assert_eq!(value(&scores).unwrap(), "a=1.5 b=inf c=-inf");
}

#[test]
fn every_type_comes_back_as_it_went() {
    let (mut list, mut hash) = (List::default(), Hash::new(1));
    let (mut set, mut sorted) = (Set::new(1), SortedSet::new(1));
    let samples: Vec<Vec<u8>> = ["", "0", "-128", "128", "-32769", "2147483647", "2147483648"]
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .chain([63, 64, 16_383, 16_384, 70_000].map(|len| vec![b'x'; len]))
        .chain((0..100).map(|number| format!("{number:05}").into_bytes()))
        .collect();
    for (sample, next) in samples.iter().zip(samples.iter().cycle().skip(1)) {
        let text = Value::String(Text::new(sample));
        assert_eq!(
            words(&restore(&dump(&text).unwrap(), 7, &Limits::DEFAULT).unwrap()),
            words(&text)
        );
        list.push(Side::Right, sample.as_slice());
        hash.insert(sample, next, Limits::DEFAULT.hash);
        set.insert(sample, 512);
        sorted.insert(sample, sample.len() as f64 / 3.0, Limits::DEFAULT.sorted_set);
    }
    for value in [
        Value::List(Box::new(list)),
        Value::Hash(Box::new(hash)),
        Value::Set(Box::new(set)),
        Value::SortedSet(Box::new(sorted)),
    ] {
        let restored = restore(&dump(&value).unwrap(), 7, &Limits::DEFAULT).unwrap();
        assert_eq!(words(&restored), words(&value));
        assert_eq!(restored.encoding(), value.encoding());
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let value = signed(&[0, 1, b'x']);
    assert!(restore(&value, 1, &Limits::DEFAULT).is_ok());
    for at in 0..value.len() {
        let mut changed = value.clone();
        changed[at] ^= 0x40;
        assert_eq!(restore(&changed, 1, &Limits::DEFAULT).unwrap_err(), Broken::Footer);
        assert_eq!(restore(&value[..at], 1, &Limits::DEFAULT).unwrap_err(), Broken::Footer);
    }
    let bodies: [&[u8]; 14] = [
        &[],
        &[0],
        &[0, 2, b'x'],
        &[0, 0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0, 0xc4],
        &[0, 0xc3, 2, 0x80, 0xff, 0xff, 0xff, 0xff, 0, b'x'],
        &[0, 0xc3, 3, 4, 0, b'x', 0x20],
        &[1, 0],
        &[1, 0x80, 0xff, 0xff, 0xff, 0xff],
        &[2, 2, 1, b'x', 1, b'x'],
        &[4, 1, 1, b'x'],
        &[5, 1, 1, b'x', 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
        &[11, 9, 4, 0, 0, 0, 1, 0, 0, 0, 1],
        &[99, 0],
    ];
    for body in bodies {
        assert_eq!(
            restore(&signed(body), 1, &Limits::DEFAULT).unwrap_err(),
            Broken::Body,
            "{body:?}"
        );
    }
}

#[test]
fn whatever_it_is_made_into_nothing_fails() {
    let mut rng = Rng::new(9);
    let packed = bytes("111d1d0000000600816302dffd0281610283312e350481620283696e6604ff");
    for _ in 0..20_000 {
        let mut body = packed.clone();
        for _ in 0..rng.below(4) + 1 {
            let at = rng.below(body.len());
            body[at] = rng.next() as u8;
        }
        let _ = restore(&signed(&body), 1, &Limits::DEFAULT);
    }
}
