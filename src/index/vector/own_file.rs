//! Finding and reading the operator's own vectors.

use std::path::{Path, PathBuf};

use super::own::OwnVectors;
use crate::catalog::Catalog;
use crate::config::{Config, EmbeddingMode};
use crate::input_file;
use crate::problem::{Problem, Problems};

/// Largest file of vectors that is read, in bytes: those of a million skills with 1,024 dimensions.
const VECTORS_MAX_BYTES: u64 = 4 << 30;

/// The vectors of `embeddings.npy` or `embeddings.jsonl`, when the settings ask for them; what is wrong with them is
/// added to `problems`.
pub fn load_own(
    content: &Path,
    catalog: &Catalog,
    config: &Config,
    problems: &mut Problems,
) -> Option<OwnVectors> {
    if config.embedding.mode != EmbeddingMode::Own {
        return None;
    }
    let read = read_own(content, catalog, problems);
    read.map_err(|problem| problems.push(*problem)).ok()
}

fn read_own(
    content: &Path,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Result<OwnVectors, Box<Problem>> {
    const GROUP: &str = "embeddings";
    let candidates = ["embeddings.npy", "embeddings.jsonl"].map(|name| content.join(name));
    let is_there = |path: &&PathBuf| path.symlink_metadata().is_ok();
    let path = candidates.iter().find(is_there).ok_or_else(|| {
        let message =
            "`mode` is `own`, but there is no `embeddings.npy` or `embeddings.jsonl` here";
        let hint = "write one vector for each skill, or set `mode = \"words\"` below `[embedding]`";
        Problem::error(content, GROUP, message).hint(hint)
    })?;
    let bytes = input_file::read(path, VECTORS_MAX_BYTES).map_err(|error| {
        let message = format!("the vectors cannot be read: {error}");
        Problem::error(path, GROUP, message).hint(input_file::hint(&error))
    })?;
    let ids = catalog.listed().map(|skill| skill.key.to_string());
    let ids: Vec<String> = ids.collect();
    let parsed = OwnVectors::parse(path, &bytes, &ids);
    let (vectors, outdated) = parsed.map_err(|error| Problem {
        line: error.line,
        ..Problem::error(path, GROUP, error.to_string()).hint(error.hint())
    })?;
    problems.extend(outdated.into_iter().map(|outdated| Problem {
        line: outdated.line(),
        ..Problem::warning(path, GROUP, outdated.to_string()).hint(outdated.hint())
    }));
    Ok(vectors)
}
