//! Reads a tantivy index through its public API and weighs every posting by BM25 as tantivy would.

use std::collections::BTreeMap;

use skillpress_search::DocId;
use skillpress_search::internals::format::postings::Posting;
use skillpress_search::internals::format::terms::{IMPACT_UNIT, NAME_LEVEL, Namespace, SLUG_LEVEL};
use tantivy::postings::Postings;
use tantivy::query::Bm25Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, SegmentReader, TERMINATED};

use crate::index::lexical::LexicalIndex;

/// A term of the web index with its postings by skill.
#[derive(Clone, Debug, Default)]
pub(super) struct WeighedTerm {
    /// In units of 1/2048.
    pub(super) max_impact: u16,
    /// Ascending by skill.
    pub(super) postings: Vec<Posting>,
}

/// The terms of all fields, those of raw fields in their namespaces, sorted.
pub(super) fn weigh(index: &LexicalIndex) -> tantivy::Result<BTreeMap<String, WeighedTerm>> {
    let searcher = index.index.reader()?.searcher();
    let mut weighed = BTreeMap::new();
    // An index of nothing has no segment; any other has one.
    for segment in searcher.segment_readers() {
        weigh_text(segment, index.fields.text, &mut weighed)?;
        let fields = &index.fields;
        for (field, namespace, level) in [
            (fields.owner, Namespace::Owner, SLUG_LEVEL),
            (fields.tag, Namespace::Tag, SLUG_LEVEL),
            (fields.badge, Namespace::Badge, SLUG_LEVEL),
            (fields.os, Namespace::Os, SLUG_LEVEL),
            (fields.name, Namespace::Name, NAME_LEVEL),
            (fields.slug, Namespace::Name, SLUG_LEVEL),
        ] {
            list_raw(segment, field, namespace, level, &mut weighed)?;
        }
    }
    Ok(weighed)
}

fn weigh_text(
    segment: &SegmentReader,
    field: Field,
    weighed: &mut BTreeMap<String, WeighedTerm>,
) -> tantivy::Result<()> {
    let inverted = segment.inverted_index(field)?;
    let field_norms = segment.get_fieldnorms_reader(field)?;
    let n_docs = u64::from(segment.max_doc());
    let average_len = inverted.total_num_tokens() as f32 / n_docs.max(1) as f32;
    let mut terms = inverted.terms().stream()?;
    while terms.advance() {
        let info = terms.value().clone();
        let weight =
            Bm25Weight::for_one_term_without_explain(u64::from(info.doc_freq), n_docs, average_len);
        let mut postings =
            inverted.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        let mut impacts = Vec::with_capacity(info.doc_freq as usize);
        let mut doc = postings.doc();
        while doc != TERMINATED {
            let impact = weight.score(field_norms.fieldnorm_id(doc), postings.term_freq());
            impacts.push((DocId(doc), impact));
            doc = postings.advance();
        }
        weighed.insert(
            String::from_utf8_lossy(terms.key()).into_owned(),
            quantised(&impacts),
        );
    }
    Ok(())
}

/// Impacts as levels of 1 to 255 of the highest one.
fn quantised(impacts: &[(DocId, f32)]) -> WeighedTerm {
    let max = impacts
        .iter()
        .map(|&(_, impact)| impact)
        .fold(0.0, f32::max);
    let max_impact = (max * IMPACT_UNIT as f32)
        .ceil()
        .clamp(1.0, f32::from(u16::MAX));
    let level = |impact: f32| {
        (impact * IMPACT_UNIT as f32 / max_impact * 255.0)
            .round()
            .clamp(1.0, 255.0) as u8
    };
    WeighedTerm {
        max_impact: max_impact as u16,
        postings: impacts
            .iter()
            .map(|&(doc, impact)| Posting {
                doc,
                level: level(impact),
            })
            .collect(),
    }
}

/// Adds the terms of a raw field, every posting at `level`, in place of lower ones that are there.
fn list_raw(
    segment: &SegmentReader,
    field: Field,
    namespace: Namespace,
    level: u8,
    weighed: &mut BTreeMap<String, WeighedTerm>,
) -> tantivy::Result<()> {
    let inverted = segment.inverted_index(field)?;
    let mut terms = inverted.terms().stream()?;
    while terms.advance() {
        let mut postings =
            inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
        let listed = weighed
            .entry(namespace.term(&String::from_utf8_lossy(terms.key())))
            .or_default();
        listed.max_impact = 1;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            let posting = Posting {
                doc: DocId(doc),
                level,
            };
            let place = listed
                .postings
                .binary_search_by_key(&posting.doc, |p| p.doc);
            match place {
                Ok(idx) => listed.postings[idx] = posting,
                Err(idx) => listed.postings.insert(idx, posting),
            }
            doc = postings.advance();
        }
    }
    Ok(())
}
