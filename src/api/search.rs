//! `GET /api/v1/search`

use serde::Serialize;

use super::query::Query;
use super::response::Response;
use super::shapes::{Owner, Shaper, current_version, ms};
use super::state::{ApiState, SearchRequest};
use crate::catalog::Skill;

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
            return Err(Response::error(
                400,
                "`mode` is `exact`, or is left out for a search by words",
            ));
        }
    };
    let shaper = state.shaper();
    let results = found
        .into_iter()
        .map(|(skill, score)| Hit::new(&shaper, skill, score))
        .collect();
    Ok(Response::json(&Results { results }))
}

/// The skills whose slug is the query, or whose `owner/slug` is.
fn exact<'a>(state: &'a ApiState, request: &SearchRequest) -> Vec<(&'a Skill, f32)> {
    let (owner, slug) = match request.query.trim_start_matches('@').split_once('/') {
        Some((owner, slug)) => (Some(owner), slug),
        None => (None, request.query.as_str()),
    };
    state
        .catalog
        .listed()
        .filter(|skill| skill.key.slug.eq_ignore_ascii_case(slug))
        .filter(|skill| owner.is_none_or(|owner| skill.key.owner.eq_ignore_ascii_case(owner)))
        .filter(|skill| {
            let badge = request.badge.as_ref();
            badge.is_none_or(|badge| skill.badge(badge).is_some())
        })
        .map(|skill| (skill, 1.0))
        .take(request.limit)
        .collect()
}

#[derive(Serialize)]
struct Results<'a> {
    results: Vec<Hit<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hit<'a> {
    id: String,
    source: &'static str,
    score: f32,
    slug: &'a str,
    owner_handle: &'a str,
    display_name: &'a str,
    summary: &'a str,
    version: String,
    updated_at: i64,
    owner: Owner<'a>,
    canonical_url: String,
    links: Links<'a>,
    official: bool,
    featured: bool,
    install: Install,
    metrics: Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    downloads: Option<u64>,
    icon: Option<&'a str>,
}

impl<'a> Hit<'a> {
    fn new(shaper: &Shaper<'a>, skill: &'a Skill, score: f32) -> Self {
        Self {
            id: skill.key.to_string(),
            source: "clawhub",
            // JSON has no other numbers, and the client refuses a hit without a score.
            score: if score.is_finite() { score } else { 0.0 },
            slug: &skill.key.slug,
            owner_handle: &skill.key.owner,
            display_name: &skill.name,
            summary: &skill.description,
            version: current_version(skill),
            updated_at: ms(skill.updated_at),
            owner: Owner::new(skill),
            canonical_url: shaper.page_url(skill),
            links: Links {
                canonical: shaper.page_url(skill),
                source: skill.front_matter.homepage.as_deref(),
            },
            official: skill.badge(OFFICIAL_KIND).is_some(),
            featured: skill.badge(FEATURED_KIND).is_some(),
            install: Install {
                kind: "clawhub",
                reference: format!("@{}", skill.key),
                source_url: None,
            },
            metrics: Metrics {
                rolling60_day_installs: None,
                bookmarks: skill.stats.map(|stats| stats.stars),
                updated_at: ms(skill.updated_at),
            },
            downloads: skill.stats.map(|stats| stats.downloads),
            icon: skill.front_matter.emoji.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Links<'a> {
    canonical: String,
    source: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Install {
    kind: &'static str,
    reference: String,
    source_url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    #[serde(rename = "rolling60DayInstalls")]
    rolling60_day_installs: Option<u64>,
    bookmarks: Option<u64>,
    updated_at: i64,
}
