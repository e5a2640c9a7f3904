//! Collection files: `collections/<name>.toml` chooses skills one by one, in their order, or by a rule.
//!
//! ```toml
//! title = "Office"
//! description = "What everybody here has."
//!
//! [[skill]]
//! key = "ana/pdf-tools"
//! note = "Why."
//! ```
//!
//! ```toml
//! [rule]
//! badge = "official"
//! owner = "ana"
//! tag = "pdf"
//! ```
//!
//! What a rule chooses follows what strangers write, so a collection that becomes empty is left out with a warning.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;

use super::badge::NOTE_MAX_CHARS;
use super::names::{Absence, Names};
use super::toml_file::{Fields, TomlFile, toml_files};
use crate::catalog::{
    BadgeKind, COLLECTION_MAX_BYTES, COLLECTION_MAX_FILES, COLLECTION_MAX_SKILLS, Catalog,
    Collection, Skill, is_collection_name, n_that_fit,
};
use crate::content::folder::Content;
use crate::key::SkillKey;
use crate::problem::{Problem, Problems, line_and_column};
use crate::text;

/// Reads all collection files, which choose among the skills of `catalog`; the collections come back sorted.
pub fn read(
    content: &Content,
    names: &Names,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Vec<Collection> {
    let files = toml_files(content, "collections", GROUP, "<name>", problems);
    let mut collections = Vec::new();
    for (name, path) in files {
        if !is_collection_name(&name) {
            let message = format!("`{name}` cannot be the name of a collection");
            problems.push(Problem::error(&path, GROUP, message).hint(NAME_HINT));
            continue;
        }
        collections.extend(read_file(content, name, &path, names, catalog, problems));
    }
    collections
}

const GROUP: &str = "collection file";

const NAME_HINT: &str = "name the file with lower-case letters, digits and single `-`, at most 64, such as `office.toml`; `skills` is taken";

/// Longest `title`, in characters.
const TITLE_MAX_CHARS: usize = 80;

/// Longest `description`, in characters.
const DESCRIPTION_MAX_CHARS: usize = 400;

/// A skill with its note, if it has one.
type Chosen = (SkillKey, Option<String>);

fn read_file(
    content: &Content,
    name: String,
    path: &Path,
    names: &Names,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<Collection> {
    let file = TomlFile::read(content, path, GROUP, problems)?;
    let table = file.parse(problems)?;
    let fields = Fields::new(&file, &table);
    fields.allow_only(&["title", "description", "skill", "rule"], problems);
    let title = fields.required_text("title", TITLE_MAX_CHARS, problems);
    let description = fields.required_text("description", DESCRIPTION_MAX_CHARS, problems);
    let chosen = choose(&fields, names, catalog, problems)?;
    let chosen = within_limits(&fields, chosen, catalog, problems);
    Some(Collection::new(
        name,
        title?.into_inner(),
        description?.into_inner(),
        chosen,
    ))
}

/// The skills that the file chooses; `None`, with a problem, when there are none.
fn choose(
    fields: &Fields,
    names: &Names,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<Vec<Chosen>> {
    let n_errors = problems.n_errors();
    let entries = fields.tables("skill", problems);
    let rule = fields.table("rule", problems);
    let chosen = match (&entries[..], &rule) {
        ([], None) => {
            if problems.n_errors() == n_errors {
                let error = fields.file.error(0..0, "the collection chooses no skills");
                problems.push(error.hint("write `[[skill]]` and `key = \"owner/slug\"` below it for each, or `[rule]` with `badge`, `owner` or `tag`"));
            }
            return None;
        }
        ([], Some(rule)) => by_rule(rule, catalog, problems)?,
        (entries, None) => one_by_one(entries, names, &catalog.skills, problems),
        ([first, ..], Some(rule)) => {
            let later = first.span.start.max(rule.span.start);
            let message =
                "a collection chooses its skills by `[[skill]]` or by `[rule]`, not by both";
            let error = fields.file.error(later..later, message);
            problems.push(error.hint("remove one of the two"));
            return None;
        }
    };
    if chosen.is_empty() && problems.n_errors() == n_errors {
        let message = "no skill of this collection is listed, so it is left out";
        problems.push(fields.file.warning(0..0, message));
    }
    (!chosen.is_empty()).then_some(chosen)
}

fn one_by_one(
    entries: &[Fields],
    names: &Names,
    skills: &[Skill],
    problems: &mut Problems,
) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut seen = BTreeMap::new();
    for entry in entries {
        entry.allow_only(&["key", "note"], problems);
        let note = entry.text("note", NOTE_MAX_CHARS, problems);
        let Some(written) = entry.skill("key", problems) else {
            continue;
        };
        let Some(skill_idx) = listed(entry.file, &written, names, skills, problems) else {
            continue;
        };
        let key = skills[skill_idx].key.clone();
        let line = line_and_column(&entry.file.text, written.span().start).0;
        if let Some(first_line) = seen.insert(skill_idx, line) {
            let message = format!("`{key}` is in this collection already, in line {first_line}");
            let error = entry.file.error(written.span(), message);
            problems.push(error.hint("remove one of the two"));
            continue;
        }
        chosen.push((key, note.map(Spanned::into_inner)));
    }
    chosen
}

/// The position of the skill that is `written`, under its present name or one that it had before. `None`, with a problem,
/// when it is not listed.
fn listed(
    file: &TomlFile,
    written: &Spanned<SkillKey>,
    names: &Names,
    skills: &[Skill],
    problems: &mut Problems,
) -> Option<usize> {
    let (span, mut key) = (written.span(), written.get_ref());
    if let (Err(Absence::Unknown), Some(now)) =
        (names.published(skills, key), names.present_key(key))
    {
        let warning = file.warning(span.clone(), format!("`{key}` is now called `{now}`"));
        problems.push(warning.hint(format!("write `key = \"{now}\"`")));
        key = now;
    }
    let left_out = match names.published(skills, key) {
        Ok(skill_idx) if skills[skill_idx].is_suspicious => "suspicious",
        Err(Absence::Hidden) => "hidden",
        _ => {
            let subject = format!("the collection names `{key}`");
            return names.named_in(file, span, &subject, skills, key, problems);
        }
    };
    let message = format!("`{key}` is {left_out} and therefore left out of the collection");
    problems.push(file.warning(span, message));
    None
}

/// What a rule chooses, as listings are sorted; `None`, with errors, when it is no rule.
fn by_rule(rule: &Fields, catalog: &Catalog, problems: &mut Problems) -> Option<Vec<Chosen>> {
    rule.allow_only(&["badge", "owner", "tag"], problems);
    let n_errors = problems.n_errors();
    let mut text = |key| rule.text(key, RULE_MAX_CHARS, problems);
    let (badge, owner, tag) = (text("badge"), text("owner"), text("tag"));
    if let Some(badge) = &badge
        && catalog.badge_kind(badge.get_ref()).is_none()
    {
        problems.push(unknown_badge(rule.file, badge, &catalog.badge_kinds));
    }
    if [&badge, &owner, &tag].iter().all(|word| word.is_none()) && problems.n_errors() == n_errors {
        let message = "the rule has neither `badge` nor `owner` nor `tag`";
        problems.push(rule.file.error(rule.span.clone(), message));
    }
    if problems.n_errors() > n_errors {
        return None;
    }
    let holds = |skill: &Skill| {
        badge
            .as_ref()
            .is_none_or(|kind| skill.badge(kind.get_ref()).is_some())
            && owner
                .as_ref()
                .is_none_or(|owner| skill.key.owner == *owner.get_ref())
            && tag
                .as_ref()
                .is_none_or(|tag| skill.tags.contains(tag.get_ref()))
    };
    let skills = catalog.last_updated_first().into_iter();
    let skills = skills.map(|skill_idx| &catalog.skills[skill_idx]);
    let chosen: Vec<Chosen> = skills
        .filter(|skill| holds(skill))
        .map(|skill| (skill.key.clone(), None))
        .collect();
    if chosen.is_empty() {
        let owners: BTreeSet<&str> = catalog.listed().map(|skill| &*skill.key.owner).collect();
        let tags = catalog.listed().flat_map(|skill| &skill.tags);
        let tags: BTreeSet<&str> = tags.map(String::as_str).collect();
        let slips = [
            slip(rule.file, "owner", owner.as_ref(), &owners),
            slip(rule.file, "tag", tag.as_ref(), &tags),
        ];
        problems.extend(slips.into_iter().flatten());
    }
    Some(chosen)
}

/// Longest word of a rule, in characters.
const RULE_MAX_CHARS: usize = 200;

fn unknown_badge(file: &TomlFile, badge: &Spanned<String>, kinds: &[BadgeKind]) -> Problem {
    let message = format!("there is no badge `{}`", badge.get_ref());
    let error = file.error(badge.span(), message);
    let known: Vec<&str> = kinds.iter().map(|kind| kind.kind.as_str()).collect();
    if known.is_empty() {
        return error.hint("a file `badges/<kind>.toml` defines a badge");
    }
    error.hint(text::known_names_hint(badge.get_ref(), &known))
}

/// A warning where no listed skill has `word`, which is a `what`, with the one that was probably meant.
fn slip(
    file: &TomlFile,
    what: &str,
    word: Option<&Spanned<String>>,
    known: &BTreeSet<&str>,
) -> Option<Problem> {
    let word = word.filter(|word| !known.contains(word.get_ref().as_str()))?;
    let message = format!("no listed skill has the {what} `{}`", word.get_ref());
    let warning = file.warning(word.span(), message);
    Some(match text::suggest(word.get_ref(), known.iter().copied()) {
        Some(meant) => warning.hint(format!("did you mean `{meant}`?")),
        None => warning,
    })
}

/// As many of `chosen`, from the first on, as a collection may have.
fn within_limits(
    fields: &Fields,
    mut chosen: Vec<Chosen>,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Vec<Chosen> {
    let skills = chosen.iter().filter_map(|(key, _)| catalog.skill(key));
    let n_fitting = n_that_fit(skills);
    let rest = chosen.split_off(n_fitting);
    if !rest.is_empty() {
        let left_out: Vec<&SkillKey> = rest.iter().map(|(key, _)| key).collect();
        let message = format!(
            "a collection has at most {COLLECTION_MAX_SKILLS} skills, with {COLLECTION_MAX_FILES} files of {} MB; left out are {}",
            COLLECTION_MAX_BYTES / 1_000_000,
            text::listed(left_out, LEFT_OUT_SHOWN)
        );
        problems.push(fields.file.warning(0..0, message));
    }
    chosen
}

/// Most skills that a message names.
const LEFT_OUT_SHOWN: usize = 10;
