//! The rules one by one.

use redis_server_core::{Arity, Flags, KeyPositions, Spec, Table};

use super::with_request;

/// A table whose handlers are numbers in the order in which they were added.
fn table(commands: &[(&'static str, i32)]) -> Table<usize> {
    let mut table = Table::new();
    for (index, (name, arity)) in commands.iter().enumerate() {
        table.insert(Spec::new(name, Arity::from(*arity)), index);
    }
    table
}

/// The handler, or the error.
fn answer(table: &Table<usize>, args: &[&str]) -> Result<usize, String> {
    with_request(args, |request| match table.lookup(request) {
        Ok(entry) => Ok(entry.handler),
        Err(refused) => Err(refused.to_string()),
    })
}

#[test]
fn an_empty_table_knows_nothing() {
    let table = table(&[]);
    assert!(answer(&table, &["GET"]).is_err());
    assert!(answer(&table, &[""]).is_err());
    assert!(table.is_empty() && table.get(b"get").is_none());
}

#[test]
fn arity_is_checked_at_its_borders() {
    let table = table(&[("get", 2), ("mset", -3), ("any", 0)]);
    let refused = |name| Err(format!("ERR wrong number of arguments for '{name}' command"));
    assert_eq!(answer(&table, &["get"]), refused("get"));
    assert_eq!(answer(&table, &["get", "k"]), Ok(0));
    assert_eq!(answer(&table, &["get", "k", "k"]), refused("get"));
    assert_eq!(answer(&table, &["mset", "k"]), refused("mset"));
    assert_eq!(answer(&table, &["mset", "k", "v"]), Ok(1));
    assert_eq!(answer(&table, &["mset", "k", "v", "k"]), Ok(1));
    assert_eq!(answer(&table, &["any"]), Ok(2));
    for arity in [1, 2, -1, -7, i32::MAX, i32::MIN] {
        assert_eq!(Arity::from(arity).to_integer(), i64::from(arity));
    }
    assert_eq!((Arity::from(3), Arity::from(-3)), (Arity::Exactly(3), Arity::AtLeast(3)));
}

#[test]
fn a_name_is_found_in_any_case_and_nothing_else_is() {
    let table = table(&[("get", -1), ("GETEX", -1), ("ft._list", -1), ("unsubscribe", -1)]);
    for (name, handler) in
        [("GET", 0), ("gEt", 0), ("getex", 1), ("FT._List", 2), ("UNSUBSCRIBE", 3)]
    {
        assert_eq!(answer(&table, &[name]), Ok(handler));
    }
    // Those that the hash takes for the same are among them.
    for name in [
        "",
        "ge",
        "gett",
        "get ",
        "g\x45\0",
        "ft.\x7flist",
        "FT.\x7fLIST",
        "getex\0",
        "unsubscribes",
    ] {
        assert!(answer(&table, &[name]).is_err(), "{name:?}");
    }
    assert!(answer(&table, &["g".repeat(100_000).as_str()]).is_err());
    let names: Vec<_> = table.iter().map(|entry| entry.spec.name()).collect();
    assert_eq!(names, ["get", "getex", "ft._list", "unsubscribe"]);
}

#[test]
fn subcommands_are_found_in_their_container() {
    let table = table(&[
        ("config", -2),
        ("config|get", -3),
        ("config|set", -4),
        ("client|get", 2),
        ("client", -2),
        ("get", 2),
        ("lonely|get", 2),
    ]);
    assert_eq!(answer(&table, &["CONFIG", "Get", "x"]), Ok(1));
    assert_eq!(answer(&table, &["client", "GET"]), Ok(3));
    assert_eq!(answer(&table, &["get", "set"]), Ok(5));
    for (args, error) in [
        (&["CONFIG"][..], "ERR wrong number of arguments for 'config' command"),
        (&["config", "get"], "ERR wrong number of arguments for 'config|get' command"),
        (&["config", "rewrite"], "ERR unknown subcommand 'rewrite'. Try CONFIG HELP."),
        (&["client", "set"], "ERR unknown subcommand 'set'. Try CLIENT HELP."),
        (&["config", "config|get"], "ERR unknown subcommand 'config|get'. Try CONFIG HELP."),
        (&["config", ""], "ERR unknown subcommand ''. Try CONFIG HELP."),
        (&["config|get", "x"], "ERR unknown command 'config|get', with args beginning with: 'x' "),
        (&["lonely", "get"], "ERR unknown command 'lonely', with args beginning with: 'get' "),
    ] {
        assert_eq!(answer(&table, args), Err(error.to_owned()), "{args:?}");
    }
    assert_eq!(table.get(b"CONFIG|get").unwrap().handler, 1);
    assert_eq!(table.get(b"config").unwrap().handler, 0);
    for name in [&b"config|nil"[..], b"get|get", b"|get", b"config|", b"lonely|get"] {
        assert!(table.get(name).is_none());
    }
    let subcommands: Vec<_> = table.subcommands("config").map(|entry| entry.handler).collect();
    assert_eq!(subcommands, [1, 2]);
    let commands: Vec<_> = table.commands().map(|entry| entry.handler).collect();
    assert_eq!(commands, [0, 4, 5]);
    let containers: Vec<_> = table.iter().filter(|entry| entry.is_container()).collect();
    assert_eq!(containers.len(), 2);
    assert_eq!(table.get(b"client|get").unwrap().container_name(), Some("client"));
}

#[test]
fn a_container_runs_by_itself_if_its_arity_allows_it() {
    let table = table(&[("command", -1), ("command|count", 2)]);
    assert_eq!(answer(&table, &["COMMAND"]), Ok(0));
    assert_eq!(answer(&table, &["COMMAND", "COUNT"]), Ok(1));
}

#[test]
fn the_second_of_a_name_replaces_the_first() {
    let mut table = table(&[("config", -2), ("config|get", 2), ("get", 2)]);
    assert_eq!(table.insert(Spec::new("GET", Arity::Exactly(1)), 10).unwrap().handler, 2);
    assert_eq!(table.insert(Spec::new("config", Arity::Exactly(1)), 11).unwrap().handler, 0);
    assert_eq!(table.insert(Spec::new("Config|Get", Arity::Exactly(2)), 12).unwrap().handler, 1);
    assert!(table.insert(Spec::new("config|set", Arity::Exactly(2)), 13).is_none());
    assert_eq!(answer(&table, &["get"]), Ok(10));
    assert_eq!(answer(&table, &["config"]), Ok(11));
    assert_eq!(answer(&table, &["config", "get"]), Ok(12));
    assert_eq!(answer(&table, &["config", "set"]), Ok(13));
    assert_eq!(table.len(), 4);
}

#[test]
fn a_command_may_have_a_name_made_at_run_time() {
    let mut table = Table::new();
    const GET: Spec = Spec::new("get", Arity::Exactly(2)).with_flags(Flags::READONLY);
    table.insert(GET.with_name(format!("Secret{}", 42)), 0);
    assert_eq!(answer(&table, &["SECRET42", "k"]), Ok(0));
    assert_eq!(table.get(b"secret42").unwrap().spec.flags(), Flags::READONLY);
}

#[test]
fn keys_are_where_they_are_said_to_be() {
    let at = |keys: KeyPositions, arguments| keys.indices(arguments).collect::<Vec<_>>();
    let pairs = KeyPositions { first: 1, last: -1, step: 2 };
    let last_but_one = KeyPositions { first: 1, last: -2, step: 1 };
    assert_eq!(at(KeyPositions::NONE, 5), [0_usize; 0]);
    assert_eq!(at(KeyPositions::ONE, 5), [1]);
    assert_eq!(at(KeyPositions::ONE, 1), [0_usize; 0]);
    assert_eq!(at(KeyPositions::ALL, 4), [1, 2, 3]);
    assert_eq!(at(pairs, 5), [1, 3]);
    assert_eq!(at(last_but_one, 4), [1, 2]);
    assert_eq!(at(last_but_one, 1), [0_usize; 0]);
    assert_eq!(at(KeyPositions { first: 2, last: 2, step: 0 }, 4), [2]);
    assert_eq!(at(KeyPositions { first: 1, last: isize::MAX, step: 1 }, 3), [1, 2]);
    assert_eq!(at(KeyPositions { first: 1, last: isize::MIN, step: 1 }, 3), [0_usize; 0]);
}

#[test]
fn debug_shows_no_argument() {
    let table = table(&[("config", -2), ("config|get", 2)]);
    for args in [&["auth", "hunter2"][..], &["config", "hunter2"], &["config", "get", "hunter2"]] {
        let shown = with_request(args, |request| format!("{:?}", table.lookup(request).err()));
        assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
    }
    assert_eq!(
        format!("{:?}", Flags::FAST | Flags::ALLOW_SUBSCRIBED),
        "{\"fast\", \"allow_subscribed\"}"
    );
}

#[test]
fn commands_are_numbered_as_they_were_added() {
    let mut table = table(&[("get", 2), ("config", -2), ("config|get", -3)]);
    let indexes = |table: &Table<usize>| {
        table.iter().map(redis_server_core::Entry::index).collect::<Vec<_>>()
    };
    assert_eq!(indexes(&table), [0, 1, 2]);
    let replaced = table.insert(Spec::new("config", Arity::Exactly(1)), 9);
    assert!(replaced.is_some());
    assert_eq!(table.get(b"config").map(|entry| (entry.index(), entry.handler)), Some((1, 9)));
    assert_eq!(indexes(&table), [0, 1, 2]);
}
