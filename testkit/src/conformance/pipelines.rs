//! Pipelines of any length and kind, without waiting, and with something wrong at each position.

use std::collections::BTreeMap;

use adapter_core::{
    Any, Client, Command, Commands, Error, FromReply, ReplyError, Request, Value, cmd,
};

use super::{Adapter, Outcome, Setup};

/// Pipelines of mixed commands, ones that nobody waits for, and errors of each kind at each
/// position, in front of each kind of getter.
///
/// # Errors
///
/// Any that should not be.
pub async fn pipelines<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    mixed(&client).await?;
    sent(&client).await?;
    prepare(&client).await?;
    for wrong in [Wrong::Server, Wrong::Null, Wrong::Type] {
        for position in 0..LENGTH {
            check(&client.pipeline(commands(position, wrong)).await?, position, wrong);
            check(&client.transaction(commands(position, wrong)).await?, position, wrong);
            assert_eq!(client.echo("in step").await?, "in step");
        }
    }
    for position in 0..LENGTH {
        match client.transaction(commands(position, Wrong::Unknown)).await {
            Err(Error::Discarded { index, error, .. }) => {
                assert_eq!((index, error.code()), (position, "ERR"));
            }
            other => panic!("{:?}", other.err()),
        }
        assert_eq!(client.echo("in step").await?, "in step");
    }
    Ok(())
}

/// More than are let in flight at once, of different kinds.
async fn mixed<R: Adapter>(client: &Client<R>) -> Outcome {
    client.hset("h", [("a", "b")]).await?;
    let commands: Vec<Request> = (0..1000)
        .map(|id| match id % 3 {
            0 => cmd::echo(id).into(),
            1 => cmd::hgetall("h").into(),
            _ => cmd::command("INCR").arg("h").into(),
        })
        .collect();
    let replies = client.pipeline(commands).await?;
    assert_eq!(replies.len(), 1000);
    for (id, reply) in replies.into_iter().enumerate() {
        match (id % 3, reply) {
            (0, Ok(value)) => assert_eq!(value.as_i64(), Some(id as i64)),
            (1, Ok(value)) => assert_eq!(value.get("a"), Some(&Value::from("b"))),
            (2, Err(Error::Server(error))) => assert_eq!(error.code(), "WRONGTYPE"),
            (_, other) => panic!("{other:?}"),
        }
    }
    let [one, two] = client.pipeline([cmd::echo(1), cmd::echo(2)].map(Command::parse)).await?;
    assert_eq!((one, two), (Ok(1_u64), Ok(2_u64)));
    all(client).await
}

/// Values without a result for each: the first error is that of all.
async fn all<R: Adapter>(client: &Client<R>) -> Outcome {
    let echoes = || (0..10).map(|id| cmd::echo(id).parse::<u64>()).collect::<Vec<_>>();
    let counted: Vec<u64> = (0..10).collect();
    assert_eq!(client.pipeline(echoes()).all().await?, counted);
    assert_eq!(client.transaction(echoes()).all().await?, counted);
    let wrong = || [cmd::incr("all"), cmd::incr("h"), cmd::incr("all")];
    for ended in [client.pipeline(wrong()).all().await, client.transaction(wrong()).all().await] {
        assert!(matches!(&ended, Err(Error::Server(error)) if error.code() == "WRONGTYPE"));
    }
    assert_eq!(client.get("all").parse::<i64>().await?, 4, "the others have been run");
    Ok(())
}

async fn sent<R: Adapter>(client: &Client<R>) -> Outcome {
    for round in 1..=20_i64 {
        let commands: Vec<Request> = vec![
            cmd::incr("sent").into(),
            cmd::command("NONSENSE").into(),
            cmd::echo("nobody's").into(),
        ];
        client.pipeline(commands).send().await?;
        // What is sent next is run behind it, and finds its own reply.
        assert_eq!(client.get("sent").parse::<i64>().await?, round);
    }
    let blocking = [cmd::command("BLPOP").arg("nothing").arg(0)];
    match client.pipeline(blocking).send().await {
        Err(Error::Refused { command: "BLPOP", .. }) => {}
        other => panic!("{other:?}"),
    }
    let closed = client.clone();
    drop(client.pipeline([cmd::incr("sent")]).send());
    assert_eq!(closed.get("sent").parse::<i64>().await?, 20, "not awaited, not sent");
    Ok(())
}

/// What is wrong with one of the commands.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    /// The server runs it and answers with an error.
    Server,
    /// Nothing, where there has to be something.
    Null,
    /// A reply of another type.
    Type,
    /// The server does not even queue it.
    Unknown,
}

type Commands8 = (
    Command<Any, i64>,
    Command<Any, String>,
    Command<Any, f64>,
    Command<Any, Vec<u64>>,
    Command<Any, BTreeMap<String, String>>,
    Command<Any, bool>,
    Command<Any, [u64; 2]>,
    Command<Any, (String, u64)>,
);

type Replies8 = (
    Result<i64, Error>,
    Result<String, Error>,
    Result<f64, Error>,
    Result<Vec<u64>, Error>,
    Result<BTreeMap<String, String>, Error>,
    Result<bool, Error>,
    Result<[u64; 2], Error>,
    Result<(String, u64), Error>,
);

async fn prepare<R: Adapter>(client: &Client<R>) -> Outcome {
    client.set("text", "x").await?;
    client.set("number", 7).await?;
    client.set("float", 1.5).await?;
    client.del(["list", "pair"]).await?;
    client.command("RPUSH").arg("list").args([1, 2]).await?;
    client.command("RPUSH").arg("pair").arg("p").arg(3).await?;
    client.hset("hash", [("a", "1"), ("b", "2")]).await?;
    Ok(())
}

fn commands(position: usize, wrong: Wrong) -> Commands8 {
    let list = |key: &'static str| cmd::command("LRANGE").arg(key).arg(0).arg(-1);
    let place = |index| (index == position).then_some(wrong);
    (
        put(place(0), cmd::command("GET").arg("number")),
        put(place(1), cmd::command("GET").arg("text")),
        put(place(2), cmd::command("GET").arg("float")),
        put(place(3), list("list")),
        put(place(4), cmd::command("HGETALL").arg("hash")),
        put(place(5), cmd::command("EXISTS").arg("hash")),
        put(place(6), list("list")),
        put(place(7), list("pair")),
    )
}

fn put<T: FromReply>(wrong: Option<Wrong>, right: Command<Any>) -> Command<Any, T> {
    let command = match wrong {
        None => right,
        Some(Wrong::Server) => cmd::command("INCR").arg("text"),
        Some(Wrong::Null) => cmd::command("GET").arg("nothing"),
        // An array in an array, which none of the types takes.
        Some(Wrong::Type) => cmd::command("EVAL").arg("return {{{1}}, {{2}}, {{3}}}").arg(0),
        Some(Wrong::Unknown) => cmd::command("NONSENSE"),
    };
    command.parse()
}

fn check(replies: &Replies8, position: usize, wrong: Wrong) {
    let hash = [("a", "1"), ("b", "2")].map(|(name, value)| (name.into(), value.into()));
    let judge = Judge { position, wrong };
    judge.reply(0, &replies.0, &7);
    judge.reply(1, &replies.1, &"x".to_owned());
    judge.reply(2, &replies.2, &1.5);
    judge.reply(3, &replies.3, &vec![1, 2]);
    judge.reply(4, &replies.4, &hash.into());
    judge.reply(5, &replies.5, &true);
    judge.reply(6, &replies.6, &[1, 2]);
    judge.reply(7, &replies.7, &("p".to_owned(), 3));
}

struct Judge {
    position: usize,
    wrong: Wrong,
}

impl Judge {
    fn reply<T: PartialEq + std::fmt::Debug>(
        &self,
        index: usize,
        reply: &Result<T, Error>,
        right: &T,
    ) {
        let Self { position, wrong } = *self;
        if index != position {
            assert_eq!(reply.as_ref(), Ok(right), "{wrong:?} at {position} has moved {index}");
            return;
        }
        let fits = match (reply, wrong) {
            (Err(Error::Server(error)), Wrong::Server) => error.code() == "ERR",
            (Err(Error::Reply { error, .. }), Wrong::Null) => *error == ReplyError::Null,
            (Err(Error::Reply { error, .. }), Wrong::Type) => *error != ReplyError::Null,
            _ => false,
        };
        assert!(fits, "{wrong:?} at {position}: {reply:?}");
    }
}

const LENGTH: usize = 8;
