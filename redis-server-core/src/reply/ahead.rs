//! What stands in front of an answer.

use resp_core::encode;

use super::{Answering, Items, Pairs, Reply};
use crate::terms::Protocol;

impl<'a, P: Answering<'a>> Reply<'a, P> {
    /// The head of so many attributes of the answer, which is then given; none in RESP2, which knows
    /// no such thing.
    pub fn attributes(&mut self, pairs: usize) -> Option<Pairs<'_>> {
        let (terms, out) = (self.terms, self.place.as_mut()?.out());
        if terms.protocol() == Protocol::Resp2 {
            return None;
        }
        encode::attributes(out, pairs);
        Some(Pairs(Items::new(out, terms, pairs.saturating_mul(2))))
    }

    /// The head of a push of so many elements that comes before the answer, which is then given;
    /// none in RESP2, where a client would take it for the answer.
    pub fn push_ahead(&mut self, elements: usize) -> Option<Items<'_>> {
        let (terms, out) = (self.terms, self.place.as_mut()?.out());
        if terms.protocol() == Protocol::Resp2 {
            return None;
        }
        encode::push(out, elements);
        Some(Items::new(out, terms, elements))
    }
}
