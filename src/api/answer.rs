//! Routes of the API that need more than a file: the pure function from a request to its answer.

use percent_encoding::percent_decode_str;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::content_hash::content_hash;
use super::directory::Found;
use super::install;
use super::list::{self, Order};
use super::query::Query;
use super::response::Response;
use super::search::search;
use super::shapes::{Counts, Item, VersionEntry, VersionList, current_version, versions};
use super::state::ApiState;
use crate::catalog::{Skill, SkillFileError};
use crate::key::SkillKey;
use crate::text::hex;
use crate::zip::skill_zip;

/// Answers a request; `path` is percent-encoded and starts at the site's root with `/`, `query` has no `?`.
///
/// Everything is answered, wrong requests with 400, what is not there with 404, a slug that several owners use with
/// 409, a version whose files are not kept with 410; errors are plain text.
pub fn answer(state: &ApiState, method: &str, path: &str, query: &str) -> Response {
    match method {
        "GET" | "HEAD" => get(state, path, query).unwrap_or_else(|error| error),
        "OPTIONS" => Response::new(204, "text/plain; charset=utf-8", Vec::new())
            .header("access-control-allow-methods", METHODS)
            .header("access-control-allow-headers", "*")
            .header("allow", METHODS),
        _ => Response::error(405, "the API only reads; use GET").header("allow", METHODS),
    }
}

const METHODS: &str = "GET, HEAD, OPTIONS";

fn get(state: &ApiState, path: &str, query: &str) -> Result<Response, Response> {
    let segments: Vec<String> = path
        .trim_start_matches('/')
        .trim_end_matches('/')
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = Query::parse(query);
    let ["api", "v1", route @ ..] = &segments[..] else {
        return Err(no_such_route());
    };
    match route {
        ["search"] => search(state, &query),
        ["skills"] => skills(state, &query),
        ["resolve"] => resolve(state, &query),
        ["download"] => download(state, &query),
        ["skills", slug] => skill(state, slug, &query),
        ["skills", slug, "versions"] => version_list(state, slug, &query),
        ["skills", slug, "versions", version] => version_detail(state, slug, version, &query),
        ["skills", slug, "file"] => file(state, slug, &query),
        ["skills", slug, "install"] => place(state, slug, &query),
        _ => Err(no_such_route()),
    }
}

fn no_such_route() -> Response {
    Response::error(404, "there is no such route; `api/openapi.json` lists them")
}

fn skills(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let limit = query.limit(25, 200)?;
    // Suspicious skills are in no list, so there is nothing to leave out.
    query.flag("nonSuspiciousOnly")?;
    let prefix = query.not_empty("prefix")?.map(str::to_ascii_lowercase);
    let order = match (&prefix, query.get("sort")) {
        (Some(_), None | Some("name")) => Order::Slug,
        (_, sort) => order_of(sort)?,
    };
    let mut skills = state.order(order);
    if let Some(prefix) = &prefix {
        skills.retain(|skill_idx| {
            let slug = &state.catalog.skills[*skill_idx].key.slug;
            slug.to_ascii_lowercase().starts_with(prefix)
        });
    }
    let start = match query.not_empty("cursor")? {
        None => 0,
        Some(cursor) => position_after(state, &skills, cursor)?,
    };
    let rest = &skills[start..];
    let page = &rest[..rest.len().min(limit)];
    let next_cursor = match page.last() {
        Some(last) if page.len() < rest.len() => Some(state.catalog.skills[*last].key.to_string()),
        _ => None,
    };
    Ok(Response::json(&SkillList {
        items: list::items(&state.shaper(), page, Counts::Shown),
        next_cursor,
    }))
}

/// The words that the `clawhub` client and its API use for orders.
fn order_of(sort: Option<&str>) -> Result<Order, Response> {
    match sort {
        None | Some("updated") => Ok(Order::Updated),
        Some("createdAt" | "newest") => Ok(Order::Newest),
        Some("name") => Ok(Order::Name),
        Some("downloads") => Ok(Order::Downloads),
        Some("stars" | "rating") => Ok(Order::Stars),
        Some("installs" | "installsCurrent" | "installsAllTime") => Ok(Order::Installs),
        Some("recommended") => Ok(Order::Recommended),
        Some("trending") => Err(Response::error(
            400,
            "`sort=trending` needs the use of the last day, which this registry does not have",
        )),
        Some(_) => Err(Response::error(
            400,
            "`sort` is `updated`, `createdAt`, `name`, `downloads`, `stars`, `installs` or `recommended`",
        )),
    }
}

/// A cursor is the identity of the last skill that was seen.
fn position_after(state: &ApiState, skills: &[usize], cursor: &str) -> Result<usize, Response> {
    SkillKey::parse(cursor)
        .and_then(|name| state.catalog.skill_idx(&name))
        .and_then(|skill_idx| skills.iter().position(|known| *known == skill_idx))
        .map(|position| position + 1)
        .ok_or_else(|| Response::error(404, "`cursor` is in no such list; start without it"))
}

fn skill(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let detail = state.shaper().detail(skill).map_err(changed)?;
    Ok(Response::json(&detail))
}

fn version_list(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let limit = query.limit(25, 200)?;
    let all = versions(skill);
    let start = match query.not_empty("cursor")? {
        None => 0,
        Some(cursor) => all
            .iter()
            .position(|entry| entry.version == cursor)
            .map(|position| position + 1)
            .ok_or_else(|| Response::error(404, "`cursor` is in no such list; start without it"))?,
    };
    let rest = &all[start..];
    let page = &rest[..rest.len().min(limit)];
    let next_cursor = match page.last() {
        Some(last) if page.len() < rest.len() => Some(last.version.clone()),
        _ => None,
    };
    Ok(Response::json(&VersionList::new(skill, page, next_cursor)))
}

fn version_detail(
    state: &ApiState,
    slug: &str,
    version: &str,
    query: &Query,
) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let entry = find_version(skill, version)?;
    Ok(Response::json(&state.shaper().version(skill, &entry)))
}

/// Largest file that is answered as a preview.
const PREVIEW_MAX_BYTES: usize = 200_000;

fn file(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let path = query.required("path")?;
    let is_preview = query.flag("preview")?;
    require_current(skill, query)?;
    let file = skill
        .files
        .iter()
        .find(|file| file.path == path)
        .ok_or_else(|| Response::error(404, format!("`{}` has no such file", skill.key)))?;
    let bytes = file.read().map_err(changed)?;
    let is_text = std::str::from_utf8(&bytes).is_ok();
    if is_preview && !(is_text && bytes.len() <= PREVIEW_MAX_BYTES) {
        return Err(Response::error(
            415,
            format!("only text of at most {PREVIEW_MAX_BYTES} bytes has a preview"),
        ));
    }
    // Whatever a stranger's file is, a browser shows it as text or stores it.
    let content_type = if is_text {
        "text/plain; charset=utf-8"
    } else {
        "application/octet-stream"
    };
    Ok(Response::new(200, content_type, bytes.into_owned())
        .header("etag", format!("\"{}\"", file.sha256))
        .header("content-security-policy", "default-src 'none'; sandbox"))
}

/// The content has been edited and is about to be read again. The path is this machine's and not told.
fn changed(_error: SkillFileError) -> Response {
    Response::error(503, "the file has changed and is about to be read again")
        .header("retry-after", "1")
}

fn place(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let archive = install::archive(&state.config, skill, current_version(skill));
    Ok(Response::json(&archive))
}

fn resolve(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let slug = query.required("slug")?;
    let hash = query.required("hash")?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        return Err(Response::error(400, "`hash` is 64 hexadecimal digits"));
    }
    let skill = find(state, slug, query)?;
    let version = current_version(skill);
    let is_match = content_hash(&skill.files).eq_ignore_ascii_case(hash);
    Ok(Response::json(&Resolved {
        slug: &skill.key.slug,
        r#match: is_match.then(|| VersionName {
            version: version.clone(),
        }),
        latest_version: VersionName { version },
    }))
}

fn download(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let skill = find(state, query.required("slug")?, query)?;
    require_current(skill, query)?;
    let zip = skill_zip(skill)
        .map_err(|error| Response::error(500, format!("the zip cannot be made: {error}")))?;
    let etag = format!("\"{}\"", hex(&Sha256::digest(&zip)));
    Ok(Response::new(200, "application/zip", zip)
        .header("etag", etag)
        .header(
            "content-disposition",
            format!("attachment; filename=\"{}.zip\"", skill.key.slug),
        ))
}

/// The skill that a slug and the query's `ownerHandle` name.
fn find<'a>(state: &'a ApiState, slug: &str, query: &Query) -> Result<&'a Skill, Response> {
    let owner = query.not_empty("ownerHandle")?;
    match state.directory.find(slug, owner) {
        Found::One(skill_idx) => Ok(&state.catalog.skills[skill_idx]),
        Found::Several(skills) => {
            let owners: Vec<&str> = skills
                .iter()
                .map(|skill_idx| state.catalog.skills[*skill_idx].key.owner.as_str())
                .collect();
            Err(Response::error(
                409,
                format!(
                    "AMBIGUOUS_SKILL_SLUG: several owners have a skill of this name; add `ownerHandle=` and one of {}",
                    owners.join(", ")
                ),
            ))
        }
        Found::Nothing => Err(Response::error(404, "Skill not found")),
    }
}

/// Checks that the version or tag in the query, if any, is the one whose files are here.
fn require_current(skill: &Skill, query: &Query) -> Result<(), Response> {
    let version = query.not_empty("version")?;
    let tag = query.not_empty("tag")?;
    if tag.is_some_and(|tag| tag != "latest") {
        return Err(Response::error(404, "the only tag is `latest`"));
    }
    match version {
        None => Ok(()),
        Some(version) if find_version(skill, version)?.is_current => Ok(()),
        Some(_) => Err(Response::error(
            410,
            format!(
                "the files of this version are not kept; `{}` is at {}",
                skill.key,
                current_version(skill)
            ),
        )),
    }
}

fn find_version<'a>(skill: &'a Skill, version: &str) -> Result<VersionEntry<'a>, Response> {
    versions(skill)
        .into_iter()
        .find(|entry| entry.version == version)
        .ok_or_else(|| Response::error(404, format!("`{}` has no such version", skill.key)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SkillList<'a> {
    items: Vec<Item<'a>>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resolved<'a> {
    slug: &'a str,
    r#match: Option<VersionName>,
    latest_version: VersionName,
}

#[derive(Serialize)]
struct VersionName {
    version: String,
}
