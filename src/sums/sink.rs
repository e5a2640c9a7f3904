//! Sums files on their way to another sink.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

use super::list::is_path_of_a_list;
use super::{Layout, Sum, digest, text};
use crate::lock::lock;
use crate::sink::{PathError, Sink};
use crate::url;

/// Passes files on to a sink, and writes the lists of their sums at the end.
///
/// It keeps nothing ([`Sink::keep`]): the bytes of each file have to pass.
pub struct SumsSink<'a> {
    inner: &'a dyn Sink,
    sums: Mutex<Vec<Sum>>,
}

impl<'a> SumsSink<'a> {
    /// Passes files on to `inner`.
    pub fn new(inner: &'a dyn Sink) -> Self {
        let sums = Mutex::default();
        Self { inner, sums }
    }

    /// Writes the lists; returns the root list.
    ///
    /// # Errors
    /// As [`Sink::write`].
    pub fn finish(self, layout: Layout) -> io::Result<String> {
        let mut sums = std::mem::take(&mut *lock(&self.sums));
        if !layout.is_one_list() {
            sums = self.write_lists(layout, sums)?;
        }
        sums.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let root = text(&sums);
        self.inner.write(url::SUMS, root.as_bytes())?;
        Ok(root)
    }

    /// Writes the lists by folder; returns their own sums.
    fn write_lists(&self, layout: Layout, sums: Vec<Sum>) -> io::Result<Vec<Sum>> {
        let mut lists: BTreeMap<String, Vec<Sum>> = BTreeMap::new();
        for sum in sums {
            lists
                .entry(layout.list_of(&sum.path))
                .or_default()
                .push(sum);
        }
        let write = |(path, mut sums): (String, Vec<Sum>)| {
            sums.sort_unstable_by(|a, b| a.path.cmp(&b.path));
            let list = text(&sums);
            self.inner.write(&path, list.as_bytes())?;
            let sha256 = digest(list);
            Ok(Sum { sha256, path })
        };
        lists.into_iter().map(write).collect()
    }
}

impl Sink for SumsSink<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        if !is_path_of_a_list(path) {
            let path = path.to_owned();
            return Err(PathError::Outside { path }.into());
        }
        let sum = Sum {
            sha256: digest(bytes),
            path: path.to_owned(),
        };
        lock(&self.sums).push(sum);
        self.inner.write(path, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::MemorySink;
    use crate::sums::parse;

    const FILES: [(&str, &str); 4] = [("b/c", "2"), ("a.html", "1"), ("B", ""), ("b/d", "3")];

    fn written(layout: Layout) -> (String, BTreeMap<String, Vec<u8>>) {
        let memory = MemorySink::new();
        let sink = SumsSink::new(&memory);
        for (path, text) in FILES {
            sink.write(path, text.as_bytes()).unwrap();
        }
        let root = sink.finish(layout).unwrap();
        (root, memory.into_files())
    }

    #[test]
    fn one_list_has_all_files_sorted_by_bytes() {
        let (root, files) = written(Layout::of(1));
        assert_eq!(files[url::SUMS], root.as_bytes());
        assert_eq!(files.len(), FILES.len() + 1);
        let sums = parse(root.as_bytes()).unwrap();
        let paths: Vec<&str> = sums.iter().map(|sum| sum.path.as_str()).collect();
        assert_eq!(paths, ["B", "a.html", "b/c", "b/d"]);
        // sha256sum of nothing
        assert!(
            root.starts_with("e3b0c44298fc1c149afbf4c8996fb924"),
            "{root}"
        );
    }

    #[test]
    fn the_root_of_many_lists_names_these_alone_and_they_have_all_files() {
        let (root, files) = written(Layout::of(1_000));
        let mut paths = Vec::new();
        for list in parse(root.as_bytes()).unwrap() {
            let bytes = &files[&list.path];
            assert_eq!(list.sha256, digest(bytes));
            paths.extend(parse(bytes).unwrap().into_iter().map(|sum| sum.path));
        }
        paths.sort();
        assert_eq!(paths, ["B", "a.html", "b/c", "b/d"]);
        let lists = files
            .keys()
            .filter(|path| path.starts_with(url::SUMS_FOLDER));
        assert_eq!(files.len(), FILES.len() + lists.count() + 1);
    }

    #[test]
    fn a_name_that_would_be_two_lines_is_refused() {
        let memory = MemorySink::new();
        let sink = SumsSink::new(&memory);
        let error = sink.write("a\nb", b"").unwrap_err();
        assert!(error.to_string().contains("is not a path"), "{error}");
    }
}
