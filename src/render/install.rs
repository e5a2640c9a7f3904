//! The ways to install a skill or a collection that work from where the site stands.

use std::borrow::Cow;

use crate::catalog::{Collection, Release, Skill};
use crate::clients::{
    clawhub_command, clawhub_release_command, is_discoverable, is_fetched_by_file,
};
use crate::render::registry::Registry;
use crate::sums::Layout;
use crate::text::number::file_size;
use crate::url;
use crate::zip::WrittenZip;

/// What the install section of a page shows.
#[derive(Hash)]
pub(super) struct Install {
    pub(super) commands: Vec<Command>,
    pub(super) zip_link: String,
    pub(super) zip_name: String,
    pub(super) zip_size: String,
    pub(super) zip_sha256: String,
    /// By which anybody can check the zip.
    pub(super) checks: Vec<Command>,
}

/// A command to copy.
#[derive(Hash)]
pub(super) struct Command {
    pub(super) label: Cow<'static, str>,
    pub(super) text: String,
}

impl Install {
    pub(super) fn new(registry: &Registry<'_>, skill: &Skill, zip: &WrittenZip) -> Self {
        let key = &skill.key;
        let with_skills = is_discoverable(skill)
            .then(|| format!("npx skills add {}", registry.absolute(&url::skill(key))));
        let with_clawhub = clawhub_command(registry.config, skill, registry.has_unique_slug(key));
        let clients = [
            ("With the skills client".into(), with_skills),
            ("With the clawhub client".into(), with_clawhub),
        ];
        Self::by(clients, registry, &key.slug, &url::zip(key), zip)
    }

    /// Of all skills of a collection.
    pub(super) fn of_collection(
        registry: &Registry<'_>,
        collection: &Collection,
        zip: &WrittenZip,
    ) -> Self {
        let zip_path = url::collection_zip(&collection.name, &zip.sha256);
        let members = || registry.catalog.members(collection).map(|(skill, _)| skill);
        let with_skills = members().any(is_discoverable).then(|| {
            let page = registry.absolute(&url::collection(&collection.name, 1));
            format!("npx skills add {page} --yes")
        });
        let n_by_file = members().filter(|skill| is_fetched_by_file(skill)).count();
        let with_opencode = (n_by_file > 0).then(|| {
            let folder = registry.absolute(&url::collection_file_index(&collection.name));
            format!("\"skills\": {{ \"urls\": [\"{folder}\"] }}")
        });
        let n_members = collection.members.len();
        let opencode = match n_by_file == n_members {
            true => "With opencode, in opencode.json".into(),
            false => {
                format!("With opencode, in opencode.json: {n_by_file} of the {n_members}").into()
            }
        };
        let clients = [
            ("With the skills client".into(), with_skills),
            (opencode, with_opencode),
        ];
        Self::by(clients, registry, &collection.name, &zip_path, zip)
    }

    /// Of an old version.
    pub(super) fn of_release(
        registry: &Registry<'_>,
        skill: &Skill,
        release: &Release<'_>,
        zip: &WrittenZip,
    ) -> Self {
        let version = &release.version.version;
        let with_clawhub = clawhub_release_command(registry.config, skill, version);
        let has_main = release.files().iter().any(|file| file.path == "SKILL.md");
        let page = registry.absolute(&url::release(&skill.key, &release.segment));
        let with_skills =
            (has_main && is_discoverable(skill)).then(|| format!("npx skills add {page}"));
        let clients = [
            ("With the skills client".into(), with_skills),
            ("With the clawhub client".into(), with_clawhub),
        ];
        let zip_path = url::release_zip(&skill.key, &release.segment);
        Self::by(clients, registry, &skill.key.slug, &zip_path, zip)
    }

    /// By each client that has a command, and by the zip, which is saved under `name`.
    fn by<const N: usize>(
        clients: [(Cow<'static, str>, Option<String>); N],
        registry: &Registry<'_>,
        name: &str,
        zip_path: &str,
        zip: &WrittenZip,
    ) -> Self {
        // An identity has no character that means something to a shell, and a URL is percent-encoded.
        let with_curl = format!(
            "curl -fsSL {} -o {name}.zip && unzip -q {name}.zip -d {name}",
            registry.absolute(zip_path)
        );
        let with_curl = ("With curl and unzip".into(), Some(with_curl));
        let commands = clients.into_iter().chain([with_curl]);
        let command = |(label, text): (_, Option<String>)| Some(Command { label, text: text? });
        Self {
            commands: commands.filter_map(command).collect(),
            zip_link: registry.link(zip_path),
            zip_name: format!("{name}.zip"),
            zip_size: file_size(zip.len_bytes),
            zip_sha256: zip.sha256.clone(),
            checks: checks(registry, zip_path),
        }
    }
}

/// Commands that fetch the zip at `zip_path` with its sums and check them; none for a site whose address means something to
/// curl or a shell.
fn checks(registry: &Registry<'_>, zip_path: &str) -> Vec<Command> {
    let base = registry.absolute("");
    if base.contains(['[', ']', '{', '}', '\'']) || zip_path.contains('%') {
        return Vec::new();
    }
    let key = registry.config.signing.public_key;
    let list = Layout::of(registry.catalog.skills.len()).list_of(zip_path);
    let mut lists = vec![url::SUMS];
    if list != url::SUMS {
        lists.push(&list);
    }
    let signature = key.map(|_| url::SUMS_SIGNATURE);
    let fetched = lists.iter().copied().chain(signature).chain([zip_path]);
    let fetched: Vec<&str> = fetched.collect();
    let command = |label: &'static str, text| Command {
        label: label.into(),
        text,
    };
    let mut checks = vec![
        command(
            "Fetch the zip with the sums of this site, into an empty folder",
            format!(
                "curl -fsSL --create-dirs -o '#1' '{base}{{{}}}'",
                fetched.join(",")
            ),
        ),
        command(
            "Check the zip by the sums",
            format!("sha256sum --ignore-missing -c {}", lists.join(" ")),
        ),
    ];
    if let Some(key) = key {
        checks.push(command(
            "Check who signed the sums",
            format!("minisign -Vm {} -P {key}", url::SUMS),
        ));
    }
    checks
}
