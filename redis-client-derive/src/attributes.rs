//! What `#[reply(..)]` says.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Ident, LitStr, Path, Token};

/// Of a struct.
pub(crate) struct Container {
    /// The crate that has everything.
    pub(crate) base: Path,
    case: Option<Case>,
}

/// Of a field.
#[derive(Default)]
pub(crate) struct Field {
    rename: Option<String>,
    pub(crate) default: Option<DefaultFrom>,
    pub(crate) skip: bool,
}

/// Where a missing field's value comes from.
pub(crate) enum DefaultFrom {
    Trait,
    Function(Path),
}

/// How names are written in the hash.
#[derive(Clone, Copy)]
enum Case {
    Camel,
    Pascal,
    Kebab,
    ScreamingSnake,
}

impl Container {
    pub(crate) fn of(attributes: &[Attribute], base: &str) -> Result<Self, Error> {
        let base = Ident::new(base, Span::call_site());
        let mut container = Self { base: syn::parse_quote!(::#base), case: None };
        each(attributes, |meta| {
            if meta.path.is_ident("crate") {
                container.base = meta.value()?.parse()?;
            } else if meta.path.is_ident("rename_all") {
                container.case = Some(Case::parse(&meta.value()?.parse()?)?);
            } else {
                return Err(
                    meta.error("unknown attribute: a struct takes `rename_all` and `crate`")
                );
            }
            Ok(())
        })?;
        Ok(container)
    }

    /// A field's name in the hash.
    pub(crate) fn name(&self, ident: &Ident, field: &Field) -> String {
        let name = ident.unraw().to_string();
        match (&field.rename, self.case) {
            (Some(rename), _) => rename.clone(),
            (None, Some(case)) => case.apply(&name),
            (None, None) => name,
        }
    }
}

impl Field {
    pub(crate) fn of(attributes: &[Attribute]) -> Result<Self, Error> {
        let mut field = Self::default();
        each(attributes, |meta| {
            if meta.path.is_ident("rename") {
                field.rename = Some(meta.value()?.parse::<LitStr>()?.value());
            } else if meta.path.is_ident("default") && meta.input.peek(Token![=]) {
                field.default = Some(DefaultFrom::Function(meta.value()?.parse()?));
            } else if meta.path.is_ident("default") {
                field.default = Some(DefaultFrom::Trait);
            } else if meta.path.is_ident("skip") {
                field.skip = true;
            } else {
                return Err(
                    meta.error("unknown attribute: a field takes `rename`, `default` and `skip`")
                );
            }
            Ok(())
        })?;
        Ok(field)
    }
}

impl Case {
    fn parse(text: &LitStr) -> Result<Self, Error> {
        match text.value().as_str() {
            "camelCase" => Ok(Self::Camel),
            "PascalCase" => Ok(Self::Pascal),
            "kebab-case" => Ok(Self::Kebab),
            "SCREAMING_SNAKE_CASE" => Ok(Self::ScreamingSnake),
            _ => Err(Error::new(
                text.span(),
                "unknown case: `camelCase`, `PascalCase`, `kebab-case` or `SCREAMING_SNAKE_CASE`",
            )),
        }
    }

    fn apply(self, name: &str) -> String {
        let words = name.split('_').filter(|word| !word.is_empty());
        match self {
            Self::Kebab => words.collect::<Vec<_>>().join("-"),
            Self::ScreamingSnake => name.to_uppercase(),
            Self::Pascal => words.map(capitalized).collect(),
            Self::Camel => {
                let word = |(index, word)| {
                    if index == 0 { str::to_owned(word) } else { capitalized(word) }
                };
                words.enumerate().map(word).collect()
            }
        }
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("reply"));
    for attribute in ours {
        attribute
            .parse_nested_meta(&mut read)
            .map_err(|error| Error::new(attribute.span(), error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_each_case() {
        let cases = [
            (Case::Camel, "lastSeenAt"),
            (Case::Pascal, "LastSeenAt"),
            (Case::Kebab, "last-seen-at"),
            (Case::ScreamingSnake, "LAST_SEEN_AT"),
        ];
        for (case, name) in cases {
            assert_eq!(case.apply("last_seen_at"), name);
        }
    }
}
