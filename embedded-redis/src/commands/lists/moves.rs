//! Elements that go from one list to another.

use redis_server_core::resp_core::request::Request;

use super::{popped, pushed, side};
use crate::commands::arguments::arg;
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{Compact, List, Side};

pub(super) fn lmove(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let sides = (side(arg(&request, 3))?, side(arg(&request, 4))?);
    let element = move_element(data, arg(&request, 1), arg(&request, 2), sides)?;
    answer.optional(element.as_deref())
}

pub(super) fn rpoplpush(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let sides = (Side::Right, Side::Left);
    let element = move_element(data, arg(&request, 1), arg(&request, 2), sides)?;
    answer.optional(element.as_deref())
}

/// Takes the element from one side, and puts it to the other, maybe of the same list. None if there
/// is no such list.
pub(super) fn move_element(
    data: &mut Data<'_>,
    source: &[u8],
    target: &[u8],
    (from, to): (Side, Side),
) -> Result<Option<Compact>, Error> {
    let Some(mut list) = data.edit::<List>(source)? else { return Ok(None) };
    if source == target {
        let element = list.pop(from);
        element.iter().for_each(|element| list.push(to, element));
        list.done(Class::LIST, pushed(to));
        data.notify(Class::LIST, popped(from), source);
        return Ok(element);
    }
    let Some(element) = list.peek(from).map(Compact::from) else { return Ok(None) };
    drop(list);
    // What is told is first that it has come, and then that it has gone.
    let mut list = data.edit_or_new::<List>(target)?;
    list.push(to, &element);
    list.done(Class::LIST, pushed(to));
    let Some(mut list) = data.edit::<List>(source)? else { return Ok(None) };
    let element = list.pop(from);
    list.done(Class::LIST, popped(from));
    Ok(element)
}
