//! Skills that lie where none are looked for, said as they are: one level too high or too deep, in a hidden folder, in
//! a repository with another layout.
//!
//! The layouts are those of public repositories of skills: `skills/<slug>/`, `.claude/skills/<slug>/`,
//! `plugins/<plugin>/skills/<slug>/`, `skills/.curated/<slug>/`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use walkdir::WalkDir;

use super::folder::SkillFolder;
use crate::content::folder::Content;
use crate::file_name::{is_litter, is_skill_md};
use crate::key::{SkillKey, is_identity_part};
use crate::problem::Problem;
use crate::text;

/// The error when there is nothing to publish; `None` when the operator hides it all, or no folder of a skill has a
/// `SKILL.md`, which has been told of each.
pub fn none_published(content: &Content, folders: &[SkillFolder]) -> Option<Problem> {
    let no_skills = || {
        let skills = content.path.join("skills");
        Problem::error(skills, "no skills", "there is no skill in this folder")
            .hint("make one with `skillpress new OWNER/SLUG`")
    };
    nothing_published(content).or_else(|| folders.is_empty().then(no_skills))
}

/// The error of a content folder of which nothing is published although skills lie in it; `None` when none do.
///
/// Skills that the operator hides do not count. Links are not followed, and of a huge folder not everything is looked at.
pub(super) fn nothing_published(content: &Content) -> Option<Problem> {
    let mut n_found = 0_usize;
    let mut layouts: BTreeMap<Layout, (usize, SkillMd)> = BTreeMap::new();
    for skill_md in skill_mds(content.path) {
        let key = skill_md.skill();
        if key.is_some_and(|key| content.hidden.contains(&key)) {
            continue;
        }
        n_found += 1;
        let layout = Layout::of(&skill_md, content);
        layouts.entry(layout).or_insert((0, skill_md)).0 += 1;
    }
    // The most common one; of two, the one that is declared first.
    let (layout, (_, example)) = layouts
        .into_iter()
        .rev()
        .max_by_key(|(_, (count, _))| *count)?;
    let (explanation, hint) = layout.explain(&example, content.path);
    let message = format!(
        "no skill is published, although this folder has {n_found} `SKILL.md`, such as `{example}`; {explanation}"
    );
    Some(Problem::error(content.path, "no skills", message).hint(hint))
}

/// The warning about a `SKILL.md` in the place of a slug; `path` is the file, directly in an owner's folder.
pub(super) fn too_high(path: &Path, owner: &str) -> Problem {
    Problem::warning(
        path,
        OUT_OF_PLACE,
        "this skill lies directly in the folder of an owner, one level too high, and is left out",
    )
    .hint(format!(
        "move the folder to `skills/<owner>/{owner}`: skills are expected in `skills/<owner>/<slug>/SKILL.md`"
    ))
}

/// The warning about the folder of a skill that has no `SKILL.md`, if it has some further down. `files` are the paths
/// of all its files, below it.
pub(super) fn too_deep(folder: &SkillFolder, files: &[&str]) -> Option<Problem> {
    let deeper: Vec<SkillMd> = files
        .iter()
        .filter(|path| path.rsplit('/').next().is_some_and(is_skill_md))
        .filter_map(|path| Some(SkillMd::directly_in(Path::new(path).parent()?)))
        .collect();
    let first = deeper.first()?;
    let SkillKey { owner, slug } = &folder.key;
    let is_below_first =
        |file: &&str| file.split('/').next() == first.folders.first().map(String::as_str);
    let is_doubled = first.folders.len() == 1 && files.iter().all(is_below_first);
    let (from, to) = (first.folder(), first.slug());
    let hint = if is_doubled && deeper.len() == 1 {
        format!("move what is in `{from}` one level up, into `skills/{owner}/{slug}`")
    } else {
        format!("move each to `skills/{owner}/<slug>`, such as `{from}` to `skills/{owner}/{to}`")
    };
    let message = format!(
        "the folder has no `SKILL.md` and is left out; it has {}, deeper than skills are looked for",
        text::listed(&deeper, SHOWN_MAX)
    );
    Some(Problem::warning(&folder.path, OUT_OF_PLACE, message).hint(hint))
}

/// The warning about a hidden folder below `skills/`, if skills lie in it.
pub(super) fn in_hidden_folder(folder: &Path) -> Option<Problem> {
    let found: Vec<SkillMd> = skill_mds(folder).collect();
    (!found.is_empty()).then(|| {
        Problem::warning(
            folder,
            OUT_OF_PLACE,
            format!(
                "folders whose names begin with a dot are left out, this one with {}",
                text::listed(&found, SHOWN_MAX)
            ),
        )
        .hint("move the skills to `skills/<owner>/<slug>`, or rename the folder")
    })
}

/// The kind of warnings about skills that lie elsewhere.
pub(super) const OUT_OF_PLACE: &str = "skill out of place";

/// Most entries of a folder that are looked at.
const ENTRIES_MAX: usize = 100_000;

/// Deepest `SKILL.md` that is looked for, in names from the folder.
const DEPTH_MAX: usize = 10;

/// Most paths that a message shows.
const SHOWN_MAX: usize = 5;

/// Where a `SKILL.md` lies: the names of the folders from some folder down to it.
struct SkillMd {
    folders: Vec<String>,
}

impl SkillMd {
    /// The one directly in `folder`.
    fn directly_in(folder: &Path) -> Self {
        let names = folder
            .iter()
            .map(|name| name.to_string_lossy().into_owned());
        Self {
            folders: names.collect(),
        }
    }

    /// The skill that it would be, were it where skills are looked for.
    fn skill(&self) -> Option<SkillKey> {
        match &self.folders[..] {
            [skills, owner, slug, ..] if skills == "skills" => {
                SkillKey::parse(&format!("{owner}/{slug}"))
            }
            _ => None,
        }
    }

    /// The name of its folder if that can be a slug, for a hint.
    fn slug(&self) -> &str {
        match self.folders.last() {
            Some(name) if is_identity_part(name) && !text::is_device_name(name) => name,
            _ => "<slug>",
        }
    }

    fn folder(&self) -> String {
        text::clean_line(&self.folders.join("/"), 200)
    }
}

impl fmt::Display for SkillMd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.folders.is_empty() {
            true => f.write_str("SKILL.md"),
            false => write!(f, "{}/SKILL.md", self.folder()),
        }
    }
}

/// Every `SKILL.md` below `folder`, sorted by path.
fn skill_mds(folder: &Path) -> impl Iterator<Item = SkillMd> {
    WalkDir::new(folder)
        .min_depth(1)
        .max_depth(DEPTH_MAX)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| !is_litter(entry))
        .take(ENTRIES_MAX)
        .filter_map(Result::ok)
        .filter(|entry| {
            entry.file_type().is_file() && entry.file_name().to_str().is_some_and(is_skill_md)
        })
        .map(move |entry| {
            let above = entry.path().parent().unwrap_or(folder);
            let below = above.strip_prefix(folder).unwrap_or(above);
            SkillMd::directly_in(below)
        })
}

/// How skills are laid out in a folder that is no content folder, or not a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Layout {
    /// `skills/<slug>/SKILL.md`
    Plain,
    /// `skills/.<group>/<slug>/SKILL.md`
    HiddenGroups,
    /// `.<agent>/skills/<slug>/SKILL.md`
    Agent,
    /// `plugins/<plugin>/skills/<slug>/SKILL.md`
    Plugins,
    /// `<folder>/skills/<owner>/<slug>/SKILL.md`
    Above,
    /// `<owner>/<slug>/SKILL.md`, in a folder that is called `skills`
    Below,
    /// `SKILL.md`
    OneSkill,
    /// `skills/<owner>/<group>/<slug>/SKILL.md`
    Deep,
    /// `<folder>/<slug>/SKILL.md`
    Elsewhere,
    /// `skills/<owner>/<slug>/SKILL.md`
    InPlace,
}

impl Layout {
    fn of(skill_md: &SkillMd, content: &Content) -> Self {
        let folders: Vec<&str> = skill_md.folders.iter().map(String::as_str).collect();
        let root = content.root.as_deref();
        let is_called_skills = || root.is_some_and(|root| root.ends_with("skills"));
        match folders[..] {
            [] | ["skills"] => Self::OneSkill,
            ["skills", group, _] if group.starts_with('.') => Self::HiddenGroups,
            ["skills", _] => Self::Plain,
            ["skills", _, _] => Self::InPlace,
            ["skills", ..] => Self::Deep,
            [agent, "skills", ..] if agent.starts_with('.') => Self::Agent,
            ["plugins", _, "skills", ..] => Self::Plugins,
            [.., "skills", _, _] => Self::Above,
            [_, _] if is_called_skills() => Self::Below,
            _ => Self::Elsewhere,
        }
    }

    /// What it looks like, and what to do, as the example shows it.
    fn explain(self, example: &SkillMd, content: &Path) -> (String, String) {
        let (folder, slug) = (example.folder(), example.slug());
        let in_place = IN_PLACE_HINT.to_owned();
        let (layout, hint) = match self {
            Self::Plain => (
                "a plain repository without owners, `skills/<slug>/SKILL.md`",
                in_place,
            ),
            Self::HiddenGroups => (
                "a collection with hidden groups, `skills/.<group>/<slug>/SKILL.md`",
                in_place,
            ),
            Self::Agent => {
                let agent = example.folders.first().map_or("", String::as_str);
                let agent = text::clean_line(agent, 40);
                let layout = &format!("the skills of an agent, `{agent}/skills/<slug>/SKILL.md`");
                return (looks_like(layout), in_place);
            }
            Self::Plugins => (
                "a marketplace of plugins, `plugins/<plugin>/skills/<slug>/SKILL.md`",
                in_place,
            ),
            Self::Above => {
                let above = &example.folders[..example.folders.len() - 3];
                let above = content.join(above.join("/"));
                let hint = format!("name the content folder: `--content {}`", above.display());
                ("a folder above a content folder", hint)
            }
            Self::Below => (
                "the folder `skills` of a content folder",
                "name the folder above this one with `--content`".to_owned(),
            ),
            Self::OneSkill => ("a single skill, not a registry", in_place),
            Self::Deep => (
                "skills in groups, `skills/<owner>/<group>/<slug>/SKILL.md`",
                format!(
                    "move each to `skills/<owner>/<slug>`, such as `{folder}` to `skills/{}/{slug}`",
                    example.folders[1]
                ),
            ),
            Self::Elsewhere => {
                let message = "they lie outside of the folder `skills`, where they are looked for";
                return (message.to_owned(), in_place);
            }
            Self::InPlace => {
                let message =
                    "those that lie in their place are left out for what the warnings say";
                return (message.to_owned(), "mend what the warnings say".to_owned());
            }
        };
        (looks_like(layout), hint)
    }
}

/// What to do with skills that lie as in a repository: they are published where they are.
const IN_PLACE_HINT: &str = "run `skillpress init --owner NAME` in this folder, which moves no file, or name it in the settings of a registry: `[[source]]` with `path` and `owner`";

fn looks_like(layout: &str) -> String {
    format!("this looks like {layout}")
}
