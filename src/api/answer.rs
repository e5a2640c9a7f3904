//! Routes of the API that need more than a file: the pure function from a request to its answer.

use percent_encoding::percent_decode_str;
use serde_json::json;

use super::content_hash::content_hash;
use super::install;
use super::list::{self, Order};
use super::query::Query;
use super::response::Response;
use super::search::search;
use super::shapes::{Counts, VersionEntry, VersionFiles, current_version, version_list, versions};
use super::state::ApiState;
use crate::catalog::{Skill, SkillFile, SkillFileError};
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
        ["skills", slug, "versions"] => version_page(state, slug, &query),
        ["skills", slug, "versions", version] => version_detail(state, slug, version, &query),
        ["skills", slug, "file"] => file(state, slug, &query),
        ["skills", slug, "why"] => why(state, slug, &query),
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
    let mut skills = order.of(&state.catalog);
    if let Some(prefix) = &prefix {
        skills.retain(|skill_idx| {
            let slug = &state.catalog.skills[*skill_idx].key.slug;
            slug.to_ascii_lowercase().starts_with(prefix)
        });
    }
    let key = |skill_idx: &usize| state.catalog.skills[*skill_idx].key.to_string();
    let cursor = query.not_empty("cursor")?;
    let cursor = cursor.map(|key| key.strip_prefix('@').unwrap_or(key));
    let (page, next_cursor) = page(&skills, limit, cursor, key)?;
    let items = list::items(&state.shaper(), page, Counts::Shown);
    Ok(Response::json(
        &json!({ "items": items, "nextCursor": next_cursor }),
    ))
}

/// At most `limit` of `all` that follow the one that `cursor` names, and the cursor of what follows them.
fn page<'l, T>(
    all: &'l [T],
    limit: usize,
    cursor: Option<&str>,
    name: impl Fn(&T) -> String,
) -> Result<(&'l [T], Option<String>), Response> {
    let rest = match cursor {
        None => all,
        Some(cursor) => {
            let seen = all.iter().position(|item| name(item) == cursor);
            let no_such = "`cursor` is in no such list; start without it";
            &all[seen.ok_or_else(|| Response::error(404, no_such))? + 1..]
        }
    };
    let page = &rest[..rest.len().min(limit)];
    let last = page.last().filter(|_| page.len() < rest.len());
    Ok((page, last.map(name)))
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
        Some("trending") => Err(Response::bad_request(
            "`sort=trending` needs the use of the last day, which this registry does not have",
        )),
        Some(_) => Err(Response::bad_request(
            "`sort` is `updated`, `createdAt`, `name`, `downloads`, `stars`, `installs` or `recommended`",
        )),
    }
}

fn skill(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let detail = state.shaper().detail(skill).map_err(changed)?;
    Ok(Response::json(&detail))
}

fn version_page(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let limit = query.limit(25, 200)?;
    let versions = versions(&state.config, skill);
    let name = |entry: &VersionEntry| entry.version.clone();
    let cursor = query.not_empty("cursor")?;
    let (page, next_cursor) = page(&versions, limit, cursor, name)?;
    Ok(Response::json(&version_list(skill, page, next_cursor)))
}

fn version_detail(
    state: &ApiState,
    slug: &str,
    version: &str,
    query: &Query,
) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let entry = find_version(state, skill, version)?;
    Ok(Response::json(&state.shaper().version(skill, &entry)))
}

/// Largest file that is answered as a preview.
const PREVIEW_MAX_BYTES: usize = 200_000;

fn file(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let path = query.required("path")?;
    let is_preview = query.flag("preview")?;
    let file = files(state, skill, query)?
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
    let archive = install::archive(&state.config, skill, &current_version(skill));
    Ok(Response::json(&archive))
}

fn why(state: &ApiState, slug: &str, query: &Query) -> Result<Response, Response> {
    let skill = find(state, slug, query)?;
    let text = query.required("q")?;
    let explanation = state.explain(text, skill);
    let explanation =
        explanation.ok_or_else(|| Response::error(404, "search does not know this skill"))?;
    Ok(Response::json(&explanation))
}

fn resolve(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let slug = query.required("slug")?;
    let hash = query.required("hash")?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash {
        return Err(Response::bad_request("`hash` is 64 hexadecimal digits"));
    }
    let skill = find(state, slug, query)?;
    let version = json!({ "version": current_version(skill) });
    let is_match = content_hash(&skill.files).eq_ignore_ascii_case(hash);
    Ok(Response::json(&json!({
        "slug": skill.key.slug,
        "match": is_match.then_some(&version),
        "latestVersion": version,
    })))
}

fn download(state: &ApiState, query: &Query) -> Result<Response, Response> {
    let skill = find(state, query.required("slug")?, query)?;
    let zip = skill_zip(files(state, skill, query)?)
        .map_err(|error| Response::error(500, format!("the zip cannot be made: {error}")))?;
    let etag = format!("\"{}\"", zip.written.sha256);
    Ok(Response::new(200, "application/zip", zip.bytes)
        .header("etag", etag)
        .header(
            "content-disposition",
            format!("attachment; filename=\"{}.zip\"", skill.key.slug),
        ))
}

/// The skill that a slug and the query's `ownerHandle` name.
fn find<'a>(state: &'a ApiState, slug: &str, query: &Query) -> Result<&'a Skill, Response> {
    let owner = query.not_empty("ownerHandle")?;
    match state.directory.find(slug, owner)[..] {
        [] => Err(Response::error(404, "Skill not found")),
        [skill_idx] => Ok(&state.catalog.skills[skill_idx]),
        ref skills => {
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
    }
}

/// The files of the version or tag in the query, or of the current version.
fn files<'s>(
    state: &ApiState,
    skill: &'s Skill,
    query: &Query,
) -> Result<&'s [SkillFile], Response> {
    let version = query.not_empty("version")?;
    let tag = query.not_empty("tag")?;
    if tag.is_some_and(|tag| tag != "latest") {
        return Err(Response::error(404, "the only tag is `latest`"));
    }
    let Some(version) = version else {
        return Ok(&skill.files);
    };
    match find_version(state, skill, version)?.files {
        VersionFiles::Current => Ok(&skill.files),
        VersionFiles::Kept(files) => Ok(files),
        VersionFiles::Lost => Err(Response::error(
            410,
            format!(
                "the files of this version are not kept; `{}` is at {}",
                skill.key,
                current_version(skill)
            ),
        )),
    }
}

fn find_version<'s>(
    state: &ApiState,
    skill: &'s Skill,
    version: &str,
) -> Result<VersionEntry<'s>, Response> {
    versions(&state.config, skill)
        .into_iter()
        .find(|entry| entry.version == version)
        .ok_or_else(|| Response::error(404, format!("`{}` has no such version", skill.key)))
}
