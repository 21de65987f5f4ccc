//! What can be wrong with a stream of frames.

use core::fmt;

/// Bad input: what is wrong with it, and where.
///
/// The decoder that returned it returns it again from every later call, since nothing in the
/// stream can be trusted from here on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset in the stream, in bytes since the decoder was made: of the first byte that can't be
    /// right or is one too many; for what a length declares, of the type byte in front of it.
    pub offset: u64,
    /// What is wrong there.
    pub kind: DecodeErrorKind,
}

/// What is wrong with the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No frame starts with this byte.
    UnknownType {
        /// The byte in the type's place.
        found: u8,
    },
    /// A length or an integer holds something other than a digit. Leading zeros, `+` and `-0` are
    /// refused too, as Redis's `string2ll` does.
    ExpectedDigit {
        /// The byte in the digit's place.
        found: u8,
    },
    /// An integer or a length is outside the range of a signed 64-bit integer.
    IntegerOverflow,
    /// A length is negative where -1 has no meaning, or below -1.
    NegativeLength {
        /// The length as declared.
        length: i64,
    },
    /// A line or a payload goes on where its CR should stand.
    ExpectedCr {
        /// The byte in the CR's place.
        found: u8,
    },
    /// A CR is not followed by LF.
    ExpectedLf {
        /// The byte in the LF's place.
        found: u8,
    },
    /// A double is neither a decimal number nor `inf` nor `nan`.
    InvalidDouble {
        /// The byte that doesn't fit; CR where the text ends too early.
        found: u8,
    },
    /// A boolean is neither `t` nor `f`.
    InvalidBoolean {
        /// The byte in its place.
        found: u8,
    },
    /// A big number holds something other than a sign and digits.
    InvalidBigNumber {
        /// The byte that doesn't fit; CR where there is no digit.
        found: u8,
    },
    /// A verbatim string does not begin with three bytes of format and a colon.
    InvalidVerbatim,
    /// A streamed string goes on with something other than a `;` chunk.
    ExpectedChunk {
        /// The byte in the semicolon's place.
        found: u8,
    },
    /// An end marker (`.`) outside of a streamed aggregate, or between a key and its value.
    UnexpectedEnd,
    /// More aggregates inside each other than [`Limits::depth`](crate::Limits::depth).
    TooDeep {
        /// The limit.
        limit: u32,
    },
    /// A payload longer than [`Limits::bulk`](crate::Limits::bulk).
    BulkTooLong {
        /// The length as declared.
        length: u64,
        /// The limit.
        limit: u64,
    },
    /// An aggregate longer than [`Limits::aggregate`](crate::Limits::aggregate).
    AggregateTooLong {
        /// The length as declared.
        length: u64,
        /// The limit.
        limit: u32,
    },
    /// A line longer than [`Limits::line`](crate::Limits::line).
    LineTooLong {
        /// The limit.
        limit: u32,
    },
    /// A frame longer than [`Limits::frame`](crate::Limits::frame).
    FrameTooLong {
        /// The limit.
        limit: u64,
    },
    /// The input ends within the frame, where a whole one was asked for.
    Incomplete,
    /// Bytes follow where a single frame was asked for.
    TrailingBytes,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for DecodeError {}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::UnknownType { found } => {
                write!(f, "expected the type of a frame, got {}", Byte(found))
            }
            Self::ExpectedDigit { found } => write!(f, "expected a digit, got {}", Byte(found)),
            Self::IntegerOverflow => f.write_str("integer outside of 64 bits"),
            Self::NegativeLength { length } => write!(f, "negative length {length}"),
            Self::ExpectedCr { found } => write!(f, "expected CR LF, got {}", Byte(found)),
            Self::ExpectedLf { found } => write!(f, "expected LF after CR, got {}", Byte(found)),
            Self::InvalidDouble { found } => {
                write!(f, "expected a double, got {} in it", Byte(found))
            }
            Self::InvalidBoolean { found } => {
                write!(f, "expected 't' or 'f', got {}", Byte(found))
            }
            Self::InvalidBigNumber { found } => {
                write!(f, "expected a big number, got {} in it", Byte(found))
            }
            Self::InvalidVerbatim => {
                f.write_str("expected three bytes of format and ':' in a verbatim string")
            }
            Self::ExpectedChunk { found } => {
                write!(f, "expected ';' and a chunk of the streamed string, got {}", Byte(found))
            }
            Self::UnexpectedEnd => f.write_str("unexpected end marker '.'"),
            Self::TooDeep { limit } => {
                write!(f, "aggregates nested deeper than the limit of {limit}")
            }
            Self::BulkTooLong { length, limit } => {
                write!(f, "payload of {length} bytes, above the limit of {limit}")
            }
            Self::AggregateTooLong { length, limit } => {
                write!(f, "aggregate of {length} elements, above the limit of {limit}")
            }
            Self::LineTooLong { limit } => write!(f, "line longer than the limit of {limit} bytes"),
            Self::FrameTooLong { limit } => {
                write!(f, "frame longer than the limit of {limit} bytes")
            }
            Self::Incomplete => f.write_str("the input ends within the frame"),
            Self::TrailingBytes => f.write_str("bytes follow the frame"),
        }
    }
}

/// A byte as people read it: quoted where printable, else in hexadecimal.
struct Byte(u8);

impl fmt::Display for Byte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b'\r' => f.write_str("CR"),
            b'\n' => f.write_str("LF"),
            printable @ 0x20..=0x7e => write!(f, "'{}'", printable as char),
            other => write!(f, "0x{other:02x}"),
        }
    }
}
