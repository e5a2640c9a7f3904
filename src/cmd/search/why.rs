//! `search --why`: where a skill stands for a query, for its author.

use super::{OpenSite, nearest, no_skill, unprinted};
use crate::cmd::error::CommandError;
use crate::key::SkillKey;
use crate::published::PublishedSite;
use crate::site_source::SiteSource;
use crate::standing::{self, Asked};
use crate::terminal::Terminal;
use crate::text::unicode;

/// Prints where the skill stands, as text or as JSON.
pub(super) fn print(site: OpenSite<'_>, query: &str, key: &SkillKey) -> Result<(), CommandError> {
    let (args, options, mut searcher) = (site.args, site.options, site.searcher);
    let mut published = PublishedSite {
        source: site.source,
        base_url: None,
    };
    // Where the record cannot be read, the card says most of it.
    let record = published.record(key).ok().flatten();
    let asked = Asked {
        query: &unicode::nfc(query),
        key,
        labels: record.as_ref().map(|record| record.labels(key)),
        options: &options,
    };
    let source = &mut published.source;
    let explained = standing::explain(&asked, &mut searcher, source, SiteSource::address)?;
    let Some(explanation) = explained else {
        let nearest = nearest(&mut searcher, source, key);
        return Err(no_skill(&args.site, key, nearest.as_ref()));
    };
    let mut out = Terminal::stdout();
    let printed = match args.json {
        true => out.json(&explanation),
        false => explanation.write_text(&mut out),
    };
    printed.and_then(|()| out.flush()).map_err(unprinted)
}
