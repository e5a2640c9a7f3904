//! Whoever follows a hint that proposes a value does not meet the same problem again.

use proptest::prelude::*;

use super::*;
use crate::problem::Problem;

/// A skill of one file, as its author has it.
#[derive(Clone, Debug)]
struct Written {
    slug: String,
    /// Lines of the front matter.
    fields: Vec<String>,
}

impl Written {
    fn problems(&self) -> Vec<Problem> {
        let path = format!("skills/ana/{}/SKILL.md", self.slug);
        let text = format!("---\n{}\n---\nText.\n", self.fields.join("\n"));
        let loaded = loaded(&[(path.as_str(), text)]);
        loaded.problems.sorted().into_iter().cloned().collect()
    }

    /// The skill after its author did what `hint` says; `None` when the hint proposes no value.
    fn following(&self, hint: &str, line: Option<u32>) -> Option<Self> {
        let quoted = |before: &str| {
            let (_, rest) = hint.split_once(&format!("{before}`"))?;
            rest.split_once('`').map(|(value, _)| value.to_owned())
        };
        let mut written = self.clone();
        if let Some(field) = quoted("write ").filter(|field| !field.contains('…')) {
            let key = field.split_once(':').unwrap().0;
            written
                .fields
                .retain(|line| line.split(':').next() != Some(key));
            written.fields.push(field);
        } else if let Some(key) = quoted("did you mean ") {
            let line = &mut written.fields[line.unwrap() as usize - 2];
            *line = format!("{key}:{}", line.split_once(':').unwrap().1);
        } else if !hint.contains("rename the folder to ") {
            return None;
        }
        if let Some(slug) = quoted("rename the folder to ") {
            written.slug = slug;
        }
        Some(written)
    }
}

/// Follows every hint that proposes a value, and expects not to meet its problem again.
fn follow_all(written: &Written) -> Result<usize, TestCaseError> {
    let mut n_followed = 0;
    for problem in written.problems() {
        let hint = problem.hint.clone().unwrap_or_default();
        let Some(mended) = written.following(&hint, problem.line) else {
            continue;
        };
        n_followed += 1;
        for after in mended.problems() {
            let is_same = after.group == problem.group
                || (problem.group.starts_with("name") && after.group.contains("name "));
            let is_left = problem.group == "unknown fields" && after.message != problem.message;
            prop_assert!(!is_same || is_left, "{problem}\n{mended:?}\n{after}");
        }
    }
    Ok(n_followed)
}

#[test]
fn a_name_that_clients_install_is_proposed_for_the_folder_too() {
    for (slug, name, hint) in [
        ("pdf", "PDF Tools", "write `name: pdf`"),
        (
            "pdf",
            "pdf-tools",
            "write `name: pdf`, or rename the folder",
        ),
        (
            "Log_A.v2",
            "Log_A.v2",
            "write `name: log-a-v2`, and rename the folder to `log-a-v2`",
        ),
        ("Log_A", "log-tools", "rename the folder to `log-tools`"),
        ("007", "\"\"", "write `name: \"007\"`"),
        ("on", "ON", "write `name: \"on\"`"),
        (
            "con_",
            "Con",
            "give the folder and `name` one name of lower-case letters a to z, digits and `-`",
        ),
    ] {
        let written = Written {
            slug: slug.to_owned(),
            fields: vec![format!("name: {name}"), "description: A.".to_owned()],
        };
        let problems = written.problems();
        let hints: Vec<&str> = problems
            .iter()
            .filter_map(|problem| problem.hint.as_deref())
            .collect();
        assert_eq!(hints, [hint], "{slug} {name}");
        follow_all(&written).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_hint_never_proposes_what_the_check_refuses(
        slug in "[a-zA-Z0-9][a-zA-Z0-9._-]{0,5}|yes|No|null|7|1e3|2026-01-31|Lpt1_|[a-z]{70}",
        name in proptest::option::of("[a-zA-Z0-9 ._-]{0,8}|\"[a-z-]{0,6}\"|true|12|é+"),
        field in "(licence|allowed_tools|descripton|compatability|Model|npm|User-Invocable)",
    ) {
        let mut fields = vec![format!("{field}: x")];
        fields.extend(name.map(|name| format!("name: {name}")));
        follow_all(&Written { slug, fields })?;
    }
}
