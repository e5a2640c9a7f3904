//! Keys at the addresses of folders, for stores that have no index documents: `skills/` holds what `skills/index.html` does.

use std::borrow::Cow;

use super::record::Record;

/// Which keys at addresses of folders a store can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IndexKeys {
    /// None: it answers folders itself, or refuses such keys.
    #[default]
    No,
    /// All but that of the home page: the root of a bucket has no key.
    Folders,
    /// All.
    FoldersAndHome,
}

/// Whether `path` of a record is the address of a folder, `""` that of the home page.
pub(super) fn is_index_key(path: &str) -> bool {
    path.is_empty() || path.ends_with('/')
}

/// The file whose bytes are at `path`: the page of a folder, or `path` itself.
pub(super) fn file_at(path: &str) -> Cow<'_, str> {
    match is_index_key(path) {
        true => format!("{path}index.html").into(),
        false => path.into(),
    }
}

/// Puts the pages of `record` at the addresses of their folders, too.
pub(super) fn add(record: &mut Record, keys: IndexKeys) {
    if keys == IndexKeys::No {
        return;
    }
    let pages = record.iter().filter_map(|(path, file)| {
        let folder = path.strip_suffix("index.html")?;
        let is_page = match folder {
            "" => keys == IndexKeys::FoldersAndHome,
            folder => folder.ends_with('/'),
        };
        is_page.then(|| (folder.to_owned(), file.clone()))
    });
    let pages: Vec<_> = pages.collect();
    record.extend(pages);
}
