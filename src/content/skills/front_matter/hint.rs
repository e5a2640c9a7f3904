//! Hints that propose what to write: whoever follows one is not refused again.
//!
//! All hints that name a value for a field, or a name for a folder, are made here, so that a test can follow every
//! one of them and look whether the problem is gone.

use std::fmt;

use super::yaml;
use crate::key::{install_name, is_discovery_name};
use crate::text;

/// What to write where; the hint is its text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Proposal {
    /// A value for a field of the front matter.
    Write { key: &'static str, value: String },
    /// A value for `name`, which the folder needs as well.
    WriteAndRename { name: String },
    /// A value for `name`, or else another name of the folder.
    WriteOrRename { name: String },
    /// Another name of the folder.
    Rename { folder: String },
    /// Another name of a field.
    Spell { key: &'static str },
    /// A name of the author's choice: nothing of the present one could stay.
    Choose,
}

impl Proposal {
    /// What gives the skill in the folder `slug`, which calls itself `name` if it has a name, one that clients install.
    pub(crate) fn name(slug: &str, name: Option<&str>) -> Self {
        let is_good = |name: &str| is_discovery_name(name) && !text::is_device_name(name);
        let good = |text: &str| install_name(text).filter(|name| is_good(name));
        let good_name = name.filter(|name| is_good(name));
        if is_good(slug) {
            let name = slug.to_owned();
            return match good_name {
                Some(_) => Self::WriteOrRename { name },
                None => Self::Write {
                    key: "name",
                    value: name,
                },
            };
        }
        if let Some(name) = good_name {
            return Self::Rename {
                folder: name.to_owned(),
            };
        }
        match good(slug).or_else(|| good(name?)) {
            Some(name) => Self::WriteAndRename { name },
            None => Self::Choose,
        }
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write { key, value } => write!(f, "write `{key}: {}`", yaml::scalar(value)),
            Self::WriteAndRename { name } => write!(
                f,
                "write `name: {}`, and rename the folder to `{name}`",
                yaml::scalar(name)
            ),
            Self::WriteOrRename { name } => {
                write!(
                    f,
                    "write `name: {}`, or rename the folder",
                    yaml::scalar(name)
                )
            }
            Self::Rename { folder } => write!(f, "rename the folder to `{folder}`"),
            Self::Spell { key } => write!(f, "did you mean `{key}`?"),
            Self::Choose => f.write_str(
                "give the folder and `name` one name of lower-case letters a to z, digits and `-`",
            ),
        }
    }
}

impl From<Proposal> for String {
    fn from(proposal: Proposal) -> Self {
        proposal.to_string()
    }
}
