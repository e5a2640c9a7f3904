//! Hints that propose what to write: whoever follows one is not refused again.
//!
//! All hints that name a value for `name`, or a name for a folder, are made here, so that a test can follow every
//! one of them and look whether the problem is gone.

use super::yaml;
use crate::key::{install_name, is_discovery_name};
use crate::text;

/// What gives the skill in the folder `slug`, which calls itself `name` if it has a name, one that clients install.
pub fn name_hint(slug: &str, name: Option<&str>) -> String {
    let is_good = |name: &str| is_discovery_name(name) && !text::is_device_name(name);
    let good = |text: &str| install_name(text).filter(|name| is_good(name));
    let good_name = name.filter(|name| is_good(name));
    let write = |name: &str| format!("write `name: {}`", yaml::scalar(name));
    match (is_good(slug), good_name) {
        (true, Some(_)) => format!("{}, or rename the folder", write(slug)),
        (true, None) => write(slug),
        (false, Some(name)) => format!("rename the folder to `{name}`"),
        (false, None) => match good(slug).or_else(|| good(name?)) {
            Some(name) => format!("{}, and rename the folder to `{name}`", write(&name)),
            None => {
                "give the folder and `name` one name of lower-case letters a to z, digits and `-`"
                    .to_owned()
            }
        },
    }
}
