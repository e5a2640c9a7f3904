//! Edits badge files in place: awards come and go, comments, order and layout of everything else stay.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::badge::badge_path;
use super::names::{KEY_HINT, similar_key};
use crate::catalog::{Award, Catalog, Timestamp};
use crate::input_file;
use crate::key::SkillKey;
use crate::output_file;
use crate::problem::Problem;
use crate::text;

/// Writes the award of a badge to `skill` into the badge file of its kind, at its end, and returns the file's path.
///
/// # Errors
/// An error, and no change, when the kind or the skill is unknown, when the skill has the badge already, or when the
/// file cannot be read, understood or written.
pub fn add_award(
    content: &Path,
    catalog: &Catalog,
    skill: &SkillKey,
    award: &Award,
) -> Result<PathBuf, BadgeEditError> {
    let path = known_badge_path(content, catalog, &award.kind)?;
    if catalog.skill(skill).is_none() {
        let meant = similar_key(skill, catalog.skills.iter().map(|skill| &skill.key));
        let cause = Cause::UnknownSkill(skill.clone(), meant);
        return Err(BadgeEditError { path, cause });
    }
    edit_file(path, |document| {
        if has_award(document, skill) {
            return Err(Cause::HasBadge(skill.clone(), award.kind.clone()));
        }
        push_award(document, skill, award);
        Ok(())
    })
}

/// Removes the award of the badge `kind` to `skill` from its badge file and returns the file's path.
///
/// The skill need not exist, so that awards to a skill that is gone can be removed.
///
/// # Errors
/// An error, and no change, when the kind is unknown, when there is no such award, or when the file cannot be read,
/// understood or written.
pub fn remove_award(
    content: &Path,
    catalog: &Catalog,
    skill: &SkillKey,
    kind: &str,
) -> Result<PathBuf, BadgeEditError> {
    let path = known_badge_path(content, catalog, kind)?;
    edit_file(path, |document| {
        if !has_award(document, skill) {
            return Err(Cause::HasNoBadge(skill.clone(), kind.to_owned()));
        }
        take_award(document, skill);
        Ok(())
    })
}

/// Why a badge file stays as it was.
#[derive(Debug)]
pub struct BadgeEditError {
    /// The file, or the folder in which there is none.
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug, Error)]
enum Cause {
    #[error("there is no badge of the kind `{}`", text::clean_line(.0, 80))]
    UnknownKind(String, Vec<String>),
    #[error("there is no such skill as `{0}`")]
    UnknownSkill(SkillKey, Option<String>),
    #[error("`{0}` has the badge `{1}` already")]
    HasBadge(SkillKey, String),
    #[error("`{0}` does not have the badge `{1}`")]
    HasNoBadge(SkillKey, String),
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("the file is not valid TOML: {}", .0.message())]
    NotToml(#[from] Box<toml_edit::TomlError>),
    #[error("the file cannot be written: {0}")]
    Unwritable(io::Error),
}

impl Cause {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownKind(_, known) if known.is_empty() => {
                "define a kind with a file `badges/<kind>.toml`".to_owned()
            }
            Self::UnknownKind(kind, known) => text::known_names_hint(kind, known),
            Self::UnknownSkill(_, Some(meant)) => format!("did you mean `{meant}`?"),
            Self::UnknownSkill(_, None) => KEY_HINT.to_owned(),
            Self::Unreadable(error) => input_file::hint(error).to_owned(),
            _ => return None,
        })
    }
}

impl From<BadgeEditError> for Problem {
    fn from(BadgeEditError { path, cause }: BadgeEditError) -> Self {
        Self {
            hint: cause.hint(),
            ..Self::error(path, "badge", cause.to_string())
        }
    }
}

fn known_badge_path(
    content: &Path,
    catalog: &Catalog,
    kind: &str,
) -> Result<PathBuf, BadgeEditError> {
    if catalog.badge_kind(kind).is_some() {
        return Ok(badge_path(content, kind));
    }
    let known = catalog.badge_kinds.iter().map(|known| known.kind.clone());
    let cause = Cause::UnknownKind(kind.to_owned(), known.collect());
    let path = content.join("badges");
    Err(BadgeEditError { path, cause })
}

/// Applies `edit` to the file; nothing changes when it or anything else fails.
fn edit_file(
    path: PathBuf,
    edit: impl FnOnce(&mut DocumentMut) -> Result<(), Cause>,
) -> Result<PathBuf, BadgeEditError> {
    let edited = input_file::read_text(&path)
        .map_err(Cause::Unreadable)
        .and_then(|text| output_file::edit_toml(&text, edit))
        .and_then(|edited| output_file::replace(&path, &edited).map_err(Cause::Unwritable));
    match edited {
        Ok(()) => Ok(path),
        Err(cause) => Err(BadgeEditError { path, cause }),
    }
}

fn has_award(document: &DocumentMut, skill: &SkillKey) -> bool {
    let awards = document.get("award").cloned();
    let awards = awards.and_then(|awards| awards.into_array_of_tables().ok());
    awards.is_some_and(|awards| awards.iter().any(|award| is_award_to(award, skill)))
}

fn is_award_to(award: &dyn TableLike, skill: &SkillKey) -> bool {
    let name = award.get("skill").and_then(Item::as_str);
    name.and_then(SkillKey::parse).as_ref() == Some(skill)
}

fn push_award(document: &mut DocumentMut, skill: &SkillKey, award: &Award) {
    let mut table = award_table(skill, award);
    if let Some(Item::Value(Value::Array(awards))) = document.get_mut("award") {
        if !awards.is_empty() {
            let mut inline: InlineTable = table.into_inline_table();
            inline.fmt();
            awards.push(inline);
            return;
        }
        document.remove("award");
    }
    // Comments at the end of the file stay above the new award.
    let prefix = match document.trailing().as_str().unwrap_or("").trim_end() {
        "" => "\n".to_owned(),
        trailing => format!("{trailing}\n\n"),
    };
    table.decor_mut().set_prefix(prefix);
    document.set_trailing("");
    let no_awards = Item::ArrayOfTables(ArrayOfTables::new());
    let awards = document.entry("award").or_insert(no_awards);
    if let Some(awards) = awards.as_array_of_tables_mut() {
        awards.push(table);
    }
}

fn award_table(skill: &SkillKey, award: &Award) -> Table {
    let mut table = Table::new();
    table.insert("skill", value(skill.to_string()));
    let mut insert_text = |key: &str, text: &Option<String>, max_chars| {
        let line = text::clean_line(text.as_deref().unwrap_or(""), max_chars);
        if !line.is_empty() {
            table.insert(key, value(line));
        }
    };
    insert_text("by", &award.by, super::badge::BY_MAX_CHARS);
    insert_text("note", &award.note, super::badge::NOTE_MAX_CHARS);
    if let Some(date) = award.at.and_then(toml_date) {
        table.insert("at", value(date));
    }
    table
}

/// A day when `timestamp` is its first instant, else the instant.
fn toml_date(timestamp: Timestamp) -> Option<toml_edit::Datetime> {
    const DAY_MS: i64 = 86_400_000;
    let text = if timestamp.ms() % DAY_MS == 0 {
        timestamp.date()
    } else {
        timestamp.rfc3339()
    };
    text.parse().ok()
}

fn take_award(document: &mut DocumentMut, skill: &SkillKey) {
    let mut orphans = String::new();
    let is_empty = match document.get_mut("award") {
        Some(Item::ArrayOfTables(awards)) => {
            orphans = take_tables(awards, skill);
            awards.is_empty()
        }
        Some(Item::Value(Value::Array(awards))) => {
            awards.retain(|award| {
                let table = award.as_inline_table();
                !table.is_some_and(|award| is_award_to(award, skill))
            });
            awards.is_empty()
        }
        _ => false,
    };
    if is_empty {
        document.remove("award");
    }
    let trailing = format!("{orphans}{}", document.trailing().as_str().unwrap_or(""));
    document.set_trailing(trailing);
}

/// Removes the awards to `skill`; comments that no award is left to stand above come back.
fn take_tables(awards: &mut ArrayOfTables, skill: &SkillKey) -> String {
    let mut comments = String::new();
    let mut left = ArrayOfTables::new();
    for award in awards.iter() {
        let prefix = award.decor().prefix().and_then(|prefix| prefix.as_str());
        if is_award_to(award, skill) {
            comments.push_str(other_comments(prefix.unwrap_or("")));
        } else {
            let mut award = award.clone();
            if !comments.is_empty() {
                let prefix = format!("{comments}{}", prefix.unwrap_or(""));
                award.decor_mut().set_prefix(prefix);
                comments.clear();
            }
            left.push(award);
        }
    }
    *awards = left;
    comments
}

/// The part of what stands above an award that is not about it: all but the comments that touch it.
fn other_comments(prefix: &str) -> &str {
    let end = prefix.rfind("\n\n").map_or(0, |at| at + 1);
    let kept = &prefix[..end];
    if kept.contains('#') { kept } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SkillKey {
        SkillKey::parse(text).unwrap()
    }

    fn add(text: &str, skill: &str, award: &Award) -> String {
        let edited: Result<String, Cause> = output_file::edit_toml(text, |document| {
            push_award(document, &name(skill), award);
            Ok(())
        });
        edited.unwrap()
    }

    fn remove(text: &str, skill: &str) -> String {
        let edited: Result<String, Cause> = output_file::edit_toml(text, |document| {
            take_award(document, &name(skill));
            Ok(())
        });
        edited.unwrap()
    }

    fn award() -> Award {
        Award {
            kind: "official".to_owned(),
            by: Some("editors".to_owned()),
            at: Timestamp::parse("2026-03-01"),
            note: Some("Says \"yes\".".to_owned()),
        }
    }

    const FILE: &str = "# What this is.\n\nlabel = \"Official\"   # the word\ncolor=\"blue\"\n\n[[award]]\nskill = \"ana/one\"\nat = 2026-01-31 # a day\n\n# Two is special.\n[[award]]\nskill = \"ana/two\"\n\n[[award]]\nnote = \"last\"\nskill = \"ana/three\"\n\n# The end.\n";

    #[test]
    fn a_new_award_stands_at_the_end_and_nothing_else_moves() {
        let added = add(FILE, "bob/new", &award());
        assert_eq!(
            added,
            format!(
                "{FILE}\n[[award]]\nskill = \"bob/new\"\nby = \"editors\"\nnote = 'Says \"yes\".'\nat = 2026-03-01\n"
            )
        );
        assert_eq!(
            remove(&added, "bob/new"),
            format!("{FILE}\n").replace("end.\n\n", "end.\n")
        );
    }

    #[test]
    fn a_first_award_comes_after_the_comments() {
        let bare = "label = \"A\"\n\n# No awards yet.\n#\n# [[award]]\n";
        let nobody = Award {
            by: Some(" \u{7} ".to_owned()),
            at: None,
            note: None,
            ..award()
        };
        assert_eq!(
            add(bare, "ana/one", &nobody),
            "label = \"A\"\n\n# No awards yet.\n#\n# [[award]]\n\n[[award]]\nskill = \"ana/one\"\n"
        );
        assert_eq!(
            add("label = \"A\"", "ana/one", &nobody),
            "label = \"A\"\n\n[[award]]\nskill = \"ana/one\"\n"
        );
    }

    #[test]
    fn a_removed_award_takes_its_own_comment_along_and_no_other() {
        assert_eq!(
            remove(FILE, "ana/two"),
            FILE.replace("\n# Two is special.\n[[award]]\nskill = \"ana/two\"\n", "")
        );
        let sections =
            "label = \"A\"\n\n# Section 2025.\n\n# Mine.\n[[award]]\nskill = \"ana/one\"\n";
        assert_eq!(
            remove(sections, "ana/one"),
            "label = \"A\"\n\n# Section 2025.\n"
        );
    }

    #[test]
    fn the_last_award_leaves_no_empty_key() {
        let one = "label = \"A\"\n\n[[award]]\nskill = \"ana/one\"\n";
        assert_eq!(remove(one, "ana/one"), "label = \"A\"\n");
        let inline = "label = \"A\"\naward = [{ skill = \"@ana/one\" }]\n";
        assert_eq!(remove(inline, "ana/one"), "label = \"A\"\n");
    }

    #[test]
    fn line_ends_and_mark_stay() {
        let windows = format!("\u{feff}{}", FILE.replace('\n', "\r\n"));
        let added = add(&windows, "bob/new", &award());
        assert!(added.starts_with(&windows[..windows.len() - 2]));
        assert_eq!(added.matches('\n').count(), added.matches("\r\n").count());
    }

    #[test]
    fn an_inline_list_stays_one() {
        let inline = "label = \"A\"\naward = [{ skill = \"ana/one\" }]\n";
        let added = add(inline, "bob/new", &award());
        assert!(
            added.starts_with(
                "label = \"A\"\naward = [{ skill = \"ana/one\" }, { skill = \"bob/new\""
            ),
            "{added}"
        );
        assert_eq!(remove(&added, "bob/new"), inline);
    }
}
