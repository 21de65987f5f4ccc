//! `ToFields` for structs.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, parse_quote};

use crate::attributes::{self, Container};

pub(crate) fn expand(input: &DeriveInput, base: &str) -> Result<TokenStream, Error> {
    let container = Container::of(&input.attrs, base)?;
    let base = &container.base;
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "ToFields can be derived for structs with named fields",
        ));
    };
    let mut pushes = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let attributes = attributes::Field::of(&field.attrs)?;
        if attributes.skip {
            continue;
        }
        let name = container.name(ident, &attributes);
        pushes.push(quote! {
            if let ::core::option::Option::Some(value) =
                #base::__private::ToField::to_field(&self.#ident)
            {
                fields.push((#name, value));
            }
        });
    }
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#base::ToArg));
    }
    let ident = &input.ident;
    let count = pushes.len();
    let (parameters, arguments, condition) = generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #parameters #base::ToFields for #ident #arguments #condition {
            fn to_fields(&self) -> #base::__private::Vec<(&str, &dyn #base::ToArg)> {
                let mut fields = #base::__private::Vec::with_capacity(#count);
                #(#pushes)*
                fields
            }
        }
    })
}
