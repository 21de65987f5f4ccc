//! `protected-mode` on the wire: who comes from another address than the loopback interface's.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use adapter_tokio::Tokio;
use embedded_redis::adapter_core::Address;
use embedded_redis::{Builder, EmbeddedRedis};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[test]
fn only_this_machine_is_let_in_without_a_password() -> Outcome {
    let Some(outside) = own_address() else { return Ok(()) };
    let redis = everywhere(EmbeddedRedis::builder())?;
    let (near, far) = (at(&redis, [127, 0, 0, 1].into())?, at(&redis, outside)?);
    assert_eq!(ask(near, "PING")?, "+PONG\r\n");
    let told = ask(far, "PING")?;
    assert!(told.starts_with("-DENIED Redis is running in protected mode because"), "{told}");
    assert!(told.ends_with("connections from the outside.\r\n"), "{told}");
    assert_eq!(ask(near, "CONFIG SET protected-mode no")?, "+OK\r\n");
    assert_eq!(ask(far, "PING")?, "+PONG\r\n");
    assert_eq!(ask(near, "CONFIG SET protected-mode yes")?, "+OK\r\n");
    assert!(ask(far, "PING")?.starts_with("-DENIED"));
    Ok(())
}

#[test]
fn a_password_or_a_word_of_the_owner_opens_it() -> Outcome {
    let Some(outside) = own_address() else { return Ok(()) };
    let locked = everywhere(EmbeddedRedis::builder().password("secret"))?;
    assert!(ask(at(&locked, outside)?, "PING")?.starts_with("-NOAUTH"));
    let open = everywhere(EmbeddedRedis::builder().setting("protected-mode", "no")?)?;
    assert_eq!(ask(at(&open, outside)?, "PING")?, "+PONG\r\n");
    Ok(())
}

fn everywhere(builder: Builder) -> Outcome<EmbeddedRedis> {
    let address = Address::Tcp(([0, 0, 0, 0], 0).into());
    Ok(builder.address(address).start_on::<Tokio>()?)
}

fn at(redis: &EmbeddedRedis, ip: IpAddr) -> Outcome<SocketAddr> {
    match redis.addresses().next() {
        Some(Address::Tcp(address)) => Ok((ip, address.port()).into()),
        other => Err(format!("{other:?}").into()),
    }
}

/// This machine's own address in some network, if it has one: nothing is sent to find out.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.connect(("198.51.100.1", 9)).ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

/// Sends one command, hangs up, and returns all that is answered.
fn ask(address: SocketAddr, command: &str) -> Outcome<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    stream.shutdown(std::net::Shutdown::Write)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
