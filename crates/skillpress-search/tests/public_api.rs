//! The public API as declarations without bodies, compared with the snapshot beside this file.
//!
//! It is read from the sources, so every compiler gives the same text. After a change that is meant:
//! `INSTA_UPDATE=always cargo test -p skillpress-search --test public_api`, and commit the snapshot with the change.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Field, Fields, Ident, ImplItem, ImplItemConst, Item, ItemConst, ItemImpl,
    ItemStruct, ItemUse, Token, Type, UseTree, Visibility, parse_quote,
};

#[test]
fn the_public_api_is_the_one_that_was_agreed_on() {
    let mut sources = Sources::default();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    sources.read_module(&[], &src, &src.join("lib.rs"));
    let items = sources.public_items(&[]);
    let api: syn::File = parse_quote!(#(#items)*);
    insta::assert_snapshot!(prettyplease::unparse(&api));
}

/// The items of each module of the crate but those of tests, stripped.
#[derive(Default)]
struct Sources {
    modules: BTreeMap<Vec<String>, Vec<Item>>,
}

impl Sources {
    /// Reads the module at `path` from `file`; files of modules below it are in `folder`.
    fn read_module(&mut self, path: &[String], folder: &Path, file: &Path) {
        let text =
            fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut file = syn::parse_file(&text).expect("Rust");
        Strip.visit_file_mut(&mut file);
        file.items.retain(|item| {
            !parts(item).is_some_and(|(attributes, ..)| attributes.iter().any(is_left_out))
        });
        for item in &file.items {
            if let Item::Mod(module) = item {
                let name = module.ident.to_string();
                let (below, file) = (folder.join(&name), folder.join(format!("{name}.rs")));
                let file = if file.exists() {
                    file
                } else {
                    below.join("mod.rs")
                };
                self.read_module(&join(path, &module.ident), &below, &file);
            }
        }
        self.modules.insert(path.to_vec(), file.items);
    }

    /// What a user of the crate can name in a module, in the order in which the module declares it.
    fn public_items(&self, path: &[String]) -> Vec<Item> {
        let mut items = Vec::new();
        for item in &self.modules[path] {
            match item {
                Item::Use(line) if is_public(&line.vis) => items.extend(self.lifted(path, line)),
                item if parts(item).is_some_and(|(_, visibility, _)| is_public(visibility)) => {
                    items.extend(self.declaration(path, item));
                }
                _ => {}
            }
        }
        items
    }

    /// An item, with all that is implemented for it.
    fn declaration(&self, path: &[String], item: &Item) -> Vec<Item> {
        if let Item::Mod(module) = item {
            let (attributes, name) = (&module.attrs, &module.ident);
            let items = self.public_items(&join(path, name));
            return vec![parse_quote!(#(#attributes)* pub mod #name { #(#items)* })];
        }
        let is_of_item = |other: &&Item| match other {
            Item::Impl(block) => {
                type_name(&block.self_ty) == name(item)
                    && (block.trait_.is_some() || !block.items.is_empty())
            }
            _ => false,
        };
        let implementations = self.modules.values().flatten().filter(is_of_item);
        std::iter::once(item)
            .chain(implementations)
            .cloned()
            .collect()
    }

    /// The declarations that a `pub use` lifts to this module; the line itself when they are of another crate.
    fn lifted(&self, path: &[String], line: &ItemUse) -> Vec<Item> {
        let lifted =
            paths(&line.tree)
                .into_iter()
                .flat_map(|used| match self.resolve(path, &used) {
                    Some((module, item)) => self.declaration(&module, item),
                    None => vec![Item::Use(line.clone())],
                });
        lifted.collect()
    }

    /// The item that a path leads to from a module, and the module that declares it.
    fn resolve(&self, from: &[String], used: &[String]) -> Option<(Vec<String>, &Item)> {
        let (wanted, modules) = used.split_last()?;
        let mut module = from.to_vec();
        for segment in modules {
            match segment.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => drop(module.pop()),
                _ => module.push(segment.clone()),
            }
        }
        let items = self.modules.get(&module)?;
        if let Some(item) = items
            .iter()
            .find(|item| name(item).is_some_and(|name| name == wanted))
        {
            return Some((module, item));
        }
        let mut lines = items.iter().filter_map(|item| match item {
            Item::Use(line) => paths(&line.tree)
                .into_iter()
                .find(|path| path.last() == Some(wanted)),
            _ => None,
        });
        lines.find_map(|path| self.resolve(&module, &path))
    }
}

/// Every path that a `use` names.
fn paths(tree: &UseTree) -> Vec<Vec<String>> {
    match tree {
        UseTree::Path(path) => {
            let below = paths(&path.tree).into_iter();
            below
                .map(|rest| [vec![path.ident.to_string()], rest].concat())
                .collect()
        }
        UseTree::Group(group) => group.items.iter().flat_map(paths).collect(),
        UseTree::Name(name) => vec![vec![name.ident.to_string()]],
        // Nobody resolves them, so the line itself is shown.
        _ => vec![Vec::new()],
    }
}

/// Takes away what is no part of the API: function bodies, values of constants, private fields, documentation.
struct Strip;

impl VisitMut for Strip {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        const KEPT: &[&str] = &[
            "cfg",
            "deprecated",
            "derive",
            "must_use",
            "non_exhaustive",
            "repr",
        ];
        attributes.retain(|attribute| KEPT.iter().any(|name| attribute.path().is_ident(name)));
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.clear();
    }

    fn visit_impl_item_const_mut(&mut self, constant: &mut ImplItemConst) {
        constant.expr = parse_quote!(_);
        visit_mut::visit_impl_item_const_mut(self, constant);
    }

    fn visit_item_const_mut(&mut self, constant: &mut ItemConst) {
        constant.expr = parse_quote!(_);
        visit_mut::visit_item_const_mut(self, constant);
    }

    fn visit_item_struct_mut(&mut self, item: &mut ItemStruct) {
        match &mut item.fields {
            Fields::Named(fields) => hide_private(&mut fields.named, parse_quote!(private: _)),
            Fields::Unnamed(fields) => hide_private(&mut fields.unnamed, parse_quote!(_)),
            Fields::Unit => {}
        }
        visit_mut::visit_item_struct_mut(self, item);
    }

    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        block.items.retain(|item| match item {
            ImplItem::Fn(function) => is_public(&function.vis),
            ImplItem::Const(constant) => is_public(&constant.vis),
            ImplItem::Type(_) => true,
            _ => false,
        });
        visit_mut::visit_item_impl_mut(self, block);
    }
}

/// Private fields become one `marker`: a user sees that there are some.
fn hide_private(fields: &mut Punctuated<Field, Token![,]>, marker: Field) {
    let (public, private): (Vec<_>, Vec<_>) = std::mem::take(fields)
        .into_iter()
        .partition(|field| is_public(&field.vis));
    fields.extend(public);
    fields.extend((!private.is_empty()).then_some(marker));
}

/// Attributes, visibility and name of the kinds of items that an API is made of.
fn parts(item: &Item) -> Option<(&[Attribute], &Visibility, &Ident)> {
    Some(match item {
        Item::Const(item) => (&item.attrs, &item.vis, &item.ident),
        Item::Enum(item) => (&item.attrs, &item.vis, &item.ident),
        Item::Fn(item) => (&item.attrs, &item.vis, &item.sig.ident),
        Item::Mod(item) => (&item.attrs, &item.vis, &item.ident),
        Item::Struct(item) => (&item.attrs, &item.vis, &item.ident),
        Item::Trait(item) => (&item.attrs, &item.vis, &item.ident),
        Item::Type(item) => (&item.attrs, &item.vis, &item.ident),
        _ => return None,
    })
}

fn name(item: &Item) -> Option<&Ident> {
    parts(item).map(|(_, _, name)| name)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether an attribute leaves an item out of what every user of the crate gets: tests, and what only tools ask for.
fn is_left_out(attribute: &Attribute) -> bool {
    let condition = attribute.meta.require_list();
    attribute.path().is_ident("cfg")
        && condition.is_ok_and(|list| {
            let condition = list.tokens.to_string();
            condition == "test" || condition == "feature = \"internals\""
        })
}

/// The last name of a type's path.
fn type_name(of: &Type) -> Option<&Ident> {
    match of {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

fn join(path: &[String], name: &Ident) -> Vec<String> {
    [path, &[name.to_string()]].concat()
}
