//! Commands in the form they are sent in.

mod arguments;
mod encoded;
mod keys;

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use bytes::Bytes;
use resp_core::{Out, OutBuf, encode};

use crate::arg::ToArg;
use crate::facts::{BlockTime, Effect, Facts, KeyFlags};
pub use arguments::Arguments;
use encoded::{Encoded, first_argument};

/// One command with its arguments, encoded, and the facts about it. What every command becomes
/// before it is submitted.
///
/// Short ones are held inline, so that making one costs no allocation; [`Bytes`] arguments from
/// [`OutBuf::SHARE_FROM`] bytes on are shared, not copied.
#[derive(Clone)]
pub struct Request {
    facts: &'static Facts,
    /// Arguments, the name included.
    count: usize,
    timeout: Timeout,
    /// The caller has marked it.
    resend: bool,
    encoded: Encoded,
}

/// How long to wait for a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Timeout {
    /// As long as the configuration says.
    #[default]
    Default,
    /// This long.
    After(Duration),
    /// For ever.
    Never,
}

/// How long a command may keep its connection waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocking {
    /// It doesn't.
    No,
    /// So long.
    For(Duration),
    /// Without a limit, or with one that can't be read.
    Forever,
}

impl Request {
    /// Starts a command whose facts are given.
    #[inline]
    pub(crate) fn known(facts: &'static Facts) -> Self {
        let mut request = Self::empty(facts);
        request.encoded.put(facts.encoded);
        request.count = facts.words.into();
        request
    }

    /// Starts any command by its name, which may have several words: `CLIENT SETNAME`.
    pub fn new(name: &str) -> Self {
        let mut request = Self::empty(&Facts::UNKNOWN);
        for word in name.split_ascii_whitespace() {
            request.push(word.as_bytes());
        }
        if request.count == 0 {
            // A server ignores a command of no words, without a reply, but not one with no name.
            request.push(b"");
        }
        request.recognise();
        request
    }

    const fn empty(facts: &'static Facts) -> Self {
        let encoded = Encoded::EMPTY;
        Self { facts, count: 0, timeout: Timeout::Default, resend: false, encoded }
    }

    /// Appends an argument.
    pub fn arg(&mut self, argument: impl ToArg) -> &mut Self {
        argument.write_arg(self);
        self
    }

    /// Appends the bytes as an argument.
    #[inline]
    pub fn push(&mut self, argument: &[u8]) {
        self.count += 1;
        encode::bulk_string(&mut self.encoded, argument);
        if self.count == 2 {
            // The subcommand may say more than the command.
            self.recognise();
        }
    }

    /// Appends the bytes as an argument, without a copy if they are many.
    pub fn push_shared(&mut self, argument: &Bytes) {
        if argument.len() < OutBuf::SHARE_FROM {
            return self.push(argument);
        }
        self.count += 1;
        encode::bulk_shared(&mut self.encoded, argument.clone());
    }

    /// Sets how long to wait for the reply.
    pub fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    /// Sets whether the command may be sent again though it left, where the connection is lost
    /// before its reply: the server may run it twice then.
    pub const fn set_resend(&mut self, resend: bool) {
        self.resend = resend;
    }

    /// Whether the command may be sent again though it left: it only reads, or is marked so.
    pub const fn may_resend(&self) -> bool {
        self.resend || self.facts.may_resend()
    }

    /// What is known about the command.
    pub const fn facts(&self) -> &'static Facts {
        self.facts
    }

    /// How long to wait for the reply: as set, else for a blocking command its own time and some
    /// more, so that nothing it pops is lost to a caller that gave up before the server did.
    #[inline]
    pub fn timeout(&self) -> Timeout {
        match (self.timeout, self.blocking()) {
            (Timeout::Default, Blocking::For(time)) => Timeout::After(time + BLOCKING_GRACE),
            (Timeout::Default, Blocking::Forever) => Timeout::Never,
            (timeout, _) => timeout,
        }
    }

    /// Whether nothing about it is out of the ordinary: it has no effect on its connection, and no
    /// timeout of its own.
    #[inline]
    pub fn is_plain(&self) -> bool {
        matches!(self.facts.effect, Effect::None) && self.timeout == Timeout::Default
    }

    /// How long the command may keep its connection waiting.
    #[inline]
    pub fn blocking(&self) -> Blocking {
        match self.facts.effect {
            Effect::Blocks(place) => self.block_time(place),
            _ => Blocking::No,
        }
    }

    /// How many arguments there are, the name included.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The arguments, the name first. Nothing is copied.
    pub fn arguments(&self) -> Arguments<'_> {
        Arguments::of(&self.encoded)
    }

    /// The keys among the arguments, as far as the [facts](Facts::keys) know where they are.
    pub fn keys(&self) -> impl Iterator<Item = &[u8]> {
        let arguments: Vec<&[u8]> = match self.facts.keys {
            [] => Vec::new(),
            _ => self.arguments().collect(),
        };
        let keys: Vec<_> = match self.facts.name {
            "MIGRATE" => keys::of_migrate(&arguments),
            "SORT" => keys::of_sort(&arguments),
            _ => {
                let specs = self.facts.keys.iter();
                let specs = specs.filter(|spec| !spec.flags.contains(KeyFlags::NOT_KEY));
                specs.flat_map(|spec| spec.find(&arguments)).collect()
            }
        };
        keys.into_iter()
    }

    /// Appends the whole command to `out`.
    #[inline]
    pub fn encode(&self, out: &mut OutBuf) {
        encode::array(out, self.count);
        self.encoded.write(out);
    }

    /// How long the arguments are on the wire.
    pub(crate) fn len(&self) -> usize {
        self.encoded.len()
    }

    /// Moves what was appended since the arguments were `start` bytes long to an earlier place;
    /// gives back where it ends.
    pub(crate) fn move_back(&mut self, place: usize, start: usize) -> usize {
        self.encoded.rotate(place, start);
        place + self.encoded.len() - start
    }

    /// Puts a count before the arguments that begin at `start`.
    pub(crate) fn count_from(&mut self, start: usize, count: usize) {
        let end = self.encoded.len();
        self.push(itoa::Buffer::new().format(count).as_bytes());
        self.encoded.rotate(start, end);
    }

    fn block_time(&self, place: BlockTime) -> Blocking {
        let mut arguments = self.arguments();
        arguments.next();
        let (argument, unit) = match place {
            BlockTime::FirstSeconds => (arguments.next(), 1.0),
            BlockTime::LastSeconds => (arguments.last(), 1.0),
            BlockTime::LastMillis => (arguments.last(), MILLISECOND),
            BlockTime::OptionMillis => {
                if !reach_block(&mut arguments) {
                    return Blocking::No;
                }
                (arguments.next(), MILLISECOND)
            }
        };
        let text = argument.and_then(|argument| core::str::from_utf8(argument).ok());
        // The server will refuse what is no number; until then no deadline is the safe one.
        let seconds = text.and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) * unit;
        match Duration::try_from_secs_f64(seconds) {
            Ok(time) if !time.is_zero() => Blocking::For(time),
            _ => Blocking::Forever,
        }
    }

    /// Looks up what is known about the command.
    fn recognise(&mut self) {
        if !self.facts.is_vague() {
            return;
        }
        let (name, rest) = first_argument(self.encoded.contiguous());
        let argument = (self.count > 1).then(|| first_argument(rest).0);
        self.facts = Facts::find(name, argument);
    }
}

/// Goes on to the time behind `BLOCK` among the options of `XREAD` or `XREADGROUP`; false if it is
/// not there. Groups, consumers and keys may have any name, such as `block`.
fn reach_block(arguments: &mut Arguments<'_>) -> bool {
    while let Some(option) = arguments.next() {
        let is = |word: &str| option.eq_ignore_ascii_case(word.as_bytes());
        if is("BLOCK") {
            return true;
        }
        if is("STREAMS") {
            return false;
        }
        let words = if is("GROUP") { 2 } else { usize::from(is("COUNT") || is("CLAIM")) };
        arguments.by_ref().take(words).for_each(drop);
    }
    false
}

impl AsRef<Self> for Request {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// Names the command and counts its arguments: they may be secrets, or long.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.arguments().next().unwrap_or_default();
        write!(f, "{} with {} arguments", name.escape_ascii(), self.count.saturating_sub(1))
    }
}

/// What a blocking command's reply may take beyond its own time. Servers look at block times ten
/// times a second; the rest is for the way.
const BLOCKING_GRACE: Duration = Duration::from_secs(5);

/// In seconds.
const MILLISECOND: f64 = 0.001;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd;

    fn timeout(words: &str) -> Timeout {
        let mut words = words.split(' ');
        let name = words.next().unwrap();
        words.fold(cmd::command(name), crate::Command::arg).as_ref().timeout()
    }

    #[test]
    fn a_blocking_command_waits_for_its_own_time_and_the_grace() {
        let after = |seconds| Timeout::After(Duration::from_secs_f64(seconds) + BLOCKING_GRACE);
        assert_eq!(timeout("BLPOP a b 1.5"), after(1.5));
        assert_eq!(timeout("blmove a b LEFT RIGHT 2"), after(2.0));
        assert_eq!(timeout("BLMPOP 3 1 key LEFT"), after(3.0));
        assert_eq!(timeout("WAIT 1 250"), after(0.25));
        assert_eq!(timeout("XREAD COUNT 1 block 100 STREAMS s $"), after(0.1));
        assert_eq!(timeout("XREADGROUP GROUP streams c COUNT 1 BLOCK 100 STREAMS k >"), after(0.1));
    }

    #[test]
    fn no_deadline_where_it_waits_for_ever_or_nobody_knows_how_long() {
        assert_eq!(timeout("BLPOP a 0"), Timeout::Never);
        assert_eq!(timeout("BLPOP a -1"), Timeout::Never);
        assert_eq!(timeout("BLPOP a soon"), Timeout::Never);
        assert_eq!(timeout("BLPOP a nan"), Timeout::Never);
        assert_eq!(timeout("BLPOP"), Timeout::Never);
        assert_eq!(timeout("XREAD BLOCK"), Timeout::Never);
        assert_eq!(timeout("XREADGROUP CLAIM 7 GROUP g block BLOCK 0 STREAMS k >"), Timeout::Never);
    }

    #[test]
    fn the_default_where_it_does_not_block_and_the_callers_word_where_given() {
        assert_eq!(timeout("XREAD STREAMS block 100"), Timeout::Default);
        assert_eq!(timeout("XREADGROUP GROUP block 9 STREAMS k >"), Timeout::Default);
        assert_eq!(timeout("GET BLPOP"), Timeout::Default);
        let mut request = Request::new("BLPOP");
        request.arg("a").arg(0).set_timeout(Timeout::After(Duration::from_secs(1)));
        assert_eq!(request.timeout(), Timeout::After(Duration::from_secs(1)));
    }
}
