// SPDX-License-Identifier: GPL-2.0

//! The macros of the kernel's `macros` crate that the layer uses.

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};

/// Joins what stands between `[<` and `>]` to one identifier.
#[proc_macro]
pub fn paste(input: TokenStream) -> TokenStream {
    input
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Group(group) => joined(&group).unwrap_or_else(|| {
                let mut inner = Group::new(group.delimiter(), paste(group.stream()));
                inner.set_span(group.span());
                inner.into()
            }),
            tree => tree,
        })
        .collect()
}

/// Returns the identifier that `[<a b>]` is, or nothing if `group` is something else.
fn joined(group: &Group) -> Option<TokenTree> {
    let trees: Vec<_> = group.stream().into_iter().collect();
    let [open, parts @ .., close] = &trees[..] else {
        return None;
    };
    let is = |tree: &TokenTree, c| matches!(tree, TokenTree::Punct(p) if p.as_char() == c);
    if group.delimiter() != Delimiter::Bracket || !is(open, '<') || !is(close, '>') {
        return None;
    }
    let name: String = parts.iter().map(ToString::to_string).collect();
    let span = parts.first().map_or_else(Span::call_site, TokenTree::span);
    Some(Ident::new(&name, span).into())
}

/// Gives a function that C calls its name, and lets a failed assertion below it unwind.
#[proc_macro_attribute]
pub fn export(_args: TokenStream, function: TokenStream) -> TokenStream {
    let mut out: TokenStream = "#[no_mangle]".parse().unwrap_or_default();
    out.extend(function.into_iter().map(|tree| match tree {
        TokenTree::Literal(abi) if abi.to_string() == "\"C\"" => {
            TokenTree::Literal(Literal::string("C-unwind"))
        }
        tree => tree,
    }));
    out
}

/// Leaves the tests of KUnit out: they need a kernel.
#[proc_macro_attribute]
pub fn kunit_tests(_suite: TokenStream, _tests: TokenStream) -> TokenStream {
    TokenStream::new()
}
