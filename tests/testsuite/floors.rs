//! The house has one way down: rooms use rooms on lower floors, and files of different nouns do not use each other in a
//! ring.
//!
//! A room is a file or folder at the top of a crate's `src/`. Its floor is the line of the drawing in `ARCHITECTURE.md` on
//! which it stands; rooms of one line do not know each other. Tests may use anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

#[test]
fn rooms_use_lower_rooms_only() {
    for (heading, root) in CRATES {
        let house = House::read(root);
        let faults = house.upward_arrows(&floors(heading));
        assert!(faults.is_empty(), "{root}:\n{}", faults.join("\n"));
    }
}

#[test]
fn files_do_not_use_each_other_in_a_ring() {
    for (_, root) in CRATES {
        let faults = House::read(root).rings();
        assert!(faults.is_empty(), "{root}:\n{}", faults.join("\n"));
    }
}

/// Headings of the drawings, and the root files of the crates.
const CRATES: [(&str, &str); 2] = [
    ("### Floors of skillpress", "src/lib.rs"),
    (
        "### Floors of skillpress-search",
        "crates/skillpress-search/src/lib.rs",
    ),
];

/// The rooms of each floor, from the top, as the first block after `heading` draws them.
fn floors(heading: &str) -> Vec<Vec<String>> {
    let document = fs::read_to_string("ARCHITECTURE.md").expect("ARCHITECTURE.md");
    let (_, section) = document.split_once(heading).expect(heading);
    let block = section.split("```").nth(1).expect("a block");
    let lines = block.lines().skip(1).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            line.split(" · ")
                .map(|room| room.trim().to_owned())
                .collect()
        })
        .collect()
}

/// The modules of a crate, by path: `["content", "walk"]`; the root is the empty path.
#[derive(Default)]
struct House {
    modules: BTreeMap<ModulePath, Module>,
}

type ModulePath = Vec<String>;

#[derive(Default)]
struct Module {
    /// Paths as they are written, but for those of tests.
    uses: Vec<Vec<String>>,
    /// Names that `use` lines bring in, and the paths that they stand for.
    names: BTreeMap<String, Vec<String>>,
    children: Vec<String>,
}

impl House {
    fn read(root: &str) -> Self {
        Self::from(
            &|path: &Path| fs::read_to_string(path).ok(),
            Path::new(root),
        )
    }

    /// Follows `mod` lines from the file `root`; `read` gives a file's text if it is there.
    fn from(read: &dyn Fn(&Path) -> Option<String>, root: &Path) -> Self {
        let mut house = Self::default();
        let folder = root.parent().expect("a folder");
        let mut next = vec![(ModulePath::new(), root.to_owned())];
        while let Some((path, file)) = next.pop() {
            let text = read(&file).unwrap_or_else(|| panic!("no {}", file.display()));
            let parsed = syn::parse_file(&text).expect("Rust");
            let mut module = Module::default();
            module.visit_file(&parsed);
            for child in &module.children {
                let path: ModulePath = path.iter().chain([child]).cloned().collect();
                let stem = path
                    .iter()
                    .fold(folder.to_owned(), |stem, name| stem.join(name));
                let files = [stem.with_extension("rs"), stem.join("mod.rs")];
                let file = files.into_iter().find(|file| read(file).is_some());
                next.push((path, file.expect("a file of a module")));
            }
            house.modules.insert(path, module);
        }
        house
    }

    /// Each use of a room that does not stand lower.
    fn upward_arrows(&self, floors: &[Vec<String>]) -> Vec<String> {
        let floor_of = |room: &str| {
            let at = floors
                .iter()
                .position(|rooms| rooms.iter().any(|name| name == room));
            at.map(|from_top| floors.len() - from_top)
        };
        let rooms = self
            .modules
            .keys()
            .filter(|path| path.len() == 1)
            .map(|path| path[0].as_str());
        let drawn: BTreeSet<&str> = floors.iter().flatten().map(String::as_str).collect();
        let mut faults: Vec<String> = rooms
            .clone()
            .filter(|room| !drawn.contains(room))
            .map(|room| format!("`{room}` is not in the drawing"))
            .collect();
        let rooms: BTreeSet<&str> = rooms.collect();
        faults.extend(
            drawn
                .difference(&rooms)
                .map(|room| format!("there is no room `{room}`")),
        );
        for (from, to) in self.arrows() {
            let (Some(room), Some(used)) = (from.first(), to.first()) else {
                continue;
            };
            if room != used && floor_of(room) <= floor_of(used) {
                let (from, to) = (from.join("::"), to.join("::"));
                faults.push(format!(
                    "`{from}` uses `{to}`, and `{used}` stands no lower than `{room}`"
                ));
            }
        }
        faults
    }

    /// Pairs of modules that use each other, over others or not, where neither is within the other.
    fn rings(&self) -> Vec<String> {
        let is_within = |a: &ModulePath, b: &ModulePath| a.starts_with(b) || b.starts_with(a);
        let mut used_by: BTreeMap<&ModulePath, Vec<&ModulePath>> = BTreeMap::new();
        let arrows = self.arrows();
        let arrows = arrows.iter().filter(|(from, to)| !is_within(from, to));
        for (from, to) in arrows.clone() {
            used_by.entry(from).or_default().push(to);
        }
        arrows
            .filter(|(from, to)| reaches(&used_by, to, from))
            .map(|(from, to)| {
                let (from, to) = (from.join("::"), to.join("::"));
                format!("`{from}` uses `{to}`, and is used by it")
            })
            .collect()
    }

    /// Which module uses which.
    fn arrows(&self) -> BTreeSet<(ModulePath, ModulePath)> {
        let mut arrows = BTreeSet::new();
        for (from, module) in &self.modules {
            for path in &module.uses {
                if let Some(to) = self.owner(from, path, 0).filter(|to| to != from) {
                    arrows.insert((from.clone(), to));
                }
            }
        }
        arrows
    }

    /// The module in which the item at `path` stands, as seen from `from`; `None` for an item of another crate.
    fn owner(&self, from: &[String], path: &[String], n_followed: usize) -> Option<ModulePath> {
        let mut module = from.to_vec();
        let mut rest = path;
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "crate" => module.clear(),
                "self" => {}
                "super" => _ = module.pop(),
                _ => break,
            }
            rest = after;
        }
        let is_relative = rest.len() < path.len();
        let mut is_inside = is_relative;
        while let Some((first, after)) = rest.split_first() {
            let here = &self.modules[&module];
            if here.children.contains(first) {
                module.push(first.clone());
                (rest, is_inside) = (after, true);
            } else if let Some(brought) = here
                .names
                .get(first)
                .filter(|_| is_inside && n_followed < 9)
            {
                // What a module passes on stands where that one has it from.
                return self
                    .owner(&module, brought, n_followed + 1)
                    .or(Some(module));
            } else {
                break;
            }
        }
        is_inside.then_some(module)
    }
}

/// Whether `start` uses `end`, over others or not.
fn reaches(
    used_by: &BTreeMap<&ModulePath, Vec<&ModulePath>>,
    start: &ModulePath,
    end: &ModulePath,
) -> bool {
    let mut reached = BTreeSet::new();
    let mut next = vec![start];
    while let Some(module) = next.pop() {
        let used = used_by.get(module).into_iter().flatten();
        next.extend(used.copied().filter(|used| reached.insert(*used)));
    }
    reached.contains(end)
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        match &item.content {
            None => self.children.push(item.ident.to_string()),
            Some(_) => visit::visit_item_mod(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.uses.push(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        // Paths in the arguments of a macro are no paths to the parser.
        let text = called.tokens.to_string().replace(' ', "");
        for (at, _) in text.match_indices("crate::") {
            let path = text[at..].split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            let names = path.take(1).flat_map(|path| path.split("::"));
            self.uses.push(names.map(str::to_owned).collect());
        }
        visit::visit_macro(self, called);
    }
}

impl Module {
    fn add(&mut self, tree: &syn::UseTree, path: &mut Vec<String>) {
        let mut end = |name: String, bound: String| {
            let mut path = path.clone();
            if name != "self" {
                path.push(name);
            }
            self.names.insert(bound, path.clone());
            self.uses.push(path);
        };
        match tree {
            syn::UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.add(&tree.tree, path);
                path.pop();
            }
            syn::UseTree::Name(tree) if tree.ident == "self" => {
                let bound = path.last().cloned().unwrap_or_default();
                end("self".to_owned(), bound);
            }
            syn::UseTree::Name(tree) => end(tree.ident.to_string(), tree.ident.to_string()),
            syn::UseTree::Rename(tree) => end(tree.ident.to_string(), tree.rename.to_string()),
            syn::UseTree::Glob(_) => self.uses.push(path.clone()),
            syn::UseTree::Group(tree) => tree.items.iter().for_each(|tree| self.add(tree, path)),
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test =
            |list: &syn::MetaList| list.path.is_ident("cfg") && list.tokens.to_string() == "test";
        attribute.path().is_ident("test") || attribute.meta.require_list().is_ok_and(is_test)
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[test]
fn an_upward_arrow_and_a_ring_are_seen() {
    let house = House::from(&sample, Path::new("lib.rs"));
    let floors = [["cmd"], ["site"], ["text"]].map(|rooms| rooms.map(str::to_owned).to_vec());
    assert_eq!(
        house.upward_arrows(&floors),
        ["`text` uses `site::pages`, and `site` stands no lower than `text`"]
    );
    assert_eq!(
        house.rings(),
        [
            "`site::feeds` uses `site::pages`, and is used by it",
            "`site::pages` uses `site::feeds`, and is used by it"
        ]
    );
}

/// A house with one fault of each sort: `text` reaches up through what `site` passes on, and two files of `site` use each
/// other.
fn sample(path: &Path) -> Option<String> {
    let text = match path.to_str()? {
        "lib.rs" => "mod cmd; mod site; mod text;",
        "cmd.rs" => "use crate::site::{Page, feeds}; #[cfg(test)] mod tests;",
        "site/mod.rs" => "mod feeds; mod pages; pub use pages::Page; use crate::text;",
        "site/feeds.rs" => "use super::Page; pub struct Feed(Page);",
        "site/pages.rs" => "pub struct Page; fn add() { super::feeds::write() }",
        "text.rs" => "fn shown(page: &crate::site::Page) {} #[cfg(test)] mod t { use crate::cmd; }",
        _ => return None,
    };
    Some(text.to_owned())
}
