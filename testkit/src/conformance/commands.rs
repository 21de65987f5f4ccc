//! Each typed command with each of its options, and the page that shows how they are used.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use adapter_core::resp_core::View;
use adapter_core::{Client, Commands, cmd};
use bytes::Bytes;

use super::{Adapter, Outcome, Setup};

/// Each typed command with each option, the generic one, and DESIGN.md's usage lines.
///
/// # Errors
///
/// Any that should not be.
pub async fn commands<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    set_options(&client).await?;
    strings_and_keys(&client).await?;
    expire_options(&client).await?;
    collections(&client).await?;
    connection(&client).await?;
    usage(&client).await?;
    binary_safe(&client).await
}

async fn ttl<R: Adapter>(client: &Client<R>, key: &str) -> Result<i64, adapter_core::Error> {
    client.command("PTTL").arg(key).parse().await
}

async fn set_options<R: Adapter>(client: &Client<R>) -> Outcome {
    client.set("s", "1").await?;
    assert_eq!(client.get("s").await?, Some(Bytes::from("1")));
    assert_eq!(ttl(client, "s").await?, -1);
    client.set("s", "2").ex(100).await?;
    assert!((99_000..=100_000).contains(&ttl(client, "s").await?));
    client.set("s", "3").keepttl().await?;
    assert!((90_000..=100_000).contains(&ttl(client, "s").await?));
    client.set("s", "4").px(50_500).await?;
    assert!((49_500..=50_500).contains(&ttl(client, "s").await?));
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    client.set("s", "5").exat((now + Duration::from_secs(100)).as_secs()).await?;
    assert!((95_000..=100_000).contains(&ttl(client, "s").await?));
    let at = (now + Duration::from_millis(70_123)).as_millis();
    client.set("s", "6").pxat(u64::try_from(at)?).await?;
    let at_as_told: u128 = client.command("PEXPIRETIME").arg("s").parse().await?;
    assert_eq!(at_as_told, at);
    // An option that is not given takes the time to live away.
    client.set("s", "7").await?;
    assert_eq!(ttl(client, "s").await?, -1);

    assert_eq!(client.set("s", "8").nx().await?, None);
    assert_eq!(client.set("s", "8").xx().await?, Some(()));
    assert_eq!(client.set("new", "1").xx().await?, None);
    assert_eq!(client.set("new", "1").nx().await?, Some(()));
    assert_eq!(client.set("s", "9").get().await?, Some(Bytes::from("8")));
    assert_eq!(client.set("newer", "1").get().await?, None);
    assert_eq!(client.set("s", "10").xx().get().await?, Some(Bytes::from("9")));
    // Since Redis 7.0, NX and GET go together.
    assert_eq!(client.set("s", "11").nx().get().await?, Some(Bytes::from("10")));
    assert_eq!(client.set("s", "12").ex(9).nx().await?, None);
    assert_eq!(client.set("s", "12").px(900_000).xx().await?, Some(()));
    assert_eq!(client.get("s").parse::<u16>().await?, 12);
    Ok(())
}

async fn strings_and_keys<R: Adapter>(client: &Client<R>) -> Outcome {
    assert_eq!(client.get("nothing").await?, None);
    assert_eq!(client.incr("count").await?, 1);
    assert_eq!(client.incr("count").parse::<u64>().await?, 2);
    assert_eq!(client.incr("count").parse::<String>().await?, "3");
    client.set("a", 1).await?;
    client.set("b", -2.5).await?;
    client.set("c", 'c').await?;
    let values = client.mget(["a", "nothing", "b", "c"]).await?;
    let expected = [Some("1"), None, Some("-2.5"), Some("c")].map(|value| value.map(Bytes::from));
    assert_eq!(values, expected);
    let typed: (u64, Option<String>, f64, String) =
        client.mget(["a", "nothing", "b", "c"]).parse().await?;
    assert_eq!(typed, (1, None, -2.5, "c".into()));
    assert_eq!(client.del(["a", "b", "nothing"]).await?, 2);
    assert_eq!(client.del((0..3).map(|id| format!("none:{id}"))).await?, 0);
    assert_eq!(client.mget(["a", "b"]).await?, [None, None]);
    Ok(())
}

async fn expire_options<R: Adapter>(client: &Client<R>) -> Outcome {
    client.set("e", "1").await?;
    assert!(!client.expire("nothing", 10).await?);
    assert!(!client.expire("e", 10).xx().await?, "XX wants an expiry");
    assert!(!client.expire("e", 10).gt().await?, "no expiry is later than any");
    assert!(client.expire("e", 100).nx().await?);
    assert!(!client.expire("e", 50).nx().await?);
    assert!(client.expire("e", 200).xx().await?);
    assert!(!client.expire("e", 100).gt().await?);
    assert!(client.expire("e", 300).gt().await?);
    assert!(!client.expire("e", 400).lt().await?);
    assert!(client.expire("e", 40).lt().await?);
    assert!((39_000..=40_000).contains(&ttl(client, "e").await?));
    assert!(client.expire("e", -1).await?, "at once");
    assert_eq!(client.get("e").await?, None);
    Ok(())
}

async fn collections<R: Adapter>(client: &Client<R>) -> Outcome {
    let ada = [("name", "Ada"), ("born", "1815")];
    assert_eq!(client.hset("h", ada).await?, 2);
    assert_eq!(client.hset("h", [("born", "1815"), ("died", "1852")]).await?, 1);
    let pairs = client.hgetall("h").await?;
    let expected = [("name", "Ada"), ("born", "1815"), ("died", "1852")];
    assert_eq!(pairs, expected.map(|(field, value)| (Bytes::from(field), Bytes::from(value))));
    let map: BTreeMap<String, String> = client.hgetall("h").parse().await?;
    assert_eq!(map.get("died").map(String::as_str), Some("1852"));
    let map: HashMap<String, Bytes> = client.hgetall("nothing").parse().await?;
    assert!(map.is_empty());

    let pushed: u64 = client.command("RPUSH").arg("l").args(0..5).parse().await?;
    assert_eq!(pushed, 5);
    assert_eq!(client.lrange("l", 1, 2).await?, ["1", "2"].map(Bytes::from));
    assert_eq!(client.lrange("l", -2, -1).parse::<Vec<i64>>().await?, [3, 4]);
    assert_eq!(client.lrange("l", 0, -1).parse::<[i16; 5]>().await?, [0, 1, 2, 3, 4]);
    assert!(client.lrange("nothing", 0, -1).await?.is_empty());
    Ok(())
}

async fn connection<R: Adapter>(client: &Client<R>) -> Outcome {
    assert_eq!(client.ping().await?, "PONG");
    assert_eq!(client.ping().message("are you there").await?, "are you there");
    assert_eq!(client.echo("").await?, "");
    assert_eq!(client.echo(42).parse::<u64>().await?, 42);
    assert_eq!(client.publish("nobody listens", "hello").await?, 0);
    Ok(())
}

/// DESIGN.md, "Commands are plain values with metadata".
async fn usage<R: Adapter>(client: &Client<R>) -> Outcome {
    client.del(["k"]).await?;
    assert_eq!(client.set("k", "v").px(500).nx().await?, Some(()));
    let v: Option<Bytes> = client.get("k").await?;
    assert_eq!(v, Some(Bytes::from("v")));
    client.set("k", 7).await?;
    let n: u64 = client.get("k").parse().await?;
    assert_eq!(n, 7);
    let (ok, n, v) = client
        .pipeline((cmd::set("k", "10"), cmd::incr("k"), cmd::get("k").parse::<u64>()))
        .await?;
    assert_eq!((ok?, n?, v?), ((), 11, 11));
    let (a, b) = client.transaction((cmd::incr("ta"), cmd::incr("tb"))).await?;
    assert_eq!((a?, b?), (1, 1));
    let any = client.command("OBJECT").arg("ENCODING").arg("k").await?;
    assert_eq!(any.view(), View::BulkString(b"int"));
    let limits: BTreeMap<String, u64> =
        client.command("CONFIG GET").arg("maxmemory").parse().await?;
    assert_eq!(limits, BTreeMap::from([("maxmemory".into(), 0)]));
    Ok(())
}

async fn binary_safe<R: Adapter>(client: &Client<R>) -> Outcome {
    let every_byte: Vec<u8> = (0..=255).collect();
    for key in [&b""[..], b"\r\n", b"\0", b"*1\r\n$4\r\nPING\r\n", b"\xff\xfe", &every_byte] {
        let value = [key, b"\r\n$-1\r\n", &every_byte].concat();
        client.set(key, &value).await?;
        assert_eq!(client.get(key).parse::<Vec<u8>>().await?, value);
        assert_eq!(client.echo(key).await?, key);
        assert_eq!(client.del([key]).await?, 1);
    }
    Ok(())
}
