//! The tantivy index: built in memory, shipped below `search/tantivy/`, and the source of every lexical file.
//!
//! One weighted text field carries the ranking: a term counts as often as its place is worth (see [`SkillTerms`]), so
//! BM25 needs no boosts and the packed index one posting list per term. Raw fields carry identities and filters.
//! Any program with tantivy of the same version can open the shipped files: the text field's tokenizer is tantivy's
//! `whitespace`, and what stands in it are terms of [`skillpress_search::internals::analyzer`].

mod fields;
mod terms;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use rayon::prelude::*;

use sha2::{Digest, Sha256};
use skillpress_search::internals::Query;
use skillpress_search::internals::analyzer::lower_case;
use tantivy::directory::RamDirectory;
use tantivy::schema::{
    Field, IndexRecordOption, STORED, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::{Directory, Index, TantivyDocument, doc};

use super::simplified::Simplified;
use crate::catalog::{Catalog, Skill};
use crate::key::SkillKey;
use crate::text::hex;
pub use fields::{Labels, TextField};
pub use terms::SkillTerms;

/// Indexes `skills` of `catalog`; a skill's `DocId` is its position among them, and its tantivy `DocId`. Words in
/// traditional characters stand in the index in `simplified` ones, too, since that is how most are typed.
///
/// The same skills give the same bytes.
///
/// # Errors
/// Whatever tantivy says; nothing in a skill makes it fail.
pub(super) fn build(
    catalog: &Catalog,
    skills: &[&Skill],
    simplified: &Simplified,
) -> tantivy::Result<LexicalIndex> {
    let fields = Fields::new();
    let directory = RamDirectory::create();
    let mut writer = Index::builder()
        .schema(fields.schema.clone())
        .single_segment_index_writer(directory.clone(), WRITER_MEMORY_BYTES)?;
    let old_slugs = old_slugs(catalog);
    let old_slugs_of = |skill: &Skill| old_slugs.get(&skill.key).map_or(&[][..], Vec::as_slice);
    let terms: Vec<SkillTerms> = skills
        .par_iter()
        .map(|skill| SkillTerms::new(skill, old_slugs_of(skill), simplified))
        .collect();
    for (skill, terms) in skills.iter().zip(&terms) {
        let mut document = document(&fields, skill, old_slugs_of(skill), terms);
        if let Some(name) = simplified.of(&skill.name)
            && let Some(key) = Query::parse(&name).name_key
        {
            document.add_text(fields.name, key);
        }
        writer.add_document(document)?;
    }
    let written = writer.finalize()?;
    let files = with_deterministic_names(&written, &directory)?;
    let index = open(&files)?;
    Ok(LexicalIndex {
        index,
        fields,
        files,
        words: Words::new(terms),
    })
}

/// Opens an index from its files, as any tantivy program would.
///
/// # Errors
/// Whatever tantivy says about the bytes.
pub fn open(files: &[(String, Vec<u8>)]) -> tantivy::Result<Index> {
    let directory = RamDirectory::create();
    for (name, bytes) in files {
        directory.atomic_write(name.as_ref(), bytes)?;
    }
    Index::open(directory)
}

/// A tantivy index and the files it consists of.
pub struct LexicalIndex {
    /// The index, opened from `files`. It has one segment, or none when nothing is listed.
    pub index: Index,
    /// Its fields.
    pub fields: Fields,
    /// Name and content of each file, by name; they belong below `search/tantivy/`.
    pub files: Vec<(String, Vec<u8>)>,
    /// What mistyped words can be corrected to.
    pub words: Words,
}

/// The words of all skills, as they stand there.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// Every word and how many skills hold it; sorted.
    pub n_skills: Vec<(String, u32)>,
    /// Those that stand in a name or a slug.
    pub of_names: HashSet<String>,
}

impl Words {
    fn new(terms: Vec<SkillTerms>) -> Self {
        let mut n_skills: HashMap<String, u32> = HashMap::new();
        let mut of_names = HashSet::new();
        for skill in terms {
            for word in skill.words {
                *n_skills.entry(word).or_insert(0) += 1;
            }
            of_names.extend(skill.name_words);
        }
        let mut n_skills: Vec<(String, u32)> = n_skills.into_iter().collect();
        n_skills.sort_unstable();
        Self { n_skills, of_names }
    }
}

/// The fields of the schema.
#[derive(Clone, Debug)]
pub struct Fields {
    /// Their types.
    pub schema: Schema,
    /// `owner/slug`, stored: the only text that can be read back.
    pub id: Field,
    /// Weighted terms, with frequencies.
    pub text: Field,
    /// The slug as [`Query::identity`] has it.
    pub slug: Field,
    /// The same of the name, and of slugs that it had before.
    pub name: Field,
    /// Owner, in lower case.
    pub owner: Field,
    /// Tags, as [`crate::catalog::Skill::tags`] has them.
    pub tag: Field,
    /// Kinds of its badges, in lower case.
    pub badge: Field,
    /// Operating systems that it names, in lower case.
    pub os: Field,
}

impl Fields {
    fn new() -> Self {
        let mut builder = SchemaBuilder::new();
        let text = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("whitespace")
                .set_index_option(IndexRecordOption::WithFreqs),
        );
        let raw = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic),
        );
        Self {
            id: builder.add_text_field("id", raw.clone() | STORED),
            text: builder.add_text_field("text", text),
            slug: builder.add_text_field("slug", raw.clone()),
            name: builder.add_text_field("name", raw.clone()),
            owner: builder.add_text_field("owner", raw.clone()),
            tag: builder.add_text_field("tag", raw.clone()),
            badge: builder.add_text_field("badge", raw.clone()),
            os: builder.add_text_field("os", raw),
            schema: builder.build(),
        }
    }
}

/// The slugs that each skill had before.
fn old_slugs(catalog: &Catalog) -> HashMap<&SkillKey, Vec<&str>> {
    let mut old_slugs: HashMap<&SkillKey, Vec<&str>> = HashMap::new();
    for (old, new) in &catalog.aliases {
        old_slugs.entry(new).or_default().push(&old.slug);
    }
    old_slugs
}

fn document(
    fields: &Fields,
    skill: &Skill,
    old_slugs: &[&str],
    terms: &SkillTerms,
) -> TantivyDocument {
    let mut document = doc!(
        fields.id => skill.key.to_string(),
        fields.text => terms.weighted_text(),
        fields.owner => lower_case(&skill.key.owner),
    );
    for (field, text) in [(fields.slug, &skill.key.slug), (fields.name, &skill.name)] {
        if let Some(key) = Query::parse(text).name_key {
            document.add_text(field, key);
        }
    }
    for key in old_slugs
        .iter()
        .filter_map(|slug| Query::parse(slug).name_key)
    {
        document.add_text(fields.name, key);
    }
    for tag in &skill.tags {
        document.add_text(fields.tag, tag);
    }
    for award in &skill.badges {
        document.add_text(fields.badge, lower_case(&award.kind));
    }
    for os in &skill.requirements.os {
        document.add_text(fields.os, lower_case(os));
    }
    document
}

/// The files of a freshly written index under names that follow from their content.
///
/// tantivy names a segment by a random UUID, which stands in file names and in `meta.json` only; here it is replaced by
/// one made from a hash of the segment's files.
fn with_deterministic_names(
    index: &Index,
    directory: &RamDirectory,
) -> tantivy::Result<Vec<(String, Vec<u8>)>> {
    let mut files = BTreeMap::new();
    let mut hash = Sha256::new();
    let index_meta = index.load_metas()?;
    let mut paths: Vec<PathBuf> = index_meta.list_segment_files().into_iter().collect();
    paths.sort();
    for path in paths {
        if !directory.exists(&path)? {
            continue; // Parts that this index does not use, such as deletions.
        }
        let bytes = directory.open_read(&path)?.read_bytes()?.to_vec();
        hash.update(path.extension().unwrap_or_default().as_encoded_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
        files.insert(path.to_string_lossy().into_owned(), bytes);
    }
    let hash = hex(&hash.finalize()[..16]);
    let mut meta =
        String::from_utf8_lossy(&directory.atomic_read("meta.json".as_ref())?).into_owned();
    let mut renamed = Vec::new();
    if let Some(segment) = index_meta.segments.first() {
        let random = segment.id().uuid_string();
        meta = meta
            .replace(&hyphenated(&random), &hyphenated(&hash))
            .replace(&random, &hash);
        let files = files.into_iter();
        renamed.extend(files.map(|(name, bytes)| (name.replace(&random, &hash), bytes)));
    }
    renamed.push(("meta.json".to_owned(), meta.into_bytes()));
    renamed.sort();
    Ok(renamed)
}

/// A UUID of 32 hex digits as it is usually written.
fn hyphenated(uuid: &str) -> String {
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|part| &uuid[part])
        .join("-")
}

/// Memory that tantivy's writer may use; one segment must fit, as one is written whatever its size.
const WRITER_MEMORY_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use tantivy::Term;
    use tantivy::collector::TopDocs;
    use tantivy::query::TermQuery;
    use tantivy::schema::Value;

    use super::*;
    use crate::index::fixture::{catalog, skill};

    fn index(catalog: &Catalog) -> LexicalIndex {
        let skills: Vec<&Skill> = catalog.listed().collect();
        build(catalog, &skills, &Simplified::default()).unwrap()
    }

    #[test]
    fn two_builds_give_the_same_files() {
        let catalog = catalog(vec![
            skill("ana", "pdf-tools", "PDF Tools", "Merges files."),
            skill("bo", "weather", "Weather", "Forecasts."),
        ]);
        let (first, second) = (index(&catalog).files, index(&catalog).files);
        assert!(first == second, "the files differ");
        assert!(first.iter().any(|(name, _)| name == "meta.json"));
    }

    #[test]
    fn any_tantivy_program_can_open_and_search_the_files() {
        let catalog = catalog(vec![
            skill("ana", "pdf-tools", "PDF Tools", "Merges files."),
            skill("bo", "weather", "Weather", "Forecasts."),
        ]);
        let built = index(&catalog);
        let index = open(&built.files).unwrap();
        index.validate_checksum().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let text = index.schema().get_field("text").unwrap();
        let id = index.schema().get_field("id").unwrap();
        let query = TermQuery::new(
            Term::from_field_text(text, "forecast"),
            IndexRecordOption::WithFreqs,
        );
        let top = searcher
            .search(&query, &TopDocs::with_limit(10).order_by_score())
            .unwrap();
        assert_eq!(top.len(), 1);
        let found: TantivyDocument = searcher.doc(top[0].1).unwrap();
        assert_eq!(found.get_first(id).unwrap().as_str(), Some("bo/weather"));
        assert_eq!(top[0].1.doc_id, 1, "a DocId is a DocId");
    }

    #[test]
    fn a_suspicious_skill_is_not_indexed_and_an_empty_catalog_is_an_empty_index() {
        let mut shady = skill("ana", "shady", "Shady", "");
        shady.is_suspicious = true;
        for catalog in [catalog(vec![shady]), Catalog::default()] {
            let built = index(&catalog);
            let searcher = built.index.reader().unwrap().searcher();
            assert_eq!(searcher.num_docs(), 0);
        }
    }
}
