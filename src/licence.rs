//! Licence files: which of them speaks for a folder, and the SPDX name of the licence in it.
//!
//! A name is a legal statement about a stranger's work, so it is given only where nothing else can be meant. A short licence
//! is compared word by word from its first word to its last, so that a condition that somebody added is seen. A long one is
//! known by its title and a sentence that no other licence has, and has to be no longer than it is. What is not recognised is
//! no licence of this list, and a reader opens the file.
//!
//! The libraries for this compare with the texts of all licences that SPDX lists, some megabytes of them, and answer by
//! likeness; the few here are those of most repositories.

use std::cmp::Reverse;

/// The SPDX name of the licence that `text` is, and nothing besides; `None` for any other text.
///
/// `GPL-3.0` and the like say which text it is; whether later versions are allowed too is not said in it.
pub fn recognise(text: &str) -> Option<&'static str> {
    let short = SHORT.iter().find(|short| short.is(text));
    let long = || LONG.iter().find(|long| long.is(text));
    short
        .map(|short| short.spdx)
        .or_else(|| long().map(|long| long.spdx))
}

/// The licence file that is nearest to `folder`: in it, else in the folder above, up to the root.
///
/// `paths` are the files of the tree, `/`-separated as `folder` is, which is empty for the root. Of several files in one
/// folder the first of [`FILE_NAMES`] counts.
pub fn nearest<'p>(folder: &str, paths: impl Iterator<Item = &'p str>) -> Option<&'p str> {
    let is_above = |of_file: &str| {
        let below = folder.strip_prefix(of_file);
        of_file.is_empty() || below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    };
    let candidates = paths.filter_map(|path| {
        let (of_file, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name_idx = FILE_NAMES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        is_above(of_file).then_some((of_file.len(), name_idx, path))
    });
    candidates
        .min_by_key(|(folder_len, name_idx, path)| (Reverse(*folder_len), *name_idx, *path))
        .map(|(_, _, path)| path)
}

/// Whether the last name of `path` is that of a licence file.
pub fn is_file_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut names = FILE_NAMES.iter();
    names.any(|known| known.eq_ignore_ascii_case(name))
}

/// Names of licence files, in any letter case.
pub const FILE_NAMES: [&str; 12] = [
    "LICENSE",
    "LICENSE.txt",
    "LICENSE.md",
    "LICENCE",
    "LICENCE.txt",
    "LICENCE.md",
    "COPYING",
    "COPYING.txt",
    "COPYING.md",
    "UNLICENSE",
    "UNLICENSE.txt",
    "UNLICENSE.md",
];

/// A licence of a page.
struct Short {
    spdx: &'static str,
    /// All of it below titles and copyright lines; `…` stands for up to [`BLANK_MAX_WORDS`] words, such as a name.
    body: &'static str,
}

const SHORT: [Short; 5] = [
    Short {
        spdx: "MIT",
        body: include_str!("licence/mit.txt"),
    },
    Short {
        spdx: "MIT-0",
        body: include_str!("licence/mit-0.txt"),
    },
    Short {
        spdx: "ISC",
        body: include_str!("licence/isc.txt"),
    },
    Short {
        spdx: "BSD-2-Clause",
        body: include_str!("licence/bsd-2-clause.txt"),
    },
    Short {
        spdx: "BSD-3-Clause",
        body: include_str!("licence/bsd-3-clause.txt"),
    },
];

/// Most words of a name in the place of `…`.
const BLANK_MAX_WORDS: usize = 12;

impl Short {
    fn is(&self, text: &str) -> bool {
        let mut lines = text.lines().peekable();
        while lines.next_if(|line| is_heading(line)).is_some() {}
        let given: Vec<String> = lines.flat_map(words).collect();
        let mut given = &given[..];
        for (part_idx, part) in self.body.split('…').enumerate() {
            let part: Vec<String> = words(part).collect();
            let blank = if part_idx == 0 { 0 } else { BLANK_MAX_WORDS };
            let starts = given.windows(part.len()).take(blank + 1);
            match { starts }.position(|window| window == part) {
                Some(start) => given = &given[start + part.len()..],
                None => return false,
            }
        }
        given.is_empty()
    }
}

/// Whether a line above a short licence is its title, a copyright line or nothing.
fn is_heading(line: &str) -> bool {
    const TITLES: [&str; 12] = [
        "",
        "mit license",
        "the mit license",
        "the mit license mit",
        "mit license mit",
        "mit no attribution",
        "isc license",
        "the isc license",
        "bsd 2 clause license",
        "bsd 3 clause license",
        "the 3 clause bsd license",
        "all rights reserved",
    ];
    let words: Vec<String> = words(line).collect();
    let is_copyright = |first: &String| matches!(first.as_str(), "copyright" | "c" | "©");
    words.first().is_some_and(is_copyright) || TITLES.contains(&words.join(" ").as_str())
}

/// A licence of many pages.
struct Long {
    spdx: &'static str,
    /// Stands among its first words.
    title: &'static str,
    /// In it and in no other licence.
    sentence: &'static str,
    /// A little above what it has with all its appendices.
    max_words: usize,
}

const LONG: [Long; 10] = [
    Long {
        spdx: "Apache-2.0",
        title: "Apache License Version 2.0, January 2004",
        sentence: "\"License\" shall mean the terms and conditions for use, reproduction, and distribution as defined by Sections 1 through 9 of this document.",
        max_words: 1_700,
    },
    Long {
        spdx: "MPL-2.0",
        title: "Mozilla Public License Version 2.0",
        sentence: "\"Covered Software\" means Source Code Form to which the initial Contributor has attached the notice in Exhibit A",
        max_words: 2_600,
    },
    Long {
        spdx: "GPL-2.0",
        title: "GNU General Public License Version 2, June 1991",
        sentence: "The \"Program\", below, refers to any such program or work, and a \"work based on the Program\" means either the Program or any derivative work under copyright law",
        max_words: 3_200,
    },
    Long {
        spdx: "GPL-3.0",
        title: "GNU General Public License Version 3, 29 June 2007",
        sentence: "\"This License\" refers to version 3 of the GNU General Public License.",
        max_words: 6_000,
    },
    Long {
        spdx: "LGPL-3.0",
        title: "GNU Lesser General Public License Version 3, 29 June 2007",
        sentence: "This version of the GNU Lesser General Public License incorporates the terms and conditions of version 3 of the GNU General Public License",
        max_words: 1_400,
    },
    Long {
        spdx: "AGPL-3.0",
        title: "GNU Affero General Public License Version 3, 19 November 2007",
        sentence: "\"This License\" refers to version 3 of the GNU Affero General Public License.",
        max_words: 6_000,
    },
    Long {
        spdx: "Unlicense",
        title: "This is free and unencumbered software released into the public domain.",
        sentence: "Anyone is free to copy, modify, publish, use, compile, sell, or distribute this software",
        max_words: 240,
    },
    Long {
        spdx: "CC0-1.0",
        title: "CC0 1.0 Universal",
        sentence: "Affirmer hereby overtly, fully, permanently, irrevocably and unconditionally waives, abandons, and surrenders all of Affirmer's Copyright and Related Rights",
        max_words: 1_200,
    },
    Long {
        spdx: "CC-BY-4.0",
        title: "Attribution 4.0 International",
        sentence: "You accept and agree to be bound by the terms and conditions of this Creative Commons Attribution 4.0 International Public License",
        max_words: 3_000,
    },
    Long {
        spdx: "CC-BY-SA-4.0",
        title: "Attribution-ShareAlike 4.0 International",
        sentence: "You accept and agree to be bound by the terms and conditions of this Creative Commons Attribution-ShareAlike 4.0 International Public License",
        max_words: 3_200,
    },
];

/// Among how many first words a title ends: copyright lines and other titles may stand before it.
const TITLE_MAX_WORDS: usize = 40;

impl Long {
    fn is(&self, text: &str) -> bool {
        let given: Vec<String> = words(text).take(self.max_words + 1).collect();
        let start = &given[..given.len().min(TITLE_MAX_WORDS)];
        given.len() <= self.max_words && has(start, self.title) && has(&given, self.sentence)
    }
}

/// Whether `given` has the words of `sentence` one after the other.
fn has(given: &[String], sentence: &str) -> bool {
    let sentence: Vec<String> = words(sentence).collect();
    given
        .windows(sentence.len())
        .any(|window| window == sentence)
}

/// Runs of letters and digits in lower case, without the numbers and letters by which lists are counted.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '©';
    let lines = text.lines().map(|line| {
        let line = line.trim_start_matches([' ', '\t', '*', '-', '#', '(']);
        let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = number.len() < line.len() && number.starts_with(['.', ')']);
        let is_counted = is_number && number[1..].starts_with([' ', '\t']);
        if is_counted { &number[1..] } else { line }
    });
    lines
        .flat_map(move |line| line.split(move |c: char| !is_part(c)))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_licence_is_known_below_any_title_and_copyright_line() {
        for short in &SHORT {
            let body = short.body.replace('…', "the copyright holders");
            for text in [
                body.clone(),
                format!(
                    "# The MIT License (MIT)\r\n\r\nCopyright (c) 2026 Ana, Inc.\r\nAll rights reserved.\r\n\r\n{body}"
                ),
                body.replace("Redistributions", "  1. Redistributions")
                    .replace("Neither", "* Neither")
                    .replace('"', "``"),
            ] {
                assert_eq!(recognise(&text), Some(short.spdx), "{text}");
            }
        }
    }

    #[test]
    fn a_condition_that_somebody_added_makes_another_licence() {
        for short in &SHORT {
            let body = short.body.replace('…', "Ana");
            for text in [
                format!("{body}\nThe software may not be sold.\n"),
                format!("Not for competitors of Ana.\n\n{body}"),
                body.replacen("without", "with", 1),
                body[..body.len() / 2].to_owned(),
            ] {
                assert_eq!(recognise(&text), None, "{text}");
            }
        }
        let long = format!("{} {}", LONG[0].title, LONG[0].sentence);
        assert_eq!(
            recognise(&format!("{long} {}", "and so on ".repeat(600))),
            None
        );
    }

    #[test]
    fn a_long_licence_is_known_by_its_title_and_a_sentence_of_its_own() {
        for long in &LONG {
            let title = long.title.to_uppercase();
            let text = format!("{title}\n====\n\n1. …\n\n{}", long.sentence);
            assert_eq!(recognise(&text), Some(long.spdx));
            assert_eq!(recognise(&title), None, "a title alone");
            let late = format!("{}{}", "of ours ".repeat(20), long.sentence);
            assert_eq!(recognise(&late), None, "a sentence alone");
        }
    }

    #[test]
    fn what_is_no_licence_of_the_list_has_no_name() {
        for text in [
            "",
            "MIT",
            "Copyright 2026 Ana. All rights reserved.",
            "Licensed under MIT or Apache-2.0, at your choice.",
            "Attribution-NonCommercial 4.0 International",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }

    #[test]
    fn the_nearest_file_speaks_for_a_folder() {
        let paths = [
            "LICENSE",
            "licenses/MIT.txt",
            "skills/COPYING",
            "skills/license.md",
            "skills/pdf/LICENSE-notes.txt",
            "skills/pdf/docs/LICENSE",
            "skills/xls/License.TXT",
        ];
        for (folder, file) in [
            ("skills/pdf", Some("skills/license.md")),
            ("skills/xls", Some("skills/xls/License.TXT")),
            ("skills", Some("skills/license.md")),
            ("skillset/a", Some("LICENSE")),
            ("", Some("LICENSE")),
        ] {
            assert_eq!(nearest(folder, paths.into_iter()), file, "{folder}");
        }
        assert_eq!(nearest("a", ["b/LICENSE"].into_iter()), None);
    }
}
