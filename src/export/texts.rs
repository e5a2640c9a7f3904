//! What the repository says to people, and to git.

use std::fmt::Write;

use super::plugin::Plugin;
use crate::config::Config;
use crate::text::number::counted;

pub(super) const README: &str = "README.md";

/// What it is, and how each client installs from it. `marketplace` is its name to clients.
pub(super) fn readme(marketplace: &str, plugins: &[Plugin<'_>], config: &Config) -> String {
    let Config {
        title,
        description,
        base_url,
        is_base_url_set,
        ..
    } = config;
    let from = match is_base_url_set {
        true => format!(" of <{base_url}>"),
        false => String::new(),
    };
    let n_collections = plugins.iter().filter(|plugin| plugin.is_collection).count();
    let skills = counted(plugins.len() - n_collections, "skill", "skills");
    let collections = match n_collections {
        0 => String::new(),
        _ => format!(
            ", and {} of them",
            counted(n_collections, "collection", "collections")
        ),
    };
    format!(
        "# {title}

{description}

{skills} for agents{collections}. `LICENSES.txt` says under which terms.
A folder `plugins/PLUGIN` is what clients install as one; its skills are `plugins/PLUGIN/skills/SKILL`.

| client | commands |
|---|---|
| Claude Code | `claude plugin marketplace add URL`, then `claude plugin install PLUGIN@{marketplace}` |
| Codex | `codex plugin marketplace add URL`, then `codex plugin add PLUGIN@{marketplace}` |
| Gemini CLI | `gemini skills install URL --path plugins/PLUGIN/skills/SKILL` |
| `skills` | `npx skills add URL --skill SKILL` |

`URL` is the address of this repository.

`skillpress export git` writes it from the registry{from}; changes belong there.
"
    )
}

pub(super) const LICENSES: &str = "LICENSES.txt";

/// The licence of each skill, as its author names it. Names of licences are strangers' text, so this is no Markdown.
pub(super) fn licenses(plugins: &[Plugin<'_>]) -> String {
    let mut text =
        "The skills are works of their authors, each under the terms that it names:\n\n".to_owned();
    for plugin in plugins.iter().filter(|plugin| !plugin.is_collection) {
        let license = plugin.license.as_deref();
        let license = license.unwrap_or("no licence is named; look into its files");
        let _ = writeln!(text, "{}: {license}", plugin.folder());
    }
    text
}

pub(super) const ATTRIBUTES: &str = ".gitattributes";

/// Files are what they are, on every system.
pub(super) const ATTRIBUTES_TEXT: &str = "* -text\n";
