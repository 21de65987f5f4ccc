//! Clients that wait for elements.

use redis_server_core::resp_core::request::Request;

use super::moves::move_element;
use super::pop::Taking;
use super::side;
use crate::commands::arguments::arg;
use crate::engine::{Answer, Context, Data, Done, Outcome, Waiting};
use crate::keyspace::{List, Millis, Side};

pub(super) fn blpop(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop_or_wait(context, &request, answer, Side::Left)
}

pub(super) fn brpop(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    pop_or_wait(context, &request, answer, Side::Right)
}

fn pop_or_wait(
    context: &mut Context<'_>,
    request: &Request<'_>,
    answer: &mut Answer<'_>,
    side: Side,
) -> Outcome {
    let timeout = request.len() - 1;
    let deadline = context.wait_deadline(arg(request, timeout))?;
    let keys = request.iter().take(timeout).skip(1).map(Box::from).collect();
    take_or_wait(context, Taking { keys, side, count: None }, deadline, answer)
}

pub(super) fn blmpop(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let taking = Taking::parse(&request, 2)?;
    let deadline = context.wait_deadline(arg(&request, 1))?;
    take_or_wait(context, taking, deadline, answer)
}

fn take_or_wait(
    context: &mut Context<'_>,
    taking: Taking,
    deadline: Option<Millis>,
    answer: &mut Answer<'_>,
) -> Outcome {
    match taking.take_first(&mut context.data()?, answer)? {
        Some(outcome) => outcome,
        None => Ok(Done::Block(Box::new(Take { taking, deadline }))),
    }
}

#[derive(Debug)]
struct Take {
    taking: Taking,
    deadline: Option<Millis>,
}

impl Waiting for Take {
    fn keys(&self) -> &[Box<[u8]>] {
        &self.taking.keys
    }

    fn deadline(&self) -> Option<Millis> {
        self.deadline
    }

    fn serve(&self, data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Option<Outcome> {
        // What is no list is nothing that it waits for.
        let list = data.edit::<List>(key).ok().flatten()?;
        Some(self.taking.take(list, key, answer))
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.null_array()
    }
}

pub(super) fn blmove(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let sides = (side(arg(&request, 3))?, side(arg(&request, 4))?);
    move_or_wait(context, &request, sides, arg(&request, 5), answer)
}

pub(super) fn brpoplpush(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    move_or_wait(context, &request, (Side::Right, Side::Left), arg(&request, 3), answer)
}

fn move_or_wait(
    context: &mut Context<'_>,
    request: &Request<'_>,
    sides: (Side, Side),
    timeout: &[u8],
    answer: &mut Answer<'_>,
) -> Outcome {
    let deadline = context.wait_deadline(timeout)?;
    let (source, target) = (arg(request, 1), arg(request, 2));
    match move_element(&mut context.data()?, source, target, sides)? {
        Some(element) => answer.bulk(&element),
        None => {
            let (source, target) = ([source.into()], target.into());
            Ok(Done::Block(Box::new(Move { source, target, sides, deadline })))
        }
    }
}

#[derive(Debug)]
struct Move {
    source: [Box<[u8]>; 1],
    target: Box<[u8]>,
    sides: (Side, Side),
    deadline: Option<Millis>,
}

impl Waiting for Move {
    fn keys(&self) -> &[Box<[u8]>] {
        &self.source
    }

    fn deadline(&self) -> Option<Millis> {
        self.deadline
    }

    fn serve(&self, data: &mut Data<'_>, key: &[u8], answer: &mut Answer<'_>) -> Option<Outcome> {
        // Another type is waited past, but a target of another type ends it.
        data.edit::<List>(key).ok().flatten()?;
        let element = move_element(data, key, &self.target, self.sides).transpose()?;
        Some(element.and_then(|element| answer.bulk(&element)))
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.null_array()
    }

    fn refuse(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.null()
    }
}
