//! Pages at old addresses that lead to the new ones, for hosts that read no `_redirects`. The API writes a skill's record
//! and its discovery index there.

use std::io;

use askama::Template;

use super::page::write_page;
use super::site::Site;
use crate::sink::Sink;
use crate::url;

/// Writes a page for each alias; returns their number.
pub(super) fn write(site: &Site<'_>, sink: &dyn Sink) -> io::Result<usize> {
    for (old, new) in &site.catalog.aliases {
        let template = RedirectPage {
            site,
            name: new.to_string(),
            link: site.link(&url::skill(new)),
            canonical: site.absolute(&url::skill(new)),
        };
        write_page(sink, &url::skill(old), &template)?;
    }
    Ok(site.catalog.aliases.len())
}

#[derive(Template)]
#[template(path = "redirect.html")]
struct RedirectPage<'a> {
    site: &'a Site<'a>,
    name: String,
    link: String,
    canonical: String,
}
