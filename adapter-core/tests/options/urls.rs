//! URLs and short strings.

use std::time::Duration;

use adapter_core::{Endpoint, Options, OptionsError, Protocol, Security};

use crate::{error, parsed};

#[test]
fn urls_and_short_strings_name_a_host_port_and_database() {
    let rows = [
        ("db", "db", 6379, 0),
        ("db:7000", "db", 7000, 0),
        ("db:7000/13", "db", 7000, 13),
        ("db/13", "db", 6379, 13),
        ("db/", "db", 6379, 0),
        ("[::1]:7/2", "::1", 7, 2),
        ("127.0.0.1:65535", "127.0.0.1", 65535, 0),
        ("redis://db", "db", 6379, 0),
        ("REDIS://db", "db", 6379, 0),
        ("redis://db/", "db", 6379, 0),
        ("redis://db?", "db", 6379, 0),
        ("redis://db:1", "db", 1, 0),
        ("redis://db:7000/3", "db", 7000, 3),
        ("redis://db:7000/?db=3", "db", 7000, 3),
        ("redis://db?db=4294967295", "db", 6379, u32::MAX),
        ("redis://%64b", "db", 6379, 0),
        ("redis://[::1]", "::1", 6379, 0),
        ("redis://[fe80::1%25eth0]:7", "fe80::1%eth0", 7, 0),
    ];
    for (url, host, port, database) in rows {
        let options = parsed(url);
        assert_eq!(*options.endpoint(), Endpoint::Tcp { host: host.into(), port }, "{url}");
        assert_eq!(options.session_config().selected_database(), database, "{url}");
        assert!(options.session_config().login().is_none(), "{url}");
        assert_eq!(options.security(), Security::Plain);
    }
    for (url, path) in [
        ("unix:///run/redis.sock?db=2", "/run/redis.sock"),
        ("unix:///a%3fb%20c?db=2", "/a?b c"),
        ("unix://u:p@/s?db=2", "/s"),
    ] {
        let options = parsed(url);
        assert_eq!(*options.endpoint(), Endpoint::Unix(path.into()), "{url}");
        assert_eq!(options.session_config().selected_database(), 2, "{url}");
    }
}

#[test]
fn credentials_are_taken_out_of_their_escapes() {
    let rows = [
        ("redis://:p@db", None, "p"),
        ("redis://u:p@db", Some("u"), "p"),
        ("redis://u:p:q@db", Some("u"), "p:q"),
        ("redis://u:p@ss@[::1]:7", Some("u"), "p@ss"),
        ("redis://u%3a%40:%2f%3F%23%40%25%c3%a9+@db", Some("u:@"), "/?#@%é+"),
        ("unix://:p@/s", None, "p"),
        ("unix://u:p%2fq@/s", Some("u"), "p/q"),
    ];
    for (url, user, password) in rows {
        let options = parsed(url);
        let login = options.session_config().login().unwrap();
        assert_eq!((login.username(), login.secret()), (user, password), "{url}");
    }
}

#[test]
fn options_set_what_they_are_named_after() {
    let options = parsed(
        "redis://db?db=1&protocol=2&client_name=billing%2f7&timeout=1500ms&connect_timeout=2\
         &handshake_timeout=3s&pool_size=7&keepalive=1m&keepalive_interval=1h&keepalive_probes=9\
         &user_timeout=none&app.team=a%26b%3d&app.empty=",
    );
    let config = options.session_config();
    assert_eq!(config.selected_database(), 1);
    assert_eq!(config.protocol_version(), Protocol::Resp2);
    assert_eq!(config.connection_name(), Some("billing/7"));
    assert_eq!(config.reply_timeout(), Some(Duration::from_millis(1500)));
    assert_eq!(config.handshake_limit(), Duration::from_secs(3));
    assert_eq!(options.dial_timeout(), Duration::from_secs(2));
    assert_eq!(options.effective_pool_size(), Ok(7));
    let socket = options.socket_options();
    assert_eq!(socket.keepalive_idle, Some(Duration::from_secs(60)));
    assert_eq!(socket.keepalive_interval, Duration::from_secs(3600));
    assert_eq!(socket.keepalive_probes, 9);
    assert_eq!(socket.user_timeout, None);
    assert_eq!(options.metadata_of("team"), Some("a&b="));
    assert_eq!(options.all_metadata().collect::<Vec<_>>(), [("empty", ""), ("team", "a&b=")]);

    let options = parsed("redis://db?protocol=3&timeout=none&keepalive=none");
    assert_eq!(options.session_config().protocol_version(), Protocol::Resp3);
    assert_eq!(options.session_config().reply_timeout(), None);
    assert_eq!(options.socket_options().keepalive_idle, None);
    let lease = parsed("redis://db?lease_timeout=7s");
    let by_method = Options::tcp("db", 6379).lease_timeout(Duration::from_secs(7));
    assert_eq!(format!("{lease:?}"), format!("{by_method:?}"));
    assert_ne!(format!("{lease:?}"), format!("{:?}", parsed("redis://db")));
    let auto = parsed("redis://db?protocol=auto");
    assert_eq!(auto.session_config().protocol_version(), Protocol::Auto);
}

#[test]
fn each_rule_has_its_own_error() {
    use OptionsError::*;
    let rows = [
        ("http://db", Scheme),
        ("://db", Scheme),
        ("user:pass@db", ShortString),
        ("db?db=1", ShortString),
        ("d%62", ShortString),
        ("redis://db#1", Unescaped),
        ("redis://:pa?ss@db", Unescaped),
        ("redis://:pa/ss@db", Unescaped),
        ("redis://:pa#ss@db", Unescaped),
        ("redis://db?client_name=a@b", Unescaped),
        ("unix://:pa/ss@/s", Unescaped),
        ("unix:///a@b", Unescaped),
        ("redis://u:%4@db", Escape),
        ("redis://u:%+4@db", Escape),
        ("redis://u:%é@db", Escape),
        ("redis://u:%ff@db", Escape),
        ("redis://db?d%b=1", Escape),
        ("", HostEmpty),
        (":6379", HostEmpty),
        ("/3", HostEmpty),
        ("redis://", HostEmpty),
        ("redis:///3", HostEmpty),
        ("redis://:6379", HostEmpty),
        ("redis://u:p@", HostEmpty),
        ("redis://a b", Host),
        ("redis://a%0a", Host),
        ("redis://a%2fb", Host),
        ("redis://::1", Host),
        ("redis://::1:6379", Host),
        ("redis://[db]", Host),
        ("redis://[]", Host),
        ("redis://[::1", Host),
        ("redis://[:::]", Host),
        ("redis://db:", Port),
        ("redis://db:0", Port),
        ("redis://db:65536", Port),
        ("redis://db:+1", Port),
        ("redis://db:x", Port),
        ("redis://[::1]7", Port),
        ("unix:///a%00b", Path),
        ("unix://", PathRelative),
        ("unix://run/s", PathRelative),
        ("unix://?db=1", PathRelative),
        ("redis://db/-1", Database),
        ("redis://db/x", Database),
        ("redis://db/1/", Database),
        ("redis://db/4294967296", Database),
        ("redis://db?db=", Database),
        ("redis://user@db", UserWithoutPassword),
        ("redis://user:@db", PasswordEmpty),
        ("redis://:@db", PasswordEmpty),
        ("redis://@db", PasswordEmpty),
        ("redis://db?x=1", UnknownOption { position: 1 }),
        ("redis://db?db=1&DB=1", UnknownOption { position: 2 }),
        ("redis://db?app=1", UnknownOption { position: 1 }),
        ("redis://db?db", OptionWithoutValue { position: 1 }),
        ("redis://db?db=1&", OptionWithoutValue { position: 2 }),
        ("redis://db/1?db=1", OptionTwice { option: "db" }),
        ("redis://db?timeout=1&timeout=1", OptionTwice { option: "timeout" }),
        ("redis://db?app.a=1&app.a=1", OptionTwice { option: "app." }),
        ("redis://db?app.=1", MetadataKey),
        ("redis://db?protocol=4", Protocol),
        ("redis://db?client_name=", ClientName),
        ("redis://db?client_name=a%20b", ClientName),
        ("redis://db?client_name=%c3%a9", ClientName),
        ("redis://db?timeout=0", CommandTimeout),
        ("redis://db?timeout=0ms", CommandTimeout),
        ("redis://db?timeout=-1", CommandTimeout),
        ("redis://db?timeout=1.5", CommandTimeout),
        ("redis://db?timeout=1d", CommandTimeout),
        ("redis://db?timeout=1é", CommandTimeout),
        ("redis://db?timeout=ms", CommandTimeout),
        ("redis://db?timeout=", CommandTimeout),
        ("redis://db?timeout=18446744073709551616", CommandTimeout),
        ("redis://db?timeout=18446744073709551615h", CommandTimeout),
        ("redis://db?connect_timeout=0", ConnectTimeout),
        ("redis://db?connect_timeout=none", ConnectTimeout),
        ("redis://db?handshake_timeout=0s", HandshakeTimeout),
        ("redis://db?lease_timeout=0", LeaseTimeout),
        ("redis://db?lease_timeout=none", LeaseTimeout),
        ("redis://db?pool_size=0", PoolSize),
        ("redis://db?pool_size=x", PoolSize),
        ("redis://db?pool_size=18446744073709551615", PoolSize),
        ("redis://db?pool_size=65536", PoolSize),
        ("redis://db?keepalive=999ms", Keepalive),
        ("redis://db?keepalive=32768", Keepalive),
        ("redis://db?keepalive_interval=0", KeepaliveInterval),
        ("redis://db?keepalive_interval=none", KeepaliveInterval),
        ("redis://db?keepalive_probes=0", KeepaliveProbes),
        ("redis://db?keepalive_probes=128", KeepaliveProbes),
        ("redis://db?user_timeout=0", UserTimeout),
        ("redis://db?user_timeout=577h", UserTimeout),
    ];
    for (url, expected) in rows {
        assert_eq!(error(url), expected, "{url}");
    }
}

#[test]
fn the_errors_say_what_to_write() {
    let rows = [
        ("http://db", "the URL must start with redis://, rediss:// or unix://"),
        ("u:p@db", "without redis:// in front there may be only host:port or host:port/database"),
        (
            "redis://:pa?ss@db",
            "the URL has an @ or # out of place: in a user, password or option, write %2F for /, \
             %3F for ?, %23 for # and %40 for @",
        ),
        (
            "redis://d%b",
            "a % in the URL must be followed by two hexadecimal digits (%25 is %), and what they \
             stand for must be UTF-8",
        ),
        ("redis://", "the host is empty (of a Unix socket, write unix:///its/path)"),
        (
            "redis://::1",
            "the host must be a name, an IPv4 address or an IPv6 address, the last in brackets in \
             a URL ([::1]:6379)",
        ),
        ("redis://db:0", "the port must be a number from 1 to 65535"),
        ("unix:///%00", "the path of the Unix socket must not contain a NUL character"),
        ("unix://s", "unix:// must be followed by an absolute path (unix:///run/redis.sock)"),
        ("redis://db/x", "the database must be a number from 0 on"),
        ("redis://u@db", "there is a user and no password (in a URL, user:password@host)"),
        (
            "redis://u:@db",
            "the password is empty (if the server wants none, leave out user and password)",
        ),
        (
            "redis://db?db=1&canary=1",
            "option 2 of the URL is unknown (known: db, protocol, client_name, timeout, \
             connect_timeout, handshake_timeout, pool_size, lease_timeout, keepalive, keepalive_interval, \
             keepalive_probes, user_timeout, and app.anything for the application's own)",
        ),
        ("redis://db?db", "option 1 of the URL has no value (write name=value)"),
        ("redis://db/1?db=1", "db is given twice (the path of the URL is one, too)"),
        ("redis://db?timeout=1&timeout=1", "timeout is given twice"),
        ("redis://db?app.a=1&app.a=1", "an app. option is given twice"),
        ("redis://db?app.=1", "metadata needs a key (in a URL, app.key=value)"),
        ("redis://db?protocol=1", "protocol must be 2, 3 or auto"),
        (
            "redis://db?client_name=%20",
            "the client name must be printable ASCII characters without spaces, at least one",
        ),
        (
            "redis://db?timeout=0",
            "the command timeout must be a time above zero (5, 2s, 500ms, 1m) or none",
        ),
        (
            "redis://db?connect_timeout=0",
            "the connect timeout must be a time above zero (5, 2s, 500ms, 1m)",
        ),
        (
            "redis://db?handshake_timeout=0",
            "the handshake timeout must be a time above zero (5, 2s, 500ms, 1m)",
        ),
        ("redis://db?pool_size=0", "the pool size must be a number from 1 to 65535"),
        ("redis://db?keepalive=0", "keepalive must be a time from 1s to 32767s, or none"),
        (
            "redis://db?keepalive_interval=0",
            "the keepalive interval must be a time from 1s to 32767s",
        ),
        ("redis://db?keepalive_probes=0", "the keepalive probes must be a number from 1 to 127"),
        (
            "redis://db?user_timeout=0",
            "the user timeout must be a time from 1ms to 24 days, or none",
        ),
    ];
    for (url, text) in rows {
        assert_eq!(error(url).to_string(), text, "{url}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn tls_names_the_feature_that_it_needs() {
    assert_eq!(
        error("rediss://u:p@db").to_string(),
        "rediss:// needs TLS, which is not compiled in: enable the feature \"tls\""
    );
}

#[cfg(feature = "tls")]
#[test]
fn tls_is_asked_for_by_url_and_by_method() {
    let options = parsed("rediss://u:p@db:7/1");
    assert_eq!(options.security(), Security::Tls);
    let same = Options::tcp("db", 7).user("u").password("p").database(1);
    assert_ne!(same.key(), options.key());
    assert_eq!(parsed("rediss://u:p@db:7/1").key(), options.key());
    // Whom it trusts is its own affair, and its clones'.
    let own = same.tls(adapter_core::TlsConfig::new());
    assert_ne!(own.key(), options.key());
    assert_eq!(own.clone().key(), own.key());
    let error = Options::unix("/s").tls(adapter_core::TlsConfig::new()).check();
    assert_eq!(error, Err(OptionsError::TlsOverUnix));
}

#[test]
fn every_way_to_give_a_string_is_taken() {
    let url = String::from("redis://db:7");
    let endpoint = Endpoint::Tcp { host: "db".into(), port: 7 };
    assert_eq!(*Options::try_from(url.as_str()).unwrap().endpoint(), endpoint);
    assert_eq!(*Options::try_from(&url).unwrap().endpoint(), endpoint);
    assert_eq!(*Options::try_from(url).unwrap().endpoint(), endpoint);
}
