//! What `search` prints: text for people, JSON for programs.

use std::io::{self, Write};

use serde_json::{Value, json};
use skillpress_search::internals::format::messages::VectorNotes;
use skillpress_search::{EvidenceKind, Hit, IdentityMatch, Reason, Results};

use super::OpenSite;
use crate::index::card_badges;
use crate::key::SkillKey;
use crate::standing::helps;
use crate::terminal::Terminal;
use crate::url;

/// The answer to one query.
pub(super) struct Answer<'a> {
    pub(super) site: &'a OpenSite<'a>,
    pub(super) query: &'a str,
    pub(super) results: &'a Results,
}

impl Answer<'_> {
    /// Prints it as the options say.
    pub(super) fn print(&self) -> io::Result<()> {
        let mut out = Terminal::stdout();
        if self.site.args.json {
            out.json(&self.to_json())?;
        } else {
            self.write_text(&mut out)?;
        }
        out.flush()
    }

    fn write_text(&self, out: &mut Terminal<impl Write>) -> io::Result<()> {
        let (args, results) = (self.site.args, self.results);
        if let Some(corrected) = &results.corrected {
            out.line(format_args!("Searched for: {corrected}"))?;
            out.line("")?;
        }
        if let Some(translated) = &results.translated {
            out.line(format_args!("Also searched for: {translated}"))?;
            out.line("")?;
        }
        if results.n_found == 0 && !results.hits.is_empty() {
            out.line("Nothing fits.")?;
            for word in &results.words_to_drop {
                out.line(format_args!("Something holds the rest without `{word}`."))?;
            }
        }
        for (hit_idx, hit) in results.hits.iter().enumerate() {
            if !hit.fit.fits && (hit_idx == 0 || results.hits[hit_idx - 1].fit.fits) {
                out.line("")?;
                out.line("Near, but perhaps not what is meant:")?;
            }
            let (name, key) = (&hit.card.name, SkillKey::of_card(&hit.card));
            out.line(format_args!("{:>2}. {name}  {key}", hit_idx + 1))?;
            if !hit.card.summary.is_empty() {
                out.line(format_args!("    {}", hit.card.summary))?;
            }
            if args.explain {
                out.line(format_args!("    {}", explanation(hit)))?;
            }
        }
        if results.n_found == 0 && results.hits.is_empty() && results.is_complete && args.limit > 0
        {
            out.line("Nothing found. Try fewer or other words.")?;
        } else if args.limit == 0 {
            out.line(format_args!("{} found, none shown.", results.n_found))?;
        }
        if !results.is_complete {
            out.line("Part of the index could not be read, so results may be missing.")?;
        }
        if args.stats {
            write_stats(results, out)?;
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let hits: Vec<Value> = self.results.hits.iter().map(|hit| self.hit(hit)).collect();
        json!({
            "query": self.query,
            "corrected": self.results.corrected,
            "translated": self.results.translated,
            "found": self.results.n_found,
            "words_to_drop": self.results.words_to_drop,
            "complete": self.results.is_complete,
            "results": hits,
            "stats": stats(self.results),
        })
    }

    fn hit(&self, hit: &Hit) -> Value {
        let key = SkillKey::of_card(&hit.card);
        let badges: Vec<&str> = card_badges(&hit.card, self.site.searcher.manifest()).collect();
        let mut document = json!({
            "id": key.to_string(),
            "name": hit.card.name,
            "summary": hit.card.summary,
            "url": self.site.source.address(&url::skill(&key)),
            "fits": hit.fit.fits,
            "score": hit.score,
            "badges": badges,
        });
        if self.site.args.explain {
            document["explain"] = json!(explanation(hit));
        }
        document
    }
}

/// How well each result fits, and from what that is known: what `benchmarks/quality/fit.py` fits its model to.
pub(super) fn fit(results: &Results) -> Value {
    let hits = results.hits.iter().map(|hit| {
        json!({
            "fits": hit.fit.fits,
            "log_odds": f64::from(hit.fit.log_odds_milli()) / 1000.0,
            "cosine": hit.cosine.map(|cosine| cosine.to_f32()),
            "share": f64::from(hit.share_milli) / 1000.0,
            "strength": f64::from(hit.strength_milli) / 1000.0,
            "words": results.n_words,
            "literal": hit.is_literal,
            "named": hit.identity != IdentityMatch::None,
        })
    });
    hits.collect()
}

/// The cost of a search, and what it could not read.
pub(super) fn stats(results: &Results) -> Value {
    let unread = unread(&results.unread).map(|(kind, count)| (kind.to_owned(), json!(count)));
    json!({
        "requests": results.stats.requests,
        "round_trips": results.stats.round_trips,
        "bytes": results.stats.bytes,
        "unread": Value::Object(unread.into_iter().collect()),
    })
}

fn write_stats(results: &Results, out: &mut Terminal<impl Write>) -> io::Result<()> {
    let (n_found, stats) = (results.n_found, results.stats);
    out.line(format_args!(
        "{n_found} found; {} requests in {} round trips, {} bytes",
        stats.requests, stats.round_trips, stats.bytes
    ))?;
    let unread: Vec<String> = unread(&results.unread)
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(kind, count)| format!("{count} {} unread", kind.replace('_', " ")))
        .collect();
    if unread.is_empty() {
        return Ok(());
    }
    out.line(format_args!(
        "Search by meaning was cut short: {}",
        unread.join(", ")
    ))
}

/// How much the semantic half could not read, by kind: the key for programs, and the count.
fn unread(notes: &VectorNotes) -> [(&'static str, u32); 6] {
    [
        ("word_rows", notes.n_unread_rows),
        ("router", u32::from(notes.is_router_unread)),
        ("cells", notes.n_unread_cells),
        ("codes", notes.n_unread_codes),
        ("nodes", notes.n_unread_nodes),
        ("ids", notes.n_unknown_ids),
    ]
}

/// Why a hit ranks where it does, in one line.
fn explanation(hit: &Hit) -> String {
    let mut parts = Vec::new();
    if hit.identity != IdentityMatch::None {
        parts.push(format!("{:?} is what was typed", hit.identity));
    }
    parts.extend(
        hit.reasons
            .iter()
            .map(|Reason { term, kind, score }| match kind {
                EvidenceKind::Word => format!("`{term}` {score}"),
                kind => format!("`{term}` ({kind:?}) {score}"),
            }),
    );
    if let Some(cosine) = hit.cosine {
        parts.push(format!("meaning {:.3}", cosine.to_f32()));
    }
    if hit.boost_milli != 0 {
        parts.push(format!("badges {:+}‰", hit.boost_milli));
    }
    if !hit.is_full {
        parts.push("not all words".to_owned());
    }
    parts.push(format!("helps with {:.0} %", 100.0 * helps(hit.fit)));
    format!("score {}: {}", hit.score, parts.join(", "))
}
