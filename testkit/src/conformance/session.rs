//! Who, where and how: the handshake, and what is said when there is no connection.

use std::path::Path;

use adapter_core::{
    Client, Commands, ConnectError, ConnectionError, Credentials, Endpoint, Options, OptionsError,
    Protocol,
};

use super::{Adapter, Outcome, PASSWORD, Setup};

/// Password, user, database, name, protocol; unreachable servers.
///
/// # Errors
///
/// Any that should not be.
pub async fn session<R: Adapter>(setup: &Setup) -> Outcome {
    database_and_name::<R>(setup).await?;
    users::<R>(setup).await?;
    wrong_password::<R>(setup).await?;
    by_url::<R>(setup).await?;
    unreachable::<R>(setup).await
}

async fn database_and_name<R: Adapter>(setup: &Setup) -> Outcome {
    let config = setup.config().database(3).client_name("conformance");
    let client = setup.client_with::<R>(config).await?;
    client.set("where", "in 3").await?;
    assert_eq!(setup.client::<R>().await?.get("where").await?, None);
    assert_eq!(client.command("CLIENT GETNAME").parse::<String>().await?, "conformance");
    let info: String = client.command("CLIENT INFO").parse().await?;
    assert!(info.contains(" db=3 "), "{info}");
    let resp = if setup.protocol == Protocol::Resp2 { " resp=2" } else { " resp=3" };
    assert!(info.contains(resp), "{info}");
    match setup.client_with::<R>(setup.config().database(9999)).await {
        Err(ConnectError::Session {
            error: ConnectionError::Handshake { step: "SELECT", error },
            ..
        }) => assert_eq!(error.to_string(), "ERR DB index is out of range"),
        other => panic!("{other:?}"),
    }
    Ok(())
}

async fn users<R: Adapter>(setup: &Setup) -> Outcome {
    let acl = ["ACL", "SETUSER", "reader", "on", ">reader's", "+@all", "-set", "~*", "&*"];
    assert_eq!(setup.ask(&acl)?, "+OK\r\n");
    let config = setup.config().credentials(Credentials::user("reader", "reader's"));
    let client = setup.client_with::<R>(config).await?;
    assert_eq!(client.command("ACL WHOAMI").parse::<String>().await?, "reader");
    match client.set("k", "v").await {
        Err(adapter_core::Error::Server(error)) => assert_eq!(error.code(), "NOPERM"),
        other => panic!("{other:?}"),
    }
    Ok(())
}

async fn wrong_password<R: Adapter>(setup: &Setup) -> Outcome {
    let wrong = [Credentials::password("canary"), Credentials::user("canary", "canary")];
    for credentials in wrong {
        let config = setup.config().credentials(credentials);
        let texts = match setup.client_with::<R>(config.clone()).await {
            Err(error @ ConnectError::Session { .. }) => {
                assert!(error.to_string().contains("WRONGPASS"), "{error}");
                let source = std::error::Error::source(&error).map(ToString::to_string);
                format!("{error} {error:?} {source:?} {config:?}")
            }
            other => panic!("{other:?}"),
        };
        assert!(!texts.contains("canary"), "{texts}");
    }
    match setup.client_with::<R>(adapter_core::Config::default().protocol(setup.protocol)).await {
        Err(ConnectError::Session { error, .. }) => {
            assert!(error.to_string().contains("NOAUTH"), "{error}");
        }
        // In RESP2 there is nothing to be refused in the handshake.
        Ok(client) => {
            let refused = client.ping().await.err().map(|error| error.to_string());
            assert_eq!(refused.as_deref(), Some("NOAUTH Authentication required."));
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

async fn by_url<R: Adapter>(setup: &Setup) -> Outcome {
    let escaped: String = PASSWORD.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for credentials in [format!(":{escaped}"), format!("default:{escaped}")] {
        let url = match (setup.server.addr(), setup.server.socket_path()) {
            // A name has several addresses, not all of which need answer.
            (Some(addr), _) => {
                let port = addr.port();
                let scheme = setup.server.url().split(':').next().unwrap_or_default().to_owned();
                format!("{scheme}://{credentials}@localhost:{port}/5?client_name=by-url")
            }
            (None, path) => {
                let path = path.unwrap_or(Path::new("")).display();
                format!("unix://{credentials}@{path}?db=5&client_name=by-url")
            }
        };
        let options = setup.secured(url.parse()?);
        let client = Client::<R>::connect(options).await?;
        let info: String = client.command("CLIENT INFO").parse().await?;
        assert!(info.contains(" db=5 ") && info.contains(" name=by-url "), "{info}");
    }
    let nobody = Options::new(setup.endpoint()).user("nobody");
    match Client::<R>::connect(nobody).await {
        Err(ConnectError::Options(OptionsError::UserWithoutPassword)) => {}
        other => panic!("{other:?}"),
    }
    match Client::<R>::connect("http://localhost").await {
        Err(error @ ConnectError::Options(_)) => {
            assert_eq!(error.to_string(), "the URL must start with redis://, rediss:// or unix://");
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

async fn unreachable<R: Adapter>(setup: &Setup) -> Outcome {
    let mut gone = setup.another()?;
    gone.server.kill()?;
    match gone.client::<R>().await {
        Err(error @ ConnectError::Unreachable { .. }) => {
            let expected = format!("cannot connect to {}: connection refused", gone.endpoint());
            assert_eq!(error.to_string(), expected);
        }
        other => panic!("{other:?}"),
    }
    let nowhere = Endpoint::Unix(Path::new("/nonexistent/redis.sock").into());
    match Client::<R>::connect(Options::new(nowhere)).await {
        Err(error @ ConnectError::Unreachable { .. }) => assert_eq!(
            error.to_string(),
            "cannot connect to /nonexistent/redis.sock: no such file or directory"
        ),
        other => panic!("{other:?}"),
    }
    Ok(())
}
