//! What the table says of a command.

/// What there is to know of a command besides the client's facts.
#[derive(Debug)]
pub(super) struct About {
    /// In lower case, `config|get` for a subcommand.
    pub(super) name: &'static str,
    pub(super) group: &'static str,
    pub(super) since: &'static str,
    /// Those of `ACL CAT`, in its order.
    pub(super) categories: &'static [&'static str],
    pub(super) summary: &'static str,
    pub(super) complexity: &'static str,
    pub(super) tips: &'static [&'static str],
    pub(super) arguments: &'static [Argument],
}

/// A command of which nothing is told but that.
pub(super) const fn about(
    name: &'static str,
    group: &'static str,
    since: &'static str,
    categories: &'static [&'static str],
) -> About {
    let (summary, complexity) = ("", "");
    About { name, group, since, categories, summary, complexity, tips: &[], arguments: &[] }
}

impl About {
    pub(super) const UNKNOWN: Self = about("", "server", "1.0.0", &["slow"]);

    pub(super) const fn summary(self, summary: &'static str) -> Self {
        Self { summary, ..self }
    }

    pub(super) const fn complexity(self, complexity: &'static str) -> Self {
        Self { complexity, ..self }
    }

    pub(super) const fn tips(self, tips: &'static [&'static str]) -> Self {
        Self { tips, ..self }
    }

    pub(super) const fn arguments(self, arguments: &'static [Argument]) -> Self {
        Self { arguments, ..self }
    }
}

#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    /// As `COMMAND DOCS` calls it.
    pub(super) kind: &'static str,
    pub(super) token: Option<&'static str>,
    pub(super) optional: bool,
    pub(super) multiple: bool,
    pub(super) multiple_token: bool,
    /// Of which it consists, or one of which it is.
    pub(super) arguments: &'static [Self],
}

impl Argument {
    const fn new(name: &'static str, kind: &'static str) -> Self {
        Self {
            name,
            kind,
            token: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            arguments: &[],
        }
    }

    /// The word in front of it.
    pub(super) const fn token(self, token: &'static str) -> Self {
        Self { token: Some(token), ..self }
    }

    pub(super) const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    pub(super) const fn multiple(self) -> Self {
        Self { multiple: true, ..self }
    }

    /// The word stands in front of each.
    pub(super) const fn multiple_token(self) -> Self {
        Self { multiple_token: true, ..self }
    }

    pub(super) const fn of(self, arguments: &'static [Self]) -> Self {
        Self { arguments, ..self }
    }
}

pub(super) const fn key(name: &'static str) -> Argument {
    Argument::new(name, "key")
}

pub(super) const fn string(name: &'static str) -> Argument {
    Argument::new(name, "string")
}

pub(super) const fn pattern(name: &'static str) -> Argument {
    Argument::new(name, "pattern")
}

pub(super) const fn integer(name: &'static str) -> Argument {
    Argument::new(name, "integer")
}

pub(super) const fn double(name: &'static str) -> Argument {
    Argument::new(name, "double")
}

pub(super) const fn unix_time(name: &'static str) -> Argument {
    Argument::new(name, "unix-time")
}

/// Nothing but a word.
pub(super) const fn pure_token(name: &'static str, token: &'static str) -> Argument {
    Argument::new(name, "pure-token").token(token)
}

pub(super) const fn oneof(name: &'static str) -> Argument {
    Argument::new(name, "oneof")
}

/// Arguments one behind the other.
pub(super) const fn block(name: &'static str) -> Argument {
    Argument::new(name, "block")
}
