//! What is searched for: the site's own words in the forms that people type, or an operator's list.

use skillpress_search::internals::format::block;
use skillpress_search::internals::format::cards::{self, CARDS_FILE, Card};
use skillpress_search::internals::format::manifest::Manifest;
use skillpress_search::{Answer, DocId, Request, Source};

/// The queries of a report.
#[derive(Clone, Debug)]
pub enum Queries {
    /// So many, made of the names and summaries of skills that are evenly spread over the index.
    Sample(u32),
    /// These.
    Given(Vec<String>),
}

impl Queries {
    /// How many queries a report makes for itself: enough that the median moves little when another set is drawn.
    pub const SAMPLE: Self = Self::Sample(128);

    /// The queries for an index. A card that cannot be read gives none.
    pub(super) fn of(&self, manifest: &Manifest, source: &mut impl Source) -> Vec<String> {
        let n_queries = match self {
            Self::Given(queries) => return queries.clone(),
            Self::Sample(n_queries) => *n_queries,
        };
        let Some(cards) = manifest.file(CARDS_FILE) else {
            return Vec::new();
        };
        let skill = |query_idx: u32| {
            let skill_idx = u64::from(query_idx) * u64::from(manifest.n_skills);
            DocId((skill_idx / u64::from(n_queries)) as u32)
        };
        let requests: Vec<Request> = (0..n_queries)
            .map(|query_idx| cards.request(cards::range(skill(query_idx))))
            .collect();
        let answers = source.fetch(&requests);
        (0..n_queries)
            .zip(answers)
            .filter_map(|(query_idx, answer)| {
                query(query_idx, &read_card(skill(query_idx), &answer)?)
            })
            .collect()
    }
}

fn read_card(skill: DocId, answer: &Answer) -> Option<Card> {
    let Answer::Bytes(bytes) = answer else {
        return None;
    };
    let payload = block::open(CARDS_FILE, cards::range(skill).start, bytes).ok()?;
    cards::decode(payload).ok()
}

/// What somebody types who looks for a skill.
#[derive(Clone, Copy)]
enum Form {
    /// What it is called.
    Name,
    /// So many words of what it does, the short and common ones left out.
    Keywords(usize),
    /// So many words of what it does, as they stand there.
    Sentence(usize),
    /// Two keywords, one of them misspelled.
    Misspelled,
}

/// As often as in a set of queries that people judged: one to three words mostly, one in four a sentence, one in
/// sixteen misspelled.
const FORMS: [Form; 16] = [
    Form::Keywords(2),
    Form::Sentence(8),
    Form::Name,
    Form::Keywords(3),
    Form::Keywords(1),
    Form::Sentence(5),
    Form::Keywords(2),
    Form::Keywords(3),
    Form::Misspelled,
    Form::Name,
    Form::Sentence(10),
    Form::Keywords(2),
    Form::Keywords(3),
    Form::Keywords(1),
    Form::Sentence(7),
    Form::Keywords(2),
];

/// Shortest word that counts as a keyword, in letters.
const KEYWORD_MIN_CHARS: usize = 4;
/// Longest word of a query, in letters: scripts that do not separate words have a sentence in one.
const WORD_MAX_CHARS: usize = 12;

fn query(query_idx: u32, card: &Card) -> Option<String> {
    let name = words(&card.name);
    let summary = words(&card.summary);
    let keywords: Vec<String> = summary
        .iter()
        .filter(|word| word.chars().count() >= KEYWORD_MIN_CHARS || !word.is_ascii())
        .cloned()
        .collect();
    let start = query_idx as usize;
    let words = match FORMS[start % FORMS.len()] {
        Form::Name => Vec::new(),
        Form::Keywords(n_words) => run(&keywords, start, n_words),
        Form::Sentence(n_words) => run(&summary, start, n_words),
        Form::Misspelled => {
            let mut words = run(&keywords, start, 2);
            words
                .iter_mut()
                .take(1)
                .for_each(|word| *word = misspelled(word));
            words
        }
    };
    let words = if words.is_empty() { name } else { words };
    (!words.is_empty()).then(|| words.join(" "))
}

/// At most `n_words` words, from a place that differs from query to query.
fn run(words: &[String], start: usize, n_words: usize) -> Vec<String> {
    let n_places = words.len().saturating_sub(n_words) + 1;
    let words = words.iter().skip(start % n_places).take(n_words);
    words.cloned().collect()
}

/// The words of a text, without what the search would take for an operator.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|word| !word.contains([':', '"']))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_MAX_CHARS).collect::<String>())
        .map(|word| word.to_lowercase())
        .collect()
}

/// Two letters in the middle swapped.
fn misspelled(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let middle_idx = letters.len() / 2;
    if middle_idx > 0 {
        letters.swap(middle_idx - 1, middle_idx);
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_made_of_a_cards_words() {
        let card = Card {
            name: "PDF Tools".to_owned(),
            summary: "Merges, splits and \"signs\" PDF files: all on your own machine (offline)."
                .to_owned(),
            ..Card::default()
        };
        let queries: Vec<String> = (0..10).filter_map(|idx| query(idx, &card)).collect();
        assert_eq!(
            queries,
            [
                "merges splits",
                "splits and pdf all on your own machine",
                "pdf tools",
                "merges splits your",
                "offline",
                "on your own machine offline",
                "your machine",
                "splits your machine",
                "megres splits",
                "pdf tools",
            ]
        );
    }

    #[test]
    fn a_card_without_a_summary_is_searched_for_by_name_and_one_without_words_is_not() {
        let named = Card {
            name: "日本語の名前".to_owned(),
            ..Card::default()
        };
        assert_eq!(query(0, &named).as_deref(), Some("日本語の名前"));
        let odd = Card {
            name: "-- !!".to_owned(),
            ..Card::default()
        };
        assert_eq!(query(0, &odd), None);
    }
}
