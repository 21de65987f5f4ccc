//! Servers that are wrong, to see that it is noticed.

use super::Served;
use crate::simulation::Sabotage;
use crate::simulation::world::World;

impl World {
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
