//! A registry of three skills by three owners, and ways to look at its site.

use std::collections::BTreeMap;

use super::super::write_site;
use crate::catalog::Related;
use crate::catalog::{
    Award, BadgeColor, BadgeKind, Catalog, Collection, FrontMatter, Requirements, Skill, SkillFile,
    Stats, Timestamp, Version,
};
use crate::config::Config;
use crate::key::SkillKey;
use crate::sink::MemorySink;
use crate::zip::KnownZips;

pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// `ana/pdf-tools` (everything set), `ben/notes` (official), `cyd/solo` (bare).
pub(super) fn registry() -> Catalog {
    let mut pdf_tools = skill(
        "ana/pdf-tools",
        "PDF Tools",
        "2026-03-01",
        &[
            ("SKILL.md", "# PDF Tools\n\nReads [forms](docs/forms.md).\n"),
            ("docs/forms.md", "Forms."),
            ("run.js", "run()"),
        ],
    );
    pdf_tools.description = "Reads, splits and merges PDF files.".to_owned();
    pdf_tools.tags = vec!["ocr".to_owned(), "pdf".to_owned()];
    pdf_tools.front_matter.license = Some("MIT".to_owned());
    pdf_tools.front_matter.homepage = Some("https://pdf.example/tools/".to_owned());
    pdf_tools.front_matter.emoji = Some("📄".to_owned());
    pdf_tools.requirements = Requirements {
        os: vec!["darwin".to_owned(), "linux".to_owned()],
        bins: vec!["qpdf".to_owned()],
        env: vec!["PDF_KEY".to_owned()],
        install: vec![("brew".to_owned(), "qpdf".to_owned())],
        ..Requirements::default()
    };
    pdf_tools.version = Some(version("1.1.0", "2026-03-01"));
    pdf_tools.history = vec![version("1.0.0", "2026-01-01")];
    pdf_tools.created_at = Timestamp::parse("2026-01-01");
    pdf_tools.badges = vec![award(
        "highlighted",
        "2026-03-02",
        Some("Clear and careful."),
    )];
    pdf_tools.stats = Some(Stats {
        downloads: 1_250,
        stars: 31,
        installs: 0,
    });
    let mut notes = skill(
        "ben/notes",
        "Notes",
        "2026-02-01",
        &[("SKILL.md", "Notes.")],
    );
    notes.tags = vec!["pdf".to_owned()];
    notes.badges = vec![award("official", "2026-02-02", None)];
    let solo = skill("cyd/solo", "solo", "2026-01-15", &[("SKILL.md", "")]);
    Catalog {
        skills: vec![pdf_tools, notes, solo],
        badge_kinds: vec![
            badge_kind("highlighted", "Featured", BadgeColor::Amber, true),
            badge_kind("official", "Official", BadgeColor::Blue, true),
            badge_kind(
                "redactionApproved",
                "Redaction approved",
                BadgeColor::Gray,
                false,
            ),
        ],
        ..Catalog::default()
    }
}

/// The same registry with a collection of two skills.
pub(super) fn with_collection() -> Catalog {
    let chosen = vec![
        (SkillKey::parse("cyd/solo").unwrap(), None),
        (
            SkillKey::parse("ana/pdf-tools").unwrap(),
            Some("For <forms>.".to_owned()),
        ),
    ];
    let (title, description) = ("First & week", "What everybody has.");
    let collection = Collection::new("team".into(), title.into(), description.into(), chosen);
    Catalog {
        collections: vec![collection],
        ..registry()
    }
}

/// A skill without anything that is optional.
pub(super) fn skill(id: &str, name: &str, updated_at: &str, files: &[(&str, &str)]) -> Skill {
    let updated_at = Timestamp::parse(updated_at);
    Skill {
        key: SkillKey::parse(id).unwrap(),
        folder: format!("content/skills/{id}").into(),
        name: name.to_owned(),
        description: String::new(),
        tags: Vec::new(),
        body: files[0].1.to_owned(),
        long_body_at: None,
        links: crate::markdown::survey(files[0].1).links,
        main_file_idx: 0,
        front_matter: FrontMatter {
            name: Some(name.to_owned()),
            description: Some("Something.".to_owned()),
            ..FrontMatter::default()
        },
        requirements: Requirements::default(),
        files: files.iter().map(|(path, text)| file(path, text)).collect(),
        version: None,
        history: Vec::new(),
        created_at: updated_at,
        updated_at,
        is_of_source: false,
        provenance: None,
        license_file: None,
        badges: Vec::new(),
        stats: None,
        is_suspicious: false,
        moderation_note: None,
    }
}

/// `n_skills` skills by one owner, the first updated last.
pub(super) fn many(n_skills: usize) -> Catalog {
    let start = Timestamp::parse("2026-01-01").unwrap().ms();
    let skills = (0..n_skills)
        .map(|skill_idx| {
            let mut skill = skill(
                &format!("ana/s{skill_idx:03}"),
                "S",
                "2026-01-01",
                &[("SKILL.md", "x")],
            );
            skill.tags = vec!["all".to_owned()];
            skill.updated_at = Timestamp::from_ms(start + ((n_skills - skill_idx) * 1000) as i64);
            skill
        })
        .collect();
    Catalog {
        skills,
        ..Catalog::default()
    }
}

pub(super) fn file(path: &str, text: &str) -> SkillFile {
    SkillFile::in_memory(path, text.as_bytes())
}

pub(super) fn version(version: &str, published_at: &str) -> Version {
    Version {
        version: version.to_owned(),
        published_at: Timestamp::parse(published_at),
        commit_url: Some("https://code.example/ana/commit/0123456789abcdef".to_owned()),
        ..Version::default()
    }
}

pub(super) fn award(kind: &str, at: &str, note: Option<&str>) -> Award {
    Award {
        kind: kind.to_owned(),
        by: Some("editors".to_owned()),
        at: Timestamp::parse(at),
        note: note.map(str::to_owned),
    }
}

pub(super) fn badge_kind(kind: &str, label: &str, color: BadgeColor, is_shown: bool) -> BadgeKind {
    BadgeKind {
        kind: kind.to_owned(),
        label: label.to_owned(),
        description: format!("What {label} means."),
        icon: Some("★".to_owned()),
        color,
        boost: 0.0,
        is_shown,
    }
}

pub(super) fn render(catalog: &Catalog) -> Files {
    render_with(catalog, &Config::default(), &Related::default())
}

pub(super) fn render_with(catalog: &Catalog, config: &Config, related: &Related) -> Files {
    let sink = MemorySink::new();
    write_site(catalog, config, related, &KnownZips::new(), &sink, &|| {}).unwrap();
    sink.into_files()
}

pub(super) fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    let bytes = files.get(path).unwrap_or_else(|| panic!("no `{path}`"));
    std::str::from_utf8(bytes).unwrap()
}

/// The `<main>` of a page.
pub(super) fn main_of(files: &Files, path: &str) -> String {
    let page = text(files, path);
    let start = page.find("<main").unwrap();
    let end = page.find("</main>").unwrap() + "</main>".len();
    page[start..end].to_owned()
}

/// The slugs of the skills that a page of a list shows, in order.
pub(super) fn card_slugs(files: &Files, path: &str) -> Vec<String> {
    let page = scraper::Html::parse_document(text(files, path));
    let links = scraper::Selector::parse(".card :is(h2, h3) a").unwrap();
    page.select(&links)
        .map(|link| {
            let href = link.attr("href").unwrap().trim_end_matches('/');
            href.rsplit('/').next().unwrap().to_owned()
        })
        .collect()
}
