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
    const GROUP: &str = "embeddings";
    if config.embedding.mode != EmbeddingMode::Own {
        return None;
    }
    let candidates = ["embeddings.npy", "embeddings.jsonl"].map(|name| content.join(name));
    let is_there = |path: &&PathBuf| path.symlink_metadata().is_ok();
    let Some(path) = candidates.iter().find(is_there) else {
        let message =
            "`mode` is `own`, but there is no `embeddings.npy` or `embeddings.jsonl` here";
        let hint = "write one vector for each skill, or set `mode = \"words\"` below `[embedding]`";
        problems.push(Problem::error(content, GROUP, message).hint(hint));
        return None;
    };
    let bytes = match input_file::read(path, VECTORS_MAX_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("the vectors cannot be read: {error}");
            problems.push(Problem::error(path, GROUP, message).hint(input_file::hint(&error)));
            return None;
        }
    };
    let ids: Vec<String> = catalog
        .listed()
        .map(|skill| skill.key.to_string())
        .collect();
    match OwnVectors::parse(path, &bytes, &ids) {
        Ok((vectors, outdated)) => {
            for outdated in outdated {
                problems.push(Problem {
                    line: outdated.line(),
                    ..Problem::warning(path, GROUP, outdated.to_string()).hint(outdated.hint())
                });
            }
            Some(vectors)
        }
        Err(error) => {
            problems.push(Problem {
                line: error.line,
                ..Problem::error(path, GROUP, error.to_string()).hint(error.hint())
            });
            None
        }
    }
}
