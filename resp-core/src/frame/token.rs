//! Reading back what the scanner has checked, one token at a time.

use memchr::memchr;

/// One step through the bytes of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    /// `+`, `-`, `,`, `(`, `#`: the text of the line.
    Line(u8, &'a [u8]),
    Integer(i64),
    /// `_`, `$-1`, `*-1`.
    Null,
    /// `$`, `!`, `=`: the payload.
    Payload(u8, &'a [u8]),
    /// `*`, `%`, `~`, `>`, `|` and how many frames follow in it; none where an end marker tells.
    Open(u8, Option<usize>),
    /// `$?`, whose chunks follow.
    OpenChunks,
    /// A chunk, empty for the last.
    Chunk(&'a [u8]),
    /// `.`, the end of a streamed aggregate.
    End,
}

impl<'a> Token<'a> {
    /// The token at the start of checked bytes, and what follows it. None only at their end.
    #[inline]
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&kind, rest) = bytes.split_first()?;
        match kind {
            b'$' => {
                let (number, rest) = number(rest)?;
                match usize::try_from(number) {
                    Ok(length) => payload(kind, rest, length),
                    Err(_) if number == UNKNOWN => Some((Self::OpenChunks, rest)),
                    Err(_) => Some((Self::Null, rest)),
                }
            }
            b':' => {
                let (number, rest) = number(rest)?;
                Some((Self::Integer(number), rest))
            }
            b'*' | b'%' | b'~' | b'>' | b'|' => {
                let (number, rest) = number(rest)?;
                let frames = match usize::try_from(number) {
                    Ok(pairs) if matches!(kind, b'%' | b'|') => Some(pairs.saturating_mul(2)),
                    Ok(elements) => Some(elements),
                    Err(_) if number == UNKNOWN => None,
                    Err(_) => return Some((Self::Null, rest)),
                };
                Some((Self::Open(kind, frames), rest))
            }
            b'!' | b'=' => {
                let (number, rest) = number(rest)?;
                payload(kind, rest, usize::try_from(number).ok()?)
            }
            b';' => {
                let (number, rest) = number(rest)?;
                match usize::try_from(number).ok()? {
                    0 => Some((Self::Chunk(&[]), rest)),
                    length => payload(kind, rest, length),
                }
            }
            b'_' => Some((Self::Null, line(rest)?.1)),
            b'.' => Some((Self::End, line(rest)?.1)),
            _ => {
                let (text, rest) = line(rest)?;
                Some((Self::Line(kind, text), rest))
            }
        }
    }
}

#[inline]
fn payload(kind: u8, rest: &[u8], length: usize) -> Option<(Token<'_>, &[u8])> {
    let (payload, rest) = rest.split_at_checked(length)?;
    let rest = rest.get(CRLF..)?;
    Some((if kind == b';' { Token::Chunk(payload) } else { Token::Payload(kind, payload) }, rest))
}

#[inline]
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'\r', bytes)?;
    Some((bytes.get(..end)?, bytes.get(end + CRLF..)?))
}

/// A number's line; [`UNKNOWN`] for `?`.
#[inline]
fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, digits) = match bytes.split_first()? {
        (b'-', digits) => (true, digits),
        (b'?', rest) => return Some((UNKNOWN, rest.get(CRLF..)?)),
        _ => (false, bytes),
    };
    let mut value: u64 = 0;
    let mut at = 0;
    loop {
        let digit = digits.get(at)?.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        // The scanner has let through 64-bit integers only.
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    let value = value as i64;
    Some((if negative { value.wrapping_neg() } else { value }, digits.get(at + CRLF..)?))
}

/// The payload of a frame that is a bulk string.
#[inline]
pub(super) fn bulk_payload(frame: &[u8]) -> &[u8] {
    // How long the frame is tells how many digits its length has: `$`, digits, CR, LF, payload,
    // CR, LF.
    let head = match frame.len() {
        ..16 => 4,
        16..107 => 5,
        107..1008 => 6,
        _ => memchr(b'\n', frame).map_or(0, |end| end + 1),
    };
    frame.get(head..frame.len() - CRLF).unwrap_or_default()
}

/// What follows the frame at the start of checked bytes, if that is of the types that are most
/// often elements.
#[inline]
pub(super) fn behind_plain(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [b'$', line @ ..] => {
            let (length, behind) = length(line)?;
            behind.get(length + CRLF..)
        }
        [b':' | b'+', line @ ..] => {
            let end = line.iter().position(|&byte| byte == b'\n')?;
            line.get(end + 1..)
        }
        _ => None,
    }
}

/// A length's line: its value and what follows it; none where no digit starts it.
#[inline]
pub(super) fn length(line: &[u8]) -> Option<(usize, &[u8])> {
    let (mut value, mut at) = (0_usize, 0);
    loop {
        let digit = line.get(at)?.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        // The scanner has let through only what fits the limits and the input.
        value = value.wrapping_mul(10).wrapping_add(usize::from(digit));
        at += 1;
    }
    if at == 0 { None } else { Some((value, line.get(at + CRLF..)?)) }
}

/// The value of an integer's line.
#[inline]
pub(super) fn integer(line: &[u8]) -> i64 {
    let digits = line.len().wrapping_sub(CRLF);
    match line.first_chunk::<8>() {
        // Neither a minus nor more digits than that: all at once.
        Some(chunk) if digits <= chunk.len() && chunk.first() != Some(&b'-') => {
            eight_digits(*chunk, digits)
        }
        _ => number(line).map_or(0, |(value, _)| value),
    }
}

/// The value of so many digits, one to eight, at the start of a chunk.
#[inline]
fn eight_digits(chunk: [u8; 8], digits: usize) -> i64 {
    // A byte a digit, the last one in the highest byte; zeros in front.
    let ones = (u64::from_le_bytes(chunk) & LOW_NIBBLES) << (64 - 8 * digits);
    // Each step joins neighbours: two digits in 16 bits, four in 32, eight in 64.
    let tens = (ones.wrapping_mul(10) + (ones >> 8)) & 0x00FF_00FF_00FF_00FF;
    let hundreds = (tens.wrapping_mul(100) + (tens >> 16)) & 0x0000_FFFF_0000_FFFF;
    ((hundreds.wrapping_mul(10_000) + (hundreds >> 32)) & 0xFFFF_FFFF) as i64
}

/// Stands for `?`. No length is this long, and `:` takes no `?`.
const UNKNOWN: i64 = i64::MIN;

/// What a digit's byte is above `0`.
const LOW_NIBBLES: u64 = 0x0F0F_0F0F_0F0F_0F0F;

/// Bytes of a line's end.
const CRLF: usize = 2;
