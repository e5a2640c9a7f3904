//! Queries in other languages over skills that are written in English.

use skillpress_search::{Answer, IdentityMatch, Mode, Options, Request, Results, Searcher, Source};

use crate::catalog::Catalog;
use crate::config::{Config, Language};
use crate::index;
use crate::index::fixture::{catalog, skill};
use crate::index::memory::MemorySource;

fn registry() -> Catalog {
    catalog(vec![
        skill(
            "ana",
            "forecast",
            "Forecast",
            "Says how the weather of any city will be tomorrow.",
        ),
        skill(
            "ana",
            "pdf-tools",
            "PDF Tools",
            "Merges and splits PDF documents.",
        ),
        skill(
            "bo",
            "invoices",
            "Invoices",
            "Reads invoices and checks their amounts.",
        ),
        skill(
            "bo",
            "recipes",
            "Recipes",
            "Suggests what to cook with the vegetables that are there.",
        ),
        skill("cy", "feishu", "飞书助手", "Sends messages to 飞书 groups."),
        skill(
            "cy",
            "salesforce",
            "Salesforce",
            "Queries customers and opportunities in Salesforce.",
        ),
        skill(
            "di",
            "tiempo",
            "Tiempo",
            "Dice el tiempo de hoy y la previsión de mañana.",
        ),
    ])
}

struct Opened {
    searcher: Searcher,
    files: Vec<(String, Vec<u8>)>,
    /// The paths that were asked for.
    asked: Vec<String>,
}

impl Opened {
    fn with(languages: &[Language]) -> Self {
        Self::of(&registry(), languages)
    }

    fn of(catalog: &Catalog, languages: &[Language]) -> Self {
        let mut config = Config::default();
        config.search.languages = languages.to_vec();
        let files = index::build(catalog, &config, None, None).unwrap().files;
        Self {
            searcher: Searcher::open_source(&mut MemorySource::new(&files)).unwrap(),
            files,
            asked: Vec::new(),
        }
    }

    fn all() -> Self {
        Self::with(&Config::default().search.languages)
    }

    fn find(&mut self, query: &str, options: &Options) -> Results {
        let (files, asked) = (&self.files, &mut self.asked);
        let mut source = |requests: &[Request]| -> Vec<Answer> {
            asked.extend(requests.iter().map(|request| request.path.clone()));
            MemorySource::new(files).fetch(requests)
        };
        self.searcher.find(query, options, &mut source).unwrap()
    }

    /// The first result, as `owner/slug`.
    fn first(&mut self, query: &str) -> String {
        let results = self.find(query, &Options::default());
        let card = &results.hits[0].card;
        format!("{}/{}", card.owner, card.slug)
    }

    /// How often files of other languages were asked for.
    fn n_asked(&self) -> usize {
        let is_foreign = |path: &&String| path.contains("glossary") || path.contains("references");
        self.asked.iter().filter(is_foreign).count()
    }
}

#[test]
fn a_query_in_each_language_finds_what_is_written_in_english() {
    let mut opened = Opened::all();
    for (query, key) in [
        ("天气预报", "ana/forecast"),
        ("天気予報", "ana/forecast"),
        ("일기예보 날씨", "ana/forecast"),
        ("Wettervorhersage", "ana/forecast"),
        ("el clima de una ciudad", "ana/forecast"),
        ("météo d'une ville", "ana/forecast"),
        ("previsão do tempo para a cidade", "ana/forecast"),
        ("прогноз погоды", "ana/forecast"),
        ("发票", "bo/invoices"),
        ("請求書", "bo/invoices"),
        ("Rechnungen prüfen", "bo/invoices"),
        ("facturas", "bo/invoices"),
        ("recettes de légumes", "bo/recipes"),
    ] {
        assert_eq!(opened.first(query), key, "{query}");
        let results = opened.find(query, &Options::default());
        assert!(results.translated.is_some(), "{query}");
        assert!(results.hits[0].fit.fits, "{query}: {:?}", results.hits[0]);
    }
}

#[test]
fn traditional_characters_mean_what_simplified_ones_do() {
    let mut opened = Opened::all();
    for (traditional, simplified) in [
        ("天氣預報", "天气预报"),
        ("檢查發票", "检查发票"),
        ("電腦 軟體", "电脑 软体"),
        ("幫我寫一封信", "帮我写一封信"),
    ] {
        let [one, other] = [traditional, simplified]
            .map(|query| opened.find(query, &Options::default()).translated);
        assert!(one.is_some(), "{traditional}");
        assert_eq!(one, other, "{traditional}");
    }
    assert_eq!(opened.first("天氣預報"), "ana/forecast");
}

#[test]
fn words_alone_are_searched_in_translation_too() {
    let mut opened = Opened::all();
    let options = Options {
        mode: Mode::Lexical,
        ..Options::default()
    };
    let results = opened.find("Wettervorhersage", &options);
    assert_eq!(results.translated.as_deref(), Some("weather forecast"));
    assert_eq!(results.hits[0].card.slug, "forecast");
    assert!(results.hits[0].is_full);
}

#[test]
fn the_original_alone_is_searched_where_that_is_asked_for() {
    let mut opened = Opened::all();
    let options = Options {
        is_translated: false,
        mode: Mode::Lexical,
        ..Options::default()
    };
    let results = opened.find("Wettervorhersage", &options);
    assert_eq!((results.translated, results.hits.len()), (None, 0));
}

#[test]
fn a_typo_is_no_compound_and_a_name_no_pair_of_words() {
    let mut opened = Opened::all();
    let results = opened.find("saleforce", &Options::default());
    assert_eq!(results.corrected.as_deref(), Some("salesforce"));
    assert_eq!(results.translated, None);
    assert_eq!(opened.first("飞书"), "cy/feishu");
}

#[test]
fn a_skill_in_the_language_of_the_query_does_not_lose_to_a_translation() {
    let mut opened = Opened::all();
    assert_eq!(opened.first("el tiempo de mañana"), "di/tiempo");
}

/// The registry with skills in Chinese, Japanese and Russian.
fn with_foreign_skills() -> Catalog {
    let mut skills = registry().skills;
    skills.extend([
        skill("li", "biji", "永久笔记生成", "记录灵感并生成卡片。"),
        skill("li", "bluetooth", "蓝牙设备监控", "查看附近的设备。"),
        skill("li", "cloud", "雲端硬碟", "備份檔案。"),
        skill(
            "zoe",
            "evernote",
            "Evernote",
            "Notes, notebooks and more notes in Evernote.",
        ),
        skill("mia", "pogoda", "Погода в Москве", "Говорит, что надеть."),
        skill(
            "zoe",
            "weather",
            "Weather",
            "Weather, weather and once more weather.",
        ),
    ]);
    catalog(skills)
}

#[test]
fn what_is_called_as_typed_comes_before_what_the_words_mean_in_english() {
    let mut opened = Opened::of(&with_foreign_skills(), &Config::default().search.languages);
    for (query, key) in [
        ("笔记", "li/biji"),
        ("погода", "mia/pogoda"),
        ("监控", "li/bluetooth"),
    ] {
        assert_eq!(opened.first(query), key, "{query}");
        assert!(opened.find(query, &Options::default()).hits[0].fit.fits);
    }
    assert_eq!(opened.first("weather"), "zoe/weather");
}

#[test]
fn what_is_typed_in_traditional_characters_finds_simplified_names() {
    let mut opened = Opened::of(&with_foreign_skills(), &Config::default().search.languages);
    for (query, key) in [
        ("永久筆記", "li/biji"),
        ("筆記", "li/biji"),
        ("藍牙設備監控", "li/bluetooth"),
        ("雲端硬碟", "li/cloud"),
    ] {
        assert_eq!(opened.first(query), key, "{query}");
        let results = opened.find(query, &Options::default());
        assert!(results.hits[0].fit.fits, "{query}");
        assert!(results.hits[0].is_literal, "{query}");
    }
}

#[test]
fn what_is_typed_in_simplified_characters_finds_traditional_names_and_texts() {
    let mut opened = Opened::of(&with_foreign_skills(), &Config::default().search.languages);
    for query in ["云端硬碟", "硬碟", "备份档案", "雲端硬碟"] {
        assert_eq!(opened.first(query), "li/cloud", "{query}");
        let hit = &opened.find(query, &Options::default()).hits[0];
        assert!(hit.fit.fits && hit.is_literal, "{query}");
    }
    let named = opened.find("云端硬碟", &Options::default());
    assert_eq!(named.hits[0].identity, IdentityMatch::Name);
}

#[test]
fn a_query_of_known_words_reads_nothing_of_other_languages() {
    let mut opened = Opened::all();
    opened.find("merge pdf documents", &Options::default());
    opened.find("weather tomorrow", &Options::default());
    assert_eq!(opened.n_asked(), 0);
    opened.find("Wettervorhersage", &Options::default());
    assert!(opened.n_asked() > 0);
}

#[test]
fn a_word_that_english_writes_alike_is_no_translation() {
    let mut opened = Opened::all();
    for query in ["guitar", "pdf guitar", "Computer", "piano tuning"] {
        let results = opened.find(query, &Options::default());
        assert_eq!(results.translated, None, "{query}");
    }
    let results = opened.find("Computer Wettervorhersage", &Options::default());
    assert_eq!(results.translated.as_deref(), Some("weather forecast"));
}

#[test]
fn a_pasted_text_costs_no_more_than_its_beginning() {
    // Each in another part of the glossary than the one before.
    let chars: Vec<char> = (0..900)
        .filter_map(|n| char::from_u32(0x4e00 + 6007 * n % 20_000))
        .collect();
    let letter = |n: u32| char::from(b'a' + (n % 26) as u8);
    let words: Vec<String> = (0..160)
        .map(|n| String::from_iter([letter(n * 7), letter(n / 26), letter(n * 3), 'e', 'r']))
        .collect();
    let options = Options {
        mode: Mode::Lexical,
        ..Options::default()
    };
    for (beginning, whole) in [
        (chars[..64].iter().collect(), chars.iter().collect()),
        (words[..64].join(" "), words.join(" ")),
    ] {
        let n_asked = |query: &String| {
            let mut opened = Opened::all();
            opened.find(query, &options);
            opened.n_asked()
        };
        let n_of_beginning = n_asked(&beginning);
        assert!((20..130).contains(&n_of_beginning), "{n_of_beginning}");
        assert_eq!(n_asked(&whole), n_of_beginning, "{beginning}");
    }
}

#[test]
fn the_glossary_is_the_same_for_every_registry_of_the_same_languages() {
    let of = |catalog: &Catalog, languages: &[Language]| -> Vec<(String, Vec<u8>)> {
        let mut config = Config::default();
        config.search.languages = languages.to_vec();
        let files = index::build(catalog, &config, None, None).unwrap().files;
        let is_foreign = |(path, _): &(String, Vec<u8>)| {
            path.contains("glossary") || path.contains("references")
        };
        files.into_iter().filter(is_foreign).collect()
    };
    let other = catalog(vec![skill("eve", "wetter", "Wetter", "Nennt das Wetter.")]);
    let all = Config::default().search.languages;
    let (here, elsewhere) = (of(&registry(), &all), of(&other, &all));
    assert!(here.len() > 20 && here == elsewhere);
    let reversed: Vec<Language> = all.iter().rev().copied().collect();
    assert!(of(&other, &reversed) == here, "in any order");
    assert!(of(&other, &[Language::De]) != here);
}

#[test]
fn only_the_languages_of_the_settings_are_there() {
    let mut german = Opened::with(&[Language::De]);
    assert_eq!(german.first("Wettervorhersage"), "ana/forecast");
    let results = german.find("прогноз погоды", &Options::default());
    assert_eq!(results.translated, None);
    let mut english = Opened::with(&[Language::En]);
    let results = english.find("Wettervorhersage", &Options::default());
    assert_eq!(results.translated, None);
    assert!(
        english
            .files
            .iter()
            .all(|(path, _)| !path.contains("glossary"))
    );
}
