//! The search engine that a browser loads: found by following what pages and scripts name.

use super::files::Files;
use super::references::{When, is_script};
use super::visit::{LISTING_PAGE, named_by};
use super::{Component, Group};

/// All scripts and wasm of a search: those of a page that are called `search…`, and what the scripts of a page load
/// later. Other scripts are the page's own.
///
/// # Errors
/// One sentence when a file cannot be read.
pub(super) fn measure(files: &mut Files) -> Result<Group, String> {
    let mut engine = Group::default();
    let mut seen: Vec<String> = Vec::new();
    let (mut round, mut next) = scripts_of(LISTING_PAGE, files);
    while !round.is_empty() || !next.is_empty() {
        let mut has_waited = false;
        for path in &round {
            let (with_it, later) = scripts_of(path, files);
            next.extend(with_it.into_iter().chain(later));
            if engine.round_trips > 0 || !is_pages_own(path, &seen) {
                let component = files.component(path)?;
                engine.total += component.cost;
                has_waited |= !reads_vectors(&component);
                engine.components.push(component);
            }
        }
        engine.round_trips += u32::from(has_waited);
        seen.append(&mut round);
        for path in std::mem::take(&mut next) {
            if !seen.contains(&path) && !round.contains(&path) {
                round.push(path);
            }
        }
    }
    Ok(engine)
}

/// Whether it is the module that reads vectors, which comes while the manifest is read, and not for searches for words
/// alone.
pub(super) fn reads_vectors(component: &Component) -> bool {
    component.name.starts_with("semantic")
}

/// Whether a script is one that a page loads for something else: in the first round, any that is not called `search…`.
fn is_pages_own(path: &str, seen: &[String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    seen.is_empty() && !name.starts_with("search")
}

/// The scripts that a page or script loads at once, and later.
fn scripts_of(path: &str, files: &Files) -> (Vec<String>, Vec<String>) {
    let mut scripts = (Vec::new(), Vec::new());
    for (path, when) in named_by(path, files) {
        match when {
            _ if !is_script(&path) => {}
            When::AtOnce => scripts.0.push(path),
            When::Later => scripts.1.push(path),
        }
    }
    scripts
}
