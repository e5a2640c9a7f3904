//! Skills that cannot stand beside others: which of them are left out.

use std::collections::BTreeMap;

use super::folder::Content;
use super::operator::StaticPaths;
use crate::catalog::Skill;
use crate::catalog::published_files;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems};
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
    leave_out_old_names(content, old_names, skills, problems);
    leave_out_operators_paths(content, static_paths, skills, problems);
    leave_out_owners_alike(content, skills, problems);
    leave_out_slugs_alike(content, skills, problems);
    leave_out_too_many(content, skills, problems);
    for skill in skills {
        check_published(content, skill, problems);
    }
}

fn leave_out_old_names(
    content: &Content,
    old_names: &BTreeMap<SkillKey, SkillKey>,
    skills: &mut Vec<Skill>,
    problems: &mut Problems,
) {
    let lower = |key: &SkillKey| key.to_string().to_lowercase();
    let leads_to: BTreeMap<String, &SkillKey> = old_names
        .iter()
        .map(|(old, now)| (lower(old), now))
        .collect();
    skills.retain(|skill| {
        let now = leads_to.get(&lower(&skill.key));
        // An alias that leads to itself is the operator's slip, and told as such.
        let Some(now) = now.filter(|now| lower(now) != lower(&skill.key)) else {
            return true;
        };
        let message = format!(
            "`{}` is an old name of `{now}`, which no other skill may take; this one is left out",
            skill.key
        );
        problems.push(
            left_out(content, &skill.key, message)
                .hint("rename it, or remove the line from `aliases.toml`"),
        );
        false
    });
}

fn leave_out_operators_paths(
    content: &Content,
    files: &StaticPaths,
    skills: &mut Vec<Skill>,
    problems: &mut Problems,
) {
    skills.retain(|skill| {
        let SkillKey { owner, slug } = &skill.key;
        let pages = [
            format!("{owner}/index.html"),
            format!("{owner}/feed.xml"),
            format!("{owner}/page"),
            format!("{owner}/skills/{slug}"),
        ];
        let Some(file) = pages.iter().find_map(|page| files.in_the_way_of(page)) else {
            return true;
        };
        let message =
            format!("the operator's own `static/{file}` takes its place; this skill is left out");
        problems
            .push(left_out(content, &skill.key, message).hint("rename or remove one of the two"));
        false
    });
}

fn leave_out_owners_alike(content: &Content, skills: &mut Vec<Skill>, problems: &mut Problems) {
    let stays = stay(skills.iter().map(|skill| skill.key.owner.as_str()));
    skills.retain(|skill| {
        let owner = &skill.key.owner;
        let stays = &stays[&owner.to_lowercase()];
        if stays == owner {
            return true;
        }
        let message = format!(
            "the owners `{owner}` and `{stays}` differ only in the case of letters; `{stays}` stays, and this skill is left out"
        );
        problems.push(left_out(content, &skill.key, message).hint("rename one of the two owners"));
        false
    });
}

fn leave_out_slugs_alike(content: &Content, skills: &mut Vec<Skill>, problems: &mut Problems) {
    let names: Vec<String> = skills.iter().map(|skill| skill.key.to_string()).collect();
    let stays = stay(names.iter().map(String::as_str));
    skills.retain(|skill| {
        let name = skill.key.to_string();
        let stays = &stays[&name.to_lowercase()];
        if *stays == name {
            return true;
        }
        let message = format!(
            "the skills `{name}` and `{stays}` differ only in the case of letters; `{stays}` stays, and this one is left out"
        );
        problems.push(left_out(content, &skill.key, message).hint("rename or remove one of the two"));
        false
    });
}

/// For each name in lower case which of the sorted `names` stays.
fn stay<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let mut stays: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let lower = name.to_lowercase();
        if lower == name {
            stays.insert(lower, name.to_owned());
        } else {
            stays.entry(lower).or_insert_with(|| name.to_owned());
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
        problems.push(left_out(content, &first.key, message));
        skills.truncate(max_skills);
    }
}

/// Names the files that have no place on the site, since another file takes it; the zip has them all.
fn check_published(content: &Content, skill: &Skill, problems: &mut Problems) {
    for (file, published) in skill.files.iter().zip(published_files(skill)) {
        if published.is_none() {
            let taken = published_path(&file.path);
            problems.push(
                Problem::warning(
                    content.skill_path(&skill.key).join(&file.path),
                    "file in the zip only",
                    format!("the site would publish this as `{taken}`, where another file is; only the zip has it"),
                )
                .hint("rename one of the two"),
            );
        }
    }
}

fn left_out(content: &Content, skill: &SkillKey, message: String) -> Problem {
    Problem::warning(content.skill_path(skill), "name taken", message)
}
