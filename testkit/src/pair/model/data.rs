//! What is stored, and the commands on it.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use resp_core::encode;

use super::{Model, error, ok, text};

/// A server's databases.
///
/// Each [`Model`] is one connection. Several of them that are to share a server hand it around:
/// it is swapped in while one of them runs a command.
#[derive(Debug, Default)]
pub struct Data {
    strings: BTreeMap<(u32, Bytes), Bytes>,
    lists: BTreeMap<(u32, Bytes), VecDeque<Bytes>>,
    /// What was run since this was last emptied; nothing is noted where it is none.
    pub journal: Option<Vec<Ran>>,
}

/// A command that was run, with an error or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The database selected.
    pub database: u32,
    /// The command's name.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Bytes>,
}

impl Data {
    /// No data, with a journal of what is run.
    pub fn with_journal() -> Self {
        Self { journal: Some(Vec::new()), ..Self::default() }
    }

    /// Whether a list has elements.
    pub fn has_list(&self, database: u32, key: &[u8]) -> bool {
        self.lists.contains_key(&(database, Bytes::copy_from_slice(key)))
    }

    pub(super) fn string(&self, database: u32, key: &[u8]) -> Option<&Bytes> {
        self.strings.get(&(database, Bytes::copy_from_slice(key)))
    }

    pub(super) fn set(&mut self, database: u32, key: Bytes, value: Bytes) {
        self.lists.remove(&(database, key.clone()));
        self.strings.insert((database, key), value);
    }

    /// The elements of all lists.
    pub fn elements(&self) -> impl Iterator<Item = &Bytes> {
        self.lists.values().flatten()
    }

    pub(super) fn note(&mut self, database: u32, name: &str, arguments: &[Bytes]) {
        if let Some(journal) = &mut self.journal {
            journal.push(Ran { database, name: name.to_owned(), arguments: arguments.to_vec() });
        }
    }

    fn remove(&mut self, database: u32, key: &Bytes) -> bool {
        let key = (database, key.clone());
        self.strings.remove(&key).is_some() | self.lists.remove(&key).is_some()
    }

    fn pop(&mut self, database: u32, key: &Bytes) -> Option<Bytes> {
        let key = (database, key.clone());
        let list = self.lists.get_mut(&key)?;
        let element = list.pop_front();
        if list.is_empty() {
            self.lists.remove(&key);
        }
        element
    }
}

impl Model {
    /// Runs a command on keys. False if it is none.
    pub(super) fn data_command(
        &mut self,
        name: &str,
        arguments: &[Bytes],
        out: &mut Vec<u8>,
    ) -> bool {
        let database = self.database;
        match (name, arguments) {
            ("GET", [key]) if self.data.has_list(database, key) => error(out, WRONGTYPE),
            ("GET", [key]) => match self.data.string(database, key) {
                Some(value) => encode::bulk_string(out, value),
                None => self.null(out),
            },
            ("SET", [key, value, ..]) => {
                self.data.set(database, key.clone(), value.clone());
                ok(out);
            }
            ("INCR", [key]) if self.data.has_list(database, key) => error(out, WRONGTYPE),
            ("INCR", [key]) => {
                let value = self.data.string(database, key).map_or("0".into(), |value| text(value));
                match value.parse::<i64>().ok().and_then(|value| value.checked_add(1)) {
                    Some(sum) => {
                        self.data.set(database, key.clone(), sum.to_string().into());
                        encode::integer(out, sum);
                    }
                    None => error(out, "ERR value is not an integer or out of range"),
                }
            }
            ("DEL", [_, ..]) => {
                let removed = arguments.iter().filter(|key| self.data.remove(database, key));
                encode::integer(out, removed.count() as i64);
            }
            ("RPUSH", [key, _, ..]) if self.data.string(database, key).is_some() => {
                error(out, WRONGTYPE);
            }
            ("RPUSH", [key, elements @ ..]) if !elements.is_empty() => {
                let list = self.data.lists.entry((database, key.clone())).or_default();
                list.extend(elements.iter().cloned());
                encode::integer(out, list.len() as i64);
            }
            ("LLEN", [key]) if self.data.string(database, key).is_some() => error(out, WRONGTYPE),
            ("LLEN", [key]) => {
                let list = self.data.lists.get(&(database, key.clone()));
                encode::integer(out, list.map_or(0, VecDeque::len) as i64);
            }
            ("BLPOP", [keys @ .., _]) if !keys.is_empty() => {
                match keys.iter().find_map(|key| Some((key, self.data.pop(database, key)?))) {
                    Some((key, element)) => {
                        encode::array(out, 2);
                        encode::bulk_string(out, key);
                        encode::bulk_string(out, &element);
                    }
                    None if self.resp3 => encode::null(out),
                    None => encode::null_array(out),
                }
            }
            _ => return false,
        }
        true
    }
}

const WRONGTYPE: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
