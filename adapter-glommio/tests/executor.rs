//! What the end of an executor means to a connection.
#![cfg(target_os = "linux")]

use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

use adapter_glommio::{Client, Commands, ConnectionError, Dial, Glommio, Options};
use glommio::LocalExecutorBuilder;
use testkit::redis_server::RedisServer;

#[test]
fn a_driver_that_is_awaited_leaves_no_connection_behind() -> Result<(), Box<dyn Error>> {
    let server = RedisServer::builder().start()?;
    let executor = LocalExecutorBuilder::default().io_memory(64 << 10).make()?;
    executor.run(async {
        let options: Options = server.url().parse()?;
        let stream = Dial::new(Glommio, &options).await?;
        let (client, driver) = Client::new(Glommio, stream, options.session_config().clone());
        let driver = glommio::spawn_local(driver);
        client.set("k", "v").await?;
        assert!(connections(&server)? > 0);
        drop(client);
        assert_eq!(driver.await, ConnectionError::Closed);
        Ok::<_, Box<dyn Error>>(())
    })?;
    drop(executor);
    let deadline = Instant::now() + PATIENCE;
    while connections(&server)? > 0 {
        assert!(Instant::now() < deadline, "it is still open");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// How many there are, but for the one that asks.
fn connections(server: &RedisServer) -> io::Result<usize> {
    let list = server.cli(&["CLIENT", "LIST"])?;
    Ok(String::from_utf8_lossy(&list).matches(" fd=").count() - 1)
}

const PATIENCE: Duration = Duration::from_secs(20);
