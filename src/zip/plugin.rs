//! The zip of a collection, which is a plugin for the clients that install such.
//!
//! ```text
//! .claude-plugin/plugin.json   Claude Code
//! plugin.json                  Agent Plugins 1.0.0
//! skills/<install name>/…      the files of each skill
//! ```
//!
//! Neither manifest has a version: a client that finds none takes the digest of the zip for it, and so updates whenever
//! anything in it changes.

use std::io;

use serde::Serialize;

use super::{SkillZip, ZipBuilder};
use crate::catalog::{Catalog, Collection, SkillFile};
use crate::config::Config;

/// All that the zip of a collection is made from.
#[derive(Hash)]
pub struct Plugin<'a> {
    name: &'a str,
    description: &'a str,
    /// The registry that put it together.
    author: &'a str,
    /// Each with the name of its folder, in the order of these names.
    skills: Vec<(&'a str, &'a [SkillFile])>,
}

/// What [`Plugin::zip`] calls for each file, with the name of its skill's folder, and its bytes.
type OnFile<'f> = dyn FnMut(&str, &SkillFile, &[u8]) -> io::Result<()> + 'f;

impl<'a> Plugin<'a> {
    /// The plugin of `collection`, which is one of `catalog`.
    pub fn new(catalog: &'a Catalog, config: &'a Config, collection: &'a Collection) -> Self {
        let members = catalog.members(collection);
        let skills = members.map(|(skill, member)| (&*member.install_name, &*skill.files));
        let mut skills: Vec<(&str, &[SkillFile])> = skills.collect();
        // The order of a page is no matter here.
        skills.sort_by_key(|(install_name, _)| *install_name);
        Self {
            name: &collection.name,
            description: &collection.description,
            author: &config.title,
            skills,
        }
    }

    /// What [`Plugin::zip`] takes at once, in bytes: the zip, and one file.
    pub fn memory_to_zip(&self) -> usize {
        let len_bytes = self.files().map(|file| file.len_bytes);
        len_bytes.clone().sum::<usize>() + len_bytes.max().unwrap_or(0)
    }

    /// The zip; each file is read once, and given to `on_file`, too.
    ///
    /// # Errors
    /// A path or a size that a zip cannot hold; a file that is not what it was; what `on_file` says.
    pub fn zip(&self, on_file: &mut OnFile<'_>) -> io::Result<SkillZip> {
        let mut zip = ZipBuilder::new(self.files());
        let claude_plugin = self.manifest(None)?;
        zip.add(".claude-plugin/plugin.json", false, &claude_plugin)?;
        let agent_plugin = self.manifest(Some(AGENT_PLUGINS))?;
        zip.add("plugin.json", false, &agent_plugin)?;
        for (install_name, files) in &self.skills {
            for file in *files {
                let bytes = file.read()?;
                let path = format!("skills/{install_name}/{}", file.path);
                zip.add(&path, file.is_executable, &bytes)?;
                on_file(install_name, file, &bytes)?;
            }
        }
        zip.finish()
    }

    /// JSON for people, too, with a line break at its end.
    fn manifest(&self, schema: Option<&str>) -> io::Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(&Manifest {
            schema,
            name: self.name,
            description: self.description,
            author: Author { name: self.author },
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn files(&self) -> impl Iterator<Item = &'a SkillFile> + Clone {
        self.skills.iter().flat_map(|(_, files)| *files)
    }
}

/// The schema that the manifest of an Agent Plugin must name, to the letter.
const AGENT_PLUGINS: &str = "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json";

#[derive(Serialize)]
struct Manifest<'a> {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
    name: &'a str,
    description: &'a str,
    author: Author<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
}
