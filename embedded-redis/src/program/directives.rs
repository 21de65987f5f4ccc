//! Directives, from the command line and from a redis.conf.

use std::ffi::OsString;
use std::fmt;
use std::fs;

use redis_server_core::resp_core::request::{Dialect, RequestLimits, RequestParser};

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Help,
    Version,
    Serve(Vec<Directive>),
}

/// A line of redis.conf, or its like on the command line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// In lower case.
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
    from: Source,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    CommandLine,
    File(String, usize),
}

impl Directive {
    /// The value of one that has just one.
    pub(crate) fn value(&self) -> Result<&str, String> {
        match self.values.as_slice() {
            [value] => Ok(value),
            values => Err(self.wrong(&format!("takes one value, not {}", values.len()))),
        }
    }

    /// The value as whatever it has to be.
    pub(crate) fn parse<T: std::str::FromStr>(&self, what: &str) -> Result<T, String> {
        let value = self.value()?;
        value.parse().map_err(|_| self.wrong(&format!("takes {what}, not {value:?}")))
    }

    /// The value as a switch.
    pub(crate) fn yes(&self) -> Result<bool, String> {
        match self.value()?.to_ascii_lowercase().as_str() {
            "yes" => Ok(true),
            "no" => Ok(false),
            value => Err(self.wrong(&format!("takes yes or no, not {value:?}"))),
        }
    }

    /// What is wrong with it, and where it stands.
    pub(crate) fn wrong(&self, what: &str) -> String {
        match &self.from {
            Source::CommandLine => format!("--{} {what}", self.name),
            Source::File(path, line) => format!("{path}, line {line}: {} {what}", self.name),
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.values.join(" "))
    }
}

/// Reads the command line, and the file that it names first, if it does.
pub(crate) fn read(arguments: impl Iterator<Item = OsString>) -> Result<Asked, String> {
    let mut directives = Vec::new();
    for (index, argument) in arguments.enumerate() {
        let argument =
            argument.into_string().map_err(|argument| format!("{argument:?} is not UTF-8"))?;
        match argument.as_str() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--version" | "-v" => return Ok(Asked::Version),
            _ => {}
        }
        if let Some(name) = argument.strip_prefix("--").filter(|name| !name.is_empty()) {
            let name = name.to_ascii_lowercase();
            directives.push(Directive { name, values: Vec::new(), from: Source::CommandLine });
        } else if index == 0 {
            let text = fs::read_to_string(&argument)
                .map_err(|error| format!("can't read {argument}: {error}"))?;
            directives.extend(parse(&text, &argument)?);
        } else if let Some(directive) =
            directives.last_mut().filter(|it| it.from == Source::CommandLine)
        {
            directive.values.push(argument);
        } else {
            return Err(format!("{argument:?} belongs to no directive; see --help"));
        }
    }
    Ok(Asked::Serve(directives))
}

/// The directives of a redis.conf.
fn parse(text: &str, path: &str) -> Result<Vec<Directive>, String> {
    let mut directives = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let words = words(line)
            .ok_or_else(|| format!("{path}, line {}: its quotes are not closed", index + 1))?;
        let mut words = words.into_iter();
        let Some(name) = words.next() else { continue };
        let (name, from) = (name.to_ascii_lowercase(), Source::File(path.into(), index + 1));
        directives.push(Directive { name, values: words.collect(), from });
    }
    Ok(directives)
}

/// Words as they stand in an inline command, whose quoting is that of redis.conf.
fn words(line: &str) -> Option<Vec<String>> {
    let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
    let line = format!("{line}\n");
    let request = parser.parse(line.as_bytes()).ok()?.request?;
    Some(request.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Vec<Directive>, String> {
        match read(arguments.iter().map(OsString::from))? {
            Asked::Serve(directives) => Ok(directives),
            asked => panic!("{asked:?}"),
        }
    }

    #[test]
    fn values_belong_to_the_directive_in_front_of_them() {
        let directives = asked(&["--port", "7380", "--BIND", "127.0.0.1", "::1", "--save-nothing"]);
        let texts: Vec<_> = directives.unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["port 7380", "bind 127.0.0.1 ::1", "save-nothing "]);
        assert_eq!(asked(&["--save", ""]).unwrap()[0].values, [""]);
    }

    #[test]
    fn a_file_is_read_as_redis_reads_it() {
        let text = "# a comment\n\n  requirepass \"a \\\"b\\\" \\x41\"\r\nsave \"\"\nPort 0\n";
        let directives = parse(text, "redis.conf").unwrap();
        assert_eq!(directives[0].values, ["a \"b\" A"]);
        assert_eq!(directives[1].values, [""]);
        assert_eq!(directives[2].name, "port");
        assert_eq!(directives[2].wrong("is odd"), "redis.conf, line 5: port is odd");
        let error = parse("a b\nsave \"open", "redis.conf").unwrap_err();
        assert_eq!(error, "redis.conf, line 2: its quotes are not closed");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let directives = asked(&["--port", "many"]).unwrap();
        let error = directives[0].parse::<u16>("a port").unwrap_err();
        assert_eq!(error, "--port takes a port, not \"many\"");
        assert!(asked(&["/does/not/exist.conf"]).unwrap_err().contains("can't read"));
        assert!(asked(&["--", "x"]).is_err());
    }
}
