//! The page that says what a version of a skill changed.

use std::io;

use askama::Template;

use super::crumbs::SkillCrumbs;
use crate::catalog::{Skill, SkillFile};
use crate::changes::{
    Block, ChangeKind, ContentChange, FileChange, Hunk, TEXT_MAX_BYTES, TextChange, changes,
};
use crate::render::page::{Page, Section, render, write_from};
use crate::render::registry::Registry;
use crate::sink::Sink;
use crate::text::number::{counted, file_size, grouped};
use crate::text::unicode::revealed;
use crate::url;

/// What one version of a skill changed of the one before.
#[derive(Hash)]
pub(super) struct Diff<'a> {
    new: State<'a>,
    old: State<'a>,
}

/// A version with its files.
#[derive(Clone, Hash)]
struct State<'a> {
    version: &'a str,
    /// Its name in addresses.
    segment: String,
    files: &'a [SkillFile],
    /// Whether its page is that of the skill.
    is_current: bool,
}

/// What each version of `skill` changed, the newest first: of the current one, when it has a name, and of its releases but
/// the first. None for a skill of one version.
pub(super) fn diffs(skill: &Skill) -> Vec<Diff<'_>> {
    let current = skill.version.iter().map(|version| State {
        version: &version.version,
        segment: url::version_segment(&version.version),
        files: &skill.files,
        is_current: true,
    });
    let releases = skill.releases().into_iter().map(|release| State {
        version: &release.version.version,
        files: release.files(),
        segment: release.segment,
        is_current: false,
    });
    let states: Vec<State> = current.chain(releases).collect();
    let pairs = states.iter().zip(states.iter().skip(1));
    pairs
        .map(|(new, old)| Diff {
            new: new.clone(),
            old: old.clone(),
        })
        .collect()
}

impl<'a> Diff<'a> {
    /// The address of its page, with which version `segment` is.
    pub(super) fn path(&self, skill: &Skill) -> String {
        url::diff(&skill.key, &self.new.segment)
    }

    /// Whether it says what the version of this name in addresses changed.
    pub(super) fn is_of(&self, segment: &str) -> bool {
        self.new.segment == segment
    }

    /// Whether it says what the current version changed.
    pub(super) fn is_of_current(&self) -> bool {
        self.new.is_current
    }

    /// The version before.
    pub(super) fn from(&self) -> &'a str {
        self.old.version
    }
}

/// What [`write`] may take: a file of each version, and the lines by which renamed files are found.
pub(super) const MEMORY_TO_WRITE: usize = 24 << 20;

/// Writes the page of `diff`.
pub(super) fn write(
    registry: &Registry<'_>,
    skill: &Skill,
    diff: &Diff<'_>,
    sink: &dyn Sink,
) -> io::Result<()> {
    let view = DiffView::new(registry, skill, diff);
    write_from(sink, &view.page.path, &view, || {
        let changes = changes(diff.old.files, diff.new.files)?;
        render(&DiffPage {
            page: &view.page,
            total: total(&changes),
            files: changes.iter().map(FileView::new).collect(),
            view: &view,
        })
    })
}

/// All that the page is made from.
#[derive(Hash)]
struct DiffView<'a> {
    page: Page<'a>,
    skill_name: &'a str,
    crumbs: SkillCrumbs<'a>,
    /// To the page of each version.
    to_link: String,
    from_link: String,
    diff: &'a Diff<'a>,
}

impl<'a> DiffView<'a> {
    fn new(registry: &'a Registry<'a>, skill: &'a Skill, diff: &'a Diff<'a>) -> Self {
        let (to, from) = (diff.new.version, diff.old.version);
        let title = format!("Changes in {} {to} by @{}", skill.name, skill.key.owner);
        let description = format!(
            "What version {to} of the agent skill {} changed of {from}.",
            skill.key
        );
        let path = diff.path(skill);
        let mut page = Page::new(&registry.site, path, title, description).section(Section::Skills);
        page.is_indexed = false;
        let link = |state: &State| match state.is_current {
            true => registry.link(&url::skill(&skill.key)),
            false => registry.link(&url::release(&skill.key, &state.segment)),
        };
        Self {
            page,
            skill_name: &skill.name,
            crumbs: SkillCrumbs::new(registry, skill),
            to_link: link(&diff.new),
            from_link: link(&diff.old),
            diff,
        }
    }
}

/// The view, and what is computed from it alone.
#[derive(Template)]
#[template(path = "diff.html")]
struct DiffPage<'a> {
    page: &'a Page<'a>,
    view: &'a DiffView<'a>,
    total: String,
    files: Vec<FileView<'a>>,
}

/// A file that changed, in words and lines.
struct FileView<'a> {
    path: String,
    /// What became of it, such as `new`.
    kind: &'static str,
    /// How many lines came and went; empty where that is not known.
    counts: String,
    notes: Vec<String>,
    hunks: &'a [Hunk],
}

impl<'a> FileView<'a> {
    fn new(change: &'a FileChange<'a>) -> Self {
        let (kind, from) = match change.kind {
            ChangeKind::Added => ("new", None),
            ChangeKind::Removed => ("removed", None),
            ChangeKind::Renamed { from } => ("renamed", Some(from)),
            ChangeKind::Changed => ("changed", None),
        };
        let from = from.map(|from| format!("It was {} before.", revealed(from)));
        let runs = change.runs.map(|runs| match runs {
            true => "It runs when it is unpacked, and did not before.".to_owned(),
            false => "It does not run any more when it is unpacked.".to_owned(),
        });
        let mut notes: Vec<String> = from.into_iter().chain(runs).collect();
        let mut hunks: &[Hunk] = &[];
        let mut counts = String::new();
        match &change.content {
            ContentChange::Same if change.runs.is_some() => {}
            ContentChange::Same => notes.push("Its content is the same.".to_owned()),
            ContentChange::Binary => {
                notes.push("It is no text, so no lines are shown.".to_owned());
            }
            ContentChange::TooLarge => notes.push(format!(
                "It has more than {}, so no lines are shown.",
                file_size(TEXT_MAX_BYTES)
            )),
            ContentChange::TooMuch => {
                notes.push("Too much changed to compare it line by line.".to_owned());
            }
            ContentChange::Text(text) => {
                hunks = &text.hunks;
                counts = counts_of(text.n_added, text.n_removed);
                push_text_notes(text, &mut notes);
            }
        }
        Self {
            path: revealed(change.path).into_owned(),
            kind,
            counts,
            notes,
            hunks,
        }
    }
}

/// What lines alone do not show.
fn push_text_notes(text: &TextChange, notes: &mut Vec<String>) {
    if let Some((before, now)) = text.line_ends {
        let (before, now) = (before.name(), now.name());
        notes.push(format!(
            "Its lines end in {now}, and ended in {before} before."
        ));
    }
    match text.ends_in_break {
        Some(true) => notes.push("The last line ends in a line break now.".to_owned()),
        Some(false) => notes.push("The last line ends in no line break any more.".to_owned()),
        None => {}
    }
    if text.is_cut {
        notes.push("More changed than is shown here; the zips hold all of it.".to_owned());
    }
    if text.hunks.is_empty() && notes.is_empty() {
        notes.push("It is empty.".to_owned());
    }
}

/// Such as `3 files, 12 lines added, 3 lines removed`.
fn total(changes: &[FileChange<'_>]) -> String {
    if changes.is_empty() {
        return "no file changed".to_owned();
    }
    let texts = changes.iter().filter_map(|change| match &change.content {
        ContentChange::Text(text) => Some(text),
        _ => None,
    });
    let n_files = counted(changes.len(), "file", "files");
    let n_added = texts.clone().map(|text| text.n_added).sum();
    let n_removed = texts.map(|text| text.n_removed).sum();
    match counts_of(n_added, n_removed) {
        counts if counts.is_empty() => n_files,
        counts => format!("{n_files}, {counts}"),
    }
}

fn counts_of(n_added: usize, n_removed: usize) -> String {
    let count = |count, what: &str| {
        let lines = counted(count, "line", "lines");
        (count > 0).then(|| format!("{lines} {what}"))
    };
    let counts = [count(n_added, "added"), count(n_removed, "removed")];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    counts.join(", ")
}

/// Longest line that is shown whole, in characters.
const LINE_MAX_CHARS: usize = 500;

/// A stranger's line as pages show it: what hides or turns text around is told, and a long line is cut.
fn shown(line: &str) -> String {
    let Some((end, _)) = line.char_indices().nth(LINE_MAX_CHARS) else {
        return revealed(line).into_owned();
    };
    let n_more = grouped(line[end..].chars().count());
    format!("{} […and {n_more} more characters]", revealed(&line[..end]))
}
