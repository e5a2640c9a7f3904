//! Parts that several shapes have.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::{Award, Catalog, Skill, Stats, Timestamp};

/// Whether counts that change every day are in a shape; files that many skills share go without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Counts {
    Shown,
    Hidden,
}

#[derive(Serialize)]
pub(in crate::api) struct StatsShape {
    #[serde(skip_serializing_if = "Option::is_none", flatten)]
    counts: Option<Stats>,
    versions: usize,
}

impl StatsShape {
    pub(super) fn new(skill: &Skill, n_versions: usize, counts: Counts) -> Self {
        Self {
            counts: skill.stats.filter(|_| counts == Counts::Shown),
            versions: n_versions,
        }
    }
}

#[derive(Serialize)]
pub(in crate::api) struct Metadata<'a> {
    setup: Vec<Setup<'a>>,
    os: Option<&'a [String]>,
    systems: Option<&'a [String]>,
}

#[derive(Serialize)]
struct Setup<'a> {
    key: &'a str,
    required: bool,
}

impl<'a> Metadata<'a> {
    pub(super) fn new(skill: &'a Skill) -> Option<Self> {
        let requirements = &skill.requirements;
        let keys = requirements.env.iter().chain(&requirements.config);
        let setup: Vec<Setup> = keys
            .map(|key| Setup {
                key,
                required: true,
            })
            .collect();
        let os = (!requirements.os.is_empty()).then_some(&requirements.os[..]);
        (!setup.is_empty() || os.is_some()).then_some(Self {
            setup,
            os,
            systems: None,
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Owner<'a> {
    handle: &'a str,
    display_name: &'a str,
    image: Option<&'static str>,
}

impl<'a> Owner<'a> {
    pub(in crate::api) fn new(skill: &'a Skill) -> Self {
        Self {
            handle: &skill.key.owner,
            display_name: &skill.key.owner,
            image: None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Moderation<'a> {
    is_suspicious: bool,
    is_malware_blocked: bool,
    verdict: &'static str,
    reason_codes: [&'static str; 0],
    updated_at: Option<i64>,
    engine_version: Option<&'static str>,
    summary: Option<&'a str>,
}

impl<'a> Moderation<'a> {
    pub(super) fn new(skill: &'a Skill) -> Option<Self> {
        skill.is_suspicious.then_some(Self {
            is_suspicious: true,
            is_malware_blocked: false,
            verdict: "suspicious",
            reason_codes: [],
            updated_at: None,
            engine_version: None,
            summary: skill.moderation_note.as_deref(),
        })
    }
}

/// Awards by kind. A skill without badges has no such field at all.
#[derive(Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Badges<'a>(BTreeMap<&'a str, AwardShape<'a>>);

impl<'a> Badges<'a> {
    /// Those that pages show.
    pub(in crate::api) fn new(catalog: &'a Catalog, skill: &'a Skill) -> Self {
        let shown = catalog.shown_badges(skill).into_iter();
        Self(
            shown
                .map(|(kind, award)| (kind.kind.as_str(), AwardShape::new(award)))
                .collect(),
        )
    }

    pub(in crate::api) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Serialize)]
struct AwardShape<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
}

impl<'a> AwardShape<'a> {
    fn new(award: &'a Award) -> Self {
        Self {
            by: award.by.as_deref(),
            at: award.at.map(Timestamp::ms),
        }
    }
}

/// Milliseconds, 0 when unknown.
pub(in crate::api) fn ms(timestamp: Option<Timestamp>) -> i64 {
    timestamp.map_or(0, Timestamp::ms)
}
