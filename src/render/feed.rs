//! Atom feeds (RFC 4287) of updates: one of the site, one of each collection, one of each owner of two skills or more, and
//! one of each such tag where the settings say so. Two owners in three have one skill, and who follows them follows that skill.
//!
//! Dates come from the content alone (for a skill without any, from the last commit that touched it in its repository), so a feed changes only when a skill in it does. Skills without a date are left
//! out, since an entry must have one.

use std::collections::HashSet;
use std::fmt::Write;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::page::FeedLink;
use super::registry::Registry;
use super::text::xml;
use crate::catalog::{Catalog, Collection, Provenance, Skill, Timestamp};
use crate::key::SkillKey;
use crate::problem::Problem;
use crate::sink::Sink;
use crate::url::{self, Sort};

/// Most entries of a feed.
const FEED_MAX: usize = 50;

/// Writes all feeds.
pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<()> {
    let title = registry.site.title;
    let all = registry.sorted(Sort::Updated);
    sink.write(
        url::FEED,
        atom(registry, title, url::FEED, "", &all).as_bytes(),
    )?;
    let owners = registry.owners.iter().filter_map(|(owner, skills)| {
        let path = of_owner(registry, owner)?.path;
        let title = format!("@{owner} in {title}");
        Some((path, title, url::owner(owner, 1), skills))
    });
    let tags = registry.tags.iter().filter_map(|(tag, skills)| {
        let path = of_tag(registry, tag)?.path;
        let title = format!("#{tag} in {title}");
        Some((path, title, url::tag(tag, 1), skills))
    });
    let feeds: Vec<_> = owners.chain(tags).collect();
    feeds
        .par_iter()
        .try_for_each(|(path, title, page_path, skills)| {
            let feed = atom(registry, title, path, page_path, skills);
            sink.write(&url::output_path(path), feed.as_bytes())
        })?;
    for collection in &registry.catalog.collections {
        let path = of_collection(collection).path;
        let title = format!("{} in {title}", collection.title);
        let page_path = url::collection(&collection.name, 1);
        let keys: HashSet<&SkillKey> = collection.members.iter().map(|it| &it.key).collect();
        let is_member = |idx: &usize| keys.contains(&registry.catalog.skills[*idx].key);
        let skills: Vec<usize> = all.iter().copied().filter(is_member).collect();
        let feed = atom(registry, &title, &path, &page_path, &skills);
        sink.write(&url::output_path(&path), feed.as_bytes())?;
    }
    Ok(())
}

/// The feed of the skills of a collection.
pub(super) fn of_collection(collection: &Collection) -> FeedLink {
    FeedLink {
        path: url::collection_feed(&collection.name),
        title: format!("Skills in “{}”", collection.title),
    }
}

/// Fewest listed skills of an owner or a tag that has a feed.
const SKILLS_MIN: usize = 2;

/// The feed of an owner's skills, if there is one.
pub(super) fn of_owner(registry: &Registry<'_>, owner: &str) -> Option<FeedLink> {
    let skills = registry.owners.get(owner)?;
    (skills.len() >= SKILLS_MIN).then(|| FeedLink {
        path: url::owner_feed(owner),
        title: format!("Skills by @{owner}"),
    })
}

/// The feed of the skills with a tag, if there is one.
pub(super) fn of_tag(registry: &Registry<'_>, tag: &str) -> Option<FeedLink> {
    let skills = registry.tags.get(tag)?;
    let has_feed = registry.config.feeds.tags && skills.len() >= SKILLS_MIN;
    has_feed.then(|| FeedLink {
        path: url::tag_feed(tag),
        title: format!("Skills tagged “{tag}”"),
    })
}

/// A note when there are skills but no dates, without which the feeds are empty and no list can show what is new. `place` is
/// where skills come from.
pub fn no_dates(catalog: &Catalog, place: &Path) -> Option<Problem> {
    let mut listed = catalog.listed().peekable();
    listed.peek()?;
    if listed.any(|skill| skill.updated_at.is_some()) {
        return None;
    }
    Some(
        Problem::note(
            place,
            "no dates",
            "no skill has a date, so the feeds are empty and lists cannot show what is new",
        )
        .hint("write `updated: 2026-01-31` below `metadata` in the front matter of skills, or `publishedAt` into their `_meta.json`"),
    )
}

/// A feed at `path` about the page at `page_path`; `skill_idxs` has the last updated first.
fn atom(
    registry: &Registry<'_>,
    title: &str,
    path: &str,
    page_path: &str,
    skill_idxs: &[usize],
) -> String {
    let entries: Vec<(&Skill, Timestamp)> = skill_idxs
        .iter()
        .map(|skill_idx| &registry.catalog.skills[*skill_idx])
        .filter_map(|skill| Some((skill, skill.updated_at?)))
        .take(FEED_MAX)
        .collect();
    // An empty feed must have a date too: the first there is.
    let updated = entries.first().map_or_else(
        || "1970-01-01T00:00:00Z".to_owned(),
        |(_, updated_at)| updated_at.rfc3339(),
    );
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>{id}</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"{}\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{id}\"/>\n<updated>{updated}</updated>\n",
        xml(registry.site.language),
        xml(title),
        xml(&registry.absolute(path)),
        id = xml(&registry.absolute(page_path)),
    );
    for (skill, updated_at) in entries {
        push_entry(&mut feed, registry, skill, updated_at);
    }
    feed.push_str("</feed>\n");
    feed
}

fn push_entry(feed: &mut String, registry: &Registry<'_>, skill: &Skill, updated_at: Timestamp) {
    let link = xml(&registry.absolute(&url::skill(&skill.key)));
    let _ = write!(
        feed,
        "<entry>\n<title>{}</title>\n<id>{link}</id>\n<link rel=\"alternate\" type=\"text/html\" href=\"{link}\"/>\n\
         <updated>{}</updated>\n",
        xml(&skill.name),
        updated_at.rfc3339(),
    );
    let source = skill.provenance.as_ref();
    if let Some(source) = source.and_then(Provenance::url) {
        let _ = writeln!(feed, "<link rel=\"via\" href=\"{}\"/>", xml(&source));
    }
    if let Some(created_at) = skill.created_at {
        let _ = writeln!(feed, "<published>{}</published>", created_at.rfc3339());
    }
    let _ = writeln!(
        feed,
        "<author><name>{owner}</name><uri>{}</uri></author>",
        xml(&registry.absolute(&url::owner(&skill.key.owner, 1))),
        owner = xml(&skill.key.owner),
    );
    for tag in &skill.tags {
        let _ = writeln!(feed, "<category term=\"{}\"/>", xml(tag));
    }
    let _ = write!(
        feed,
        "<summary>{}</summary>\n</entry>\n",
        xml(&skill.description)
    );
}
