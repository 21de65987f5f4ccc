//! Writing JSON.

use mlua::{Table, Value};

use super::super::array_length;
use super::{Config, DEEPEST, Invalid, Problem};
use crate::scripting::arguments::type_name;
use crate::scripting::number::general;

pub(super) fn encode(config: &Config, value: &Value) -> Result<Vec<u8>, Problem> {
    let mut encoder = Encoder { config, out: Vec::new() };
    encoder.value(value, 0)?;
    Ok(encoder.out)
}

struct Encoder<'c> {
    config: &'c Config,
    out: Vec<u8>,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value, depth: i64) -> Result<(), Problem> {
        match value {
            Value::Nil => self.out.extend_from_slice(b"null"),
            Value::LightUserData(pointer) if pointer.0.is_null() => {
                self.out.extend_from_slice(b"null");
            }
            Value::Boolean(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Value::Integer(number) => self.number(*number as f64, value)?,
            Value::Number(number) => self.number(*number, value)?,
            Value::String(text) => self.string(&text.as_bytes()),
            Value::Table(table) => self.table(table, depth + 1)?,
            _ => return Err(refused(value, "type not supported")),
        }
        // A table may hold itself many times over.
        if self.out.len() > LARGEST {
            return Err(Problem::Said("not enough memory".into()));
        }
        Ok(())
    }

    fn number(&mut self, number: f64, value: &Value) -> Result<(), Problem> {
        if !number.is_finite() {
            match self.config.encode_invalid {
                Invalid::Refused => return Err(refused(value, "must not be NaN or Inf")),
                Invalid::Null => {
                    self.out.extend_from_slice(b"null");
                    return Ok(());
                }
                Invalid::Written if number.is_nan() => {
                    self.out.extend_from_slice(b"nan");
                    return Ok(());
                }
                Invalid::Written => {}
            }
        }
        let text = general(number, usize::try_from(self.config.precision).unwrap_or(14));
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn table(&mut self, table: &Table, depth: i64) -> Result<(), Problem> {
        if depth > self.config.encode_depth.min(DEEPEST) {
            return Err(Problem::Said(format!("Cannot serialise, excessive nesting ({depth})")));
        }
        match self.length(table)? {
            Some(length) if length > 0 => self.array(table, length, depth),
            _ => self.object(table, depth),
        }
    }

    /// How long the table is as an array, if it is to be one.
    fn length(&self, table: &Table) -> Result<Option<usize>, Problem> {
        let Some((longest, count)) = array_length(table)? else { return Ok(None) };
        let ratio = usize::try_from(self.config.sparse_ratio).unwrap_or(0);
        let safe = usize::try_from(self.config.sparse_safe).unwrap_or(0);
        if ratio == 0 || longest <= count.saturating_mul(ratio) || longest <= safe {
            return Ok(Some(longest));
        }
        if self.config.convert_sparse {
            return Ok(None);
        }
        Err(Problem::Said("Cannot serialise table: excessively sparse array".into()))
    }

    fn array(&mut self, table: &Table, length: usize, depth: i64) -> Result<(), Problem> {
        self.out.push(b'[');
        for index in 1..=length {
            if index > 1 {
                self.out.push(b',');
            }
            let value: Value = table.raw_get(index)?;
            self.value(&value, depth)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn object(&mut self, table: &Table, depth: i64) -> Result<(), Problem> {
        self.out.push(b'{');
        let mut first = true;
        for pair in table.pairs::<Value, Value>() {
            let (key, value) = pair?;
            if !first {
                self.out.push(b',');
            }
            first = false;
            match &key {
                Value::String(text) => self.string(&text.as_bytes()),
                Value::Integer(_) | Value::Number(_) => {
                    self.out.push(b'"');
                    self.value(&key, depth)?;
                    self.out.push(b'"');
                }
                _ => return Err(refused(&key, "table key must be a number or string")),
            }
            self.out.push(b':');
            self.value(&value, depth)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        self.out.push(b'"');
        for byte in text {
            let escaped = match byte {
                b'"' => b"\\\"",
                b'\\' => b"\\\\",
                b'/' => b"\\/",
                0x08 => b"\\b",
                b'\t' => b"\\t",
                b'\n' => b"\\n",
                0x0c => b"\\f",
                b'\r' => b"\\r",
                0..0x20 | 0x7f => {
                    self.out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                    continue;
                }
                _ => {
                    self.out.push(*byte);
                    continue;
                }
            };
            self.out.extend_from_slice(escaped);
        }
        self.out.push(b'"');
    }
}

fn refused(value: &Value, why: &str) -> Problem {
    Problem::Said(format!("Cannot serialise {}: {why}", type_name(value)))
}

/// What Lua may hold itself.
const LARGEST: usize = 256 * 1024 * 1024;
