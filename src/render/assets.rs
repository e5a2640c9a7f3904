//! The stylesheet and the script of the pages, named after their content so that browsers may keep them for ever.

use std::io;

use sha2::{Digest, Sha256};

use super::site::Site;
use super::zip::hex;
use crate::sink::Sink;

const STYLE: &str = include_str!("../../assets/style.css");
const SCRIPT: &str = include_str!("../../assets/site.js");
const FAVICON: &str = include_str!("../../assets/favicon.svg");

/// Site paths of the files that every page links to.
pub(super) struct Assets {
    pub(super) style: String,
    pub(super) script: String,
}

impl Assets {
    pub(super) fn new() -> Self {
        Self {
            style: hashed_path("style", "css", STYLE),
            script: hashed_path("site", "js", SCRIPT),
        }
    }
}

pub(super) fn write(site: &Site<'_>, sink: &dyn Sink) -> io::Result<()> {
    sink.write(&site.assets.style, STYLE.as_bytes())?;
    sink.write(&site.assets.script, SCRIPT.as_bytes())?;
    sink.write("favicon.svg", FAVICON.as_bytes())
}

fn hashed_path(stem: &str, extension: &str, content: &str) -> String {
    let hash = hex(&Sha256::digest(content)[..5]);
    format!("assets/{stem}-{hash}.{extension}")
}
