//! The first words of a session.

use alloc::collections::VecDeque;
use alloc::string::String;

use bytes::Bytes;
use resp_core::{FrameRef, OutBuf, View};

use crate::config::{Config, Protocol};
use crate::error::{ConnectionError, ServerError};
use crate::facts::Facts;
use crate::request::Request;

/// What is said before the application's commands, all in one piece:
///
/// ```text
///   HELLO 3 [AUTH ..] [SETNAME ..] ---> SELECT ---> CLIENT SETINFO ---> on_connect ---> done
///     |                                                                             ^
///     +-- unknown --> AUTH --> CLIENT SETNAME --> SELECT --> ... -------------------+   (RESP2)
/// ```
#[derive(Debug)]
pub(super) struct Handshake {
    /// What has been said and not answered.
    asked: VecDeque<Step>,
    /// The server doesn't know `HELLO`: what else was asked counts for nothing, and all is said
    /// again in RESP2.
    starting_over: bool,
    resp3: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Hello,
    Auth,
    SetName,
    Select,
    SetInfo,
    /// One of [`Config::on_connect`].
    Custom(&'static Facts),
}

/// What an answer leads to.
#[derive(Debug)]
pub(super) enum Progress {
    Going,
    Done { resp3: bool },
    Failed(ConnectionError),
}

impl Handshake {
    /// Writes the first words.
    pub(super) fn new(config: &Config, out: &mut OutBuf) -> Self {
        let resp3 = config.protocol != Protocol::Resp2;
        let mut handshake = Self { asked: VecDeque::new(), starting_over: false, resp3 };
        handshake.ask_all(config, out);
        handshake
    }

    /// Whether nothing is left to be answered.
    pub(super) fn is_done(&self) -> bool {
        self.asked.is_empty()
    }

    pub(super) const fn resp3(&self) -> bool {
        self.resp3
    }

    /// Takes the answer to the oldest question.
    pub(super) fn answer(
        &mut self,
        config: &Config,
        frame: FrameRef<'_>,
        out: &mut OutBuf,
    ) -> Progress {
        let Some(step) = self.asked.pop_front() else {
            return Progress::Failed(ConnectionError::UnexpectedReply);
        };
        if let Some(error) = ServerError::of(frame) {
            let unknown = step == Step::Hello
                && (error.code() == "NOPROTO" || error.text().starts_with(b"ERR unknown"));
            if unknown && config.protocol == Protocol::Auto {
                self.starting_over = true;
            } else if step != Step::SetInfo && !self.starting_over {
                let error = without_secrets(error, config);
                return Progress::Failed(ConnectionError::Handshake { step: step.name(), error });
            }
        } else if step == Step::Hello && !matches!(frame.view(), View::Map(_)) {
            // Only RESP3 has maps: whatever this is, it goes on in something else.
            return Progress::Failed(ConnectionError::UnexpectedAnswer { step: step.name() });
        }
        if !self.asked.is_empty() {
            return Progress::Going;
        }
        if core::mem::take(&mut self.starting_over) {
            self.resp3 = false;
            self.ask_all(config, out);
            if !self.asked.is_empty() {
                return Progress::Going;
            }
        }
        Progress::Done { resp3: self.resp3 }
    }

    fn ask_all(&mut self, config: &Config, out: &mut OutBuf) {
        let credentials = config.credentials.as_ref();
        let username = credentials.and_then(|credentials| credentials.username.as_deref());
        if self.resp3 {
            let mut hello = Request::new("HELLO");
            hello.arg("3");
            if let Some(credentials) = credentials {
                hello.arg("AUTH").arg(username.unwrap_or("default")).arg(&credentials.password);
            }
            if let Some(name) = &config.client_name {
                hello.arg("SETNAME").arg(name);
            }
            self.ask(Step::Hello, &hello, out);
        } else {
            if let Some(credentials) = credentials {
                let mut auth = Request::new("AUTH");
                if let Some(username) = username {
                    auth.arg(username);
                }
                self.ask(Step::Auth, auth.arg(&credentials.password), out);
            }
            if let Some(name) = &config.client_name {
                self.ask(Step::SetName, Request::new("CLIENT SETNAME").arg(name), out);
            }
        }
        if config.database != 0 {
            self.ask(Step::Select, Request::new("SELECT").arg(config.database), out);
        }
        if config.library_info {
            let info =
                [("LIB-NAME", env!("CARGO_PKG_NAME")), ("LIB-VER", env!("CARGO_PKG_VERSION"))];
            for (key, value) in info {
                self.ask(Step::SetInfo, Request::new("CLIENT SETINFO").arg(key).arg(value), out);
            }
        }
        for request in &config.on_connect {
            self.ask(Step::Custom(request.facts()), request, out);
        }
    }

    fn ask(&mut self, step: Step, request: &Request, out: &mut OutBuf) {
        request.encode(out);
        self.asked.push_back(step);
    }
}

impl Step {
    const fn name(self) -> &'static str {
        match self {
            Self::Hello => "HELLO",
            Self::Auth => "AUTH",
            Self::SetName => "CLIENT SETNAME",
            Self::Select => "SELECT",
            Self::SetInfo => "CLIENT SETINFO",
            Self::Custom(facts) => facts.name,
        }
    }
}

/// Takes out of an error what the server repeats of the command: the password may be in it.
fn without_secrets(error: ServerError, config: &Config) -> ServerError {
    let text = String::from_utf8_lossy(error.text());
    let (text, arguments) =
        text.split_once(", with args beginning with").unwrap_or((text.as_ref(), ""));
    // Only `ERR` repeats what was sent; the other codes have texts of their own, which a weak
    // password may occur in.
    let repeated = error.code() == "ERR"
        && config.credentials.as_ref().is_some_and(|credentials| {
            !credentials.password.is_empty() && text.contains(&credentials.password)
        });
    match (repeated, arguments) {
        (true, _) => ServerError::new(Bytes::from_static(b"ERR (the text repeats the password)")),
        (false, "") => error,
        (false, _) => ServerError::new(Bytes::copy_from_slice(text.as_bytes())),
    }
}
