//! The same Rust values in both protocols; errors and nulls.

use std::collections::{BTreeMap, BTreeSet};

use adapter_core::resp_core::{Frame, View};
use adapter_core::{Client, Commands, Error, Protocol, ReplyError, ServerError};

use super::{Adapter, Outcome, Setup};

/// Replies of every type, error replies, nulls.
///
/// # Errors
///
/// Any that should not be.
pub async fn replies<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    let resp3 = setup.protocol != Protocol::Resp2;
    same_values(&client).await?;
    types(&client, resp3).await?;
    pushes_and_attributes(&client, resp3).await?;
    errors(&client).await?;
    nulls(&client).await
}

async fn same_values<R: Adapter>(client: &Client<R>) -> Outcome {
    client.command("ZADD").arg("z").arg(1.5).arg("one").arg(f64::INFINITY).arg("two").await?;
    let scores: Vec<(String, f64)> =
        client.command("ZRANGE").arg("z").args(["0", "-1", "WITHSCORES"]).parse().await?;
    assert_eq!(scores, [("one".into(), 1.5), ("two".into(), f64::INFINITY)]);
    let score: f64 = client.command("ZSCORE").arg("z").arg("one").parse().await?;
    assert_eq!(score, 1.5);
    let score: Option<f64> = client.command("ZSCORE").arg("z").arg("none").parse().await?;
    assert_eq!(score, None);
    client.command("SADD").arg("set").args(["a", "b", "a"]).await?;
    let members: BTreeSet<String> = client.command("SMEMBERS").arg("set").parse().await?;
    assert_eq!(members, ["a", "b"].map(String::from).into());
    let settings: BTreeMap<String, String> =
        client.command("CONFIG GET").args(["maxmemory", "port"]).parse().await?;
    assert_eq!(settings.len(), 2);
    let info: String = client.command("INFO").arg("server").parse().await?;
    assert!(info.contains("redis_version:"));
    let script = "return {1, 'two', {3, {'four'}}, redis.error_reply('ERR five'), false}";
    let nested: Nested = client.command("EVAL").arg(script).arg(0).parse().await?;
    let (one, two, three, five, none) = nested;
    assert_eq!((one, two.as_str(), three), (1, "two", (3, ["four".into()])));
    assert_eq!(five.err().map(|error| error.to_string()).as_deref(), Some("ERR five"));
    assert_eq!(none, None);
    Ok(())
}

type Nested = (u64, String, (i64, [String; 1]), Result<Frame, ServerError>, Option<u64>);

async fn types<R: Adapter>(client: &Client<R>, resp3: bool) -> Outcome {
    let debug = |kind: &'static str| client.command("DEBUG").arg("PROTOCOL").arg(kind);
    assert_eq!(debug("string").parse::<String>().await?, "Hello World");
    assert_eq!(debug("integer").parse::<i64>().await?, 12345);
    let double: f64 = debug("double").parse().await?;
    assert_eq!(double.to_string(), "3.141");
    assert_eq!(debug("null").await?.view(), View::Null);
    assert_eq!(debug("array").parse::<Vec<u64>>().await?, [0, 1, 2]);
    assert_eq!(debug("set").parse::<BTreeSet<u64>>().await?, [0, 1, 2].into());
    assert_eq!(
        debug("map").parse::<BTreeMap<u64, bool>>().await?,
        [(0, false), (1, true), (2, false)].into()
    );
    assert_eq!(debug("verbatim").parse::<String>().await?, "This is a verbatim\nstring");
    assert!(debug("true").parse::<bool>().await?);
    assert!(!debug("false").parse::<bool>().await?);
    let number: String = debug("bignum").parse().await?;
    assert!(number.starts_with("1234567999999999999999999999999999999"), "{number}");

    let is_native = [
        matches!(debug("double").await?.view(), View::Double(_)),
        matches!(debug("set").await?.view(), View::Set(_)),
        matches!(debug("map").await?.view(), View::Map(_)),
        matches!(debug("verbatim").await?.view(), View::Verbatim { format: b"txt", .. }),
        matches!(debug("true").await?.view(), View::Boolean(true)),
        matches!(debug("bignum").await?.view(), View::BigNumber(_)),
    ];
    assert_eq!(is_native, [resp3; 6], "the protocol that was asked for");
    Ok(())
}

async fn pushes_and_attributes<R: Adapter>(client: &Client<R>, resp3: bool) -> Outcome {
    let debug = |kind: &'static str| client.command("DEBUG").arg("PROTOCOL").arg(kind);
    let text: String = debug("attrib").parse().await?;
    assert!(text.starts_with("Some real reply"), "{text}");
    match debug("push").parse::<String>().await {
        // The push comes in front of the reply, and must not be taken for it.
        Ok(text) => assert!(resp3 && text.starts_with("Some real reply"), "{text}"),
        Err(Error::Server(_)) => assert!(!resp3, "RESP2 has no pushes"),
        Err(other) => return Err(other.into()),
    }
    assert_eq!(client.echo("in step").await?, "in step");
    Ok(())
}

async fn errors<R: Adapter>(client: &Client<R>) -> Outcome {
    client.set("text", "x").await?;
    match client.hgetall("text").await {
        Err(Error::Server(error)) => {
            assert_eq!(error.code(), "WRONGTYPE");
            assert!(error.to_string().starts_with("WRONGTYPE Operation against a key"), "{error}");
        }
        other => panic!("{other:?}"),
    }
    match client.incr("text").await {
        Err(Error::Server(error)) => {
            assert_eq!(error.text(), b"ERR value is not an integer or out of range");
        }
        other => panic!("{other:?}"),
    }
    match client.command("NONSENSE").arg("x").await {
        Err(Error::Server(error)) => assert_eq!(error.code(), "ERR"),
        other => panic!("{other:?}"),
    }
    // An error is a value where it is asked for as one.
    let error: Result<i64, ServerError> = client.incr("text").parse().await?;
    assert_eq!(error.err().map(|error| error.code().to_owned()).as_deref(), Some("ERR"));
    // Of a type that doesn't fit: the command has run, and nothing is disturbed.
    match client.lrange("none", 0, 1).parse::<u64>().await {
        Err(Error::Reply { command: "LRANGE", error: ReplyError::Type { .. } }) => {}
        other => panic!("{other:?}"),
    }
    match client.get("text").parse::<u64>().await {
        Err(error @ Error::Reply { command: "GET", error: ReplyError::Number { .. } }) => {
            assert_eq!(error.to_string(), "GET: the reply is no number that fits u64");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(client.echo("in step").await?, "in step");
    Ok(())
}

async fn nulls<R: Adapter>(client: &Client<R>) -> Outcome {
    match client.get("nothing").parse::<u64>().await {
        Err(error @ Error::Reply { command: "GET", error: ReplyError::Null }) => {
            assert_eq!(error.to_string(), "GET: the reply is null (read it as an Option)");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(client.get("nothing").parse::<Option<u64>>().await?, None);
    let nothing: Option<Vec<String>> = client.command("LPOP").arg("nothing").arg(1).parse().await?;
    assert_eq!(nothing, None, "a null array");
    Ok(())
}
