//! The zip of a skill as a plugin of Claude Code, which takes the root of a zip for that of a plugin.

use super::is_package;
use crate::catalog::Skill;

/// Whether Claude Code installs the zip of the skill as a plugin that is this skill and nothing else.
pub fn is_plugin(skill: &Skill) -> bool {
    is_package(skill) && plugin_parts(skill).next().is_none()
}

/// The files of the skill in which Claude Code would see parts of a plugin, whatever a marketplace says of it.
///
/// Of these, hooks, servers and monitors run when a session starts, and nobody is asked; programs in `bin/` take the place
/// of others; a manifest may hold the skill at one version for ever. Letters of either case count, since file systems
/// differ. Tried with version 2.1.332; hidden files count, for what later versions look for.
pub fn plugin_parts(skill: &Skill) -> impl Iterator<Item = &str> {
    let paths = skill.files.iter().map(|file| file.path.as_str());
    paths.filter(|path| is_plugin_part(&path.to_ascii_lowercase()))
}

fn is_plugin_part(path: &str) -> bool {
    match path.split_once('/') {
        None => {
            path.starts_with('.')
                || matches!(
                    path,
                    "hooks.json" | "mcp.json" | "plugin.json" | "settings.json"
                )
        }
        // Skills bring `agents/openai.yaml` for another client.
        Some(("agents" | "commands", below)) => below.ends_with(".md"),
        Some((folder, _)) => {
            folder.starts_with('.')
                || matches!(
                    folder,
                    "bin"
                        | "hooks"
                        | "monitors"
                        | "output-styles"
                        | "skills"
                        | "themes"
                        | "workflows"
                )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_plugin_would_load_is_told_from_the_files_of_a_skill() {
        for part in [
            "hooks/hooks.json",
            "Hooks/x",
            ".mcp.json",
            ".claude-plugin/plugin.json",
            "plugin.json",
            "bin/git",
            "agents/reviewer.md",
            "commands/a/b.MD",
            "skills/other/SKILL.md",
        ] {
            assert!(is_plugin_part(&part.to_ascii_lowercase()), "{part}");
        }
        for file in [
            "SKILL.md",
            "scripts/hooks/hooks.json",
            "agents/openai.yaml",
            "hooks.md",
            "references/commands/a.md",
            "package.json",
        ] {
            assert!(!is_plugin_part(&file.to_ascii_lowercase()), "{file}");
        }
    }
}
