//! The operator's own document vectors, of any dimension: for related skills.
//!
//! `embeddings.jsonl` holds one `{"id": "owner/slug", "vector": [numbers]}` a line; skills may be missing.
//! `embeddings.npy` holds a NumPy array of `f4` or `f8` with one row for each listed skill, sorted by `owner/slug`.
//!
//! Strangers add and remove skills, so vectors lag behind: what speaks of no listed skill is not used, and that is a
//! warning.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;

use super::hnsw::Bytes;
use super::npy::{Array, NpyError};
use crate::problem;

/// A vector of each skill; `None` where there is none.
#[derive(Clone, Debug, Hash)]
pub struct OwnVectors {
    pub(super) by_skill: Vec<Option<Bytes>>,
}

/// Why the operator's vectors cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct OwnVectorsError {
    /// From 1; `None` for a file without lines.
    pub line: Option<u32>,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Fault {
    #[error("the vectors are not UTF-8 text")]
    NotUtf8,
    #[error("not a vector: {0}")]
    NotAVector(String),
    #[error(
        "the vector of `{id}` has {got} dimensions, the one in line {expected_line} has {expected}"
    )]
    Dimensions {
        id: String,
        got: usize,
        expected: usize,
        expected_line: u32,
    },
    #[error("the vector of `{0}` {1}")]
    Vector(String, VectorFault),
    #[error("the vector of `{0}` {1}")]
    Row(String, VectorFault),
    #[error("a second vector of `{0}`")]
    Second(String),
    #[error(transparent)]
    Npy(NpyError),
}

/// What no vector may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum VectorFault {
    #[error("has no dimensions, or too many")]
    Dimensions,
    #[error("holds a number that is not finite")]
    NotFinite,
    #[error("is all zero")]
    Zero,
}

impl OwnVectorsError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match &self.fault {
            Fault::NotUtf8 => "save NumPy arrays with the ending `.npy`",
            Fault::NotAVector(_) => {
                "write `{\"id\": \"owner/slug\", \"vector\": [0.1, …]}` on each line"
            }
            Fault::Dimensions { .. } => "take all vectors from one model",
            Fault::Vector(..) => "leave the line out",
            Fault::Row(..) => "use JSON lines to leave skills out",
            Fault::Second(_) => "leave one of them",
            Fault::Npy(_) => {
                "write it with `numpy.save(\"embeddings.npy\", array.astype(\"float32\"))`"
            }
        }
    }
}

impl From<Fault> for OwnVectorsError {
    fn from(fault: Fault) -> Self {
        Self { line: None, fault }
    }
}

impl OwnVectors {
    /// Reads the contents of `path`, a `.npy` file or else JSON lines. `ids` are the listed skills, sorted. What is not as
    /// it should be, but only because skills came or went, comes back beside the vectors.
    ///
    /// # Errors
    /// The first thing that is wrong: not such a file, vectors of different lengths, a second vector of a skill, a vector
    /// that is all zero or not finite.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        ids: &[String],
    ) -> Result<(Self, Vec<Outdated>), OwnVectorsError> {
        let mut outdated = Vec::new();
        let vectors = if path.extension().is_some_and(|extension| extension == "npy") {
            parse_npy(bytes, ids, &mut outdated)?
        } else {
            parse_json_lines(bytes, ids, &mut outdated)?
        };
        let by_skill = to_bytes(&vectors);
        Ok((Self { by_skill }, outdated))
    }

    /// The vectors of those skills that are kept, in the same order.
    pub fn only(&self, are_kept: impl Iterator<Item = bool>) -> Self {
        let by_skill = self.by_skill.iter().zip(are_kept);
        Self {
            by_skill: by_skill
                .filter(|(_, is_kept)| *is_kept)
                .map(|(vector, _)| vector.clone())
                .collect(),
        }
    }
}

/// How vectors lag behind the skills.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Outdated {
    /// An array of another length, so nobody can say which row is whose, and none is used.
    #[error(
        "the array has {n_rows} rows, but there are {n_skills} listed skills; pages show no related skills"
    )]
    Rows {
        /// How many there are.
        n_rows: usize,
        /// How many skills are listed.
        n_skills: usize,
    },
    /// Vectors of skills that are not listed.
    #[error(
        "there is no listed skill `{id}`; of {n_vectors} vectors that is so, and they are left out"
    )]
    Unknown {
        /// The first such line, from 1.
        line: u32,
        /// Its skill.
        id: String,
        /// How many there are.
        n_vectors: usize,
    },
    /// Skills without a vector.
    #[error(
        "`{id}` has no vector; of {n_skills} skills that is so, and their pages show no related ones"
    )]
    Missing {
        /// The first such skill.
        id: String,
        /// How many there are.
        n_skills: usize,
    },
}

impl Outdated {
    /// From 1; `None` when it is not about a line.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Unknown { line, .. } => Some(*line),
            Self::Rows { .. } | Self::Missing { .. } => None,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Rows { .. } => {
                "make the vectors again, or use JSON lines, which name their skills"
            }
            Self::Unknown { .. } => "make the vectors again, or remove the line",
            Self::Missing { .. } => "make the vectors again",
        }
    }
}

/// More dimensions than any model has.
const DIMENSIONS_MAX: usize = 16_384;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    vector: Vec<f32>,
}

fn parse_json_lines(
    bytes: &[u8],
    ids: &[String],
    outdated: &mut Vec<Outdated>,
) -> Result<Vec<Option<Vec<f32>>>, OwnVectorsError> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
    let idx_of: HashMap<&str, usize> = ids
        .iter()
        .enumerate()
        .map(|(idx, id)| (id.as_str(), idx))
        .collect();
    let mut vectors: Vec<Option<Vec<f32>>> = vec![None; ids.len()];
    let mut first: Option<(usize, u32)> = None;
    let mut unknown: Option<(u32, String)> = None;
    let mut n_unknown = 0;
    for (text, line_number) in problem::lines(text).zip(1u32..) {
        if text.trim().is_empty() {
            continue;
        }
        let error = |fault| OwnVectorsError {
            line: Some(line_number),
            fault,
        };
        let Line { id, vector } = serde_json::from_str(text).map_err(|json| {
            let (json, _) = problem::json_fault(text, &json);
            error(Fault::NotAVector(json))
        })?;
        let got = vector.len();
        let (expected, expected_line) = *first.get_or_insert((got, line_number));
        if got != expected {
            return Err(error(Fault::Dimensions {
                id,
                got,
                expected,
                expected_line,
            }));
        }
        check(&vector).map_err(|fault| error(Fault::Vector(id.clone(), fault)))?;
        let Some(&idx) = idx_of.get(id.as_str()) else {
            unknown.get_or_insert((line_number, id));
            n_unknown += 1;
            continue;
        };
        if vectors[idx].replace(vector).is_some() {
            return Err(error(Fault::Second(id)));
        }
    }
    outdated.extend(unknown.map(|(line, id)| Outdated::Unknown {
        line,
        id,
        n_vectors: n_unknown,
    }));
    let n_skills = vectors.iter().filter(|vector| vector.is_none()).count();
    if let Some(idx) = vectors.iter().position(Option::is_none) {
        let id = ids[idx].clone();
        outdated.push(Outdated::Missing { id, n_skills });
    }
    Ok(vectors)
}

fn parse_npy(
    bytes: &[u8],
    ids: &[String],
    outdated: &mut Vec<Outdated>,
) -> Result<Vec<Option<Vec<f32>>>, OwnVectorsError> {
    let array = Array::parse(bytes, DIMENSIONS_MAX).map_err(Fault::Npy)?;
    let (n_rows, n_skills) = (array.n_rows, ids.len());
    if n_rows != n_skills {
        outdated.push(Outdated::Rows { n_rows, n_skills });
        return Ok(vec![None; n_skills]);
    }
    let checked = array.rows().zip(ids).map(|(vector, id)| {
        check(&vector).map_err(|fault| Fault::Row(id.clone(), fault))?;
        Ok(Some(vector))
    });
    checked.collect()
}

fn check(vector: &[f32]) -> Result<(), VectorFault> {
    if !(1..=DIMENSIONS_MAX).contains(&vector.len()) {
        return Err(VectorFault::Dimensions);
    }
    if !vector.iter().all(|x| x.is_finite()) {
        return Err(VectorFault::NotFinite);
    }
    if vector.iter().all(|&x| x == 0.0) {
        return Err(VectorFault::Zero);
    }
    Ok(())
}

/// Unit vectors with eight bits a dimension, the largest component of all ±127.
fn to_bytes(vectors: &[Option<Vec<f32>>]) -> Vec<Option<Bytes>> {
    let unit = |vector: &Vec<f32>| -> Vec<f64> {
        let most = vector
            .iter()
            .fold(0.0f64, |most, &x| most.max(f64::from(x).abs()));
        let scaled: Vec<f64> = vector.iter().map(|&x| f64::from(x) / most).collect();
        let norm = libm::sqrt(scaled.iter().map(|x| x * x).sum());
        scaled.iter().map(|x| x / norm).collect()
    };
    let units: Vec<Option<Vec<f64>>> = vectors.iter().map(|v| v.as_ref().map(unit)).collect();
    let components = units.iter().flatten().flatten();
    let most = components.fold(0.0f64, |most, x| most.max(x.abs()));
    units
        .into_iter()
        .map(|unit| {
            let byte = |x: &f64| (x / most * 127.0).round() as i8;
            unit.map(|unit| unit.iter().map(byte).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Vec<String> {
        ["ana/a", "ana/b", "bo/c"].map(str::to_owned).to_vec()
    }

    type Parsed = Result<(OwnVectors, Vec<Outdated>), OwnVectorsError>;

    fn json(text: &str) -> Parsed {
        OwnVectors::parse(Path::new("embeddings.jsonl"), text.as_bytes(), &ids())
    }

    fn npy(header: &str, values: &[f32]) -> Parsed {
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend(values.iter().flat_map(|x| x.to_le_bytes()));
        OwnVectors::parse(Path::new("embeddings.npy"), &bytes, &ids())
    }

    const HEADER: &str = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }\n";

    #[test]
    fn vectors_of_any_length_are_read_from_both_kinds_of_file() {
        let (own, outdated) = json(
            "{\"id\": \"bo/c\", \"vector\": [3, 4]}\n\n{\"id\": \"ana/a\", \"vector\": [0.0, -1e-30]}\n",
        )
        .unwrap();
        let expected = [Some(vec![0, -127]), None, Some(vec![76, 102])];
        assert_eq!(own.by_skill, expected);
        let messages: Vec<String> = outdated.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            ["`ana/b` has no vector; of 1 skills that is so, and their pages show no related ones"]
        );
        let (own, outdated) = npy(HEADER, &[0.0, -5.0, 1.0, 1.0, 30.0, 40.0]).unwrap();
        let expected = [Some(vec![0, -127]), Some(vec![90, 90]), Some(vec![76, 102])];
        assert_eq!((own.by_skill.as_slice(), outdated), (&expected[..], vec![]));
    }

    #[test]
    fn vectors_of_skills_that_came_or_went_are_no_error() {
        let (own, outdated) = json(
            "{\"id\": \"ana/gone\", \"vector\": [3, 4]}\n{\"id\": \"ana/a\", \"vector\": [3, 4]}\n{\"id\": \"x/y\", \"vector\": [3, 4]}\n",
        )
        .unwrap();
        assert_eq!(own.by_skill.iter().flatten().count(), 1);
        let told: Vec<_> = outdated
            .iter()
            .map(|it| (it.line(), it.to_string()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    Some(1),
                    "there is no listed skill `ana/gone`; of 2 vectors that is so, and they are left out".to_owned()
                ),
                (
                    None,
                    "`ana/b` has no vector; of 2 skills that is so, and their pages show no related ones".to_owned()
                ),
            ]
        );
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
        let (own, outdated) = npy(header, &[1.0; 4]).unwrap();
        assert_eq!(own.by_skill, [None, None, None]);
        assert_eq!(
            outdated[0].to_string(),
            "the array has 2 rows, but there are 3 listed skills; pages show no related skills"
        );
    }

    #[test]
    fn errors_say_what_was_found_and_what_was_expected() {
        let message = |result: Parsed| match result {
            Ok(_) => String::new(),
            Err(error) => match error.line {
                Some(line) => format!("line {line}: {error}"),
                None => error.to_string(),
            },
        };
        let a = "{\"id\": \"ana/a\", \"vector\": [1, 2]}\n";
        for (text, expected) in [
            (
                "{\"id\": \"ana/b\", \"vector\": [1, 2, 3]}",
                "line 2: the vector of `ana/b` has 3 dimensions, the one in line 1 has 2",
            ),
            (a, "line 2: a second vector of `ana/a`"),
            (
                "{\"id\": \"ana/b\", \"vector\": [0, 0]}",
                "line 2: the vector of `ana/b` is all zero",
            ),
            (
                "{\"id\": \"ana/b\"}",
                "line 2: not a vector: missing field `vector`",
            ),
        ] {
            assert_eq!(message(json(&format!("{a}{text}"))), expected);
        }
        for (header, values, expected) in [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }",
                &[1.0; 6][..],
                "the array has 1 axes, expected 2: skills and dimensions",
            ),
            (
                HEADER,
                &[1.0; 5],
                "3 × 2 values of 4 bytes expected, found 20 bytes",
            ),
            (
                "{'descr': '<i8', 'fortran_order': False, 'shape': (3, 2), }",
                &[],
                "values are `'<i8'`, expected `<f4` or `<f8`",
            ),
            (
                HEADER,
                &[1.0, f32::NAN, 1.0, 1.0, 1.0, 1.0],
                "the vector of `ana/a` holds a number that is not finite",
            ),
        ] {
            assert_eq!(message(npy(header, values)), expected);
        }
        let cut = OwnVectors::parse(Path::new("x.npy"), b"\x93NUMPY\x01\x00\xff\xff{", &ids());
        assert_eq!(message(cut), "not a NumPy file");
    }
}
