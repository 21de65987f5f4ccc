//! Those who wait for a lease: in order, in time, and gone without a trace.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::{Cause, Commands, Error, Lease, Pool, Runtime};
use testkit::memory::{Memory, Outcome, Service};

use super::{lease, millis, options, pool};

fn waiter(
    service: &mut Service,
    pool: &Pool<Memory>,
) -> (usize, Outcome<Result<Lease<Memory>, Error>>) {
    let pool = pool.clone();
    let waiter = service.spawn_task(async move { pool.lease().await });
    service.run();
    waiter
}

#[test]
fn leases_are_granted_in_the_order_in_which_they_were_asked_for() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    let held = lease(&mut service, &pool);
    let order = Rc::new(RefCell::new(Vec::new()));
    for id in 0..10 {
        let (pool, order) = (pool.clone(), Rc::clone(&order));
        service.spawn(async move {
            let lease = pool.lease().await.unwrap();
            order.borrow_mut().push(id);
            lease.echo("hello").await.unwrap();
        });
        service.run();
    }
    drop(held);
    service.run();
    assert_eq!(*order.borrow(), (0..10).collect::<Vec<_>>());
}

#[test]
fn a_lease_comes_in_time_or_not_at_all() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1).lease_timeout(Duration::from_secs(2)));
    let held = lease(&mut service, &pool);
    let (_, outcome) = waiter(&mut service, &pool);
    service.run_for(millis(1_999));
    assert!(outcome.borrow().is_none());
    service.run_for(millis(2));
    let error = outcome.take().expect("it is over").map(drop);
    assert_eq!(error, Err(Error::NotSent(Cause::AllLeased)));
    let (_, outcome) = waiter(&mut service, &pool);
    service.run_for(millis(1_999));
    drop(held);
    service.run();
    assert!(outcome.take().expect("it is over").is_ok());
}

/// However many of them are dead: each is asked for a sign of life, one after the other.
#[test]
fn a_lease_comes_in_time_where_nobody_answers_any_more() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(10).lease_timeout(Duration::from_secs(2)));
    service.run_for(Duration::from_secs(60));
    for connection in &mut service.connections {
        connection.peer.stalled = true;
    }
    service.limit(0);
    let start = service.runtime.now();
    let runtime = service.runtime.clone();
    let took = service.spawn(async move {
        let leased = pool.lease().await;
        (leased.is_ok(), runtime.now().since(start))
    });
    service.run_for(Duration::from_secs(60));
    let (leased, took) = took.take().expect("it is over");
    assert!(!leased && took <= millis(2_010), "{took:?}");
}

/// Called, it has not come yet: the connection is the next one's then.
#[test]
fn who_goes_away_when_it_was_called_leaves_the_connection_to_the_next() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    let held = lease(&mut service, &pool);
    let (first, _) = waiter(&mut service, &pool);
    let (_, second) = waiter(&mut service, &pool);
    drop(held);
    service.tasks.cancel(first);
    service.run();
    assert!(second.take().expect("it is its turn").is_ok());
}

#[test]
fn who_goes_away_while_a_connection_is_checked_leaves_it_to_the_next() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    service.run_for(Duration::from_secs(10));
    service.connections[0].peer.stalled = true;
    let (first, _) = waiter(&mut service, &pool);
    service.tasks.cancel(first);
    service.connections[0].peer.stalled = false;
    let (_, second) = waiter(&mut service, &pool);
    service.run_for(Duration::from_secs(1));
    assert!(second.take().expect("it is its turn").is_ok());
}

/// A command's own timeout is shorter, or longer, than what the options say.
#[test]
fn a_command_waits_for_a_connection_as_long_as_it_says() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    let held = lease(&mut service, &pool);
    let start = service.runtime.now();
    let waits = |timeout: Duration| {
        let (pool, runtime) = (pool.clone(), service.runtime.clone());
        async move {
            let reply = pool.echo("late").timeout(timeout).await;
            (reply, runtime.now().since(start))
        }
    };
    let outcomes = [50, 20_000].map(|timeout| (timeout, waits(millis(timeout))));
    let outcomes = outcomes.map(|(timeout, call)| (timeout, service.spawn(call)));
    let pop = {
        let (pool, runtime) = (pool.clone(), service.runtime.clone());
        async move {
            let pop = pool.command("BLPOP").arg("queue").arg("1");
            let reply: Result<adapter_core::resp_core::Frame, _> = pop.timeout(millis(70)).await;
            (reply.map(drop), runtime.now().since(start))
        }
    };
    let pop = service.spawn(pop);
    service.run_for(Duration::from_secs(60));
    for (timeout, outcome) in outcomes {
        let (reply, took) = outcome.take().expect("it is over");
        assert_eq!(reply, Err(Error::NotSent(Cause::AllLeased)));
        assert!((millis(timeout)..millis(timeout + 10)).contains(&took), "{took:?}");
    }
    let (reply, took) = pop.take().expect("it is over");
    assert_eq!(reply, Err(Error::NotSent(Cause::AllLeased)));
    assert!((millis(70)..millis(80)).contains(&took), "{took:?}");
    drop(held);
}
