//! Badge files: `badges/<kind>.toml` defines a kind of badge and lists its awards.
//!
//! ```toml
//! label = "Official"
//! description = "Maintained by the people who run this registry."
//! icon = "✓"
//! color = "blue"
//! boost = 0.03
//!
//! [[award]]
//! skill = "ana/pdf-tools"
//! by = "editors"
//! at = 2026-01-31
//! note = "Why."
//! ```

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;

use super::names::Names;
use super::toml_file::{Fields, TomlFile, toml_files};
use crate::catalog::{Award, BadgeColor, BadgeKind, Skill, is_badge_kind};
use crate::content::folder::Content;
use crate::problem::{Problem, Problems, line_and_column};

/// Reads all badge files and gives the awards to `skills`; the kinds come back sorted.
pub fn read(
    content: &Content,
    names: &Names,
    skills: &mut [Skill],
    problems: &mut Problems,
) -> Vec<BadgeKind> {
    let mut kinds = Vec::new();
    for (kind, path) in badge_files(content, problems) {
        let Some(file) = TomlFile::read(content, &path, GROUP, problems) else {
            continue;
        };
        let Some(table) = file.parse(problems) else {
            continue;
        };
        let fields = Fields::new(&file, &table);
        fields.allow_only(&KEYS, problems);
        give_awards(&fields, &kind, names, skills, problems);
        kinds.extend(definition(&fields, kind, problems));
    }
    for skill in skills {
        skill.badges.sort_by(|a, b| a.kind.cmp(&b.kind));
    }
    kinds
}

const GROUP: &str = "badge file";

const KEYS: [&str; 7] = [
    "label",
    "description",
    "icon",
    "color",
    "boost",
    "shown",
    "award",
];

/// Longest `by` of an award, in characters.
pub(super) const BY_MAX_CHARS: usize = 120;

/// Longest `note` of an award, in characters.
pub(super) const NOTE_MAX_CHARS: usize = 400;

const AWARD_KEYS: [&str; 4] = ["skill", "by", "at", "note"];

/// Kinds with their files, sorted by kind.
fn badge_files(content: &Content, problems: &mut Problems) -> Vec<(String, PathBuf)> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for (kind, path) in toml_files(content, "badges", GROUP, "<kind>", problems) {
        let mut kinds = files.iter().map(|(kind, _)| kind);
        let (message, hint) = if !is_badge_kind(&kind) {
            (
                format!("`{kind}` cannot be a kind of badge"),
                "name the file with ASCII letters and digits, a letter first, such as `official.toml`",
            )
        } else if let Some(other) = kinds.find(|other| other.eq_ignore_ascii_case(&kind)) {
            (
                format!("the kinds `{kind}` and `{other}` differ only in the case of letters"),
                "rename or merge one of the files",
            )
        } else {
            files.push((kind, path));
            continue;
        };
        problems.push(Problem::error(&path, GROUP, message).hint(hint));
    }
    files
}

fn definition(fields: &Fields, kind: String, problems: &mut Problems) -> Option<BadgeKind> {
    let label = fields.required_text("label", 40, problems);
    let description = fields.required_text("description", 400, problems);
    let icon = fields.text("icon", 4, problems);
    let boost = fields.fraction("boost", problems).unwrap_or(0.0);
    let is_shown = fields.flag("shown", problems).unwrap_or(true);
    let color = color(fields, problems);
    Some(BadgeKind {
        kind,
        label: label?.into_inner(),
        description: description?.into_inner(),
        icon: icon.map(Spanned::into_inner),
        color: color.unwrap_or_default(),
        boost,
        is_shown,
    })
}

fn color(fields: &Fields, problems: &mut Problems) -> Option<BadgeColor> {
    let name = fields.text("color", 40, problems)?;
    let (span, name) = (name.span(), name.into_inner());
    let mut colors = BadgeColor::ALL.into_iter();
    let color = colors.find(|(_, called)| *called == name);
    if color.is_none() {
        let message = format!("`{name}` is not a colour that a badge can have");
        let names = BadgeColor::ALL.map(|(_, name)| name).join("`, `");
        let error = fields.file.error(span, message);
        problems.push(error.hint(format!("write one of `{names}`")));
    }
    Some(color?.0)
}

fn give_awards(
    fields: &Fields,
    kind: &str,
    names: &Names,
    skills: &mut [Skill],
    problems: &mut Problems,
) {
    let file = fields.file;
    let mut seen = BTreeMap::new();
    for award in fields.tables("award", problems) {
        award.allow_only(&AWARD_KEYS, problems);
        let by = award.text("by", BY_MAX_CHARS, problems);
        let at = award.date("at", problems);
        let note = award.text("note", NOTE_MAX_CHARS, problems);
        let Some(skill) = award.skill("skill", problems) else {
            continue;
        };
        let (span, skill) = (skill.span(), skill.into_inner());
        let line = line_and_column(&file.text, span.start).0;
        if let Some(first_line) = seen.insert(skill.clone(), line) {
            let message = format!("`{skill}` has this badge already, in line {first_line}");
            problems.push(file.error(span, message).hint("remove one of the two"));
            continue;
        }
        let subject = format!("award to `{skill}`");
        let named = names.named_in(file, span, &subject, skills, &skill, problems);
        if let Some(skill_idx) = named {
            skills[skill_idx].badges.push(Award {
                kind: kind.to_owned(),
                by: by.map(Spanned::into_inner),
                at,
                note: note.map(Spanned::into_inner),
            });
        }
    }
}

/// The file that defines `kind` in the content folder.
pub fn badge_path(content: &Path, kind: &str) -> PathBuf {
    content.join("badges").join(format!("{kind}.toml"))
}
