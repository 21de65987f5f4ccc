//! Derives for `redis-client-core`: structs from hashes and to them. Use them through that crate or
//! an adapter, with the feature `derive`.
//!
//! The code that they write names the crate that it stands on, so there is one of each for every
//! crate that has them to offer; those re-export theirs as `FromReply` and `ToFields`.

mod attributes;
mod from_reply;
mod to_fields;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `FromReply` for a struct: its fields are those of a hash, by name. A struct with one
/// unnamed field is read as that.
///
/// Fields of the hash that the struct lacks are passed over. A field that the hash lacks is an
/// error that names it, unless it is an `Option` or has a default. Read as an `Option`, the struct
/// itself is `None` where there is no hash.
///
/// | attribute | of | |
/// |---|---|---|
/// | `#[reply(rename = "name")]` | a field | its name in the hash |
/// | `#[reply(default)]` | a field | `Default::default()` where it is missing |
/// | `#[reply(default = path)]` | a field | what that function gives, where it is missing |
/// | `#[reply(skip)]` | a field | always `Default::default()` |
/// | `#[reply(rename_all = "..")]` | the struct | `camelCase`, `PascalCase`, `kebab-case`, `SCREAMING_SNAKE_CASE` |
/// | `#[reply(crate = path)]` | the struct | for crates that re-export `redis_client_core` themselves |
#[proc_macro_derive(FromReply, attributes(reply))]
pub fn from_reply(input: TokenStream) -> TokenStream {
    expand_from_reply(parse_macro_input!(input), "redis_client_core")
}

/// Implements `ToFields` for a struct: each field under its name, those that are `None` left out.
/// The attributes are those of `FromReply`.
#[proc_macro_derive(ToFields, attributes(reply))]
pub fn to_fields(input: TokenStream) -> TokenStream {
    expand_to_fields(parse_macro_input!(input), "redis_client_core")
}

#[doc(hidden)]
#[proc_macro_derive(FromReplyOfAdapterCore, attributes(reply))]
pub fn from_reply_of_adapter_core(input: TokenStream) -> TokenStream {
    expand_from_reply(parse_macro_input!(input), "adapter_core")
}

#[doc(hidden)]
#[proc_macro_derive(ToFieldsOfAdapterCore, attributes(reply))]
pub fn to_fields_of_adapter_core(input: TokenStream) -> TokenStream {
    expand_to_fields(parse_macro_input!(input), "adapter_core")
}

#[doc(hidden)]
#[proc_macro_derive(FromReplyOfTokio, attributes(reply))]
pub fn from_reply_of_tokio(input: TokenStream) -> TokenStream {
    expand_from_reply(parse_macro_input!(input), "adapter_tokio")
}

#[doc(hidden)]
#[proc_macro_derive(ToFieldsOfTokio, attributes(reply))]
pub fn to_fields_of_tokio(input: TokenStream) -> TokenStream {
    expand_to_fields(parse_macro_input!(input), "adapter_tokio")
}

#[doc(hidden)]
#[proc_macro_derive(FromReplyOfSmol, attributes(reply))]
pub fn from_reply_of_smol(input: TokenStream) -> TokenStream {
    expand_from_reply(parse_macro_input!(input), "adapter_smol")
}

#[doc(hidden)]
#[proc_macro_derive(ToFieldsOfSmol, attributes(reply))]
pub fn to_fields_of_smol(input: TokenStream) -> TokenStream {
    expand_to_fields(parse_macro_input!(input), "adapter_smol")
}

#[doc(hidden)]
#[proc_macro_derive(FromReplyOfGlommio, attributes(reply))]
pub fn from_reply_of_glommio(input: TokenStream) -> TokenStream {
    expand_from_reply(parse_macro_input!(input), "adapter_glommio")
}

#[doc(hidden)]
#[proc_macro_derive(ToFieldsOfGlommio, attributes(reply))]
pub fn to_fields_of_glommio(input: TokenStream) -> TokenStream {
    expand_to_fields(parse_macro_input!(input), "adapter_glommio")
}

#[expect(clippy::needless_pass_by_value, reason = "as the parser gives it")]
fn expand_from_reply(input: DeriveInput, base: &str) -> TokenStream {
    from_reply::expand(&input, base).unwrap_or_else(|error| error.to_compile_error()).into()
}

#[expect(clippy::needless_pass_by_value, reason = "as the parser gives it")]
fn expand_to_fields(input: DeriveInput, base: &str) -> TokenStream {
    to_fields::expand(&input, base).unwrap_or_else(|error| error.to_compile_error()).into()
}
