//! A second decoder, written to be obviously right: recursive, byte by byte, without limits.
//!
//! It says of any input whether it begins with a frame and which, whether it can still become
//! one, or at which byte it can't. It shares no code with the codec, whose tests compare the two.
//! Don't give it deep nesting.

use crate::tree::{Tree, Value};

/// Reads one frame off the front of the input.
///
/// # Errors
///
/// [`Stop`] when there is no whole frame.
pub fn parse(input: &[u8]) -> Result<Parsed, Stop> {
    let mut cursor = Cursor { input, at: 0, pushes: Vec::new() };
    match cursor.element(Place::Top)? {
        Some(tree) => Ok(Parsed { tree, pushes: cursor.pushes, length: cursor.at }),
        None => Err(Stop::Bad { offset: 0 }),
    }
}

/// A frame at the front of an input.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// What it holds, without the pushes between elements.
    pub tree: Tree,
    /// Those pushes, in the order of the wire, but for pushes inside of pushes.
    pub pushes: Vec<Tree>,
    /// How many bytes it takes.
    pub length: usize,
}

/// Why there is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The input goes on, or may.
    Incomplete,
    /// Whatever comes, it is no frame.
    Bad {
        /// What is wrong: a byte, or the start of a token that means nothing as a whole.
        offset: usize,
    },
}

/// Where an element stands: it says what a push and an end marker are there.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Counted,
    /// Among elements or keys of which an end marker tells the last.
    Streamed,
}

struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
    pushes: Vec<Tree>,
}

impl Cursor<'_> {
    /// An element with all that is in front of it; none at an end marker.
    fn element(&mut self, place: Place) -> Result<Option<Tree>, Stop> {
        let mut tree = Tree::default();
        let mut outside = self.pushes.len();
        loop {
            let token = self.at;
            tree.value = match self.byte()? {
                b'|' => {
                    let pairs = self.length(token)?;
                    self.pairs(pairs, &mut tree.attributes)?;
                    continue;
                }
                b'>' => {
                    let length = self.length(token)?;
                    let push = Value::Push(self.elements(Some(length))?);
                    if place != Place::Top {
                        // What was found inside of it, or of its attributes, is its own.
                        self.pushes.truncate(outside);
                        let attributes = std::mem::take(&mut tree.attributes);
                        self.pushes.push(Tree { attributes, ..Tree::leaf(push) });
                        outside = self.pushes.len();
                        continue;
                    }
                    push
                }
                b'.' if place == Place::Streamed => {
                    self.crlf()?;
                    return Ok(None);
                }
                b'*' | b'~' | b'%' | b'$' => self.sized(token)?,
                b':' => Value::Integer(self.known_number()?),
                kind @ (b'!' | b'=') => {
                    let length = self.known_number()?;
                    if length < if kind == b'=' { 4 } else { 0 } {
                        return Err(Stop::Bad { offset: token });
                    }
                    self.byte_is(b'\n')?;
                    self.blob(kind, length as usize)?
                }
                kind => self.line(kind)?,
            };
            if let Value::Integer(_) = tree.value {
                self.byte_is(b'\n')?;
            }
            return Ok(Some(tree));
        }
    }

    /// What may be streamed or, two of them, null.
    fn sized(&mut self, token: usize) -> Result<Value, Stop> {
        let kind = self.input.get(token).copied().unwrap_or_default();
        let length = match self.number()? {
            Some(-1) if matches!(kind, b'$' | b'*') => {
                self.byte_is(b'\n')?;
                return Ok(Value::Null);
            }
            Some(length) if length < 0 => return Err(Stop::Bad { offset: token }),
            length => length.map(|length| length as usize),
        };
        self.byte_is(b'\n')?;
        Ok(match (kind, length) {
            (b'$', Some(length)) => self.blob(kind, length)?,
            (b'$', None) => self.chunks()?,
            (b'*', length) => Value::Array(self.elements(length)?),
            (b'~', length) => Value::Set(self.elements(length)?),
            (_, length) => {
                let mut pairs = Vec::new();
                match length {
                    Some(length) => self.pairs(length, &mut pairs)?,
                    None => {
                        while let Some(key) = self.element(Place::Streamed)? {
                            pairs.push((key, self.one()?));
                        }
                    }
                }
                Value::Map(pairs)
            }
        })
    }

    fn elements(&mut self, length: Option<usize>) -> Result<Vec<Tree>, Stop> {
        let mut elements = Vec::new();
        match length {
            Some(length) => {
                for _ in 0..length {
                    elements.push(self.one()?);
                }
            }
            None => {
                while let Some(element) = self.element(Place::Streamed)? {
                    elements.push(element);
                }
            }
        }
        Ok(elements)
    }

    fn pairs(&mut self, length: usize, pairs: &mut Vec<(Tree, Tree)>) -> Result<(), Stop> {
        for _ in 0..length {
            pairs.push((self.one()?, self.one()?));
        }
        Ok(())
    }

    fn one(&mut self) -> Result<Tree, Stop> {
        let offset = self.at;
        self.element(Place::Counted)?.ok_or(Stop::Bad { offset })
    }

    fn chunks(&mut self) -> Result<Value, Stop> {
        let mut text = Vec::new();
        loop {
            let token = self.at;
            self.byte_is(b';')?;
            match self.length(token)? {
                0 => return Ok(Value::StreamedString(text)),
                length => match self.blob(b'$', length)? {
                    Value::BulkString(chunk) => text.extend(chunk),
                    _ => return Err(Stop::Bad { offset: token }),
                },
            }
        }
    }

    fn blob(&mut self, kind: u8, length: usize) -> Result<Value, Stop> {
        let mut text = Vec::new();
        for index in 0..length {
            if kind == b'=' && index == 3 {
                self.byte_is(b':')?;
                text.push(b':');
                continue;
            }
            text.push(self.byte()?);
        }
        self.crlf()?;
        Ok(match kind {
            b'=' => {
                let behind = text.split_off(4);
                text.truncate(3);
                Value::Verbatim(text.try_into().unwrap_or_default(), behind)
            }
            b'!' => Value::BulkError(text),
            _ => Value::BulkString(text),
        })
    }

    /// One of the types that are a line: its text, and the line's end.
    fn line(&mut self, kind: u8) -> Result<Value, Stop> {
        if !b"+-_#,(".contains(&kind) {
            return Err(Stop::Bad { offset: self.at - 1 });
        }
        let mut text = String::new();
        loop {
            let offset = self.at;
            let byte = self.byte()?;
            if byte == b'\r' && line_is_whole(kind, &text) {
                break;
            }
            text.push(byte as char);
            if matches!(byte, b'\r' | b'\n') || !line_may_begin(kind, &text) {
                return Err(Stop::Bad { offset });
            }
        }
        self.byte_is(b'\n')?;
        let bytes = text.chars().map(|char| char as u8).collect();
        Ok(match kind {
            b'+' => Value::SimpleString(bytes),
            b'-' => Value::SimpleError(bytes),
            b'#' => Value::Boolean(text == "t"),
            b',' => Value::Double(text.parse().unwrap_or(f64::NAN)),
            b'(' => Value::BigNumber(bytes),
            _ => Value::Null,
        })
    }

    /// A length that is neither negative nor unknown, and its line's end.
    fn length(&mut self, token: usize) -> Result<usize, Stop> {
        let length = usize::try_from(self.known_number()?);
        let length = length.map_err(|_| Stop::Bad { offset: token })?;
        self.byte_is(b'\n')?;
        Ok(length)
    }

    /// A number, up to its CR; `?` is none.
    fn known_number(&mut self) -> Result<i64, Stop> {
        let offset = self.at;
        self.number()?.ok_or(Stop::Bad { offset })
    }

    /// A number as Rust prints it, or `?`, up to its CR.
    fn number(&mut self) -> Result<Option<i64>, Stop> {
        let mut text = String::new();
        loop {
            let offset = self.at;
            match self.byte()? {
                b'\r' if text == "?" => return Ok(None),
                b'\r' => return text.parse().map(Some).map_err(|_| Stop::Bad { offset }),
                byte => text.push(byte as char),
            }
            let canonical = text.parse::<i64>().is_ok_and(|number| number.to_string() == text);
            if !canonical && text != "-" && text != "?" {
                return Err(Stop::Bad { offset });
            }
        }
    }

    fn crlf(&mut self) -> Result<(), Stop> {
        self.byte_is(b'\r')?;
        self.byte_is(b'\n')
    }

    fn byte_is(&mut self, expected: u8) -> Result<(), Stop> {
        let offset = self.at;
        if self.byte()? == expected { Ok(()) } else { Err(Stop::Bad { offset }) }
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = self.input.get(self.at).copied().ok_or(Stop::Incomplete)?;
        self.at += 1;
        Ok(byte)
    }
}

fn line_is_whole(kind: u8, text: &str) -> bool {
    match kind {
        b'#' => text == "t" || text == "f",
        b',' => text.parse::<f64>().is_ok(),
        b'(' => text.ends_with(|last: char| last.is_ascii_digit()),
        b'_' => text.is_empty(),
        _ => true,
    }
}

/// Whether a whole line of the type begins so.
fn line_may_begin(kind: u8, text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match kind {
        b'#' => text == "t" || text == "f",
        b',' => {
            let alphabet = text.chars().all(|char| "0123456789+-.eEinfa".contains(char));
            let ends = ["", "0", "inf", "nf", "f", "an", "n"];
            alphabet
                && !unsigned.starts_with('.')
                && ends.iter().any(|end| format!("{text}{end}").parse::<f64>().is_ok())
        }
        b'(' => unsigned.chars().all(|char| char.is_ascii_digit()),
        b'_' => text.is_empty(),
        _ => true,
    }
}
