//! Parameters that `redis.conf` has, and that [`Builder::setting`](super::Builder::setting) can't set.

/// Why a parameter would have no effect with that value, if that is so.
pub(super) fn objection(name: &str, value: &str) -> Option<&'static str> {
    let wanted = !value.is_empty();
    match name.to_ascii_lowercase().as_str() {
        "port" | "bind" => Some("where the server listens is said with Builder::address"),
        "tls-port" => Some("where the server listens with TLS is said with Builder::tls_address"),
        "unixsocket" => Some("where the server listens is said with Builder::unix_socket"),
        "unixsocketperm" | "tcp-backlog" | "tcp-keepalive" => {
            Some("how the server listens is said with Builder::listen, in its AcceptOptions")
        }
        "io-threads" => Some("the threads are said with Builder::threads"),
        "appendonly" if value.eq_ignore_ascii_case("yes") => Some(IN_MEMORY),
        "save" if wanted => Some(IN_MEMORY),
        "aclfile" if wanted => Some("there is no file of users: they are said with Builder::user"),
        "cluster-enabled" if value.eq_ignore_ascii_case("yes") => Some(ALONE),
        "replicaof" | "slaveof" if wanted && !value.eq_ignore_ascii_case("no one") => Some(ALONE),
        "rename-command" => Some(NO_RENAMING),
        _ => None,
    }
}

const IN_MEMORY: &str = "the data is kept in memory only";
const ALONE: &str = "the server is alone: it has no replicas and no cluster";
const NO_RENAMING: &str = "commands keep their names. To forbid one, take it from the users: user \
                           default on nopass ~* &* +@all -flushall";
