//! `FromReply` for structs.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Error, Field, Fields, Ident, parse_quote};

use crate::attributes::{self, Container, DefaultFrom};

pub(crate) fn expand(input: &DeriveInput, base: &str) -> Result<TokenStream, Error> {
    let container = Container::of(&input.attrs, base)?;
    let base = &container.base;
    let body = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => named(&container, fields.named.iter())?,
            Fields::Unnamed(fields)
                if let (Some(field), 1) = (fields.unnamed.first(), fields.unnamed.len()) =>
            {
                transparent(base, &field.ty)
            }
            _ => return Err(unfit(&input.ident)),
        },
        Data::Enum(_) | Data::Union(_) => return Err(unfit(&input.ident)),
    };
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#base::FromReply));
    }
    let ident = &input.ident;
    let (parameters, arguments, condition) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters #base::FromReply for #ident #arguments #condition {
            #body
        }
    })
}

/// A loop over the hash, with a variable for each field.
fn named<'a>(
    container: &Container,
    fields: impl Iterator<Item = &'a Field>,
) -> Result<TokenStream, Error> {
    let base = &container.base;
    let (mut variables, mut arms, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (index, field) in fields.enumerate() {
        let Some(ident) = &field.ident else { continue };
        let attributes = attributes::Field::of(&field.attrs)?;
        if attributes.skip {
            values.push(quote!(#ident: ::core::default::Default::default()));
            continue;
        }
        let name = container.name(ident, &attributes);
        let bytes = proc_macro2::Literal::byte_string(name.as_bytes());
        let variable = format_ident!("field_{index}");
        variables.push(quote!(let mut #variable = ::core::option::Option::None;));
        arms.push(quote!(#bytes => #variable = #base::__private::read(#name, value)?,));
        values.push(match attributes.default {
            None => quote!(#ident: #base::__private::found(#name, #variable)?),
            Some(DefaultFrom::Trait) => {
                quote!(#ident: ::core::option::Option::unwrap_or_default(#variable))
            }
            Some(DefaultFrom::Function(function)) => {
                quote!(#ident: ::core::option::Option::unwrap_or_else(#variable, #function))
            }
        });
    }
    Ok(quote! {
        fn from_reply(
            frame: #base::__private::FrameRef<'_>,
        ) -> ::core::result::Result<Self, #base::ReplyError> {
            #(#variables)*
            let mut fields = #base::__private::fields(frame)?;
            while let ::core::option::Option::Some((name, value)) = fields.next_field()? {
                match name {
                    #(#arms)*
                    _ => {}
                }
            }
            ::core::result::Result::Ok(Self { #(#values),* })
        }

        fn is_nothing(frame: #base::__private::FrameRef<'_>) -> bool {
            #base::__private::is_nothing(frame)
        }
    })
}

fn transparent(base: &syn::Path, inner: &syn::Type) -> TokenStream {
    quote! {
        const TAKES_ERRORS: bool = <#inner as #base::FromReply>::TAKES_ERRORS;

        fn from_elements(
            elements: #base::__private::Elements<'_>,
        ) -> ::core::result::Result<#base::__private::Vec<Self>, #base::ReplyError> {
            let inner = <#inner as #base::FromReply>::from_elements(elements)?;
            ::core::result::Result::Ok(inner.into_iter().map(Self).collect())
        }

        fn absent() -> ::core::option::Option<Self> {
            <#inner as #base::FromReply>::absent().map(Self)
        }

        fn is_nothing(frame: #base::__private::FrameRef<'_>) -> bool {
            <#inner as #base::FromReply>::is_nothing(frame)
        }

        fn from_reply(
            frame: #base::__private::FrameRef<'_>,
        ) -> ::core::result::Result<Self, #base::ReplyError> {
            #base::FromReply::from_reply(frame).map(Self)
        }
    }
}

fn unfit(ident: &Ident) -> Error {
    Error::new(
        ident.span(),
        "FromReply can be derived for structs with named fields, or with one unnamed",
    )
}
