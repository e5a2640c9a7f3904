//! What was probably meant by a name that does not exist.

/// The name among `candidates` that `wanted` is most likely a slip of; `None` when none is close.
///
/// A name is close when at most a third of its letters differ (two at least are allowed).
pub fn suggest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    let distance = |candidate: &str| strsim::levenshtein(&wanted, &candidate.to_lowercase());
    let max_distance = (wanted.len() / 3).clamp(2, 6);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(wanted.len()) <= max_distance)
        .map(|candidate| (distance(candidate), candidate))
        .filter(|&(distance, _)| distance <= max_distance)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What to write in place of `wanted`, which is none of the names that are known.
pub fn known_names_hint(wanted: &str, known: &[impl AsRef<str>]) -> String {
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    match suggest(wanted, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("known are `{}`", known.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let names = ["ana/pdf-tools", "bob/git-helper"];
        assert_eq!(suggest("ana/pdf-tool", names), Some("ana/pdf-tools"));
        assert_eq!(suggest("Ana/PDF-Tools", names), Some("ana/pdf-tools"));
        assert_eq!(suggest("zed/weather", names), None);
    }
}
