//! Structs from hashes and to them.

use redis_client_core::{FromReply, ReplyError, ToArg, ToFields, cmd};
use resp_core::Frame;

use super::{naive, wire};

#[derive(Debug, PartialEq, FromReply, ToFields)]
struct User {
    name: String,
    #[reply(rename = "year of birth")]
    born: u16,
    email: Option<String>,
    #[reply(default)]
    visits: u64,
    #[reply(default = one)]
    level: u16,
    #[reply(skip)]
    seen: bool,
    r#type: Option<String>,
}

fn one() -> u16 {
    1
}

fn read<T: FromReply>(wire: &str) -> Result<T, ReplyError> {
    T::from_reply(Frame::parse(wire.to_owned()).unwrap().as_frame())
}

/// A hash in RESP3 and in RESP2.
fn hash(fields: &[(&str, &str)]) -> [String; 2] {
    let bulk = |text: &str| format!("${}\r\n{text}\r\n", text.len());
    let pairs: String = fields.iter().map(|(name, value)| bulk(name) + &bulk(value)).collect();
    [format!("%{}\r\n{pairs}", fields.len()), format!("*{}\r\n{pairs}", 2 * fields.len())]
}

#[test]
fn fields_by_name_in_both_protocols() {
    let fields = [
        ("visits", "7"),
        ("unknown", "x"),
        ("name", "Ada"),
        ("year of birth", "1815"),
        ("type", "admin"),
        ("level", "3"),
        ("email", "a@b"),
        ("seen", "1"),
    ];
    let ada = User {
        name: "Ada".into(),
        born: 1815,
        email: Some("a@b".into()),
        visits: 7,
        level: 3,
        seen: false,
        r#type: Some("admin".into()),
    };
    for wire in hash(&fields) {
        assert_eq!(read::<User>(&wire).as_ref(), Ok(&ada));
        assert_eq!(read::<Option<User>>(&wire).unwrap().as_ref(), Some(&ada));
    }
    for wire in hash(&[("name", "A"), ("year of birth", "1"), ("name", "B")]) {
        let user = read::<User>(&wire).unwrap();
        assert_eq!((user.name.as_str(), user.email, user.visits, user.level), ("B", None, 0, 1));
    }
}

#[test]
fn errors_name_the_field() {
    for wire in hash(&[("name", "Ada")]) {
        let error = read::<User>(&wire).unwrap_err();
        assert_eq!(error, ReplyError::Missing { field: "year of birth" });
        assert_eq!(error.to_string(), "the reply has no field `year of birth`");
    }
    for wire in hash(&[("name", "Ada"), ("year of birth", "65536")]) {
        let error = read::<User>(&wire).unwrap_err();
        let number = Box::new(ReplyError::Number { expected: "u16" });
        assert_eq!(error, ReplyError::Field { field: "year of birth", error: number });
        assert_eq!(
            error.to_string(),
            "field `year of birth`: the reply is no number that fits u16"
        );
    }
    assert!(matches!(read::<User>(":1\r\n"), Err(ReplyError::Type { expected: "a map", .. })));
    assert!(matches!(read::<User>("*1\r\n$1\r\na\r\n"), Err(ReplyError::Length { .. })));
    assert_eq!(read::<User>("_\r\n"), Err(ReplyError::Null));
    assert!(matches!(read::<User>("-ERR x\r\n"), Err(ReplyError::Server(_))));
    assert!(matches!(read::<Option<User>>("-ERR x\r\n"), Err(ReplyError::Server(_))));
}

#[test]
fn no_hash_is_none() {
    for nothing in ["%0\r\n", "*0\r\n", "*-1\r\n", "_\r\n"] {
        assert_eq!(read::<Option<User>>(nothing), Ok(None));
    }
    // Only for structs: an empty list is a list.
    assert_eq!(read::<Option<Vec<u8>>>("$0\r\n\r\n"), Ok(Some(vec![])));
    assert_eq!(read::<Option<Vec<u64>>>("*0\r\n"), Ok(Some(vec![])));
}

#[derive(Debug, PartialEq, FromReply)]
struct Id(u64);

#[derive(Debug, PartialEq, FromReply, ToFields)]
#[reply(rename_all = "camelCase")]
struct Pair<A, B: Clone> {
    first_one: A,
    second_one: B,
}

#[derive(Debug, PartialEq, FromReply)]
struct Score((String, f64));

#[derive(Debug, PartialEq, FromReply)]
struct Maybe(Option<u16>);

#[derive(Debug, PartialEq, FromReply)]
struct Named {
    maybe: Maybe,
}

#[test]
fn newtypes_and_generics() {
    assert_eq!(read::<Id>("$2\r\n42\r\n"), Ok(Id(42)));
    assert_eq!(read::<Option<Id>>("$-1\r\n"), Ok(None));
    // In everything they are what is in them.
    let scores = vec![Score(("a".into(), 1.0)), Score(("b".into(), 2.0))];
    assert_eq!(read("*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$1\r\n2\r\n"), Ok(scores));
    for wire in hash(&[("other", "1")]) {
        assert_eq!(read(&wire), Ok(Named { maybe: Maybe(None) }));
    }
    for wire in hash(&[("firstOne", "1"), ("secondOne", "x")]) {
        let pair = Pair { first_one: 1_u16, second_one: "x".to_owned() };
        assert_eq!(read(&wire), Ok(pair));
    }
}

#[derive(ToFields)]
struct Borrowed<'a> {
    text: &'a str,
    bytes: Option<&'a [u8]>,
    skipped: Option<u8>,
}

#[test]
fn a_struct_for_hset() {
    let borrowed = Borrowed { text: "a", bytes: Some(b"b\r\n"), skipped: None };
    let command = cmd::hset("k", borrowed.to_fields());
    assert_eq!(wire(command), naive(&["HSET", "k", "text", "a", "bytes", "b\r\n"]));
    let pair = Pair { first_one: 1.5, second_one: "x" };
    let fields: Vec<(&str, &dyn ToArg)> = pair.to_fields();
    let command = cmd::hset("k", fields);
    assert_eq!(wire(command), naive(&["HSET", "k", "firstOne", "1.5", "secondOne", "x"]));
}
