//! Keeps a build from replacing a site of many skills by one of few: a content folder that was not fetched as a whole,
//! or a wrong one, looks like that.

use std::path::Path;

use crate::api::PublishedCatalog;
use crate::catalog::Catalog;
use crate::content;
use crate::problem::Problem;
use crate::text;

/// The error when the site in `out` has at least [`MANY`] skills and `catalog`, made from the folder `content`, less
/// than half as many; or when it has any, and `catalog` none.
///
/// Skills that the operator hides do not count as lost, and what cannot be read of the site in `out` counts as nothing.
pub fn check(out: &Path, content: &Path, catalog: &Catalog) -> Option<Problem> {
    let n_after = catalog.skills.len();
    let published = PublishedCatalog::open(out)?;
    if !is_loss(published.n_skills, n_after) {
        return None;
    }
    let mut before = published.skills();
    let hidden = content::hidden_skills(content);
    before.retain(|name| !hidden.contains(name));
    let n_before = before.len();
    if !is_loss(n_before, n_after) {
        return None;
    }
    before.retain(|name| catalog.skill(name).is_none() && !catalog.aliases.contains_key(name));
    let message = format!(
        "the site there has {n_before} skills, and this build has {n_after}; missing are {}",
        text::listed(&before, SHOWN_MAX)
    );
    Some(
        Problem::error(out, "fewer skills", message).hint(
            "look whether the content folder is whole; if these skills are meant to go, build with `--allow-fewer`",
        ),
    )
}

/// From so many skills on, losing more than half of them needs a word.
pub const MANY: usize = 10;

/// Most missing skills that the message names.
const SHOWN_MAX: usize = 10;

/// Whether `n_after` skills in the place of `n_before` look like a content folder that is not whole.
pub fn is_loss(n_before: usize, n_after: usize) -> bool {
    n_before > 0 && n_after == 0 || n_before >= MANY && 2 * n_after < n_before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_any_or_more_than_half_of_many_is_a_loss() {
        for (n_before, n_after, expected) in [
            (0, 0, false),
            (1, 0, true),
            (9, 1, false),
            (10, 5, false),
            (10, 4, true),
            (11, 5, true),
        ] {
            assert_eq!(is_loss(n_before, n_after), expected, "{n_before} {n_after}");
        }
    }
}
