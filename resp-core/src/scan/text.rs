//! The grammars of the one-line types, resumable after any byte.

use memchr::memchr2;

use crate::error::DecodeErrorKind as Kind;

/// How far a line is in the grammar of its type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text {
    /// Anything but CR and LF: simple strings and errors.
    Free,
    /// Nothing: null, and the end marker of a streamed aggregate.
    Empty,
    Boolean(Boolean),
    Double(Double),
    BigNumber(BigNumber),
}

/// `t` or `f`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Boolean {
    Start,
    Letter,
}

/// `[+-]digits[.[digits]][e[+-]digits]`, or `inf` with a sign or none, or `nan`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Double {
    Start,
    Sign,
    Integral,
    Fraction,
    E,
    ESign,
    Exponent,
    I,
    In,
    N,
    Na,
    Word,
}

/// `[+-]digits`.
#[derive(Clone, Copy, Debug)]
pub(super) enum BigNumber {
    Start,
    Sign,
    Digits,
}

impl Text {
    /// Reads up to the CR or to the end of the window: how many bytes fit the grammar, and
    /// whether the CR stands behind them.
    pub(super) fn check(&mut self, window: &[u8]) -> Result<(usize, bool), (usize, Kind)> {
        match self {
            Self::Free => check_free(window),
            _ => self.check_grammar(window),
        }
    }

    fn check_grammar(&mut self, window: &[u8]) -> Result<(usize, bool), (usize, Kind)> {
        for (at, &byte) in window.iter().enumerate() {
            if byte == b'\r' {
                return if self.may_end() { Ok((at, true)) } else { Err((at, self.misfit(byte))) };
            }
            *self = self.after(byte).ok_or((at, self.misfit(byte)))?;
        }
        Ok((window.len(), false))
    }

    fn after(self, byte: u8) -> Option<Self> {
        match self {
            Self::Free => Some(self),
            Self::Empty => None,
            Self::Boolean(Boolean::Start) => {
                matches!(byte, b't' | b'f').then_some(Self::Boolean(Boolean::Letter))
            }
            Self::Boolean(Boolean::Letter) => None,
            Self::Double(double) => double.after(byte).map(Self::Double),
            Self::BigNumber(number) => match (number, byte) {
                (BigNumber::Start, b'+' | b'-') => Some(Self::BigNumber(BigNumber::Sign)),
                (_, b'0'..=b'9') => Some(Self::BigNumber(BigNumber::Digits)),
                _ => None,
            },
        }
    }

    fn may_end(self) -> bool {
        match self {
            Self::Free | Self::Empty => true,
            Self::Boolean(boolean) => matches!(boolean, Boolean::Letter),
            Self::Double(double) => matches!(
                double,
                Double::Integral | Double::Fraction | Double::Exponent | Double::Word
            ),
            Self::BigNumber(number) => matches!(number, BigNumber::Digits),
        }
    }

    fn misfit(self, found: u8) -> Kind {
        match self {
            Self::Free | Self::Empty => Kind::ExpectedCr { found },
            Self::Boolean(_) => Kind::InvalidBoolean { found },
            Self::Double(_) => Kind::InvalidDouble { found },
            Self::BigNumber(_) => Kind::InvalidBigNumber { found },
        }
    }
}

/// [`Text::check`] for what only CR and LF end.
fn check_free(window: &[u8]) -> Result<(usize, bool), (usize, Kind)> {
    let at = memchr2(b'\r', b'\n', window).unwrap_or(window.len());
    match window.get(at) {
        Some(b'\r') => Ok((at, true)),
        Some(&found) => Err((at, Kind::ExpectedCr { found })),
        None => Ok((at, false)),
    }
}

impl Double {
    fn after(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Start, b'+' | b'-') => Self::Sign,
            (Self::Start | Self::Sign | Self::Integral, b'0'..=b'9') => Self::Integral,
            (Self::Integral, b'.') => Self::Fraction,
            (Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Integral | Self::Fraction, b'e' | b'E') => Self::E,
            (Self::E, b'+' | b'-') => Self::ESign,
            (Self::E | Self::ESign | Self::Exponent, b'0'..=b'9') => Self::Exponent,
            (Self::Start | Self::Sign, b'i') => Self::I,
            (Self::I, b'n') => Self::In,
            (Self::In, b'f') => Self::Word,
            // Redis before 7.2 may print a NaN's sign.
            (Self::Start | Self::Sign, b'n') => Self::N,
            (Self::N, b'a') => Self::Na,
            (Self::Na, b'n') => Self::Word,
            _ => return None,
        })
    }
}
