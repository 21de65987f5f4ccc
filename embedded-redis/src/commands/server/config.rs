//! `CONFIG`.

use redis_server_core::glob_matches;
use redis_server_core::resp_core::request::Request;

use crate::engine::{Answer, Context, Done, Error, Outcome, Settings, Stats};

/// `CONFIG GET pattern ...`: each parameter once, whatever patterns it matches.
pub(super) fn get(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let settings = &context.engine.shared.settings;
    let mut found: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for pattern in request.iter().skip(2) {
        let plain = !pattern.iter().any(|byte| b"[*?".contains(byte));
        let lower = pattern.to_ascii_lowercase();
        for parameter in Settings::parameters() {
            let name = parameter.name.as_bytes();
            let matches = if plain { name == lower } else { glob_matches(&lower, name) };
            if !matches || found.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                continue;
            }
            // Who asks for one gets its name back as it was written.
            found.push((if plain { pattern } else { name }, settings.get(parameter)));
        }
    }
    if let Some(mut pairs) = answer.map(found.len()) {
        for (name, value) in found {
            pairs.pair(name, value);
        }
    }
    Ok(Done::Answered)
}

/// `CONFIG SET parameter value ...`
pub(super) fn set(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if !request.len().is_multiple_of(2) {
        return Err(Error::SYNTAX);
    }
    let (names, values) = (request.iter().skip(2).step_by(2), request.iter().skip(3).step_by(2));
    let password = context.engine.shared.settings.password.clone();
    context.engine.shared.settings.set_all(&names.zip(values))?;
    if context.engine.shared.settings.password != password {
        context.engine.password_was_set();
    }
    answer.ok()
}

pub(super) fn resetstat(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    context.engine.shared.stats = Stats::default();
    answer.ok()
}

pub(super) fn rewrite(_: &mut Context<'_>, _: Request<'_>, _: &mut Answer<'_>) -> Outcome {
    Err(Error::of("ERR The server is running without a config file"))
}
