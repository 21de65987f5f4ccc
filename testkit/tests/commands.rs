//! Every typed command against a real server.

use testkit::commands::{cases, run};
use testkit::redis_server::RedisServer;

#[test]
fn what_is_sent_and_what_comes_back_is_what_redis_says() {
    let server = RedisServer::start().unwrap();
    let report = run(&server, &cases()).unwrap();
    let failures = report.failures();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
