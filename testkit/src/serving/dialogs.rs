//! What is said to redis-server and to a server of ours.

use std::borrow::Cow;

/// Bytes of a client, sent on a connection of their own.
#[derive(Clone, Debug)]
pub(super) struct Dialog(Cow<'static, [u8]>);

impl Dialog {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it stops within a line.
    pub(super) fn is_endless(&self) -> bool {
        !self.0.ends_with(b"\n")
    }

    /// The beginning, to be read.
    pub(super) fn says(&self) -> String {
        self.0.get(..SHOWN).unwrap_or(&self.0).escape_ascii().to_string()
    }
}

const fn say(bytes: &'static [u8]) -> Dialog {
    Dialog(Cow::Borrowed(bytes))
}

/// To a server without a password. Those that end the connection have something behind them that
/// must not run.
pub(super) const ANYBODY: &[Dialog] = &[
    // Requests of every kind.
    say(b"*1\r\n$4\r\nPING\r\n"),
    say(b"PING\r\nPING hello\r\nPING \"two words\"\r\nPING a b\r\n"),
    say(b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n"),
    say(b"ECHO ''\r\nECHO \"\\x41\\n\"\r\nECHO foo\"bar\"\n"),
    say(b"\r\n\r\n*0\r\n*-10\r\n   \r\nPING\r\n"),
    say(b"$4\r\n"),
    say(b"*-1\r\nPING\r\n"),
    say(b"+PING\r\n"),
    // Those that none is.
    say(b"PING\r\n*a\r\nPING\r\n"),
    say(b"*2147483648\r\nPING\r\n"),
    say(b"*9223372036854775808\r\nPING\r\n"),
    say(b"*01\r\nPING\r\n"),
    say(b"*+1\r\nPING\r\n"),
    say(b"*1\r\nPING\r\n"),
    say(b"*1\r\n\r\nPING\r\n"),
    say(b"*1\r\n:4\r\nPING\r\n"),
    say(b"*1\r\n$-1\r\nPING\r\n"),
    say(b"*1\r\n$536870913\r\nPING\r\n"),
    say(b"*1\r\n$9223372036854775807\r\nPING\r\n"),
    say(b"*2\r\n$4\r\nECHO\r\n$x\r\nPING\r\n"),
    say(b"PING\r\n\"PING\r\nPING\r\n"),
    say(b"PING 'a'b\r\nPING\r\n"),
    // Commands that there are not, or not so.
    say(b"NOPE\r\nnope 1 2 3\r\n*3\r\n$4\r\nNope\r\n$1\r\na\r\n$4\r\nb\r\nc\r\n"),
    say(b"GET\r\nget a b\r\nGeT k\r\nSET k\r\nCONFIG\r\nCONFIG NOPE\r\nCONFIG GET\r\n"),
    say(b"ECHO\r\nECHO a b\r\nQUIT\r\nPING\r\n"),
    // What browsers can be made to send. Earlier replies are lost if they come with it.
    say(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nPING\r\n"),
    say(b"hOsT: x\r\nPING\r\n"),
    say(b"Host:x\r\nHost\r\nPOSTS\r\n"),
    // The connection itself.
    say(b"HELLO\r\nHELLO 3\r\nPING\r\nGET k\r\nHELLO 2\r\nGET k\r\n"),
    say(b"HELLO 1\r\nHELLO 4\r\nHELLO x\r\nHELLO 3 NOPE\r\nHELLO 3 SETNAME\r\nHELLO 3 AUTH a\r\n"),
    say(b"HELLO 3 SETNAME me\r\nCLIENT GETNAME\r\nHELLO 2 SETNAME \"a b\"\r\nCLIENT GETNAME\r\n"),
    say(b"HELLO 3 AUTH nobody nothing\r\nPING\r\n"),
    say(b"HELLO 03\r\nHELLO -0\r\nHELLO +3\r\nHELLO 9223372036854775807\r\nHELLO ''\r\n"),
    say(b"HELLO 3 SETNAME \"a b\" NOPE\r\nCLIENT LIST ID 0\r\nCLIENT LIST ID 01\r\nCLIENT KILL ID +1\r\n"),
    say(b"CLIENT GETNAME\r\nCLIENT SETNAME x\r\nCLIENT GETNAME\r\nCLIENT SETNAME \"a b\"\r\n"),
    say(b"CLIENT\r\nCLIENT NOPE\r\nCLIENT GETNAME x\r\nCLIENT KILL\r\nCLIENT KILL nobody\r\n"),
    say(b"CLIENT KILL ID x\r\nCLIENT KILL ID 0\r\nCLIENT KILL ID 999999\r\nCLIENT KILL NOPE 1\r\n"),
    say(b"CLIENT KILL ADDR nobody\r\nCLIENT KILL SKIPME perhaps\r\nCLIENT LIST NOPE\r\n"),
    say(b"RESET\r\nHELLO 3\r\nRESET\r\nGET k\r\n"),
    say(b"COMMAND NOPE\r\nCOMMAND COUNT x\r\nCOMMAND GETKEYS GET k\r\nCOMMAND GETKEYS NOPE k\r\n"),
    say(b"COMMAND GETKEYS GET\r\nCOMMAND GETKEYS PING a\r\nCOMMAND GETKEYS GET a b\r\nCOMMAND INFO nope\r\n"),
    // Pub/sub.
    say(b"SUBSCRIBE\r\nSUBSCRIBE a\r\nSUBSCRIBE a b\r\nPSUBSCRIBE c*\r\nUNSUBSCRIBE a\r\n"),
    say(b"UNSUBSCRIBE\r\nPUNSUBSCRIBE\r\nUNSUBSCRIBE a b\r\nSUNSUBSCRIBE\r\n"),
    say(b"SUBSCRIBE a\r\nGET k\r\nPING\r\nPING x\r\nECHO x\r\nUNSUBSCRIBE\r\nPING\r\nGET k\r\n"),
    say(b"SUBSCRIBE a\r\nHELLO 3\r\nNOPE\r\nQUIT\r\nPING\r\n"),
    say(b"PSUBSCRIBE a\r\nRESET\r\nGET k\r\n"),
    say(b"HELLO 3\r\nSUBSCRIBE a\r\nGET k\r\nPING\r\nPSUBSCRIBE b\r\nUNSUBSCRIBE\r\nPUNSUBSCRIBE\r\n"),
    say(b"HELLO 3\r\nSSUBSCRIBE s\r\nPUBSUB SHARDNUMSUB s t\r\nSUNSUBSCRIBE s\r\n"),
    say(b"PUBLISH nobody hears\r\nSPUBLISH nobody hears\r\nPUBLISH x\r\n"),
    say(b"PUBSUB NUMSUB\r\nPUBSUB NUMSUB a b\r\nPUBSUB NUMPAT\r\nPUBSUB CHANNELS\r\n"),
    say(b"PUBSUB\r\nPUBSUB NOPE\r\nPUBSUB NUMPAT x\r\nPUBSUB CHANNELS a b\r\npubsub shardchannels a b\r\n"),
    say(b"HELLO 3\r\nSUBSCRIBE a\r\nPUBSUB CHANNELS\r\nPUBSUB CHANNELS b*\r\nPUBSUB NUMSUB a\r\n"),
];

/// To a server that wants a password.
pub(super) const AUTHENTICATING: &[Dialog] = &[
    say(b"GET k\r\nNOPE\r\nGET\r\nAUTH\r\nAUTH a b c\r\nAUTH nope\r\nAUTH secret\r\nGET k\r\n"),
    say(b"AUTH nobody secret\r\nAUTH default secret\r\nPING\r\n"),
    say(b"HELLO\r\nHELLO 3\r\nHELLO 3 AUTH default nope\r\nHELLO 3 AUTH default secret\r\nGET k\r\n"),
    say(b"AUTH secret\r\nRESET\r\nGET k\r\nAUTH secret\r\n"),
    say(b"QUIT\r\nPING\r\n"),
    say(b"POST / HTTP/1.1\r\nHost: x\r\n\r\nPING\r\n"),
    say(b"Host: x\r\nPING\r\n"),
    say(b"SUBSCRIBE a\r\nPUBLISH a b\r\nAUTH secret\r\nUNSUBSCRIBE\r\n"),
    say(b"*11\r\n$4\r\nECHO\r\n"),
    say(b"*1\r\n$16385\r\n"),
    say(b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n*11\r\n$3\r\nGET\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n\
          $1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n$1\r\n0\r\n"),
];

/// Where we differ on purpose: to what, what we say instead, and why.
pub(super) const EXPLAINED: &[(&str, &str, &str)] = &[];

/// Lines that are too long, which are too long to stand here.
pub(super) fn requests() -> impl Iterator<Item = Dialog> {
    let starts: [&[u8]; 3] = [b"PING\r\nx", b"PING\r\n*", b"PING\r\n*1\r\n$"];
    starts.into_iter().map(|start| Dialog([start, &[b'1'; 70_000]].concat().into()))
}

/// As much as a failure shows.
const SHOWN: usize = 200;
