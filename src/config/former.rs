//! Settings under the names that they had before.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::place_of;
use crate::problem::{Problem, Problems};

/// Gives what `settings`, read from `text`, say under a name of before the name of today: `[install]` is `[hosting]`, and
/// its `hosting` is `mode`. A warning shows what to write.
///
/// # Errors
/// When both names are there.
pub(super) fn rename(
    settings: &mut DeTable<'_>,
    path: &Path,
    text: &str,
) -> Result<Problems, Problems> {
    let place = place_of(settings, "install");
    let Some((key, mut install)) = settings.remove_entry("install") else {
        return Ok(Problems::new());
    };
    if settings.contains_key("hosting") {
        let message = "`[install]` and `[hosting]` both say where the site is published; `[install]` is the name of before";
        let problem = Problem::error(path, "config", message)
            .hint("keep `[hosting]` alone; what was `hosting` in `[install]` is its `mode`");
        return Err(Problems::from_iter([problem.at(text, place)]));
    }
    let mut lines = vec!["`[hosting]`".to_owned()];
    if let DeValue::Table(table) = install.get_mut() {
        if let Some((key, mode)) = table.remove_entry("hosting") {
            table.insert(Spanned::new(key.span(), "mode".into()), mode);
        }
        let written = |value: &Spanned<DeValue<'_>>| text.get(value.span()).unwrap_or_default();
        let settings = table.iter();
        lines.extend(
            settings.map(|(key, value)| format!("`{} = {}`", key.get_ref(), written(value))),
        );
    }
    settings.insert(Spanned::new(key.span(), "hosting".into()), install);
    let message = "`[install]` is called `[hosting]` now, and its `hosting` is `mode`";
    let hint = format!("write in its place {}", lines.join(", "));
    let warning = Problem::warning(path, "former setting", message).hint(hint);
    Ok(Problems::from_iter([warning.at(text, place)]))
}
