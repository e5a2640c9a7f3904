//! What the author of a skill is told about its main file.

use serde_json::Value;

use super::Draft;
use crate::catalog::NAME_MAX_CHARS;
use crate::front_matter::{fields, lost_text, name_hint};
use crate::key::is_discovery_name;
use crate::markdown::{self, RelativeLink};
use crate::problem::{Place, line_and_column};
use crate::text;
use crate::url::web;

impl Draft<'_> {
    /// Whether strict readers miss what is read here.
    pub(super) fn is_broken(&self) -> bool {
        let mut renamed = self.renamed.iter();
        let is_renamed =
            renamed.any(|name| matches!(&*name.to_ascii_lowercase(), "name" | "description"));
        let is_broken = self.front.is_broken || !self.front.is_strict || self.is_utf16;
        self.front.is_present && (is_broken || is_renamed)
    }

    /// Looks at all but what becomes a field of the skill; `homepage` is the one that pages link to.
    pub(super) fn check(&mut self, homepage: Option<&str>) {
        if self.review.text.trim().is_empty() {
            self.review.tell(
                Place::File,
                "empty SKILL.md",
                "the file is empty; the page shows nothing but files",
                "write what the skill does",
            );
        }
        self.check_mark();
        self.check_capitals();
        self.check_name();
        self.check_unknown_fields();
        self.check_characters();
        self.check_shown_homepage(homepage);
        self.check_refused_homepage();
        lost_text::check(&self.front, &mut self.review);
    }

    /// The relative links of the body. Tells where the page ends, if that is before the file does, and what raw HTML in it
    /// holds that no page shows.
    pub(super) fn survey(&mut self) -> Vec<RelativeLink> {
        let (text, body) = (self.review.text, self.front.body);
        let body_at = text.len() - body.len();
        let n_lines_before = line_and_column(text, body_at).0 - 1;
        let mut survey = markdown::survey(body);
        if let Some(cut_at) = survey.cut_at {
            self.review.tell(
                Place::Line(line_and_column(text, body_at + cut_at).0),
                "text too long",
                "the text is too long for a page and is cut in what begins on this line; the page links to the file",
                "move parts of the text into files of their own, and link to them",
            );
        }
        for markdown::LeftOut { element, line } in survey.left_out {
            self.review.tell(
                Place::Line(n_lines_before + line),
                "HTML left out",
                format!("`<{element}>` and what it holds are not shown on the page"),
                "put code between lines of three backticks, pictures into files of the skill",
            );
        }
        for link in &mut survey.links {
            link.line += n_lines_before;
        }
        survey.links
    }

    fn check_mark(&mut self) {
        if self.has_mark && self.front.is_present {
            self.review.tell(
                Place::File,
                "front matter not found by clients",
                "a byte order mark stands above the front matter; some clients do not find it",
                "save the file as UTF-8 without a byte order mark",
            );
        }
    }

    fn check_capitals(&mut self) {
        if let Some(first) = self.renamed.first() {
            let names = quoted(&self.renamed);
            self.review.tell(
                self.front.place_of_key(first),
                "field names with capitals",
                format!(
                    "fields have capitals in their names, where clients do not find them: {names}"
                ),
                "write field names in lower case, such as `name`",
            );
        }
    }

    fn check_name(&mut self) {
        if !self.front.is_present {
            return;
        }
        let slug = &self.folder.key.slug;
        let name = self.front.fields.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        let shown = text::clean_line(&name, NAME_MAX_CHARS);
        let fault = if shown.is_empty() {
            let message =
                "the front matter has no text in `name`; clients do not install such a skill";
            Some(("no name", message.to_owned(), None))
        } else if !is_discovery_name(&name) {
            let message = format!(
                "`name` is `{shown}`; clients install only names of lower-case letters, digits and `-`"
            );
            Some(("name not conformant", message, Some(name.as_str())))
        } else if name != *slug {
            let message =
                format!("`name` is `{shown}`, but the folder is `{slug}`; they should be the same");
            Some(("name differs from folder", message, Some(name.as_str())))
        } else {
            None
        };
        if let Some((group, message, name)) = fault {
            self.warn_at("name", group, message, name_hint(slug, name));
        }
        if !shown.is_empty() && name.chars().count() > NAME_MAX_CHARS {
            self.warn_at(
                "name",
                "name too long",
                format!("`name` is cut to {NAME_MAX_CHARS} characters"),
                "choose a short name",
            );
        }
    }

    fn check_unknown_fields(&mut self) {
        let fields = &self.front.fields;
        let unknown: Vec<&String> = fields.keys().filter(|key| !fields::is_known(key)).collect();
        let Some(&first) = unknown.first() else {
            return;
        };
        let mut unknown_keys = unknown.iter();
        let slip = unknown_keys.find_map(|&key| Some((key, fields::meant(key, fields)?)));
        let (shown, hint) = match slip {
            Some((slip, key)) => (slip, format!("did you mean `{key}`?")),
            None => (
                first,
                "notes of your own belong below `metadata`; leave a field where it is if a client of yours reads it there".to_owned(),
            ),
        };
        let unknown = quoted(&unknown);
        self.review.tell(
            self.front.place_of_field(shown),
            "unknown fields",
            format!("the front matter has fields that no known client reads: {unknown}"),
            hint,
        );
    }

    fn check_characters(&mut self) {
        let Some((at, c)) = text::unpublishable(self.review.text) else {
            return;
        };
        // The Latin-1 reading of UTF-8 is full of these.
        let was_misread = matches!(c, '\u{80}'..='\u{9f}');
        self.review.tell(
            Place::Offset(at),
            "control characters",
            format!(
                "the file holds U+{:04X}; pages leave out such characters",
                u32::from(c)
            ),
            match was_misread {
                true => "the text was probably saved in a wrong encoding; write it again as UTF-8",
                false => "remove them",
            },
        );
    }

    fn check_shown_homepage(&mut self, homepage: Option<&str>) {
        let shown = homepage.map(web::shown);
        if let Some(shown) = shown.filter(|shown| web::is_in_punycode(shown)) {
            self.warn_at(
                "homepage",
                "look-alike host",
                format!(
                    "the host of `homepage` could pass for another, so pages show it as `{shown}`"
                ),
                "write the host with the letters of one script",
            );
        }
    }

    fn check_refused_homepage(&mut self) {
        let Some(homepage) = fields::refused_homepage(&self.front.fields, &self.metadata) else {
            return;
        };
        let with_scheme = format!("https://{homepage}");
        let is_host_alone = homepage.contains('.') && !homepage.contains(':');
        let hint = match is_host_alone && fields::homepage_link(&with_scheme).is_some() {
            true => format!("write `homepage: {with_scheme}`"),
            false => "write an address that begins with `https://`".to_owned(),
        };
        self.warn_at(
            "homepage",
            "address not linked",
            format!("`homepage` is `{homepage}`, which is no address that a page can link to"),
            hint,
        );
    }
}

/// The first few of `names` in backticks, and how many more there are.
fn quoted(names: &[impl AsRef<str>]) -> String {
    let names = names.iter().map(|name| text::clean_line(name.as_ref(), 40));
    text::listed(names, 5)
}
