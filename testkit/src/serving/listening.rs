//! Where it can be listened.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::fs::PermissionsExt;
use std::task::Poll;

use adapter_core::Address;
use adapter_core::server::{AcceptOptions, Listener, Serve, Threads};

use super::raw::{Path, Raw};
use crate::conformance::Outcome;

/// Ports are chosen and told, addresses are shared only where that is asked for, what nobody
/// listens at any more can be listened at again, and connections come with their address.
///
/// # Errors
///
/// What should not have failed.
pub fn addresses<T: Threads>() -> Outcome {
    T::run(|runtime| async move {
        ports(&runtime)?;
        paths(&runtime)?;
        in_line(&runtime).await
    })?
}

fn ports<R: Serve>(runtime: &R) -> Outcome {
    for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let alone = AcceptOptions::default();
        let first = runtime.listen(&Address::Tcp((ip, 0).into()), &alone)?;
        let address = first.local_address()?;
        assert!(
            matches!(address, Address::Tcp(address) if address.ip() == ip && address.port() > 0)
        );
        let mut shared = AcceptOptions::default();
        shared.reuse_port = true;
        for options in [&alone, &shared] {
            let second = runtime.listen(&address, options).map(drop);
            assert_eq!(second.map_err(|error| error.kind()), Err(ErrorKind::AddrInUse));
        }
        drop(first);
        let first = runtime.listen(&address, &shared)?;
        let second = runtime.listen(&address, &shared)?;
        assert_eq!(first.local_address()?, second.local_address()?);
    }
    Ok(())
}

fn paths<R: Serve>(runtime: &R) -> Outcome {
    let path = Path::new();
    let mut options = AcceptOptions::default();
    options.unix_permissions = Some(0o640);
    let first = runtime.listen(&path.address(), &options)?;
    assert_eq!(first.local_address()?, path.address());
    assert_eq!(std::fs::metadata(&path.0)?.permissions().mode() & 0o777, 0o640);
    let second = runtime.listen(&path.address(), &options).map(drop);
    assert_eq!(second.map_err(|error| error.kind()), Err(ErrorKind::AddrInUse));
    drop(first);
    assert!(path.0.exists(), "the file is the server's to remove");
    runtime.listen(&path.address(), &options)?;
    Ok(())
}

/// Connections that came before anybody asked, and one that comes afterwards.
async fn in_line<R: Serve>(runtime: &R) -> Outcome {
    let path = Path::new();
    let options = AcceptOptions::default();
    for address in [Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()), path.address()] {
        let mut listener = runtime.listen(&address, &options)?;
        let address = listener.local_address()?;
        for burst in [3, 1, 2] {
            let nobody = poll_fn(|cx| Poll::Ready(listener.poll_accept(cx).is_pending())).await;
            assert!(nobody);
            let clients: Vec<_> =
                (0..burst).map(|_| Raw::connect(&address)).collect::<Result<_, _>>()?;
            for _ in &clients {
                let (accepted, from) = poll_fn(|cx| listener.poll_accept(cx)).await?;
                assert_eq!(from.is_some(), matches!(address, Address::Tcp(_)));
                drop(accepted);
            }
        }
        // Given up while it waits.
        let nobody = poll_fn(|cx| Poll::Ready(listener.poll_accept(cx).is_pending())).await;
        assert!(nobody);
        drop(listener);
        let refused = Raw::connect(&address).map(drop);
        assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::ConnectionRefused));
    }
    Ok(())
}
