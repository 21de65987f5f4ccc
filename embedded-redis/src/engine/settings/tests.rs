use super::*;

fn value(settings: &Settings, name: &str) -> String {
    let parameter = Settings::parameter(name.as_bytes()).expect("a parameter");
    String::from_utf8(settings.get(parameter)).expect("text")
}

fn set(settings: &mut Settings, pairs: &[&str]) -> String {
    let pairs = pairs.as_chunks::<2>().0.iter().map(|[a, b]| (a.as_bytes(), b.as_bytes()));
    match settings.set_all(&pairs) {
        Ok(()) => "OK".into(),
        Err(error) => String::from_utf8_lossy(error.as_ref()).into_owned(),
    }
}

#[test]
fn every_default_is_one_that_may_be_set() {
    for parameter in PARAMETERS.iter().filter(|it| !it.default.is_empty()) {
        let mut settings = Settings::default();
        let before = settings.get(parameter);
        assert_eq!(before, parameter.default.as_bytes(), "{}", parameter.name);
        assert_eq!(settings.set(parameter.name.as_bytes(), &before), Ok(()), "{}", parameter.name);
        assert_eq!(settings.get(parameter), before, "{}", parameter.name);
    }
    assert!(PARAMETERS.is_sorted_by_key(|parameter| parameter.name));
}

#[test]
fn several_are_set_together_or_not_at_all() {
    let mut settings = Settings::default();
    assert_eq!(
        set(&mut settings, &["maxmemory", "1mb", "hz", "x"]),
        "ERR CONFIG SET failed (possibly related to argument 'hz') - argument couldn't be parsed \
         into an integer"
    );
    assert_eq!(settings.maxmemory, 0);
    assert_eq!(
        set(&mut settings, &["maxmemory", "1", "MaxMemory", "2"]),
        "ERR CONFIG SET failed (possibly related to argument 'MaxMemory') - duplicate parameter"
    );
    assert_eq!(
        set(&mut settings, &["databases", "1", "nothing", "2"]),
        "ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable \
         config"
    );
    assert_eq!(
        set(&mut settings, &["nothing", "2", "databases", "1"]),
        "ERR Unknown option or number of arguments for CONFIG SET - 'nothing'"
    );
    assert_eq!(set(&mut settings, &["maxmemory", "2KB", "Save", "60 1 5 100"]), "OK");
    assert_eq!((settings.maxmemory, value(&settings, "save")), (2048, "60 1 5 100".into()));
}

#[test]
fn values_are_read_as_redis_reads_them() {
    for (name, text, becomes) in [
        ("maxmemory", "5m", "5000000"),
        ("maxmemory", "kb", "0"),
        ("maxmemory-policy", "ALLKEYS-LFU", "allkeys-lfu"),
        ("maxmemory-clients", "5%", "5%"),
        ("appendonly", "YES", "yes"),
        ("notify-keyspace-events", "KEgx$", "g$xKE"),
        ("hash-max-ziplist-entries", "7", "7"),
        ("list-max-listpack-size", "-5", "-5"),
        (
            "client-output-buffer-limit",
            "replica 1mb 2 3",
            "normal 0 0 0 slave 1048576 2 3 pubsub 33554432 8388608 60",
        ),
    ] {
        let mut settings = Settings::default();
        assert_eq!(set(&mut settings, &[name, text]), "OK");
        assert_eq!(value(&settings, name), becomes);
    }
    for (name, text, reason) in [
        ("maxmemory", "-1", "argument must be a memory value"),
        ("maxmemory", "1.5gb", "argument must be a memory value"),
        (
            "proto-max-bulk-len",
            "5",
            "argument must be between 1048576 and 9223372036854775807 inclusive",
        ),
        ("appendonly", "1", "argument must be 'yes' or 'no'"),
        (
            "loglevel",
            "x",
            "argument(s) must be one of the following: debug, verbose, notice, warning",
        ),
        ("save", "5", "Invalid save parameters"),
        ("notify-keyspace-events", "KEy", BAD_LETTER),
        ("dir", "/", "can't set protected config"),
    ] {
        let said = set(&mut Settings::default(), &[name, text]);
        let expected =
            format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {reason}");
        assert_eq!(said, expected);
    }
}

#[test]
fn older_names_are_the_same_parameter() {
    let mut settings = Settings::default();
    assert_eq!(set(&mut settings, &["slave-priority", "7"]), "OK");
    assert_eq!(value(&settings, "replica-priority"), "7");
    assert_eq!(set(&mut settings, &["zset-max-ziplist-value", "9"]), "OK");
    assert_eq!(value(&settings, "zset-max-listpack-value"), "9");
}

const BAD_LETTER: &str = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
