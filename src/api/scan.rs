//! Search without an index: every word must be in the name, the identity, the description or the tags.

use super::state::SearchRequest;
use crate::catalog::{Catalog, SkillName};

/// Skills that hold every word of the query, in `SkillId` order; a match in the identity or name scores higher.
///
/// Reads the whole catalog, so it is for small registries and for the time before an index is there.
pub fn scan(catalog: &Catalog, request: &SearchRequest) -> Vec<(SkillName, f32)> {
    let query = request.query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let mut hits: Vec<(SkillName, f32)> = catalog
        .listed()
        .filter_map(|skill| {
            let name = format!("{} {}", skill.id, skill.name).to_lowercase();
            let rest = format!("{} {}", skill.description, skill.tags.join(" ")).to_lowercase();
            let mut score = 0.0;
            for word in &words {
                score += match (name.contains(word), rest.contains(word)) {
                    (true, _) => 1.0,
                    (false, true) => 0.5,
                    (false, false) => return None,
                };
            }
            Some((skill.id.clone(), score))
        })
        .collect();
    hits.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    hits
}
