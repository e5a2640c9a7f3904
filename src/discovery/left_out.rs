//! What is not taken of a tree, and why.

use std::path::Path;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::Problem;
use crate::text;

/// Something that people may wonder not to find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// A file in the tree, mostly a `SKILL.md`.
    pub path: String,
    /// Why it is not taken, or not all of it.
    #[serde(flatten)]
    pub reason: Reason,
}

impl LeftOut {
    /// What is at `path`, for this reason.
    pub fn new(path: &str, reason: Reason) -> Self {
        Self {
            path: path.to_owned(),
            reason,
        }
    }

    /// The warning about it, with a place below `tree`, however that is named.
    pub fn warning(&self, tree: &Path) -> Problem {
        let path = tree.join(self.path.trim_start_matches('/'));
        Problem::warning(path, self.reason.group(), self.reason.to_string())
            .hint(self.reason.hint())
    }
}

/// Why something in a tree is not taken; shown, it is a sentence without a full stop.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// A `SKILL.md` that lies too far down.
    #[error(
        "this skill lies more than {max_depth} folders below the one where skills are looked for, and is left out, as clients do"
    )]
    TooDeep {
        /// How many folders are gone down.
        max_depth: usize,
    },
    /// A `SKILL.md` below a folder of a name that programs write to.
    #[error(
        "folders that are called `{name}` are not looked into, neither by clients; this skill is left out"
    )]
    SkippedFolder {
        /// The folder's name.
        name: String,
    },
    /// A link in the place of a file.
    #[error("this is a link; links of a source are not followed, so it is left out")]
    Link,
    /// A link beside the folders of skills, or in a folder `skills`.
    #[error(
        "this is a link where folders of skills lie; links of a source are not followed, so a skill behind it is left out"
    )]
    LinkedFolder,
    /// A submodule or a device in the place of a file.
    #[error("this is neither a file nor a folder; it is left out")]
    NotAFile,
    /// A `SKILL.md` whose name has other capitals.
    #[error(
        "clients find only files that are called `SKILL.md`, in capitals; this skill is left out"
    )]
    OtherCase,
    /// A path with `..` or empty names.
    #[error("this path leads elsewhere; the skill is left out")]
    PathNotPlain,
    /// A file that is longer than is read of its kind.
    #[error("the file has more than {max_bytes} bytes and is not read")]
    TooLarge {
        /// What would be read.
        max_bytes: u64,
    },
    /// A `SKILL.md` that does not say what clients list.
    #[error("clients list no skill without `name` and `description`; no text is in {}, so this one is left out", text::listed(.missing, 2))]
    NoField {
        /// Which of the two have no text.
        missing: Vec<String>,
    },
    /// A skill that says of itself that it is not for others.
    #[error(
        "`metadata.internal` says that this skill is not for others; it is left out, as clients do"
    )]
    Internal,
    /// A copy of another repository's skill.
    #[error(
        "`skills-lock.json` says that this is a copy of another repository's skill; it is left out, as clients do"
    )]
    InstalledCopy,
    /// A second skill of one name.
    #[error(
        "`{kept}` has the name `{name}` too; clients list one of the two, so this one is left out"
    )]
    SameName {
        /// The name.
        name: String,
        /// The `SKILL.md` of the skill that stays.
        kept: String,
    },
    /// A second skill of one slug.
    #[error(
        "`{kept}` has the slug `{slug}` too; one owner has one skill of a slug, so this one is left out"
    )]
    SameSlug {
        /// The slug.
        slug: String,
        /// The `SKILL.md` of the skill that stays.
        kept: String,
    },
    /// A skill that cannot have an address.
    #[error("neither the name `{name}` nor the folder's can be a slug; the skill is left out")]
    NoSlug {
        /// The name.
        name: String,
    },
    /// More skills than are taken.
    #[error("this and further skills are left out: a source has at most {max}")]
    TooManySkills {
        /// How many are taken.
        max: usize,
    },
    /// A manifest that cannot be read.
    #[error("this manifest is not JSON: {message}; what it names is not looked for")]
    ManifestNotJson {
        /// What is wrong with it.
        message: String,
    },
    /// A manifest that names what is not there.
    #[error("this manifest names folders in which nothing is: {}", text::listed(.paths, SHOWN_MAX))]
    ManifestNotThere {
        /// As they are written.
        paths: Vec<String>,
    },
    /// A manifest with paths that are not followed.
    #[error("this manifest names folders that do not begin with `./`, or lead out of its own: {}", text::listed(.paths, SHOWN_MAX))]
    ManifestNotFollowed {
        /// As they are written.
        paths: Vec<String>,
    },
    /// A manifest that names plugins of other repositories.
    #[error(
        "this manifest names plugins of other repositories, {n_plugins} in all; their skills are not looked for"
    )]
    ManifestElsewhere {
        /// How many.
        n_plugins: usize,
    },
    /// A manifest that names more than is looked for.
    #[error("this manifest names more than {max} folders; the further ones are not looked into")]
    ManifestTooLong {
        /// How many are.
        max: usize,
    },
    /// Files of a skill whose names begin with a dot.
    #[error("hidden files of a skill are left out")]
    HiddenFiles,
    /// More than is told one by one.
    #[error("{n_more} more are left out here and not shown")]
    Further {
        /// How many.
        n_more: usize,
    },
}

impl Reason {
    /// What to do: for the operator of a registry first, who may not be the author.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooDeep { .. } | Self::SkippedFolder { .. } => {
                "to publish it, name a folder above it with `path` in a source of its own"
            }
            Self::LinkedFolder => "put the folder itself in its place",
            Self::Link | Self::NotAFile => "put a regular file in its place",
            Self::OtherCase => "rename the file to `SKILL.md`",
            Self::PathNotPlain => "rename the folder",
            Self::TooLarge { .. } => "make it smaller",
            Self::NoField { .. } => "begin the file with `---`, `name: …`, `description: …`, `---`",
            Self::Internal => "remove `internal` from its `metadata` to publish it",
            Self::InstalledCopy => "add the repository that it comes from as a source",
            Self::SameName { .. } | Self::SameSlug { .. } => {
                "rename one of the two, or name the folder of the one to publish with `path`"
            }
            Self::NoSlug { .. } => "give it a `name` of lower-case letters, digits and `-`",
            Self::TooManySkills { .. } => "make several sources, each with a `path` of its own",
            Self::ManifestNotJson { .. } => "mend the file",
            Self::ManifestNotThere { .. } => {
                "remove them from the manifest, or add what is missing"
            }
            Self::ManifestNotFollowed { .. } => {
                "write them as `./folder`, from the manifest's repository"
            }
            Self::ManifestElsewhere { .. } => "add the repositories as sources",
            Self::ManifestTooLong { .. } => "make it shorter",
            Self::HiddenFiles => {
                "rename files that the skill needs, so that their names do not begin with a dot"
            }
            Self::Further { .. } => "look at one folder at a time with `path`",
        }
    }

    /// A short, constant name of the kind of reason, as a problem has it.
    fn group(&self) -> &'static str {
        match self {
            Self::TooDeep { .. } | Self::SkippedFolder { .. } | Self::OtherCase => {
                "skill out of place"
            }
            Self::Link | Self::LinkedFolder => "link left out",
            Self::NotAFile => "not a file",
            Self::PathNotPlain => "file name not allowed",
            Self::TooLarge { .. } => "file too large",
            Self::NoField { .. } => "no name or description",
            Self::Internal => "internal skill",
            Self::InstalledCopy => "installed copy",
            Self::SameName { .. } | Self::SameSlug { .. } => "two skills of one name",
            Self::NoSlug { .. } => "name not allowed",
            Self::TooManySkills { .. } => "too many skills",
            Self::ManifestNotJson { .. }
            | Self::ManifestNotThere { .. }
            | Self::ManifestNotFollowed { .. }
            | Self::ManifestElsewhere { .. }
            | Self::ManifestTooLong { .. } => "plugin manifest",
            Self::HiddenFiles => "hidden files",
            Self::Further { .. } => "further warnings",
        }
    }
}

/// Sorts `left_out`, and keeps no more than people read; `path` is the folder that it is about.
pub(super) fn sort_and_cut(left_out: &mut Vec<LeftOut>, path: &str) {
    left_out.sort();
    let n_more = left_out.len().saturating_sub(LEFT_OUT_MAX);
    if n_more > 0 {
        left_out.truncate(LEFT_OUT_MAX);
        left_out.push(LeftOut::new(path, Reason::Further { n_more }));
    }
}

/// Most of them that are told one by one.
const LEFT_OUT_MAX: usize = 1_000;

/// Most paths that a sentence shows.
const SHOWN_MAX: usize = 5;
