//! What the end of an executor means to a connection.

use std::error::Error;

use adapter_smol::{
    Cause, Client, Commands, ConnectionError, Dial, Error as Failed, Options, Smol,
};
use smol::{LocalExecutor, block_on};
use testkit::redis_server::RedisServer;

#[test]
fn a_driver_that_ends_with_its_executor_leaves_nobody_waiting() -> Result<(), Box<dyn Error>> {
    let server = RedisServer::builder().start()?;
    let executor = LocalExecutor::new();
    let client = block_on(executor.run(async {
        let options: Options = server.url().parse()?;
        let stream = Dial::new(Smol, &options).await?;
        let (client, driver) = Client::new(Smol, stream, options.session_config().clone());
        executor.spawn(driver).detach();
        client.set("k", "v").await?;
        Ok::<_, Box<dyn Error>>(client)
    }))?;
    let answered = block_on(async {
        let mut waiting = Box::pin(client.get("k").into_future());
        assert!(smol::future::poll_once(&mut waiting).await.is_none());
        drop(executor);
        waiting.await
    });
    assert_eq!(answered, Err(Failed::NotSent(CLOSED)));
    let refused = block_on(async { client.get("k").await });
    assert_eq!(refused, Err(Failed::NotSent(CLOSED)));
    Ok(())
}

const CLOSED: Cause = Cause::Connection(ConnectionError::Abandoned);
