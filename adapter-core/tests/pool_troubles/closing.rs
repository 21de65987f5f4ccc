//! The registry closed while pools are being opened.

use std::task::Poll;

use adapter_core::{ConnectError, ConnectionError, Pools};
use testkit::memory::Woken;

use super::{options, silent_to};

#[test]
fn a_pool_that_is_being_opened_is_closed_too() {
    let mut world = silent_to(&[]);
    let pools = Pools::on(world.runtime.clone());
    let mut opening = Box::pin(pools.get(options(2).client_name("x")));
    assert!(Woken::default().poll(&mut opening).is_pending());
    let waiting = world.spawn({
        let pools = pools.clone();
        async move { pools.get(options(2).client_name("x")).await }
    });
    world.tasks.run();
    let closed = world.spawn({
        let pools = pools.clone();
        async move { pools.close(false).await }
    });
    world.run();
    assert_eq!(closed.take(), Some(()));

    let is_closed = |end: &Result<_, ConnectError>| match end {
        Err(ConnectError::Session { error, .. }) => *error == ConnectionError::Closed,
        _ => false,
    };
    let end = Woken::default().poll(&mut opening);
    assert!(matches!(end, Poll::Ready(end) if is_closed(&end)), "it is open, and no more");
    world.run();
    assert!(is_closed(&waiting.take().expect("it waits no more")));
    assert!(pools.is_empty());
    assert!(world.connections.iter().all(|connection| connection.wire.is_closed()), "one is left");

    drop(opening);
    let again = world.spawn(async move { pools.get(options(1)).await });
    world.run();
    assert!(matches!(again.take(), Some(Ok(_))), "a new one can be opened");
}
