//! Skills that cannot stand beside others: which of them are left out.

use std::collections::BTreeMap;

use super::folder::Content;
use super::operator::StaticPaths;
use crate::catalog::Skill;
use crate::catalog::files_without_name;
use crate::key::SkillKey;
use crate::problem::{Fault, Problem, Problems};
use crate::url::published_path;

/// Leaves out the skills that cannot be published beside the others, each with a warning: strangers must not be able to
/// stop a build. Files that have no place on the site are warnings too.
///
/// - `old_names` lead to skills, and nobody may take over what a skill was called.
/// - `static_paths` are what the operator publishes beside the skills.
/// - Of owners, and of skills of one owner, that differ only in the case of letters one stays, since on many file systems
///   their pages would overwrite each other: the one all in lower case, else the first byte by byte. What was published
///   before plays no part, so that the same content gives the same site.
pub(super) fn leave_out(
    content: &Content,
    old_names: &BTreeMap<SkillKey, SkillKey>,
    static_paths: &StaticPaths,
    skills: &mut Vec<Skill>,
    problems: &mut Problems,
) {
    let mut leave_out_if = |skills: &mut Vec<Skill>, fault: &dyn Fn(&SkillKey) -> Option<Fault>| {
        skills.retain(|skill| {
            let fault = fault(&skill.key);
            let is_left_out = fault.is_some();
            problems.extend(fault.map(|fault| fault.warning(&skill.folder)));
            !is_left_out
        });
    };
    let leads_to = old_names
        .iter()
        .map(|(old, now)| (lower(old), now))
        .collect();
    leave_out_if(skills, &|key| old_name_fault(&leads_to, key));
    leave_out_if(skills, &|key| operators_path_fault(static_paths, key));
    let owners = stay(skills.iter().map(|skill| skill.key.owner.clone()));
    leave_out_if(skills, &|key| {
        let words = ("owners", "this skill");
        alike_fault(&owners, &key.owner, words, "rename one of the two owners")
    });
    let keys = stay(skills.iter().map(|skill| skill.key.to_string()));
    leave_out_if(skills, &|key| {
        let words = ("skills", "this one");
        alike_fault(
            &keys,
            &key.to_string(),
            words,
            "rename or remove one of the two",
        )
    });
    leave_out_too_many(content, skills, problems);
    for skill in skills {
        check_published(skill, problems);
    }
}

fn lower(key: &SkillKey) -> String {
    key.to_string().to_lowercase()
}

/// The fault of a skill whose place is taken.
fn taken(message: String, hint: &'static str) -> Option<Fault> {
    Some(Fault::new(GROUP, message, hint))
}

const GROUP: &str = "name taken";

/// `leads_to` has old names in lower case, and what the skills are called now.
fn old_name_fault(leads_to: &BTreeMap<String, &SkillKey>, key: &SkillKey) -> Option<Fault> {
    // An alias that leads to itself is the operator's slip, and told as such.
    let now = leads_to.get(&lower(key))?;
    if lower(now) == lower(key) {
        return None;
    }
    let message = format!(
        "`{key}` is an old name of `{now}`, which no other skill may take; this one is left out"
    );
    taken(message, "rename it, or remove the line from `aliases.toml`")
}

fn operators_path_fault(static_paths: &StaticPaths, key: &SkillKey) -> Option<Fault> {
    let SkillKey { owner, slug } = key;
    let pages = [
        format!("{owner}/index.html"),
        format!("{owner}/feed.xml"),
        format!("{owner}/page"),
        format!("{owner}/skills/{slug}"),
    ];
    let mut pages = pages.iter();
    let file = pages.find_map(|page| static_paths.in_the_way_of(page))?;
    let message =
        format!("the operator's own `static/{file}` takes its place; this skill is left out");
    taken(message, "rename or remove one of the two")
}

/// The fault of what is called `name` if another one stays of those that differ in the case of letters.
fn alike_fault(
    stays: &BTreeMap<String, String>,
    name: &str,
    (nouns, this): (&str, &str),
    hint: &'static str,
) -> Option<Fault> {
    let stays = &stays[&name.to_lowercase()];
    if stays == name {
        return None;
    }
    let message = format!(
        "the {nouns} `{name}` and `{stays}` differ only in the case of letters; `{stays}` stays, and {this} is left out"
    );
    taken(message, hint)
}

/// For each name in lower case which of the sorted `names` stays.
fn stay(names: impl Iterator<Item = String>) -> BTreeMap<String, String> {
    let mut stays = BTreeMap::new();
    for name in names {
        let lower = name.to_lowercase();
        if lower == name {
            stays.insert(lower, name);
        } else {
            stays.entry(lower).or_insert(name);
        }
    }
    stays
}

/// The search index numbers only so many skills.
fn leave_out_too_many(content: &Content, skills: &mut Vec<Skill>, problems: &mut Problems) {
    let max_skills = content.options.max_skills;
    if let Some(first) = skills.get(max_skills) {
        let n_left_out = skills.len() - max_skills;
        let message = format!(
            "a registry has at most {max_skills} skills; this one and all after it, {n_left_out} in number, are left out"
        );
        problems.push(Problem::warning(&first.folder, GROUP, message));
        skills.truncate(max_skills);
    }
}

/// Names the files that have no place on the site, since another file takes it; the zip has them all.
fn check_published(skill: &Skill, problems: &mut Problems) {
    for file_idx in files_without_name(skill) {
        let path = &skill.files[file_idx].path;
        let taken = published_path(path);
        let message = format!(
            "the site would publish this as `{taken}`, where another file is; only the zip has it"
        );
        let fault = Fault::new("file in the zip only", message, "rename one of the two");
        problems.push(fault.warning(&skill.folder.join(path)));
    }
}
