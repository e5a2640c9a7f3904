//! The query language: words, `"all of these"`, `-not`, and filters such as `owner:ana`, `tag:email`, `badge:official`,
//! `os:linux`. Whatever does not parse is words.

use alloc::string::String;
use alloc::vec::Vec;

use crate::analyzer::{self, is_alphanumeric, name_key};
use crate::format::messages::{Correction, Meanings, MeantWord, WEIGHT_ONE};
use crate::format::terms::Namespace;

/// A parsed query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The words that rank, without repeats and without stop words (unless there are only such), at most 24.
    pub words: Vec<QueryWord>,
    /// All words, stop words and repeats included, as the embedder reads them, at most 64, and what each counts, in
    /// [`WEIGHT_ONE`]ths; behind them what foreign ones mean in English.
    pub semantic_words: Vec<(String, u8)>,
    /// Words with symbols in letters, neighbouring words joined, words in simplified characters, and what foreign words mean:
    /// the term, and a bit for each
    /// word of `words` that it stands for; [`TRANSLATED`](crate::format::messages::TRANSLATED) beside them where it is a translation.
    pub joined: Vec<(String, u32)>,
    /// What the words come from, folded.
    pub folded: String,
    /// The words that were translated, a bit each.
    pub foreign: u32,
    /// Those of them that only hold a sentence together.
    pub ignored: u32,
    /// What misspelled words may have meant.
    pub corrections: Vec<Correction>,
    /// Terms whose skills are left out.
    pub excluded: Vec<String>,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// The key by which the query as a whole is looked up as a slug or name. Names are indexed by the same key. It ends
    /// in `!` when the text has `-words` or filters: so `weather -cli` means the name that is written so, if there is
    /// one, and never `weather-cli`.
    pub name_key: Option<String>,
    /// How many words are joined in that key, operators aside.
    pub n_name_words: usize,
    /// When the query is `owner/slug` or `@owner/slug`, an install command of it, or the address of its page.
    pub owner_slug: Option<OwnerSlug>,
}

/// A query that may be the owner and slug of a skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerSlug {
    /// `owner/slug` as typed, in lower case.
    pub exact: String,
    /// The key of its slug, which other spellings have too.
    pub slug_key: String,
}

impl OwnerSlug {
    /// Its owner, in lower case.
    pub fn owner(&self) -> &str {
        self.exact.split(SLASH).next().unwrap_or_default()
    }
}

/// A word that ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryWord {
    /// As typed, folded and in lower case.
    pub surface: String,
    /// Its stem.
    pub term: String,
    /// Whether it was quoted: a skill without it is no result.
    pub is_required: bool,
    /// Whether it is the last word, and nothing follows it: it may be the beginning of a longer one.
    pub is_last: bool,
}

/// What every result must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Which list it is in.
    pub kind: FilterKind,
    /// The value, normalised.
    pub value: String,
}

/// The lists that filters speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum FilterKind {
    Owner,
    Tag,
    Badge,
    Os,
}

impl Filter {
    /// A filter by the name of its kind (`owner`, `tag`, `badge`, `os`); `None` for other names and empty values.
    ///
    /// Letter case does not matter, and a tag may be written as its author would (`Google Calendar` is
    /// `google-calendar`, `C++` is `c-plus-plus`), see [`analyzer::tag`].
    pub fn new(kind: &str, value: &str) -> Option<Self> {
        let kinds = [
            ("owner", FilterKind::Owner),
            ("tag", FilterKind::Tag),
            ("badge", FilterKind::Badge),
            ("os", FilterKind::Os),
        ];
        let is_named = |(name, _): &&(&str, FilterKind)| kind.eq_ignore_ascii_case(name);
        let kind = kinds.iter().find(is_named)?.1;
        let value = value.trim();
        let value = match kind {
            FilterKind::Tag => analyzer::tag(value)?,
            FilterKind::Owner => analyzer::lower_case(value.trim_start_matches(['@'])),
            FilterKind::Badge | FilterKind::Os => analyzer::lower_case(value),
        };
        (!value.is_empty()).then_some(Self { kind, value })
    }

    /// A filter written as `kind:value`, see [`Filter::new`].
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, value) = text.split_once(COLON)?;
        Self::new(kind, value)
    }

    /// The dictionary term that lists the skills.
    pub(crate) fn term(&self) -> String {
        let namespace = match self.kind {
            FilterKind::Owner => Namespace::Owner,
            FilterKind::Tag => Namespace::Tag,
            FilterKind::Badge => Namespace::Badge,
            FilterKind::Os => Namespace::Os,
        };
        namespace.term(&self.value)
    }
}

impl Query {
    /// Parses `text`; every text is a query. Only its first 1,000 characters are read.
    pub fn parse(text: &str) -> Self {
        let text = analyzer::first_chars(text, QUERY_CHARS_MAX).trim();
        let pasted = pasted(text);
        let text = pasted.as_deref().unwrap_or(text);
        let mut query = Self {
            name_key: name_key(text),
            owner_slug: owner_slug(text),
            ..Self::default()
        };
        let (mut surfaces, mut are_required) = (Vec::new(), Vec::new());
        let mut symbols = Vec::new();
        for piece in pieces(text) {
            if let Some(filter) = piece.filter {
                query.filters.push(filter);
            } else {
                if piece.is_excluded {
                    for word in analyzer::spelled_words(piece.text) {
                        query.excluded.push(analyzer::stem(&word));
                    }
                } else {
                    let folded = analyzer::fold(piece.text);
                    for word in analyzer::words(piece.text) {
                        query.semantic_words.push((word, WEIGHT_ONE));
                    }
                    for (word_idx, term) in analyzer::symbol_terms(&folded) {
                        symbols.push((surfaces.len() + word_idx, term));
                    }
                    surfaces.extend(analyzer::words(&folded));
                    query.folded.push_str(&folded);
                    query.folded.push(' ');
                    are_required.resize(surfaces.len(), piece.is_quoted);
                }
            }
        }
        if let Some(key) = &mut query.name_key
            && (!query.excluded.is_empty() || !query.filters.is_empty())
        {
            key.push('!');
        }
        query.semantic_words.truncate(SEMANTIC_WORDS_MAX);
        // A run that is too long for a word is one in a key.
        query.n_name_words = surfaces.len().max(1);
        let is_last_open = text.chars().next_back().is_some_and(is_alphanumeric);
        query.set_words(&surfaces, &are_required, is_last_open, &symbols);
        query
    }

    /// What ranks, means and names in this query, with the words that misspelled ones may have meant in their places.
    pub(crate) fn corrected(&self) -> Self {
        let mut query = Self::default();
        for (word_idx, word) in self.words.iter().enumerate() {
            let correction = self.correction_of(word_idx);
            let surface = correction.unwrap_or(&word.surface);
            query.words.push(QueryWord {
                surface: surface.clone(),
                term: analyzer::stem(surface),
                is_required: word.is_required,
                is_last: word.is_last,
            });
        }
        for (meant, weight) in &self.semantic_words {
            let place = self.word_of(meant);
            let correction = place.and_then(|word_idx| self.correction_of(word_idx));
            let word = correction.unwrap_or(meant);
            query.semantic_words.push((word.clone(), *weight));
        }
        query.name_key = name_key(&query.text());
        query.n_name_words = query.words.len();
        query
    }

    /// What the word at a position may have meant.
    fn correction_of(&self, word_idx: usize) -> Option<&String> {
        let mut corrections = self.corrections.iter();
        let correction = corrections.find(|other| other.word_idx as usize == word_idx);
        correction.map(|correction| &correction.surface)
    }

    /// Adds what words mean that the index may not know.
    pub(crate) fn resolve(&mut self, meanings: Meanings) {
        self.foreign = meanings.foreign;
        self.ignored = meanings.ignored;
        self.corrections = meanings.corrections;
        for word_idx in 0..self.semantic_words.len() {
            let place = self.word_of(&self.semantic_words[word_idx].0);
            if place.is_some_and(|place| self.foreign >> place & 1 == 1) {
                self.semantic_words[word_idx].1 = FOREIGN_WEIGHT;
            }
        }
        for MeantWord { word, weight, mask } in meanings.words {
            if mask != 0 {
                self.joined.push((analyzer::stem(&word), mask));
            }
            self.semantic_words.push((word, weight));
        }
    }

    /// Which of the words that rank is one that means something, written alike.
    pub(crate) fn word_of(&self, meant: &str) -> Option<usize> {
        let folded = analyzer::fold(meant);
        self.words.iter().position(|word| word.surface == folded)
    }

    /// The words, with spaces between.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word.surface);
        }
        text
    }

    /// `are_required`: whether each of `surfaces` was quoted; `symbols`: those with symbols, in letters.
    fn set_words(
        &mut self,
        surfaces: &[String],
        are_required: &[bool],
        is_last_open: bool,
        symbols: &[(usize, String)],
    ) {
        let has_content = !surfaces
            .iter()
            .all(|surface| analyzer::is_stop_word(surface));
        // A bit for the word that each surface became, if it did.
        let mut masks: Vec<u32> = Vec::new();
        for (surface_idx, surface) in surfaces.iter().enumerate() {
            let is_ranking = !has_content || !analyzer::is_stop_word(surface);
            let term = analyzer::stem(surface);
            let mut word_idx = 0;
            while word_idx < self.words.len() && self.words[word_idx].term != term {
                word_idx += 1;
            }
            if word_idx == self.words.len() {
                if !is_ranking || word_idx == QUERY_WORDS_MAX {
                    masks.push(0);
                    continue;
                }
                self.words.push(QueryWord {
                    surface: surface.clone(),
                    term,
                    is_required: false,
                    is_last: false,
                });
            }
            let word = &mut self.words[word_idx];
            word.is_required |= are_required[surface_idx];
            word.is_last |= is_last_open && surface_idx + 1 == surfaces.len();
            masks.push(1 << word_idx);
        }
        for (word_idx, term) in symbols {
            self.add_joined(term.clone(), masks[*word_idx]);
        }
        for (first_idx, term) in analyzer::joined_terms(surfaces) {
            let mask = masks[first_idx] | masks[first_idx + 1];
            if mask != 0 {
                self.add_joined(term, mask);
            }
        }
    }

    fn add_joined(&mut self, joined: String, mask: u32) {
        let is_new = self.joined.iter().all(|(term, _)| *term != joined)
            && self.words.iter().all(|word| word.term != joined);
        if is_new && self.joined.len() < QUERY_WORDS_MAX {
            self.joined.push((joined, mask));
        }
    }
}

// Sets of one character: the search for a plain one is that of memory, 0.4 kB more of the browser's module.
const SLASH: [char; 1] = ['/'];
const COLON: [char; 1] = [':'];
const QUOTE: [char; 1] = ['"'];

/// Longest part of a query that is read.
const QUERY_CHARS_MAX: usize = 1000;
/// Most words that rank; each has a bit of a mask.
const QUERY_WORDS_MAX: usize = 24;

/// What the row counts that a foreign word has in the registry, in [`WEIGHT_ONE`]ths: .3, as few skills gave it its
/// meaning.
pub(crate) const FOREIGN_WEIGHT: u8 = 19;

/// Most words that are embedded: each costs a row of the index.
const SEMANTIC_WORDS_MAX: usize = 64;

/// A part of a query between spaces, or in quotes.
struct Piece<'t> {
    /// Its words, perhaps with punctuation around.
    text: &'t str,
    is_quoted: bool,
    is_excluded: bool,
    filter: Option<Filter>,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let minus = rest.strip_prefix('-').filter(|after| {
            let next = after.chars().next();
            next.is_some_and(|c| c == '"' || is_alphanumeric(c))
        });
        let start = minus.unwrap_or(rest);
        let is_quoted = start.starts_with('"');
        let is_excluded = minus.is_some();
        let mut end = start.find(char::is_whitespace).unwrap_or(start.len());
        // A filter's value may be quoted: `tag:"google calendar"`.
        let colon = start[..end]
            .find(COLON)
            .filter(|_| !is_quoted && !is_excluded);
        let value_start = colon.map_or(0, |colon| colon + 1);
        let mut value = &start[value_start..end];
        if let Some(inner) = start[value_start..].strip_prefix('"') {
            value = inner.split(QUOTE).next().unwrap_or_default();
            // The closing quote may be missing.
            end = (value_start + value.len() + 2).min(start.len());
        }
        pieces.push(Piece {
            text: if is_quoted { value } else { &start[..end] },
            is_quoted,
            is_excluded,
            filter: colon.and_then(|colon| Filter::new(&start[..colon], value)),
        });
        rest = start[end..].trim();
    }
    pieces
}

/// The skill that `text` names as others do: `owner/slug` of the address of its page, or what an install command installs.
fn pasted(text: &str) -> Option<String> {
    let (mut is_command, mut has_packages, mut is_operand) = (false, false, false);
    for (piece_idx, piece) in pieces(text).iter().enumerate() {
        let word = piece.text;
        let (mut owner, mut before) = ("", "");
        for part in word.split(SLASH) {
            if before == "skills" && !owner.is_empty() && !part.is_empty() {
                let mut key = String::from(owner);
                key.push('/');
                key.push_str(part);
                return Some(key);
            }
            (owner, before) = (before, part);
        }
        let is_option = piece.is_excluded || word.as_bytes().first() == Some(&b'-');
        if is_operand && !is_option {
            if !has_packages {
                return Some(word.into());
            }
            let key = packaged(word);
            if key.contains(SLASH) {
                return Some(key);
            }
        }
        if piece_idx == 0 {
            has_packages = word == "claude" || word == "npm";
            is_command = has_packages || word == "npx" || word == "clawhub";
        }
        is_operand |= is_command && (word == "install" || word == "add");
    }
    None
}

/// The skill that a package holds: `owner--slug`, behind a scope or before a marketplace; of others what has no `/`.
fn packaged(word: &str) -> String {
    let mut key = String::new();
    let mut before = ' ';
    for c in word.chars() {
        match c {
            '/' => key.clear(),
            '-' if before == '-' => {
                key.pop();
                key.push('/');
            }
            '@' if !key.is_empty() => break,
            _ => key.push(c),
        }
        before = c;
    }
    key
}

fn owner_slug(text: &str) -> Option<OwnerSlug> {
    let exact = text.strip_prefix('@').unwrap_or(text);
    let (owner, slug) = exact.split_once(SLASH)?;
    let is_pair = !owner.is_empty() && !slug.is_empty() && !slug.contains(SLASH);
    if !is_pair || text.contains(char::is_whitespace) {
        return None;
    }
    Some(OwnerSlug {
        exact: analyzer::lower_case(exact),
        slug_key: name_key(slug)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn terms(text: &str) -> Vec<String> {
        Query::parse(text)
            .words
            .into_iter()
            .map(|word| word.term)
            .collect()
    }

    #[test]
    fn stop_words_are_left_out_unless_there_is_nothing_else() {
        assert_eq!(
            terms("how do I merge the PDF files"),
            ["merg", "pdf", "file"]
        );
        assert_eq!(terms("who are you"), ["who", "are", "you"]);
        assert_eq!(terms(" \t "), [""; 0]);
    }

    #[test]
    fn quotes_minus_and_filters_are_understood() {
        let query = Query::parse(
            r#"send "all mail" -spam owner:@Ana tag:"Google Calendar" badge:official os: x:y"#,
        );
        let required: Vec<&str> = query
            .words
            .iter()
            .filter(|word| word.is_required)
            .map(|word| word.term.as_str())
            .collect();
        assert_eq!(required, ["all", "mail"]);
        assert_eq!(query.excluded, ["spam"]);
        let filters: Vec<String> = query.filters.iter().map(Filter::term).collect();
        assert_eq!(filters, ["@ana", "#google-calendar", "+official"]);
        assert!(
            query.words.iter().any(|word| word.term == "os"),
            "a filter without a value is a word"
        );
        assert_eq!(Query::parse("\"open end").words.len(), 2);
        assert_eq!(Query::parse("state-of-the-art - x").excluded, [""; 0]);
    }

    #[test]
    fn neighbours_are_joined_and_know_their_words() {
        let query = Query::parse("double word api");
        assert_eq!(
            query.joined,
            [("doubleword".into(), 0b011), ("wordapi".into(), 0b110)]
        );
        let query = Query::parse("sign in page");
        assert_eq!(
            query.joined[0],
            ("signin".into(), 0b01),
            "a stop word joins but does not rank"
        );
    }

    #[test]
    fn only_a_word_at_the_very_end_is_the_last() {
        assert!(Query::parse("pdf mer").words[1].is_last);
        assert!(
            Query::parse("pdf mer ").words[1].is_last,
            "trailing space is no evidence: boxes trim"
        );
        assert!(!Query::parse("pdf (merge)").words[1].is_last);
        assert!(!Query::parse("merge to").words[0].is_last);
    }

    #[test]
    fn a_tag_filter_is_written_as_tags_are() {
        for (value, tag) in [
            ("Google Calendar", "#google-calendar"),
            ("C++", "#c-plus-plus"),
            ("ＡＰＩ", "#api"),
            ("dev_tools", "#dev-tools"),
            ("数据 分析", "#数据-分析"),
        ] {
            assert_eq!(Filter::new("tag", value).unwrap().term(), tag);
        }
        assert_eq!(Filter::new("tag", " -- "), None);
        let typed = Query::parse("tag:c++ tag:C# tag:c tag:.net");
        let terms: Vec<String> = typed.filters.iter().map(Filter::term).collect();
        assert_eq!(terms, ["#c-plus-plus", "#c-sharp", "#c", "#dot-net"]);
    }

    #[test]
    fn names_are_recognised() {
        let query = Query::parse("@OpenClaw/Google_Calendar");
        assert_eq!(
            query.owner_slug,
            Some(OwnerSlug {
                exact: "openclaw/google_calendar".into(),
                slug_key: "googlecalendar".into(),
            })
        );
        assert_eq!(
            Query::parse("Memory Manager").name_key,
            Some("memorymanager".into())
        );
        assert_eq!(
            Query::parse("weather -cli").name_key,
            Some("weathercli!".into())
        );
        assert_eq!(Query::parse("a/b/c").owner_slug, None);
        assert_eq!(Query::parse("and/or use").owner_slug, None);
    }

    #[test]
    fn addresses_and_install_commands_name_their_skill() {
        for text in [
            "https://skills.example/reg/ana/skills/pdf-tools/",
            "skills.example/ana/skills/pdf-tools/?q=1",
            "see http://localhost:4000/ana/skills/pdf-tools/versions/1.0/ please",
            "npx clawhub --registry https://skills.example install @ana/pdf-tools",
            "clawhub install ana/pdf-tools --version 1.0.0",
            "npx skills add https://skills.example/ana/skills/pdf-tools/ --yes",
            "claude plugin install ana--pdf-tools@skills-example",
            "npm install @acme/ana--pdf-tools && npx skills experimental_sync",
            "npm install --registry https://skills.example/npm/ @acme/ana--pdf-tools",
            "ana/skills/pdf-tools",
        ] {
            let query = Query::parse(text);
            assert_eq!(
                query.owner_slug.as_ref().map(OwnerSlug::owner),
                Some("ana"),
                "{text}"
            );
            assert_eq!(terms(text), ["ana", "pdf", "tool"], "{text}");
        }
        assert_eq!(
            Query::parse("clawhub install pdf-tools").name_key,
            Some("pdftools".into())
        );
        assert_eq!(
            terms("claude add tests to my code"),
            ["claud", "add", "test", "code"]
        );
        for text in [
            "install pdf tools",
            "npx",
            "claude add tests to my code",
            "npm install of packages",
            "npm install ./",
            "clawhub install",
            "skills / tools",
            "a/skills/",
        ] {
            assert_eq!(Query::parse(text).owner_slug, None, "{text}");
        }
    }

    #[test]
    fn words_with_symbols_are_looked_up_in_letters_too() {
        let query = Query::parse("A+ grades in C++ -C#");
        assert_eq!(terms("A+ grades in C++"), ["grade", "c"]);
        assert_eq!(
            query.joined[..2],
            [("aplus".into(), 0), ("cpp".into(), 0b10)]
        );
        assert_eq!(query.excluded, ["csharp"]);
        assert_eq!(Query::parse("C++").name_key, Some("cpp".into()));
        assert_eq!(Query::parse("🦀🔥").name_key, Some("🦀🔥".into()));
    }

    #[test]
    fn a_huge_query_is_cut() {
        let query = Query::parse(&"pdf weather needle ".repeat(5000));
        assert_eq!(query.words.len(), 3);
        let many: String = (0..5000).map(|idx| alloc::format!("w{idx} ")).collect();
        let query = Query::parse(&many);
        assert_eq!(
            (query.words.len(), query.joined.len()),
            (QUERY_WORDS_MAX, QUERY_WORDS_MAX)
        );
    }

    proptest! {
        #[test]
        fn every_text_is_a_query(text in "(.|[ \"-]|tag:|owner:\"){0,60}") {
            let query = Query::parse(&text);
            prop_assert!(query.words.len() <= QUERY_WORDS_MAX);
            prop_assert!(query.joined.iter().all(|&(_, mask)| mask < 1 << query.words.len()));
        }
    }
}
