//! `COMMAND`: what the table says of itself.

use redis_server_core::{Action, Answering, Command, Entry, Reply, Simple};

use super::{Mux, Runs};
use crate::server::service::Service;

#[derive(Clone, Copy)]
pub(super) enum CommandCommand {
    All,
    Count,
    Docs,
    Info,
    List,
    GetKeys,
}

impl<S: Service> Mux<S> {
    pub(super) fn describe(
        &self,
        which: CommandCommand,
        command: Command<'_>,
        reply: Reply<'_>,
    ) -> Action {
        match which {
            CommandCommand::Count => reply.any(self.table.commands().count()),
            CommandCommand::List if command.len() > 2 => reply.error("ERR syntax error"),
            CommandCommand::List => {
                let names: Vec<_> = self.table.iter().map(|entry| entry.spec.name()).collect();
                reply.any(names)
            }
            // Nobody has written any. Clients that ask, as redis-cli does, do without.
            CommandCommand::Docs => {
                let _ = reply.map(0);
                Action::Continue
            }
            CommandCommand::Info if command.len() > 2 => {
                let names = command.args_from(2);
                let mut infos = reply.array(names.len());
                for name in names {
                    let _ = match self.table.get(name) {
                        Some(entry) => self.info(entry, infos.item()),
                        None => infos.item().null(),
                    };
                }
                Action::Continue
            }
            CommandCommand::All | CommandCommand::Info => {
                let mut infos = reply.array(self.table.commands().count());
                for entry in self.table.commands() {
                    let _ = self.info(entry, infos.item());
                }
                Action::Continue
            }
            CommandCommand::GetKeys => self.keys(command, reply),
        }
    }

    /// The subcommands of a container, between the first line and the last ones of Redis's.
    pub(super) fn help(&self, container: &[u8], reply: Reply<'_>) -> Action {
        let container = String::from_utf8_lossy(container).to_ascii_uppercase();
        let prefix = container.to_ascii_lowercase();
        let mut lines =
            vec![format!("{container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")];
        let names = self.table.subcommands(&prefix).filter_map(|entry| {
            entry.spec.name().split_once('|').map(|(_, name)| name.to_ascii_uppercase())
        });
        lines.extend(names.filter(|name| name != "HELP"));
        lines.extend(["HELP".to_owned(), "    Print this help.".to_owned()]);
        let mut items = reply.array(lines.len());
        for line in &lines {
            items.add(Simple(line));
        }
        Action::Continue
    }

    /// The ten elements of Redis 7; of ACL categories, tips and key specifications there are none.
    fn info<'a, P: Answering<'a>>(&self, entry: &Entry<Runs<S>>, reply: Reply<'a, P>) -> Action {
        let (spec, keys) = (&entry.spec, entry.spec.keys());
        let mut info = reply.array(10);
        info.add(spec.name()).add(spec.arity().to_integer());
        let mut flags = info.item().set(spec.flags().names().count());
        for flag in spec.flags().names() {
            flags.add(Simple(flag));
        }
        drop(flags);
        info.add(keys.first).add(keys.last).add(keys.step);
        drop(info.item().set(0));
        info.add([(); 0]).add([(); 0]);
        let subcommands = || self.table.subcommands(spec.name());
        let mut list = info.item().array(subcommands().count());
        for subcommand in subcommands() {
            let _ = self.info(subcommand, list.item());
        }
        Action::Continue
    }

    fn keys(&self, command: Command<'_>, reply: Reply<'_>) -> Action {
        let Some(entry) = self.table.get(command.arg(2)) else {
            return reply.error("ERR Invalid command specified");
        };
        let arguments = command.len() - 2;
        if !entry.spec.arity().allows(arguments) {
            return reply.error("ERR Invalid number of arguments specified for command");
        }
        let keys: Vec<_> = entry.spec.keys().indices(arguments).collect();
        if keys.is_empty() {
            return reply.error("ERR The command has no key arguments");
        }
        let keys: Vec<_> = keys.into_iter().map(|index| command.arg(index + 2)).collect();
        reply.any(keys)
    }
}
