//! Pages at old addresses that lead to the new ones, for hosts that read no `_redirects`. The API writes a skill's record
//! and its discovery index there.

use std::io;

use askama::Template;

use super::page::{SiteView, write_page};
use super::registry::Registry;
use crate::sink::Sink;
use crate::url;

/// Writes a page for each alias; returns their number.
pub(super) fn write(registry: &Registry<'_>, sink: &dyn Sink) -> io::Result<usize> {
    for (old, new) in &registry.catalog.aliases {
        let view = RedirectView {
            site: &registry.site,
            name: new.to_string(),
            link: registry.link(&url::skill(new)),
            canonical: registry.absolute(&url::skill(new)),
        };
        write_page(sink, &url::skill(old), &view)?;
    }
    Ok(registry.catalog.aliases.len())
}

#[derive(Template, Hash)]
#[template(path = "redirect.html")]
struct RedirectView<'a> {
    site: &'a SiteView<'a>,
    name: String,
    link: String,
    canonical: String,
}
