//! The server: connections to one set of data, and a ledger of what was run.

mod blocking;
mod hygiene;
mod sabotage;

use adapter_core::Time;
use adapter_core::resp_core::{Decoder, Limits, View};
use bytes::{Bytes, BytesMut};

use super::Sabotage;
use super::ledger::Ledger;
use super::network::FAIR;
use super::trace::What;
use super::world::{Event, World};
use crate::pair::{Data, Model, Server as _};
pub(super) use hygiene::name_of;

/// The simulated server.
#[derive(Debug)]
pub(super) struct Server {
    served: Vec<Option<Served>>,
    pub(super) data: Data,
    pub(super) ledger: Ledger,
    paused: Time,
    /// Connections whose blocking commands wait, the longest first.
    blocked: Vec<usize>,
}

/// The server's end of a connection.
#[derive(Debug)]
struct Served {
    model: Model,
    decoder: Decoder,
    input: BytesMut,
    out: BytesMut,
    /// It is on the agenda already.
    called: bool,
    paused: Time,
    finish_after: Option<usize>,
    reset_after: Option<usize>,
    /// The command that blocks it.
    blocked: Option<Vec<Bytes>>,
    /// The lease whose command was run last; none within for a shared connection.
    user: Option<Option<usize>>,
    /// How far the application's commands for a new connection have come.
    greeted: usize,
    /// What a saboteur keeps back.
    kept: Vec<u8>,
}

/// Where serving a connection has come to.
enum Turn {
    /// There is more to do.
    More,
    /// It waits for the client.
    Idle,
    /// It ends the stream.
    Finish,
    Reset,
}

impl Server {
    pub(super) fn new() -> Self {
        Self {
            served: Vec::new(),
            data: Data::with_journal(),
            ledger: Ledger::default(),
            paused: Time::ZERO,
            blocked: Vec::new(),
        }
    }

    fn of(&mut self, connection: usize) -> Option<&mut Served> {
        self.served.get_mut(connection)?.as_mut()
    }
}

impl World {
    /// Takes a new connection. They are numbered in order.
    pub(super) fn accept(&self, connection: usize) {
        let mut server = self.server.borrow_mut();
        server.served.resize_with(connection + 1, || None);
        let served = Served {
            model: self.plan.model(),
            decoder: Decoder::new(Limits::default()),
            input: BytesMut::new(),
            out: BytesMut::new(),
            called: false,
            paused: Time::ZERO,
            finish_after: None,
            reset_after: None,
            blocked: None,
            user: None,
            greeted: 0,
            kept: Vec::new(),
        };
        if let Some(slot) = server.served.get_mut(connection) {
            *slot = Some(served);
        }
    }

    /// The connections that the server knows.
    pub(super) fn live(&self) -> Vec<usize> {
        let server = self.server.borrow();
        let served = server.served.iter().enumerate();
        served.filter(|(_, served)| served.is_some()).map(|(connection, _)| connection).collect()
    }

    /// Has the server look after a connection, soon.
    pub(super) fn call_server(&self, connection: usize) {
        let mut server = self.server.borrow_mut();
        let Some(served) = server.of(connection) else { return };
        if !std::mem::replace(&mut served.called, true) {
            // In fair weather it is quick, too: a backlog has to be over in time.
            let usual = self.plan.server.delay * 2;
            let delay = if self.is_fair() { usual.min(FAIR) } else { usual };
            self.schedule_in(self.up_to(delay), Event::Serve { connection });
        }
    }

    /// The same, if it has something to send.
    pub(super) fn call_server_to_write(&self, connection: usize) {
        let waits = |served: &mut Served| !served.out.is_empty();
        if self.server.borrow_mut().of(connection).is_some_and(waits) {
            self.call_server(connection);
        }
    }

    /// One turn for a connection: sends, reads, runs commands, sends.
    pub(super) fn serve(&self, connection: usize) {
        let now = self.now.get();
        let mut server = self.server.borrow_mut();
        let all_paused = server.paused;
        let Some(served) = server.of(connection) else { return };
        let paused = served.paused.max(all_paused);
        if now < paused {
            return self.schedule(paused, Event::Serve { connection });
        }
        served.called = false;
        let turn = self.turn(&mut server, connection);
        drop(server);
        match turn {
            Turn::More => self.call_server(connection),
            Turn::Idle => {}
            Turn::Finish => {
                self.note(What::ServerHungUp { connection });
                self.finish_down(connection);
                self.server_forgets(connection);
            }
            Turn::Reset => self.reset_server(connection),
        }
    }

    /// The server resets a connection: what it has read and not run is lost, and what it has not
    /// sent.
    pub(super) fn reset_server(&self, connection: usize) {
        self.server_forgets(connection);
        self.send_reset(connection);
    }

    pub(super) fn server_forgets(&self, connection: usize) {
        let mut server = self.server.borrow_mut();
        server.blocked.retain(|blocked| *blocked != connection);
        if let Some(slot) = server.served.get_mut(connection) {
            *slot = None;
        }
        drop(server);
        if let Some(state) = self.connections.borrow_mut().get_mut(connection) {
            state.server.gone = true;
        }
    }

    pub(super) fn finish_after(&self, connection: usize, bytes: usize) {
        if let Some(served) = self.server.borrow_mut().of(connection) {
            served.finish_after = Some(bytes);
        }
        self.call_server(connection);
    }

    pub(super) fn reset_after(&self, connection: usize, commands: usize) {
        if let Some(served) = self.server.borrow_mut().of(connection) {
            served.reset_after = Some(commands);
        }
        self.call_server(connection);
    }

    /// Leaves a connection, or all of them, alone until then.
    pub(super) fn pause(&self, connection: Option<usize>, until: Time) {
        let mut server = self.server.borrow_mut();
        match connection {
            Some(connection) => {
                if let Some(served) = server.of(connection) {
                    served.paused = until;
                }
            }
            None => server.paused = until,
        }
    }

    fn turn(&self, server: &mut Server, connection: usize) -> Turn {
        if let Some(turn) = self.flush(server, connection) {
            return turn;
        }
        let Some(served) = server.of(connection) else { return Turn::Idle };
        if !served.out.is_empty() && !self.plan.server.reads_on || served.blocked.is_some() {
            return Turn::Idle;
        }
        let (read, over) = self.receive(connection, &mut served.input);
        let mut left = self.plan.server.turn;
        while left > 0 {
            let Some(served) = server.of(connection) else { return Turn::Idle };
            if served.reset_after == Some(0) {
                return Turn::Reset;
            }
            let command = match next_command(served) {
                Ok(Some(command)) => command,
                Ok(None) => break,
                Err(error) => {
                    self.violated(format!("connection {connection} was sent nonsense: {error}"));
                    return Turn::Reset;
                }
            };
            served.reset_after = served.reset_after.map(|left| left - 1);
            if self.blocks(server, connection, &command) {
                break;
            }
            self.run(server, connection, &command);
            left -= 1;
        }
        match self.flush(server, connection) {
            Some(turn) => turn,
            None if left == 0 || read => Turn::More,
            // As Redis, which runs what it has read and doesn't wait until its replies are sent.
            None if over => Turn::Finish,
            None => Turn::Idle,
        }
    }

    /// Sends what there is room for.
    fn flush(&self, server: &mut Server, connection: usize) -> Option<Turn> {
        let served = server.of(connection)?;
        let most = served.finish_after.unwrap_or(usize::MAX);
        let sent = self.send_down(connection, &mut served.out, most);
        served.finish_after = served.finish_after.map(|left| left - sent);
        (served.finish_after == Some(0)).then_some(Turn::Finish)
    }

    /// Reads what has come: whether that was anything, and whether it was the last.
    fn receive(&self, connection: usize, input: &mut BytesMut) -> (bool, bool) {
        let mut connections = self.connections.borrow_mut();
        let Some(state) = connections.get_mut(connection) else { return (false, true) };
        let most = if self.one_in(3) { 1 + self.below(100) } else { usize::MAX };
        let read = state.upward.read(most, |bytes| input.extend_from_slice(bytes));
        let over = state.upward.end_arrived && state.upward.readable() == 0;
        let writer = state.upward.writer.take_if(|_| read > 0);
        drop(connections);
        if let Some(writer) = writer {
            writer.wake();
        }
        (read > 0, over)
    }

    fn execute(&self, server: &mut Server, connection: usize, command: &[Bytes]) {
        let Server { served, data, ledger, .. } = server;
        let Some(served) = served.get_mut(connection).and_then(Option::as_mut) else { return };
        self.look_over(served, connection, command);
        let mut reply = Vec::new();
        if self.leaves_dirt(served, command) {
            return served.out.extend_from_slice(b"+OK\r\n");
        }
        if is_counted(command) && self.sabotages(Sabotage::ForgetsDatabase) {
            served.model.database = 0;
        }
        std::mem::swap(&mut served.model.data, data);
        served.model.execute(command, &mut reply);
        if is_counted(command) && self.sabotages(Sabotage::AppliesTwice) {
            served.model.execute(command, &mut Vec::new());
        }
        self.account(&mut served.model, ledger, command, &mut reply);
        std::mem::swap(&mut served.model.data, data);
        for ran in data.journal.iter_mut().flat_map(|journal| journal.drain(..)) {
            if let Some(command) = ledger.note(self.now.get(), connection, &ran) {
                self.note(What::Ran { connection, command });
                if self.sabotages(Sabotage::RunsLate) {
                    ledger.postpone(command);
                }
            }
        }
        self.answer(served, is_counted(command), reply);
    }
}

fn next_command(served: &mut Served) -> Result<Option<Vec<Bytes>>, String> {
    let frame = match served.decoder.decode(&mut served.input) {
        Ok(Some(frame)) => frame,
        Ok(None) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let View::Array(arguments) = frame.view() else { return Err(format!("{frame} is no command")) };
    let text = |argument: adapter_core::resp_core::FrameRef<'_>| match argument.view() {
        View::BulkString(text) => Ok(Bytes::copy_from_slice(text)),
        _ => Err(format!("{argument} as an argument")),
    };
    arguments.map(text).collect::<Result<_, _>>().map(Some)
}

/// Whether a command is one of a caller's, not of the handshake.
fn is_counted(command: &[Bytes]) -> bool {
    super::ledger::numbered(command).is_some()
}
