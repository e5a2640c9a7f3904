//! `GET /api/v1/search`

use serde::Serialize;
use serde_json::{Value, json};

use super::query::Query;
use super::response::Response;
use super::shapes::{Shaper, current_version, ms, owner};
use super::state::{ApiState, Found, SearchRequest};
use crate::catalog::Skill;
use crate::json::without_null;

/// Most results of one search.
const LIMIT_MAX: usize = 100;

/// The kinds of badges that the API has words of its own for.
const FEATURED_KIND: &str = "highlighted";
const OFFICIAL_KIND: &str = "official";

pub(super) fn search(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let text = query.get("q").unwrap_or_default().trim();
    let limit = query.limit(25, LIMIT_MAX)?;
    let badge = query
        .flag("highlightedOnly")?
        .then(|| FEATURED_KIND.to_owned());
    // Suspicious skills are in no search, so there is nothing to leave out.
    query.flag("nonSuspiciousOnly")?;
    let request = SearchRequest {
        query: text.to_owned(),
        limit,
        badge,
    };
    let found = match query.get("mode") {
        None if text.is_empty() => Vec::new(),
        None => state.search(&request),
        Some("exact") => exact(state, &request),
        Some(_) => {
            return Err(Response::bad_request(
                "`mode` is `exact`, or is left out for a search by words",
            ));
        }
    };
    let shaper = state.shaper();
    let results = found
        .into_iter()
        .map(|found| Hit::new(&shaper, &found))
        .collect();
    Ok(Response::json(&Results { results }))
}

/// The skills whose slug is the query, or whose `owner/slug` is.
fn exact<'a>(state: &'a ApiState, request: &SearchRequest) -> Vec<Found<&'a Skill>> {
    let (owner, slug) = match request.query.trim_start_matches('@').split_once('/') {
        Some((owner, slug)) => (Some(owner), slug),
        None => (None, request.query.as_str()),
    };
    state
        .catalog
        .listed()
        .filter(|skill| skill.key.slug.eq_ignore_ascii_case(slug))
        .filter(|skill| owner.is_none_or(|owner| skill.key.owner.eq_ignore_ascii_case(owner)))
        .filter(|skill| request.allows(skill))
        .map(|skill| Found {
            skill,
            score: 1.0,
            fits: true,
        })
        .take(request.limit)
        .collect()
}

#[derive(Serialize)]
struct Results {
    results: Vec<Hit>,
}

#[derive(Serialize)]
struct Hit {
    id: String,
    source: &'static str,
    /// Not in a [`Value`], which would write it with the digits of an `f64`.
    score: f32,
    fits: bool,
    #[serde(flatten)]
    skill: Value,
}

impl Hit {
    fn new(shaper: &Shaper, found: &Found<&Skill>) -> Self {
        let &Found { skill, score, fits } = found;
        let shape = json!({
            "slug": skill.key.slug,
            "ownerHandle": skill.key.owner,
            "displayName": skill.name,
            "summary": skill.description,
            "version": current_version(skill),
            "updatedAt": ms(skill.updated_at),
            "owner": owner(skill),
            "canonicalUrl": shaper.page_url(skill),
            "links": {
                "canonical": shaper.page_url(skill),
                "source": skill.front_matter.homepage,
            },
            "official": skill.badge(OFFICIAL_KIND).is_some(),
            "featured": skill.badge(FEATURED_KIND).is_some(),
            "install": {
                "kind": "clawhub",
                "reference": format!("@{}", skill.key),
                "sourceUrl": null,
            },
            "metrics": {
                "rolling60DayInstalls": null,
                "bookmarks": skill.stats.map(|stats| stats.stars),
                "updatedAt": ms(skill.updated_at),
            },
            "downloads": skill.stats.map(|stats| stats.downloads),
            "icon": skill.front_matter.emoji,
        });
        Self {
            id: skill.key.to_string(),
            source: "clawhub",
            // JSON has no other numbers, and the client refuses a hit without a score.
            score: if score.is_finite() { score } else { 0.0 },
            fits,
            skill: without_null(shape, &["downloads"]),
        }
    }
}
