//! Writes a registry of skills that are each as long as a file may be, in every way that could take memory.
//!
//! `cargo bench --bench hostile_skills -- FOLDER N_SKILLS` makes the content folder `FOLDER`. Skills of one
//! kind share their file, by a hard link, so that a thousand of them fit a disk; a build reads each all the same.

use std::io;
use std::path::Path;
use std::{env, fs};

#[path = "../../tests/data/attacks/long.rs"]
mod long;

/// Some kinds are a tenth longer, and a file may have ten million bytes.
const FILE_BYTES: usize = 9_000_000;

fn main() -> io::Result<()> {
    // `cargo bench` adds an argument of its own.
    let args = env::args().skip(1).filter(|arg| arg != "--bench");
    let args: Vec<String> = args.collect();
    let [folder, n_skills] = &args[..] else {
        return Err(io::Error::other("usage: hostile_skills FOLDER N_SKILLS"));
    };
    let n_skills: usize = n_skills.parse().map_err(io::Error::other)?;
    let kinds = kinds();
    for (kind_idx, (name, files)) in kinds.iter().enumerate() {
        let name = name.replace(' ', "-");
        let owner = Path::new(folder).join("skills").join(&name);
        let slug = |skill_idx: usize| format!("{name}-{skill_idx}");
        let of_kind = n_skills / kinds.len() + usize::from(kind_idx < n_skills % kinds.len());
        for skill_idx in 0..of_kind {
            let skill = owner.join(slug(skill_idx));
            fs::create_dir_all(&skill)?;
            for (path, bytes) in files {
                match skill_idx {
                    0 => fs::write(skill.join(path), bytes)?,
                    _ => fs::hard_link(owner.join(slug(0)).join(path), skill.join(path))?,
                }
            }
        }
    }
    Ok(())
}

type Files = Vec<(&'static str, Vec<u8>)>;

/// Long texts, and long files of other kinds.
fn kinds() -> Vec<(&'static str, Files)> {
    let short = || b"---\nname: short\ndescription: A short one.\n---\nShort.\n".to_vec();
    let mut kinds: Vec<(&'static str, Files)> = long::long_texts(FILE_BYTES)
        .into_iter()
        .map(|(name, text)| (name, vec![("SKILL.md", text.into_bytes())]))
        .collect();
    let fields: String = (0..FILE_BYTES / 16)
        .map(|n| format!("field{n}: a\n"))
        .collect();
    kinds.extend([
        (
            "fields",
            vec![("SKILL.md", format!("---\n{fields}---\nText\n").into_bytes())],
        ),
        (
            "one field",
            vec![(
                "SKILL.md",
                format!("---\na: {}\n---\n", "[".repeat(FILE_BYTES)).into_bytes(),
            )],
        ),
        ("no text", vec![("SKILL.md", vec![0xff; FILE_BYTES])]),
        (
            "versions",
            vec![
                ("SKILL.md", short()),
                ("_meta.json", "[".repeat(FILE_BYTES).into_bytes()),
            ],
        ),
        (
            "empty lists",
            vec![("SKILL.md", short()), ("_meta.json", nested_lists())],
        ),
        (
            "five files",
            vec![
                ("SKILL.md", short()),
                ("a", noise(1)),
                ("b", noise(2)),
                ("c", noise(3)),
                ("d", noise(4)),
            ],
        ),
    ]);
    kinds
}

fn nested_lists() -> Vec<u8> {
    format!("{{\"history\":[{}[]]}}", "[],".repeat(FILE_BYTES / 3 - 10)).into_bytes()
}

/// Bytes that cannot be compressed, the same every time.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    std::iter::repeat_with(next).take(FILE_BYTES).collect()
}
