//! Parts that several shapes have.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::catalog::{Award, BadgeKind, Catalog, Skill, Timestamp};
use crate::json::without_null;

/// Whether counts that change every day are in a shape; files that many skills share go without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Counts {
    Shown,
    Hidden,
}

/// Counts of a skill, of its versions among them.
pub(super) fn stats(skill: &Skill, n_versions: usize, counts: Counts) -> Value {
    let mut stats = match skill.stats {
        Some(stats) if counts == Counts::Shown => json!(stats),
        _ => json!({}),
    };
    stats["versions"] = n_versions.into();
    stats
}

/// What a skill needs, or null.
pub(super) fn metadata(skill: &Skill) -> Value {
    let requirements = &skill.requirements;
    let keys = requirements.env.iter().chain(&requirements.config);
    let setup: Vec<Value> = keys
        .map(|key| json!({ "key": key, "required": true }))
        .collect();
    let os = Some(&requirements.os).filter(|os| !os.is_empty());
    if setup.is_empty() && os.is_none() {
        return Value::Null;
    }
    json!({ "setup": setup, "os": os, "systems": null })
}

pub(in crate::api) fn owner(skill: &Skill) -> Value {
    let handle = &skill.key.owner;
    json!({ "handle": handle, "displayName": handle, "image": null })
}

/// Why a skill is under suspicion, or null.
pub(super) fn moderation(skill: &Skill) -> Value {
    if !skill.is_suspicious {
        return Value::Null;
    }
    json!({
        "isSuspicious": true,
        "isMalwareBlocked": false,
        "verdict": "suspicious",
        "reasonCodes": [],
        "updatedAt": null,
        "engineVersion": null,
        "summary": skill.moderation_note,
    })
}

/// The awards that pages show, by kind. A skill without badges has no such field at all.
pub(in crate::api) fn badges(catalog: &Catalog, skill: &Skill) -> Option<Value> {
    let shape = |(kind, award): (&BadgeKind, &Award)| {
        let award = json!({ "by": award.by, "at": award.at.map(Timestamp::ms) });
        (kind.kind.clone(), without_null(award, &["by", "at"]))
    };
    let shown = catalog.shown_badges(skill).into_iter();
    let badges: BTreeMap<String, Value> = shown.map(shape).collect();
    (!badges.is_empty()).then(|| json!(badges))
}

/// Where the skill came from, when that is a repository. A skill that did not has no such field at all.
pub(in crate::api) fn source(skill: &Skill) -> Option<Value> {
    let provenance = skill.provenance.as_ref()?;
    let shape = json!({
        "repository": provenance.repository,
        "commit": provenance.commit,
        "path": provenance.path,
        "url": provenance.url(),
        "committedAt": provenance.committed_at.map(Timestamp::ms),
    });
    let optional = ["repository", "url", "committedAt"];
    Some(without_null(shape, &optional))
}

/// Milliseconds, 0 when unknown.
pub(in crate::api) fn ms(timestamp: Option<Timestamp>) -> i64 {
    timestamp.map_or(0, Timestamp::ms)
}
