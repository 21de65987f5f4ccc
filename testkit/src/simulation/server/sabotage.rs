//! Servers that are wrong, to see that it is noticed.

use bytes::Bytes;

use super::Served;
use crate::simulation::Sabotage;
use crate::simulation::world::World;

impl World {
    /// Whether what a connection is tidied by comes to nothing.
    pub(super) fn leaves_dirt(&self, served: &Served, command: &[Bytes]) -> bool {
        // Before its first user it is the handshake.
        let Some(name) = command.first().filter(|_| served.user.is_some()) else { return false };
        let (model, how) = (
            &served.model,
            match &name[..] {
                b"DISCARD" => Sabotage::KeepsTransaction,
                b"UNWATCH" => Sabotage::KeepsWatch,
                b"SELECT" => Sabotage::KeepsDatabase,
                _ => return false,
            },
        );
        let elsewhere = model.database != self.plan.bounds.database;
        (how != Sabotage::KeepsDatabase || elsewhere) && self.sabotages(how)
    }

    /// Answers a command; `counted` if it is a caller's.
    pub(super) fn answer(&self, served: &mut Served, counted: bool, reply: Vec<u8>) {
        if counted && self.sabotages(Sabotage::SwapsReplies) {
            served.kept = reply;
            return;
        }
        if counted && self.sabotages(Sabotage::LosesReply) {
            return;
        }
        served.out.extend_from_slice(&reply);
        served.out.extend_from_slice(&std::mem::take(&mut served.kept));
        if counted && self.sabotages(Sabotage::AnswersTwice) {
            served.out.extend_from_slice(&reply);
        }
    }
}
