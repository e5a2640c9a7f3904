//! The search engine that a browser loads: found by following what pages and scripts name.

use std::collections::HashSet;

use super::error::ReportError;
use super::files::Files;
use super::references::{When, is_script};
use super::visit::{LISTING_PAGE, named_by};
use super::{Component, Load};

/// All scripts and wasm of a search: those that are called `search…`, whether a page names them or its own script loads
/// them later, and what they load. Other scripts are the page's own.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn measure(files: &mut Files) -> Result<Load, ReportError> {
    let mut engine = Load::default();
    let mut seen = HashSet::new();
    let (mut round, mut next) = scripts_of(LISTING_PAGE, files);
    round.retain(|path| seen.insert(path.clone()));
    let mut is_named_by_page = true;
    while !round.is_empty() || !next.is_empty() {
        let mut has_waited = false;
        for path in &round {
            let (at_once, mut later) = scripts_of(path, files);
            let is_engine = !is_named_by_page || is_of_search(path);
            if !is_engine {
                later.retain(|path| is_of_search(path));
            }
            next.extend(at_once.into_iter().chain(later));
            if is_engine {
                let component = files.component(path)?;
                if is_for_unknown_words(&component) {
                    continue;
                }
                has_waited |= !reads_vectors(&component);
                engine.add(component);
            }
        }
        engine.round_trips += u32::from(has_waited);
        is_named_by_page &= round.is_empty();
        round = std::mem::take(&mut next);
        round.retain(|path| seen.insert(path.clone()));
    }
    Ok(engine)
}

/// Whether it is the module that reads vectors, which comes while the manifest is read, and not for searches for words
/// alone.
pub(super) fn reads_vectors(component: &Component) -> bool {
    component.name.starts_with("semantic")
}

/// Whether it is the module that only searches with words load which no skill holds: the queries that are counted have none.
fn is_for_unknown_words(component: &Component) -> bool {
    component.name.starts_with("unknown")
}

/// Whether a script that a page names, or its own script, is one of the search; others are the page's own.
fn is_of_search(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with("search")
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
