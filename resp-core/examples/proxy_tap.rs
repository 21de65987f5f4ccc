//! A proxy that counts what passes through it: `proxy_tap 127.0.0.1:7000 127.0.0.1:6379`.
//!
//! Bytes are passed on untouched, and before they are looked at. Nothing is kept of them: the
//! scanner alone finds where commands and replies end. What is no RESP (commands typed by hand, the
//! RDB file behind `SYNC`) is passed on as well, and ends the counting.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use resp_core::{DecodeError, Limits, Scan, Scanner};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(upstream)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: proxy_tap LISTEN UPSTREAM"));
    };
    for client in TcpListener::bind(listen)?.incoming() {
        let (client, server) = (client?, TcpStream::connect(&upstream)?);
        let (to_client, to_server) = (client.try_clone()?, server.try_clone()?);
        thread::spawn(|| report("commands", pass_on(client, to_server)));
        thread::spawn(|| report("replies", pass_on(server, to_client)));
    }
    Ok(())
}

fn report(what: &str, counted: io::Result<(u64, Option<DecodeError>)>) {
    match counted {
        Ok((frames, None)) => println!("{what}: {frames}"),
        Ok((frames, Some(error))) => println!("{what}: {frames}, then no RESP: {error}"),
        Err(error) => println!("{what}: {error}"),
    }
}

/// Copies one direction to its end, and counts the frames in it up to where it is no RESP.
fn pass_on(mut from: TcpStream, mut to: TcpStream) -> io::Result<(u64, Option<DecodeError>)> {
    let mut scanner = Scanner::new(Limits::default());
    let (mut frames, mut no_resp) = (0, None);
    let mut buffer = [0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer)?;
        let mut piece = buffer.get(..length).unwrap_or_default();
        if piece.is_empty() {
            to.shutdown(Shutdown::Write)?;
            return Ok((frames, no_resp));
        }
        to.write_all(piece)?;
        loop {
            match scanner.scan(piece) {
                Ok(Scan::Incomplete) => break,
                Ok(Scan::Frame { length }) => {
                    frames += 1;
                    piece = piece.get(length..).unwrap_or_default();
                }
                // The same from then on.
                Err(error) => {
                    no_resp = Some(error);
                    break;
                }
            }
        }
    }
}
