//! Options made by methods, and the rules that only those can break.

use std::future::Future;
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use adapter_core::{
    Config, CredentialError, CredentialProvider, Credentials, Endpoint, Options, OptionsError,
    SocketOptions, args, cmd,
};

use crate::parsed;

#[test]
fn the_default_is_the_local_server() {
    let options = Options::default();
    assert_eq!(*options.endpoint(), Endpoint::Tcp { host: "127.0.0.1".into(), port: 6379 });
    assert_eq!(options.check(), Ok(()));
    assert_eq!(options.key(), parsed("127.0.0.1:6379").key());
}

#[test]
fn user_and_password_come_in_any_order() {
    let login = |options: Options| options.session_config().login().cloned();
    let ada = Some(Credentials::user("ada", "secret"));
    let empty = Options::default;
    assert_eq!(login(empty().user("ada").password("secret")), ada);
    assert_eq!(login(empty().password("secret").user("ada")), ada);
    assert_eq!(login(empty().user("bob").password("old").user("ada").password("secret")), ada);
    assert_eq!(login(empty().password("secret")), Some(Credentials::password("secret")));
    assert_eq!(login(empty().user("ada")), None);
    assert_eq!(login(empty().user("ada").password("secret").config(Config::default())), None);
    assert_eq!(empty().user("ada").config(Config::default()).check(), Ok(()));
}

/// What [`Options::config`] would replace with all the rest.
#[test]
fn the_session_is_set_piece_by_piece() {
    let options = parsed("redis://:secret@db/3?client_name=billing")
        .handshake_timeout(Duration::from_secs(7))
        .liveness(Duration::from_secs(8))
        .on_connect(cmd::client_no_evict(args::OnOff::On));
    let config = options.session_config();
    assert_eq!(config.handshake_limit(), Duration::from_secs(7));
    assert_eq!(config.silence_limit(), Some(Duration::from_secs(8)));
    assert_eq!(config.opening().len(), 1);
    assert_eq!(config.login(), Some(&Credentials::password("secret")));
    assert_eq!((config.selected_database(), config.connection_name()), (3, Some("billing")));
    assert_eq!(options.liveness(None).session_config().silence_limit(), None);
}

#[test]
fn checking_finds_what_a_url_cannot_say() {
    use OptionsError::*;
    let ok = Options::default;
    let socket = |change: fn(&mut SocketOptions)| {
        let mut socket = SocketOptions::default();
        change(&mut socket);
        Options::default().socket(socket)
    };
    let zero = Duration::ZERO;
    let provided = || async { Err(CredentialError::new("never asked")) };
    let rows = [
        (Options::tcp("", 1), HostEmpty),
        (Options::tcp("a/b", 1), Host),
        (Options::tcp("[::1]", 1), Host),
        (Options::tcp("db:1", 1), Host),
        (Options::tcp("db", 0), Port),
        (Options::unix(""), PathEmpty),
        (Options::unix("a\0b"), Path),
        (ok().user("ada"), UserWithoutPassword),
        (ok().user("").password("p"), UserEmpty),
        (ok().user(""), UserEmpty),
        (ok().password(""), PasswordEmpty),
        (ok().config(Config::default().credentials(Credentials::password(""))), PasswordEmpty),
        (ok().password("p").credential_provider(provided), CredentialsTwice),
        (ok().client_name("a b"), ClientName),
        (ok().command_timeout(zero), CommandTimeout),
        (ok().connect_timeout(zero), ConnectTimeout),
        (ok().config(Config::default().handshake_timeout(zero)), HandshakeTimeout),
        (ok().config(Config::default().liveness(Some(zero))), Liveness),
        (
            ok().config(Config::default().on_connect(cmd::command("SUBSCRIBE").arg("news"))),
            OnConnect { command: "SUBSCRIBE" },
        ),
        (ok().pool_size(0), PoolSize),
        (ok().pool_size(65_536), PoolSize),
        (ok().lease_timeout(zero), LeaseTimeout),
        (socket(|socket| socket.keepalive_idle = Some(Duration::ZERO)), Keepalive),
        (socket(|socket| socket.keepalive_interval = Duration::ZERO), KeepaliveInterval),
        (socket(|socket| socket.keepalive_probes = 0), KeepaliveProbes),
        (socket(|socket| socket.user_timeout = Some(Duration::ZERO)), UserTimeout),
        (ok().metadata("", "x"), MetadataKey),
    ];
    for (options, expected) in rows {
        assert_eq!(options.check(), Err(expected), "{options:?}");
    }
    for options in [
        Options::tcp("::1", 65535),
        Options::unix("relative.sock"),
        ok().config(Config::default().liveness(None)),
        ok().command_timeout(None)
            .pool_size(65_535)
            .metadata("a", "")
            .credential_provider(provided),
        socket(|socket| (socket.keepalive_idle, socket.user_timeout) = (None, None)),
    ] {
        assert_eq!(options.check(), Ok(()), "{options:?}");
    }
}

#[test]
fn the_texts_of_those_errors() {
    let rows = [
        (OptionsError::PathEmpty, "the path of the Unix socket is empty"),
        (OptionsError::UserEmpty, "the user is empty (for the default user, give only a password)"),
        (
            OptionsError::CredentialsTwice,
            "there are both a password and a credential provider (give one of them)",
        ),
        (OptionsError::Liveness, "the liveness limit must be a time above zero, or none"),
        (
            OptionsError::OnConnect { command: "SUBSCRIBE" },
            "SUBSCRIBE can't be run at the start of each connection",
        ),
        (
            OptionsError::LeaseTimeout,
            "the lease timeout must be a time above zero (5, 2s, 500ms, 1m)",
        ),
        (OptionsError::TlsOverUnix, "TLS is for TCP: a Unix socket has no host name to check"),
        (
            OptionsError::PoolSizeVariable,
            "the pool size in the environment variable REDIS_CLIENT_POOL_SIZE must be a number \
             from 1 to 65535",
        ),
    ];
    for (error, text) in rows {
        assert_eq!(error.to_string(), text);
    }
}

/// Runs itself once more for each value, as only a process of one's own has an environment of
/// one's own.
#[test]
fn the_pool_size_falls_back_to_the_environment_and_20() {
    const CHILD: &str = "POOL_SIZE_TEST_CHILD";
    const VARIABLE: &str = "REDIS_CLIENT_POOL_SIZE";
    if let Ok(expected) = std::env::var(CHILD) {
        assert_eq!(format!("{:?}", Options::default().effective_pool_size()), expected);
        assert_eq!(Options::default().pool_size(3).effective_pool_size(), Ok(3));
        assert_eq!(
            Options::default().pool_size(0).effective_pool_size(),
            Err(OptionsError::PoolSize)
        );
        assert_eq!(
            Options::default().pool_size(usize::MAX).effective_pool_size(),
            Err(OptionsError::PoolSize)
        );
        return;
    }
    for (value, expected) in [
        (None, "Ok(20)"),
        (Some("7"), "Ok(7)"),
        (Some("0"), "Err(PoolSizeVariable)"),
        (Some("65536"), "Err(PoolSizeVariable)"),
    ] {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "builder::the_pool_size_falls_back_to_the_environment_and_20"]);
        child.env(CHILD, expected).env_remove(VARIABLE);
        child.envs(value.map(|value| (VARIABLE, value)));
        let output = child.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{value:?}: {said}");
    }
}

#[test]
fn a_provider_is_asked_anew_each_time() {
    let count = std::sync::atomic::AtomicU32::new(0);
    let options = Options::default().credential_provider(move || {
        let token = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            match token {
                2 => Err(CredentialError::new("no more tokens")),
                token => Ok(Credentials::user("ada", token.to_string())),
            }
        }
    });
    let ask = || now(options.provider().unwrap().credentials());
    assert_eq!(ask(), Ok(Credentials::user("ada", "0")));
    assert_eq!(ask(), Ok(Credentials::user("ada", "1")));
    assert_eq!(ask().unwrap_err().to_string(), "no more tokens");
}

#[test]
fn a_provider_may_be_a_type_of_its_own() {
    struct Fixed;
    impl CredentialProvider for Fixed {
        fn credentials(&self) -> adapter_core::CredentialFuture {
            Box::pin(std::future::ready(Ok(Credentials::password("secret"))))
        }
    }
    let options = Options::default().credential_provider(Fixed);
    assert_eq!(now(options.provider().unwrap().credentials()), Ok(Credentials::password("secret")));
}

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("not ready"),
    }
}
