//! The front matter as strict readers see it: every field, in JSON terms, or none.

use serde_json::{Map, Value};
use thiserror::Error;

use super::yaml::StrictError;
use super::{find, yaml};

/// All fields of the front matter of `text`, the bytes of a file without a byte order mark.
///
/// Values are read by the core schema of YAML 1.2, which is what programs that compare front matter with a file agree on:
/// `007` is 7 here, where [`super::parse`] keeps it as it is written.
///
/// # Errors
/// Why strict readers find no front matter, or why not all of them would read the same.
pub fn verbatim(text: &str) -> Result<Map<String, Value>, VerbatimError> {
    let found = find(text).ok_or(VerbatimError::Absent)?;
    if let Some(fault) = found.fault(text) {
        return Err(VerbatimError::NotFound(fault.message));
    }
    match yaml::parse_strict(&text[found.yaml_at..found.yaml_end]) {
        // Copies of anchors make long JSON of short YAML.
        Ok(fields) if fields.to_string().len() > JSON_MAX_BYTES => Err(VerbatimError::Long),
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(VerbatimError::NoFields),
        Err(error) => Err(VerbatimError::Yaml(error)),
    }
}

/// Longest front matter as JSON, in bytes.
const JSON_MAX_BYTES: usize = 2 * yaml::YAML_MAX_BYTES;

/// Why a text has no front matter that all readers see the same.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerbatimError {
    /// There is none.
    #[error("there is no front matter")]
    Absent,
    /// Strict readers do not find it.
    #[error("{0}")]
    NotFound(&'static str),
    /// It is something else than fields.
    #[error("the front matter is not a list of `field: value` lines")]
    NoFields,
    /// It is too long.
    #[error("the front matter has more than {JSON_MAX_BYTES} bytes as JSON")]
    Long,
    /// It is not YAML, or YAML that readers disagree about, or has something that JSON does not have.
    #[error("the front matter cannot be given as JSON: {0}")]
    Yaml(#[from] StrictError),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_of_the_core_schema() {
        let text = "---\r\nname: a\r\nn: 007\nx: 0x1F\ny: yes\nf: 1.10\nd: 2026-01-31\nnot: ~\nl: [1, {b: TRUE}]\n\
                    t: |+\n  x\n\n---\n\nname: b\n";
        let fields = json!({
            "name": "a", "n": 7.0, "x": 31, "y": "yes", "f": 1.1, "d": "2026-01-31", "not": null, "l": [1, { "b": true }],
            "t": "x\n\n",
        });
        assert_eq!(Value::Object(verbatim(text).unwrap()), fields);
    }

    #[test]
    fn what_readers_disagree_about_is_none() {
        for (text, message) in [
            ("", "no front matter"),
            ("# A\n", "no front matter"),
            ("\n---\nname: a\n---\n", "blank lines stand above"),
            ("<!-- x -->\n---\nname: a\n---\n", "a comment stands above"),
            ("--- \nname: a\n---\n", "spaces follow"),
            ("---\nname: a\n", "no closing"),
            ("---\nname: a\n---x\nb: 1\n---\n", "begins with `---`"),
            ("---\n- a\n---\n", "not a list of `field: value` lines"),
            ("---\n---\n", "not a list of `field: value` lines"),
            ("---\nname: a: b\n---\n", "as JSON"),
            ("---\nname: a\nname: b\n---\n", "duplicate"),
            ("---\na: {b: 1, b: 2}\n---\n", "duplicate"),
            ("---\na: .nan\n---\n", "finite"),
            ("---\na: 1e400\n---\n", "finite"),
            ("---\na: &x {b: 1}\nc:\n  <<: *x\n---\n", "merge"),
            ("---\na: !own b\n---\n", "tag"),
            ("---\n? [a]\n: b\n---\n", "string"),
        ] {
            let error = verbatim(text).unwrap_err().to_string();
            assert!(error.contains(message), "{text:?}: {error}");
        }
        let deep = format!("---\na: {}1{}\n---\n", "[".repeat(500), "]".repeat(500));
        assert!(verbatim(&deep).is_err());
        let long = format!("---\na: {}\n---\n", "b".repeat(70_000));
        assert!(verbatim(&long).unwrap_err().to_string().contains("65536"));
        let copies = format!("---\na: &x {}\nb: [*x, *x, *x]\n---\n", "b".repeat(50_000));
        assert_eq!(verbatim(&copies), Err(VerbatimError::Long));
    }
}
