//! Commands that concern the connection.

use redis_server_core::{Action, Command, Flags, Protocol, Reply, Topic};

use super::Mux;
use super::client::{self, ClientCommand};
use super::docs::CommandCommand;
use super::pubsub;
use crate::server::service::{Connection, Service};

/// A command that the mux itself runs.
#[derive(Clone, Copy)]
pub(super) enum Builtin {
    Ping,
    Echo,
    Quit,
    Hello,
    Auth,
    Reset,
    Client(ClientCommand),
    Command(CommandCommand),
    Subscribe(Topic),
    Unsubscribe(Topic),
    Publish,
    PublishShard,
    PubSub(pubsub::Question),
    /// A container alone, which its arity refuses.
    Container,
    /// What subcommands a container has.
    Help,
}

/// Their names, arities and flags as redis-server 7.0 has them.
pub(super) const COMMANDS: &[(&str, i32, Flags, Builtin)] = {
    use Builtin::{Auth, Client, Command, Container, Echo, Hello, Help, Ping, Quit, Reset};
    const ANY_TIME: Flags = Flags::LOADING.with(Flags::STALE);
    const CONNECTION: Flags = Flags::NOSCRIPT.with(ANY_TIME);
    const CLIENT: Flags = CONNECTION;
    const ENTRY: Flags = CONNECTION
        .with(Flags::FAST)
        .with(Flags::NO_AUTH)
        .with(Flags::ALLOW_BUSY)
        .with(Flags::SKIP_SLOWLOG);
    &[
        ("ping", -1, Flags::FAST.with(Flags::ALLOW_SUBSCRIBED), Ping),
        ("echo", 2, Flags::FAST.with(ANY_TIME), Echo),
        ("quit", -1, ENTRY.with(Flags::ALLOW_SUBSCRIBED), Quit),
        ("hello", -1, ENTRY, Hello),
        ("auth", -2, ENTRY, Auth),
        ("reset", 1, ENTRY.with(Flags::ALLOW_SUBSCRIBED), Reset),
        ("client", -2, CLIENT, Container),
        ("client|help", 2, CLIENT, Help),
        ("client|id", 2, CLIENT, Client(ClientCommand::Id)),
        ("client|info", 2, CLIENT, Client(ClientCommand::Info)),
        ("client|list", -2, CLIENT.with(Flags::ADMIN), Client(ClientCommand::List)),
        ("client|kill", -3, CLIENT.with(Flags::ADMIN), Client(ClientCommand::Kill)),
        ("client|getname", 2, CLIENT, Client(ClientCommand::GetName)),
        ("client|setname", 3, CLIENT, Client(ClientCommand::SetName)),
        ("client|setinfo", 4, CLIENT, Client(ClientCommand::SetInfo)),
        ("command", -1, ANY_TIME, Command(CommandCommand::All)),
        ("command|help", 2, ANY_TIME, Help),
        ("command|count", 2, ANY_TIME, Command(CommandCommand::Count)),
        ("command|docs", -2, ANY_TIME, Command(CommandCommand::Docs)),
        ("command|info", -2, ANY_TIME, Command(CommandCommand::Info)),
        ("command|list", -2, ANY_TIME, Command(CommandCommand::List)),
        ("command|getkeys", -4, ANY_TIME, Command(CommandCommand::GetKeys)),
    ]
};

impl<S: Service> Mux<S> {
    pub(super) fn run(
        &mut self,
        builtin: Builtin,
        command: Command<'_>,
        connection: &mut Connection<'_, S::Context>,
        reply: Reply<'_>,
    ) -> Action {
        match builtin {
            Builtin::Ping => ping(command, connection, reply),
            Builtin::Echo => reply.bulk(command.arg(1)),
            Builtin::Quit => {
                let _ = reply.ok();
                Action::Close
            }
            Builtin::Hello => self.hello(command, connection, reply),
            Builtin::Auth => self.auth(command, connection, reply),
            Builtin::Reset => self.reset(connection, reply),
            Builtin::Client(which) => client::run(which, command, connection, reply),
            Builtin::Command(which) => self.describe(which, command, reply),
            Builtin::Subscribe(topic) => connection.subscribe(reply, topic, command.args_from(1)),
            Builtin::Unsubscribe(topic) => {
                connection.unsubscribe(reply, topic, command.args_from(1))
            }
            Builtin::Publish => {
                reply.any(connection.server().publish(command.arg(1), command.arg(2)))
            }
            Builtin::PublishShard => {
                reply.any(connection.server().publish_shard(command.arg(1), command.arg(2)))
            }
            Builtin::PubSub(question) => {
                pubsub::answer(question, command, connection.server(), reply)
            }
            Builtin::Container => reply.error("ERR syntax error"),
            Builtin::Help => self.help(command.arg(0), reply),
        }
    }

    fn hello(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, S::Context>,
        reply: Reply<'_>,
    ) -> Action {
        let terms = connection.terms();
        let protocol = match command.get(1) {
            None => terms.protocol(),
            Some(b"2") => Protocol::Resp2,
            Some(b"3") => Protocol::Resp3,
            Some(version) if client::integer(version).is_some() => {
                return reply.error("NOPROTO unsupported protocol version");
            }
            Some(_) => {
                return reply.error("ERR Protocol version is not an integer or out of range");
            }
        };
        let (mut credentials, mut name) = (None, None);
        let mut options = command.args_from(2);
        while let Some(option) = options.next() {
            if option.eq_ignore_ascii_case(b"AUTH") && options.len() >= 2 {
                credentials = options.next().zip(options.next());
            } else if option.eq_ignore_ascii_case(b"SETNAME") && options.len() >= 1 {
                name = options.next();
                if !name.is_none_or(client::is_name) {
                    return reply.error(client::BAD_NAME);
                }
            } else {
                let text = [b"ERR Syntax error in HELLO option '", option, b"'"].concat();
                return reply.error(text);
            }
        }
        if let Some((user, password)) = credentials
            && !self.log_in(connection, Some(user), password)
        {
            return reply.error(WRONG_PASSWORD);
        }
        if !terms.is_authenticated() {
            return reply.error(HELLO_WITHOUT_AUTH);
        }
        if let Some(name) = name {
            connection.set_name(bytes::Bytes::copy_from_slice(name));
        }
        terms.set_protocol(protocol);
        let mut pairs = reply.map(7);
        pairs
            .pair("server", &*self.name)
            .pair("version", &*self.version)
            .pair("proto", u32::from(protocol.version()))
            .pair("id", connection.id().get())
            .pair("mode", "standalone")
            .pair("role", "master")
            .pair("modules", [(); 0]);
        Action::Continue
    }

    fn auth(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, S::Context>,
        reply: Reply<'_>,
    ) -> Action {
        let (user, password) = match command.len() {
            2 => (None, command.arg(1)),
            3 => (Some(command.arg(1)), command.arg(2)),
            _ => return reply.error("ERR syntax error"),
        };
        if self.authenticator.is_none() && user.is_none() {
            reply.error(NO_PASSWORD)
        } else if self.log_in(connection, user, password) {
            reply.ok()
        } else {
            reply.error(WRONG_PASSWORD)
        }
    }

    fn log_in(
        &mut self,
        connection: &Connection<'_, S::Context>,
        user: Option<&[u8]>,
        password: &[u8],
    ) -> bool {
        let right = match self.authenticator {
            Some(check) => check(&mut self.service, user, password),
            // Without passwords there is one user, who may come with any. Where one is needed that
            // nobody can check, none is right.
            None => !connection.needs_password() && user.is_none_or(|user| user == b"default"),
        };
        if right {
            connection.terms().set_authenticated(true);
        }
        right
    }

    fn reset(&mut self, connection: &mut Connection<'_, S::Context>, reply: Reply<'_>) -> Action {
        connection.forget_subscriptions();
        connection.set_name(bytes::Bytes::new());
        self.service.on_reset(connection);
        let terms = connection.terms();
        terms.set_protocol(Protocol::Resp2);
        if connection.needs_password() {
            terms.set_authenticated(false);
        }
        reply.simple("RESET")
    }
}

fn ping<C>(command: Command<'_>, connection: &Connection<'_, C>, reply: Reply<'_>) -> Action {
    let terms = connection.terms();
    match (command.len(), terms.protocol()) {
        (3.., _) => reply.error("ERR wrong number of arguments for 'ping' command"),
        (_, Protocol::Resp2) if terms.subscriptions() > 0 => reply.any([b"pong", command.arg(1)]),
        (2, _) => reply.bulk(command.arg(1)),
        _ => reply.simple("PONG"),
    }
}

const WRONG_PASSWORD: &str = "WRONGPASS invalid username-password pair or user is disabled.";
const NO_PASSWORD: &str = "ERR AUTH <password> called without any password configured for the \
                           default user. Are you sure your configuration is correct?";
const HELLO_WITHOUT_AUTH: &str = "NOAUTH HELLO must be called with the client already \
                                  authenticated, otherwise the HELLO AUTH <user> <pass> \
                                  option can be used to authenticate the client and select the \
                                  RESP protocol version at the same time";
