//! `CLIENT TRACKING` and what belongs to it.

use redis_server_core::resp_core::request::Request;

use super::client::on_or_off;
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Context, Done, Error, Outcome, Reads, Tracks, overlap};

/// What a client asks for.
#[derive(Default)]
struct Wanted<'a> {
    redirect: u64,
    prefixes: Vec<&'a [u8]>,
    broadcasts: bool,
    opt_in: bool,
    opt_out: bool,
    no_loop: bool,
}

/// `CLIENT TRACKING ON|OFF [REDIRECT id] [PREFIX prefix ...] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]`
pub(super) fn tracking(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let wanted = Wanted::parse(context, Options::behind(&request, 3))?;
    if on_or_off(arg(&request, 2))? {
        let old = context.client().and_then(|client| client.tracks.as_deref());
        wanted.check(old)?;
        let tracks = wanted.tracks(old);
        context.start_tracking(tracks);
    } else {
        context.stop_tracking();
    }
    answer.ok()
}

impl<'a> Wanted<'a> {
    fn parse(context: &Context<'_>, mut options: Options<'a>) -> Result<Self, Error> {
        let mut wanted = Self::default();
        while let Some(option) = options.next() {
            match option {
                it if is(it, "redirect") => {
                    let id = options.value()?;
                    if wanted.redirect != 0 {
                        return Err(ONE_REDIRECT);
                    }
                    let id = u64::try_from(integer(id)?).unwrap_or(0);
                    context.engine.clients.present(id).ok_or(NO_REDIRECT)?;
                    wanted.redirect = id;
                }
                it if is(it, "prefix") => wanted.prefixes.push(options.value()?),
                it if is(it, "bcast") => wanted.broadcasts = true,
                it if is(it, "optin") => wanted.opt_in = true,
                it if is(it, "optout") => wanted.opt_out = true,
                it if is(it, "noloop") => wanted.no_loop = true,
                _ => return Err(Error::SYNTAX),
            }
        }
        Ok(wanted)
    }

    /// Whether it fits together, and what the client does already.
    fn check(&self, old: Option<&Tracks>) -> Result<(), Error> {
        if !self.broadcasts && !self.prefixes.is_empty() {
            return Err(Error::of("ERR PREFIX option requires BCAST mode to be enabled"));
        }
        if old.is_some_and(|old| old.broadcasts != self.broadcasts) {
            return Err(SWITCH_BROADCAST);
        }
        if self.broadcasts && (self.opt_in || self.opt_out) {
            return Err(Error::of("ERR OPTIN and OPTOUT are not compatible with BCAST"));
        }
        if self.opt_in && self.opt_out {
            return Err(Error::of("ERR You can't specify both OPTIN mode and OPTOUT mode"));
        }
        match old.map(|old| old.reads) {
            Some(Reads::OptOut) if self.opt_in => return Err(SWITCH_OPT),
            Some(Reads::OptIn) if self.opt_out => return Err(SWITCH_OPT),
            _ => {}
        }
        let mut rest = self.prefixes.as_slice();
        while let [prefix, behind @ ..] = rest {
            let there = old.into_iter().flat_map(|old| &old.prefixes);
            if let Some(other) = there.map(AsRef::as_ref).find(|it| overlap(it, prefix)) {
                return Err(overlaps(prefix, b"an existing", other));
            }
            if let Some(other) = behind.iter().find(|it| overlap(it, prefix)) {
                return Err(overlaps(prefix, b"another provided", other));
            }
            rest = behind;
        }
        Ok(())
    }

    /// What it tracks then: prefixes are added to those that there were.
    fn tracks(&self, old: Option<&Tracks>) -> Tracks {
        let mut prefixes = old.map(|old| old.prefixes.clone()).unwrap_or_default();
        if self.broadcasts && self.prefixes.is_empty() {
            prefixes.insert(Box::default());
        }
        prefixes.extend(self.prefixes.iter().copied().map(Box::from));
        Tracks {
            redirect: self.redirect,
            redirect_broken: false,
            broadcasts: self.broadcasts,
            prefixes,
            reads: match (self.opt_in, self.opt_out) {
                (true, _) => Reads::OptIn,
                (_, true) => Reads::OptOut,
                _ => Reads::All,
            },
            caching: old.is_some_and(|old| old.caching),
            no_loop: self.no_loop,
        }
    }
}

fn overlaps(prefix: &[u8], which: &[u8], other: &[u8]) -> Error {
    let parts: [&[u8]; 7] = [
        b"ERR Prefix '",
        prefix,
        b"' overlaps with ",
        which,
        b" prefix '",
        other,
        b"'. Prefixes for a single client must not overlap.",
    ];
    Error::new(parts.concat())
}

/// `CLIENT CACHING YES|NO`
pub(super) fn caching(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let client = context.client_mut();
    let Some(tracks) = client.and_then(|client| client.tracks.as_mut()) else {
        return Err(NOT_TRACKING);
    };
    match arg(&request, 2) {
        yes if is(yes, "yes") && tracks.reads != Reads::OptIn => return Err(NOT_OPT_IN),
        no if is(no, "no") && tracks.reads != Reads::OptOut => return Err(NOT_OPT_OUT),
        it if is(it, "yes") || is(it, "no") => tracks.caching = true,
        _ => return Err(Error::SYNTAX),
    }
    answer.ok()
}

pub(super) fn getredir(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let tracks = context.client().and_then(|client| client.tracks.as_ref());
    answer.int(tracks.map_or(-1, |tracks| tracks.redirect as i64))
}

pub(super) fn trackinginfo(
    context: &mut Context<'_>,
    _: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let tracks = context.client().and_then(|client| client.tracks.as_deref());
    let Some(mut pairs) = answer.map(3) else { return Ok(Done::Answered) };
    let flags = flags(tracks);
    let mut items = pairs.value("flags").set(flags.len());
    flags.into_iter().for_each(|flag| _ = items.add(flag));
    drop(items);
    pairs.pair("redirect", tracks.map_or(-1, |tracks| tracks.redirect as i64));
    let prefixes = tracks.map(|tracks| &tracks.prefixes).into_iter().flatten();
    let prefixes: Vec<_> = prefixes.map(AsRef::as_ref).collect();
    let mut items = pairs.value("prefixes").array(prefixes.len());
    prefixes.into_iter().for_each(|prefix: &[u8]| _ = items.add(prefix));
    Ok(Done::Answered)
}

/// In the order of Redis.
fn flags(tracks: Option<&Tracks>) -> Vec<&'static str> {
    let Some(tracks) = tracks else { return vec!["off"] };
    let all = [
        ("on", true),
        ("bcast", tracks.broadcasts),
        ("optin", tracks.reads == Reads::OptIn),
        ("caching-yes", tracks.reads == Reads::OptIn && tracks.caching),
        ("optout", tracks.reads == Reads::OptOut),
        ("caching-no", tracks.reads == Reads::OptOut && tracks.caching),
        ("noloop", tracks.no_loop),
        ("broken_redirect", tracks.redirect_broken),
    ];
    all.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag).collect()
}

const ONE_REDIRECT: Error = Error::of("ERR A client can only redirect to a single other client");
const NO_REDIRECT: Error = Error::of("ERR The client ID you want redirect to does not exist");
const SWITCH_BROADCAST: Error = Error::of(
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then \
     re-enabling it with a different mode.",
);
const SWITCH_OPT: Error = Error::of(
    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then \
     re-enabling it with a different mode.",
);
const NOT_TRACKING: Error = Error::of(
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or \
     OPTOUT mode enabled",
);
const NOT_OPT_IN: Error =
    Error::of("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
const NOT_OPT_OUT: Error =
    Error::of("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
