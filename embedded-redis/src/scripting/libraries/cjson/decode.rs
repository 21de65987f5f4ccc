//! Reading JSON.

use mlua::{Lua, Value};

use super::{Config, DEEPEST, Problem};

pub(super) fn decode(lua: &Lua, config: &Config, text: &[u8]) -> Result<Value, Problem> {
    if let [first, second, ..] = text
        && (*first == 0 || *second == 0)
    {
        return Err(Problem::Said("JSON parser does not support UTF-16 or UTF-32".into()));
    }
    let mut decoder = Decoder { lua, config, text, at: 0 };
    let token = decoder.token();
    let value = decoder.value(token, 0)?;
    match decoder.token() {
        (Token::End, _) => Ok(value),
        other => Err(decoder.unexpected("the end", other)),
    }
}

struct Decoder<'d> {
    lua: &'d Lua,
    config: &'d Config,
    text: &'d [u8],
    at: usize,
}

/// A token, and where it begins.
type Found = (Token, usize);

enum Token {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    Text(Vec<u8>),
    Number(f64),
    Boolean(bool),
    Null,
    Colon,
    Comma,
    End,
    /// None, and why.
    Error(&'static str),
}

impl Token {
    fn name(&self) -> &'static str {
        match self {
            Self::ObjectBegin => "T_OBJ_BEGIN",
            Self::ObjectEnd => "T_OBJ_END",
            Self::ArrayBegin => "T_ARR_BEGIN",
            Self::ArrayEnd => "T_ARR_END",
            Self::Text(_) => "T_STRING",
            Self::Number(_) => "T_NUMBER",
            Self::Boolean(_) => "T_BOOLEAN",
            Self::Null => "T_NULL",
            Self::Colon => "T_COLON",
            Self::Comma => "T_COMMA",
            Self::End => "T_END",
            Self::Error(why) => why,
        }
    }
}

impl Decoder<'_> {
    fn unexpected(&self, expected: &str, (token, at): Found) -> Problem {
        let found = token.name();
        Problem::Said(format!("Expected {expected} but found {found} at character {}", at + 1))
    }

    fn value(&mut self, (token, at): Found, depth: i64) -> Result<Value, Problem> {
        Ok(match token {
            Token::Text(text) => Value::String(self.lua.create_string(text)?),
            Token::Number(number) => Value::Number(number),
            Token::Boolean(value) => Value::Boolean(value),
            Token::Null => Value::NULL,
            Token::ObjectBegin => self.object(depth + 1)?,
            Token::ArrayBegin => self.array(depth + 1)?,
            other => return Err(self.unexpected("value", (other, at))),
        })
    }

    fn descend(&self, depth: i64) -> Result<(), Problem> {
        if depth <= self.config.decode_depth.min(DEEPEST) {
            return Ok(());
        }
        let at = self.at;
        let text = format!("Found too many nested data structures ({depth}) at character {at}");
        Err(Problem::Said(text))
    }

    fn object(&mut self, depth: i64) -> Result<Value, Problem> {
        self.descend(depth)?;
        let table = self.lua.create_table()?;
        let mut token = self.token();
        if matches!(token.0, Token::ObjectEnd) {
            return Ok(Value::Table(table));
        }
        loop {
            let key = match token {
                (Token::Text(key), _) => self.lua.create_string(key)?,
                other => return Err(self.unexpected("object key string", other)),
            };
            match self.token() {
                (Token::Colon, _) => {}
                other => return Err(self.unexpected("colon", other)),
            }
            let first = self.token();
            let value = self.value(first, depth)?;
            table.raw_set(key, value)?;
            match self.token() {
                (Token::ObjectEnd, _) => return Ok(Value::Table(table)),
                (Token::Comma, _) => token = self.token(),
                other => return Err(self.unexpected("comma or object end", other)),
            }
        }
    }

    fn array(&mut self, depth: i64) -> Result<Value, Problem> {
        self.descend(depth)?;
        let table = self.lua.create_table()?;
        let mut token = self.token();
        if matches!(token.0, Token::ArrayEnd) {
            return Ok(Value::Table(table));
        }
        for index in 1_i64.. {
            let value = self.value(token, depth)?;
            table.raw_set(index, value)?;
            match self.token() {
                (Token::ArrayEnd, _) => break,
                (Token::Comma, _) => token = self.token(),
                other => return Err(self.unexpected("comma or array end", other)),
            }
        }
        Ok(Value::Table(table))
    }

    fn token(&mut self) -> Found {
        while self.peek().is_some_and(|byte| b" \t\n\r".contains(&byte)) {
            self.at += 1;
        }
        let at = self.at;
        let Some(byte) = self.peek() else { return (Token::End, at) };
        let simple = match byte {
            b'{' => Token::ObjectBegin,
            b'}' => Token::ObjectEnd,
            b'[' => Token::ArrayBegin,
            b']' => Token::ArrayEnd,
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => return self.string(at),
            b'-' | b'+' | b'0'..=b'9' if byte != b'+' || self.config.decode_invalid => {
                return (self.number(), at);
            }
            _ => return (self.word(), at),
        };
        self.at += 1;
        (simple, at)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn word(&mut self) -> Token {
        for (word, token) in [
            ("true", Token::Boolean(true)),
            ("false", Token::Boolean(false)),
            ("null", Token::Null),
        ] {
            if self.rest().starts_with(word.as_bytes()) {
                self.at += word.len();
                return token;
            }
        }
        self.special().unwrap_or(Token::Error("invalid token"))
    }

    /// What is no number to JSON.
    fn special(&mut self) -> Option<Token> {
        if !self.config.decode_invalid {
            return None;
        }
        let sign = usize::from(matches!(self.peek(), Some(b'-' | b'+')));
        let rest = self.rest().get(sign..)?;
        let (number, length) =
            [("infinity", f64::INFINITY), ("inf", f64::INFINITY), ("nan", f64::NAN)]
                .into_iter()
                .find(|(word, _)| {
                    rest.get(..word.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
                })
                .map(|(word, number)| (number, word.len()))?;
        let negative = self.peek() == Some(b'-');
        self.at += sign + length;
        Some(Token::Number(if negative { -number } else { number }))
    }

    /// As much as `strtod` takes for a number.
    fn number(&mut self) -> Token {
        if let Some(special) = self.special() {
            return special;
        }
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(matches!(self.peek(), Some(b'-' | b'+')));
        if !self.config.decode_invalid
            && matches!(self.rest(), [b'0', b'x' | b'X' | b'0'..=b'9', ..])
        {
            self.at = start;
            return Token::Error("invalid number");
        }
        if self.config.decode_invalid
            && matches!(self.rest(), [b'0', b'x' | b'X', digit, ..] if digit.is_ascii_hexdigit())
        {
            let value = self.hexadecimal();
            return Token::Number(if negative { -value } else { value });
        }
        if !self.pass_decimal() {
            self.at = start;
            return Token::Error("invalid number");
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        number.map_or(Token::Error("invalid number"), Token::Number)
    }

    /// The number behind `0x`.
    fn hexadecimal(&mut self) -> f64 {
        self.at += 2;
        let digits = self.run_of(|byte| byte.is_ascii_hexdigit());
        digits.iter().fold(0.0, |sum, digit| {
            sum * 16.0 + f64::from(char::from(*digit).to_digit(16).unwrap_or(0))
        })
    }

    /// Goes behind the digits, their fraction and an exponent: whether there are any digits.
    fn pass_decimal(&mut self) -> bool {
        let whole = self.run_of(|byte| byte.is_ascii_digit()).len();
        let mut fraction = 0;
        if self.peek() == Some(b'.') {
            self.at += 1;
            fraction = self.run_of(|byte| byte.is_ascii_digit()).len();
        }
        if whole + fraction == 0 {
            return false;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest() {
            let sign = usize::from(matches!(rest.first(), Some(b'-' | b'+')));
            if rest.get(sign).is_some_and(u8::is_ascii_digit) {
                self.at += 1 + sign;
                self.run_of(|byte| byte.is_ascii_digit());
            }
        }
        true
    }

    fn run_of(&mut self, belongs: impl Fn(u8) -> bool) -> &[u8] {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A string that begins here, or where it is none.
    fn string(&mut self, start: usize) -> Found {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return (Token::Text(text), start);
                }
                None | Some(0) => return (Token::Error("unexpected end of string"), self.at),
                Some(b'\\') => {
                    let escape = self.at;
                    self.at += 1;
                    if let Err(why) = self.escape(&mut text) {
                        return (Token::Error(why), escape);
                    }
                }
                Some(byte) => {
                    text.push(byte);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Result<(), &'static str> {
        let byte = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let character = self.unicode().ok_or("invalid unicode escape code")?;
                let mut buffer = [0; 4];
                text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                return Ok(());
            }
            _ => return Err("invalid escape code"),
        };
        text.push(byte);
        self.at += 1;
        Ok(())
    }

    /// A character in four digits, or in two times four.
    fn unicode(&mut self) -> Option<char> {
        let first = self.unit(1)?;
        self.at += 5;
        if let Some(character) = char::from_u32(first) {
            return Some(character);
        }
        let (high, low) = (first, self.rest().starts_with(b"\\u").then(|| self.unit(2))??);
        self.at += 6;
        char::decode_utf16([high as u16, low as u16]).next()?.ok()
    }

    fn unit(&self, skip: usize) -> Option<u32> {
        let digits = self.rest().get(skip..skip + 4)?;
        digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
    }
}
