//! Which list has the sum of a file.

use sha2::{Digest, Sha256};

use crate::text::hex;
use crate::url;

/// How the sums of a site are spread over lists.
///
/// It follows from the number of skills, which is known before the first page is made, so that pages can name the list that
/// has the sum of a zip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Hexadecimal digits in the name of a list; without any there is one list.
    n_digits: usize,
}

/// Most skills of a site with one list. A skill has about eight files and a small index two hundred, so that list has about
/// 1,000 lines at most.
const ONE_LIST_MAX_SKILLS: usize = 80;
/// Most skills a list of several. An edit changes files of some sixty folders, and with each the whole list that has it, so
/// lists are short.
const LIST_MAX_SKILLS: usize = 20;

impl Layout {
    /// That of a site with `n_skills`.
    pub fn of(n_skills: usize) -> Self {
        if n_skills <= ONE_LIST_MAX_SKILLS {
            return Self { n_digits: 0 };
        }
        let is_enough = |n_digits: &usize| n_skills <= LIST_MAX_SKILLS << (4 * n_digits);
        let n_digits = (1..MAX_DIGITS).find(is_enough).unwrap_or(MAX_DIGITS);
        Self { n_digits }
    }

    /// Whether all sums stand in the root list.
    pub fn is_one_list(self) -> bool {
        self.n_digits == 0
    }

    /// The path of the list that has the sum of the file at `path`. Files of one folder stand in one list.
    pub fn list_of(self, path: &str) -> String {
        if self.is_one_list() {
            return url::SUMS.to_owned();
        }
        let folder = match path.rsplit_once('/') {
            None => "",
            // Its folders are named by their content: an edit would change the list of each that comes and goes.
            Some((folder, _)) if folder.starts_with(SEARCH) => SEARCH,
            Some((folder, _)) => folder,
        };
        let hash = hex(&Sha256::digest(folder));
        format!("{}{}.txt", url::SUMS_FOLDER, &hash[..self.n_digits])
    }
}

/// 65,536 lists, for up to 1.3 million skills.
const MAX_DIGITS: usize = 4;
/// The folder of the search index.
const SEARCH: &str = "search";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_several_has_the_sums_of_about_20_skills_at_most() {
        let n_digits = |n_skills| Layout::of(n_skills).n_digits;
        for (n_skills, expected) in [
            (0, 0),
            (80, 0),
            (81, 1),
            (320, 1),
            (321, 2),
            (5_120, 2),
            (5_121, 3),
            (81_920, 3),
            (81_921, 4),
            (100_000_000, 4),
        ] {
            assert_eq!(n_digits(n_skills), expected, "{n_skills}");
        }
    }

    #[test]
    fn files_of_one_folder_stand_in_one_list() {
        let layout = Layout::of(300);
        // printf %s ana/skills/pdf | sha256sum
        assert_eq!(layout.list_of("ana/skills/pdf/pdf.zip"), "data/sums/c.txt");
        assert_eq!(
            layout.list_of("ana/skills/pdf/index.html"),
            "data/sums/c.txt"
        );
        // printf %s '' | sha256sum
        assert_eq!(layout.list_of("index.html"), "data/sums/e.txt");
        // printf %s search | sha256sum
        for path in ["search/manifest.json", "search/files/cards-0a/1.bin"] {
            assert_eq!(layout.list_of(path), "data/sums/2.txt");
        }
        assert_eq!(Layout::of(5).list_of("a/b"), "SHA256SUMS");
    }
}
