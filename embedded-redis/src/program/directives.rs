//! Directives, from the command line and from a redis.conf.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;

use embedded_redis::SettingError;
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
        format!("{}{} {what}", self.from, self.name)
    }

    /// The same, where the error names it.
    pub(crate) fn unfit(&self, error: &SettingError) -> String {
        format!("{}{error}", self.from)
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.values.join(" "))
    }
}

/// What stands in front of its name.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("--"),
            Self::File(path, line) => write!(f, "{path}, line {line}: "),
        }
    }
}

/// Reads the command line, the file that it names first, if it does, and then `input`, if its first
/// or last word is `-`. What the command line says itself comes behind these.
pub(crate) fn read(
    arguments: impl Iterator<Item = OsString>,
    input: impl FnOnce() -> io::Result<String>,
) -> Result<Asked, String> {
    let (mut configured, mut given) = (Vec::new(), Vec::<Directive>::new());
    let (mut is_first, mut reads_input) = (true, false);
    let mut arguments = arguments.peekable();
    while let Some(argument) = arguments.next() {
        let argument =
            argument.into_string().map_err(|argument| format!("{argument:?} is not UTF-8"))?;
        let at_an_end = is_first || arguments.peek().is_none();
        match argument.as_str() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--version" | "-v" => return Ok(Asked::Version),
            "-" if at_an_end => reads_input = true,
            word => match word.strip_prefix("--").filter(|name| !name.is_empty()) {
                Some(name) => given.push(named(name)?),
                None if is_first => configured = file(word)?,
                None => match given.last_mut() {
                    Some(directive) => directive.values.push(argument),
                    None => {
                        return Err(format!("{argument:?} belongs to no directive; see --help"));
                    }
                },
            },
        }
        is_first = false;
    }
    if reads_input {
        let text = input().map_err(|error| format!("can't read the standard input: {error}"))?;
        configured.extend(parse(&text, "standard input")?);
    }
    configured.extend(given);
    Ok(Asked::Serve(configured))
}

/// A directive of the command line, whose values are to come.
fn named(name: &str) -> Result<Directive, String> {
    if let Some((name, value)) = name.split_once('=') {
        return Err(format!("a value stands behind a space: write --{name} {value}"));
    }
    let name = name.to_ascii_lowercase();
    Ok(Directive { name, values: Vec::new(), from: Source::CommandLine })
}

fn file(path: &str) -> Result<Vec<Directive>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("can't read {path}: {error}"))?;
    parse(&text, path)
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
        let input = || Ok("hz 5\nport 1\n".to_owned());
        match read(arguments.iter().map(OsString::from), input)? {
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
    fn a_dash_at_an_end_is_the_standard_input() {
        for arguments in [["-", "--port", "2"], ["--port", "2", "-"]] {
            let texts: Vec<_> =
                asked(&arguments).unwrap().iter().map(Directive::to_string).collect();
            assert_eq!(texts, ["hz 5", "port 1", "port 2"], "the command line has the last word");
        }
        let directives = asked(&["--bind", "-", "--port", "2"]).unwrap();
        assert_eq!(directives[0].values, ["-"]);
        assert_eq!(
            asked(&["-"]).unwrap()[1].wrong("is odd"),
            "standard input, line 2: port is odd"
        );
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
        let error = asked(&["--port=21035"]).unwrap_err();
        assert_eq!(error, "a value stands behind a space: write --port 21035");
    }
}
