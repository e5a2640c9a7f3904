//! What every page is rendered from: the catalog, the settings, and what is derived from them once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::card::Card;
use super::page::SiteView;
use crate::catalog::{BadgeKind, Catalog, Collection, Skill};
use crate::config::Config;
use crate::key::SkillKey;
use crate::marketplace::SkillLists;
use crate::url::{self, Sort};

/// The registry, ready to be rendered.
pub(super) struct Registry<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) config: &'a Config,
    pub(super) site: SiteView<'a>,
    /// In the order of the catalog.
    pub(super) cards: Vec<Card<'a>>,
    /// The positions of listed skills, in that order.
    pub(super) listed: Vec<usize>,
    /// Listed skills of each owner, the last updated first.
    pub(super) owners: BTreeMap<&'a str, Vec<usize>>,
    /// Listed skills with each tag, the last updated first.
    pub(super) tags: BTreeMap<&'a str, Vec<usize>>,
    /// The collections that each skill is in, in the order of the catalog.
    collections: HashMap<&'a SkillKey, Vec<&'a Collection>>,
    /// The marketplaces of Claude Code that list skills.
    pub(super) marketplaces: SkillLists,
    /// How many skills have each slug.
    slugs: HashMap<&'a str, usize>,
    /// Whether any listed skill has statistics.
    pub(super) has_stats: bool,
}

impl<'a> Registry<'a> {
    pub(super) fn new(catalog: &'a Catalog, config: &'a Config) -> Self {
        let site = SiteView::new(catalog, config);
        let skills = catalog.skills.iter();
        let cards = skills.map(|skill| Card::new(&site, catalog, skill));
        let listed = catalog.listed_idxs();
        let mut registry = Self {
            catalog,
            config,
            cards: cards.collect(),
            site,
            has_stats: listed
                .iter()
                .any(|skill_idx| catalog.skills[*skill_idx].stats.is_some()),
            listed,
            owners: BTreeMap::new(),
            tags: BTreeMap::new(),
            collections: HashMap::new(),
            marketplaces: SkillLists::of(catalog, config),
            slugs: HashMap::new(),
        };
        for collection in &catalog.collections {
            for member in &collection.members {
                let of_skill = registry.collections.entry(&member.key).or_default();
                of_skill.push(collection);
            }
        }
        for skill in &catalog.skills {
            *registry.slugs.entry(&skill.key.slug).or_default() += 1;
        }
        for skill_idx in registry.sorted(Sort::Updated) {
            let skill = &catalog.skills[skill_idx];
            registry
                .owners
                .entry(&skill.key.owner)
                .or_default()
                .push(skill_idx);
            for tag in &skill.tags {
                registry.tags.entry(tag).or_default().push(skill_idx);
            }
        }
        registry
    }

    /// The link to a site path, from the root of the host.
    pub(super) fn link(&self, page_path: &str) -> String {
        self.site.link(page_path)
    }

    /// The absolute URL of a site path.
    pub(super) fn absolute(&self, page_path: &str) -> String {
        self.site.absolute(page_path)
    }

    /// The listed skills in the order of `sort`; ties and missing values in the order of the catalog, missing ones last.
    pub(super) fn sorted(&self, sort: Sort) -> Vec<usize> {
        let skill = |skill_idx: &usize| -> &Skill { &self.catalog.skills[*skill_idx] };
        let mut sorted = self.listed.clone();
        // `None` is less than `Some`, so that reversing puts it last.
        match sort {
            Sort::Updated => return self.catalog.last_updated_first(),
            Sort::Newest => sorted.sort_by_key(|idx| Reverse(skill(idx).created_at)),
            Sort::Name => sorted.sort_by_cached_key(|idx| skill(idx).name.to_lowercase()),
            Sort::Downloads => {
                sorted.sort_by_key(|idx| Reverse(skill(idx).stats.map(|stats| stats.downloads)))
            }
            Sort::Stars => {
                sorted.sort_by_key(|idx| Reverse(skill(idx).stats.map(|stats| stats.stars)))
            }
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

    /// The kind of badge of this name, if pages show it.
    pub(super) fn shown_kind(&self, kind: &str) -> Option<&'a BadgeKind> {
        self.catalog.badge_kind(kind).filter(|kind| kind.is_shown)
    }

    /// The listed skills with a badge, the newest award first.
    pub(super) fn awarded(&self, kind: &str) -> Vec<usize> {
        let award = |skill_idx: &usize| self.catalog.skills[*skill_idx].badge(kind);
        let mut awarded = self.listed.clone();
        awarded.retain(|skill_idx| award(skill_idx).is_some());
        awarded.sort_by_key(|skill_idx| Reverse(award(skill_idx).and_then(|award| award.at)));
        awarded
    }

    /// The collections that a skill is in.
    pub(super) fn collections_of(&self, key: &SkillKey) -> &[&'a Collection] {
        self.collections.get(key).map_or(&[], Vec::as_slice)
    }

    /// Tags with their number of skills: the most used first, then by name.
    pub(super) fn tags_by_use(&self) -> Vec<(&'a str, usize)> {
        let mut tags: Vec<(&str, usize)> = self
            .tags
            .iter()
            .map(|(tag, skills)| (*tag, skills.len()))
            .collect();
        tags.sort_by_key(|(_, n_skills)| Reverse(*n_skills));
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
