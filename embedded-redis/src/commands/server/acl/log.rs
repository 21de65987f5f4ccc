//! `ACL LOG`.

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Action, Answering, Reply, ToReply};

use crate::commands::arguments::{arg, integer, is};
use crate::commands::help;
use crate::engine::{Answer, Context, Denial, Done, Outcome};
use crate::keyspace::Millis;

/// `ACL LOG [count|RESET]`
pub(in crate::commands::server) fn log(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 3 {
        return Err(help::unknown("ACL", arg(&request, 1)));
    }
    let now = context.now();
    let denials = &mut context.engine.shared.users.denials;
    let count = match request.arg(2) {
        Some(reset) if is(reset, "reset") => {
            denials.clear();
            return answer.ok();
        }
        Some(count) => integer(count)?,
        None => 10,
    };
    let count = usize::try_from(count).unwrap_or(0).min(denials.iter().len());
    if let Some(mut items) = answer.array(count) {
        for denial in denials.iter().take(count) {
            items.add(Told { denial, now });
        }
    }
    Ok(Done::Answered)
}

struct Told<'d> {
    denial: &'d Denial,
    now: Millis,
}

impl ToReply for Told<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let denial = self.denial;
        let age = self.now.saturating_sub(denial.at) as f64 / 1_000.0;
        reply
            .map(7)
            .pair("count", denial.count)
            .pair("reason", denial.reason.name())
            .pair("context", denial.place.name())
            .pair("object", &*denial.object)
            .pair("username", &*denial.user)
            .pair("age-seconds", age)
            .pair("client-info", &*denial.client);
        Action::Continue
    }
}
