//! What every page is rendered from: the catalog, the settings, and what is derived from them once.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::assets::Assets;
use super::card::Card;
use crate::catalog::{BadgeKind, Catalog, Skill};
use crate::config::{Config, EmbeddingMode};
use crate::fingerprint::fingerprint;
use crate::key::SkillKey;
use crate::url::{self, Sort};

/// The kind of badge that the home page shows as its selection.
pub(super) const FEATURED_KIND: &str = "highlighted";

/// The kind of badge that a page warns of.
pub(super) const DEPRECATED_KIND: &str = "deprecated";

/// The content security policy of every page. `frame-ancestors` is valid in a header only.
pub(super) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'";

/// The registry, ready to be rendered.
pub(super) struct Site<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) config: &'a Config,
    pub(super) assets: Assets,
    /// In the order of the catalog.
    pub(super) cards: Vec<Card<'a>>,
    /// The positions of listed skills, in that order.
    pub(super) listed: Vec<usize>,
    /// Listed skills of each owner, the last updated first.
    pub(super) owners: BTreeMap<&'a str, Vec<usize>>,
    /// Listed skills with each tag, the last updated first.
    pub(super) tags: BTreeMap<&'a str, Vec<usize>>,
    /// How many skills have each slug.
    slugs: HashMap<&'a str, usize>,
    /// Whether any listed skill has statistics.
    pub(super) has_stats: bool,
    /// Of each skill, in the order of the catalog; a build needs none.
    fingerprints: OnceLock<Vec<u64>>,
}

impl<'a> Site<'a> {
    pub(super) fn new(catalog: &'a Catalog, config: &'a Config) -> Self {
        let cards = catalog
            .skills
            .iter()
            .map(|skill| Card::new(skill, catalog, config))
            .collect();
        let listed = catalog.listed_idxs();
        let mut site = Self {
            catalog,
            config,
            assets: Assets::new(config.embedding.mode == EmbeddingMode::Words),
            cards,
            has_stats: listed
                .iter()
                .any(|skill_idx| catalog.skills[*skill_idx].stats.is_some()),
            listed,
            owners: BTreeMap::new(),
            tags: BTreeMap::new(),
            slugs: HashMap::new(),
            fingerprints: OnceLock::new(),
        };
        for skill in &catalog.skills {
            *site.slugs.entry(&skill.key.slug).or_default() += 1;
        }
        for skill_idx in site.sorted(Sort::Updated) {
            let skill = &catalog.skills[skill_idx];
            site.owners
                .entry(&skill.key.owner)
                .or_default()
                .push(skill_idx);
            for tag in &skill.tags {
                site.tags.entry(tag).or_default().push(skill_idx);
            }
        }
        site
    }

    /// What the cards of these skills are made from, beside the settings.
    pub(super) fn inputs_of(&self, skill_idxs: &[usize]) -> Vec<u64> {
        let skills = &self.catalog.skills;
        let all = self.fingerprints.get_or_init(|| {
            skills
                .iter()
                .map(|skill| self.catalog.fingerprint(skill))
                .collect()
        });
        skill_idxs.iter().map(|skill_idx| all[*skill_idx]).collect()
    }

    /// What a list of these skills is made from, beside the settings.
    pub(super) fn list_inputs(&self, skill_idxs: &[usize]) -> u64 {
        fingerprint(&self.inputs_of(skill_idxs))
    }

    /// The link to a site path, from the root of the host.
    pub(super) fn link(&self, page_path: &str) -> String {
        self.config.base_url.link(page_path)
    }

    /// The absolute URL of a site path.
    pub(super) fn absolute(&self, page_path: &str) -> String {
        self.config.base_url.absolute(page_path)
    }

    pub(super) fn content_security_policy(&self) -> &'static str {
        CONTENT_SECURITY_POLICY
    }

    /// The listed skills in the order of `sort`; ties and missing values in the order of the catalog, missing ones last.
    pub(super) fn sorted(&self, sort: Sort) -> Vec<usize> {
        let skill = |skill_idx: &usize| -> &Skill { &self.catalog.skills[*skill_idx] };
        let mut sorted = self.listed.clone();
        // `None` is less than `Some`, so that reversing puts it last.
        match sort {
            Sort::Updated => sorted.sort_by_key(|idx| std::cmp::Reverse(skill(idx).updated_at)),
            Sort::Newest => sorted.sort_by_key(|idx| std::cmp::Reverse(skill(idx).created_at)),
            Sort::Name => sorted.sort_by_cached_key(|idx| skill(idx).name.to_lowercase()),
            Sort::Downloads => sorted.sort_by_key(|idx| {
                std::cmp::Reverse(skill(idx).stats.map(|stats| stats.downloads))
            }),
            Sort::Stars => sorted
                .sort_by_key(|idx| std::cmp::Reverse(skill(idx).stats.map(|stats| stats.stars))),
        }
        sorted
    }

    /// The sorts that the listing offers.
    pub(super) fn sorts(&self) -> &'static [Sort] {
        const ALL: [Sort; 5] = [
            Sort::Updated,
            Sort::Newest,
            Sort::Name,
            Sort::Downloads,
            Sort::Stars,
        ];
        if self.has_stats { &ALL } else { &ALL[..3] }
    }

    /// The kinds of badges that have a page: those that search prefers first, warnings last.
    pub(super) fn shown_badge_kinds(&self) -> Vec<&'a BadgeKind> {
        shown_badge_kinds(self.catalog)
    }

    /// The listed skills with a badge, the newest award first.
    pub(super) fn awarded(&self, kind: &str) -> Vec<usize> {
        let mut awarded: Vec<(Option<_>, usize)> = self
            .listed
            .iter()
            .filter_map(|skill_idx| {
                let award = self.catalog.skills[*skill_idx].badge(kind)?;
                Some((award.at, *skill_idx))
            })
            .collect();
        awarded.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        awarded
            .into_iter()
            .map(|(_, skill_idx)| skill_idx)
            .collect()
    }

    /// Tags with their number of skills: the most used first, then by name.
    pub(super) fn tags_by_use(&self) -> Vec<(&'a str, usize)> {
        let mut tags: Vec<(&str, usize)> = self
            .tags
            .iter()
            .map(|(tag, skills)| (*tag, skills.len()))
            .collect();
        tags.sort_by_key(|(_, n_skills)| std::cmp::Reverse(*n_skills));
        tags
    }

    pub(super) fn cards_of(&self, skill_idxs: &[usize]) -> Vec<&Card<'a>> {
        skill_idxs.iter().map(|idx| &self.cards[*idx]).collect()
    }

    /// Whether no other owner has a skill with this slug.
    pub(super) fn has_unique_slug(&self, key: &SkillKey) -> bool {
        self.slugs.get(key.slug.as_str()) == Some(&1)
    }

    /// The link to a tag's page, if it has one: the tags of suspicious skills may have none.
    pub(super) fn tag_link(&self, tag: &str) -> Option<String> {
        self.tags
            .contains_key(tag)
            .then(|| self.link(&url::tag(tag, 1)))
    }

    /// The link to an owner's page, if it has one: the owner of suspicious skills alone has none.
    pub(super) fn owner_link(&self, owner: &str) -> Option<String> {
        self.owners
            .contains_key(owner)
            .then(|| self.link(&url::owner(owner, 1)))
    }
}

/// The kinds of badges that pages show, in the order in which they show them.
pub(super) fn shown_badge_kinds(catalog: &Catalog) -> Vec<&BadgeKind> {
    let mut kinds: Vec<&BadgeKind> = catalog
        .badge_kinds
        .iter()
        .filter(|kind| kind.is_shown)
        .collect();
    kinds.sort_by(|a, b| b.boost.total_cmp(&a.boost));
    kinds
}
