//! Names of files and folders that mean something, wherever skills lie.

use walkdir::DirEntry;

/// Whether `name` is that of the file that makes a folder a skill, in any letter case.
pub fn is_skill_md(name: &str) -> bool {
    name.eq_ignore_ascii_case("SKILL.md")
}

/// Whether a file or folder is left out because of its name.
pub fn is_hidden_name(name: &str) -> bool {
    name.starts_with('.') || is_litter_name(name)
}

/// Names that programs leave behind and nobody misses.
pub fn is_litter_name(name: &str) -> bool {
    matches!(
        name,
        "node_modules"
            | "__pycache__"
            | "__MACOSX"
            | "Thumbs.db"
            | "desktop.ini"
            | ".git"
            | ".DS_Store"
            | ".gitignore"
            | ".gitattributes"
            | ".gitkeep"
            | ".clawhub"
            | ".clawdhub"
            | ".idea"
            | ".vscode"
            | ".venv"
            | ".pytest_cache"
    ) || name.starts_with("._")
}

/// Whether an entry of a folder, which is not its root, is left out because of its name.
pub fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().to_str().is_some_and(is_hidden_name)
}

/// Whether an entry of a folder has a name that programs leave behind.
pub fn is_litter(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(is_litter_name)
}
