//! The stylesheet and the scripts of the pages, and the search engine, named after their content so that browsers may
//! keep them for ever. Only `search/search.js` is not: other sites load it by that name.

use std::hash::{Hash, Hasher};
use std::io;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::sink::Sink;
use crate::text::hex;
use crate::url;

const STYLE: &str = include_str!("../../assets/style.css");
const SITE_SCRIPT: &str = include_str!("../../assets/site.js");
const SEARCH_BOX: &str = include_str!("../../assets/search-box.js");
const SEARCH_PAGE: &str = include_str!("../../assets/search-page.js");
const SEARCH_WORKER: &str = include_str!("../../assets/search-worker.js");
const MODEL_CONTEXT: &str = include_str!("../../assets/model-context.js");
/// What the tools of `skillpress mcp` are called and take.
const MCP_TOOLS: &str = include_str!("../../assets/mcp/tools.json");
const SEARCH: &str = include_str!("../../assets/search.js");
const FILE_DIALOG: &str = include_str!("../../assets/file-dialog.js");
/// The folder of the edge function is copied to hosts as it is, so what it shares with pages stands there.
const SKILL_FILE: &str = include_str!("../../examples/edge/skill-file.mjs");
const SEARCH_WASM: &[u8] = include_bytes!("../../assets/search.wasm");
const SEMANTIC_WASM: &[u8] = include_bytes!("../../assets/semantic.wasm");
const UNKNOWN_WASM: &[u8] = include_bytes!("../../assets/unknown.wasm");
const FAVICON: &str = include_str!("../../assets/favicon.svg");

/// The files that pages link to or load.
#[derive(Hash)]
pub(super) struct Assets {
    pub(super) style: Asset,
    /// The script of every page.
    pub(super) script: Asset,
    /// What shows a file that is in the zip alone; loaded when somebody opens one.
    pub(super) file_dialog: Asset,
    /// What takes it out of the zip.
    pub(super) skill_file: Asset,
    /// What people see of the search; loaded when somebody is about to search.
    pub(super) search_box: Asset,
    /// The script of the search page, which builds on that.
    pub(super) search_page: Asset,
    /// What the search box runs, in the page and in a worker.
    pub(super) search_worker: Asset,
    /// What offers the search to agents in the browser; loaded where it has a model context.
    pub(super) model_context: Asset,
    /// What the worker runs.
    pub(super) search: Asset,
    /// What that runs.
    pub(super) search_wasm: Asset,
    /// What it runs too where the index has vectors.
    pub(super) unknown_wasm: Asset,
    pub(super) semantic_wasm: Option<Asset>,
}

/// A file with its content.
pub(super) struct Asset {
    /// Site path.
    pub(super) path: String,
    content: Vec<u8>,
}

impl Hash for Asset {
    /// The path has a hash of the content in it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}

impl Assets {
    /// `has_vectors`: whether skills can be searched for by what they mean.
    pub(super) fn new(has_vectors: bool) -> Self {
        let search_wasm = Asset::new("search/files/search", "wasm", SEARCH_WASM.to_vec());
        let semantic_wasm = has_vectors
            .then(|| Asset::new("search/files/semantic", "wasm", SEMANTIC_WASM.to_vec()));
        let wasm_names = ("../search/search.wasm", format!("../{}", search_wasm.path));
        let unknown_wasm = Asset::new("search/files/unknown", "wasm", UNKNOWN_WASM.to_vec());
        let unknown_names = (
            "../search/unknown.wasm",
            format!("../{}", unknown_wasm.path),
        );
        let semantic_names = (
            "../search/semantic.wasm",
            match &semantic_wasm {
                Some(wasm) => format!("../{}", wasm.path),
                None => String::new(),
            },
        );
        let engine_names = [wasm_names.clone(), unknown_names, semantic_names];
        let search = Asset::script("search", SEARCH, &engine_names);
        let search_names = ("./search.js", search.sibling());
        let search_worker = Asset::script(
            "search-worker",
            SEARCH_WORKER,
            std::slice::from_ref(&search_names),
        );
        let worker_names = ("./search-worker.js", search_worker.sibling());
        let search_box = Asset::script(
            "search-box",
            SEARCH_BOX,
            std::slice::from_ref(&worker_names),
        );
        let box_names = ("./search-box.js", search_box.sibling());
        let model_context = Asset::script(
            "model-context",
            &MODEL_CONTEXT.replace("\"./mcp/search_skills.json\"", &search_tool()),
            std::slice::from_ref(&worker_names),
        );
        let search_page =
            Asset::script("search-page", SEARCH_PAGE, std::slice::from_ref(&box_names));
        let skill_file = Asset::script("skill-file", SKILL_FILE, &[]);
        let skill_file_names = ("../examples/edge/skill-file.mjs", skill_file.sibling());
        let file_dialog = Asset::script("file-dialog", FILE_DIALOG, &[skill_file_names]);
        let names = [
            wasm_names,
            search_names,
            worker_names,
            box_names,
            ("./file-dialog.js", file_dialog.sibling()),
            ("./model-context.js", model_context.sibling()),
        ];
        Self {
            style: Asset::new("assets/style", "css", style().into()),
            script: Asset::script("site", SITE_SCRIPT, &names),
            file_dialog,
            skill_file,
            search_box,
            search_page,
            search_worker,
            model_context,
            search,
            search_wasm,
            unknown_wasm,
            semantic_wasm,
        }
    }

    pub(super) fn write(&self, sink: &dyn Sink) -> io::Result<()> {
        let all = [
            &self.style,
            &self.script,
            &self.file_dialog,
            &self.skill_file,
            &self.search_box,
            &self.search_page,
            &self.search_worker,
            &self.model_context,
            &self.search,
            &self.search_wasm,
            &self.unknown_wasm,
        ];
        for asset in all.into_iter().chain(&self.semantic_wasm) {
            sink.write(&asset.path, &asset.content)?;
        }
        // From here the name of the engine is right too.
        sink.write("search/search.js", &self.search.content)?;
        sink.write(url::FAVICON, FAVICON.as_bytes())
    }
}

/// The stylesheet without comments, indentation and empty lines. `minifier::css` also takes the spaces around `+` in
/// `calc()`, which it needs.
fn style() -> String {
    let lines = STYLE.lines().map(str::trim);
    let is_kept = |line: &&str| !line.is_empty() && !line.starts_with("/*");
    lines.filter(is_kept).collect::<Vec<_>>().join("\n")
}

/// Name, description and arguments of the tool that searches, as JSON.
fn search_tool() -> String {
    let tools: Vec<Value> = serde_json::from_str(MCP_TOOLS).expect("our own tools are valid");
    let is_search = |tool: &&Value| tool["name"] == "search_skills";
    let tool = tools.iter().find(is_search).expect("a tool that searches");
    let parts = ["name", "title", "description", "inputSchema"];
    let parts = parts.map(|part| (part.to_owned(), tool[part].clone()));
    Value::Object(Map::from_iter(parts)).to_string()
}

impl Asset {
    fn new(stem: &str, extension: &str, content: Vec<u8>) -> Self {
        let hash = hex(&Sha256::digest(&content)[..5]);
        Self {
            path: format!("{stem}-{hash}.{extension}"),
            content,
        }
    }

    /// A script without comments and spaces, and with the published names of the files that it loads.
    fn script(stem: &str, source: &str, names: &[(&str, String)]) -> Self {
        let minified = minifier::js::minify(source);
        let mut text = minified.expect("our own scripts are valid").to_string();
        for (name, published) in names {
            text = text.replace(&format!("\"{name}\""), &format!("\"{published}\""));
        }
        Self::new(&format!("assets/{stem}"), "js", text.into_bytes())
    }

    /// How a file in the same folder names it.
    fn sibling(&self) -> String {
        self.path.replace("assets/", "./")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_lose_comments_and_spaces_and_keep_their_texts() {
        let script = "// @ts-check\n/** Says. */\n/** @type {any} */ (g).h(`a // ${ b }  c`, \"x  /* y */\");\n  const a = 1;\n";
        let published = Asset::script("g", script, &[]).content;
        assert_eq!(
            String::from_utf8(published).unwrap(),
            "(g).h(`a // ${ b }  c`,\"x  /* y */\");const a=1;"
        );
    }

    #[test]
    fn the_stylesheet_loses_its_comments_and_keeps_its_rules() {
        let published = style();
        assert!(!published.contains("/*") && !published.contains("*/"));
        assert_eq!(published.matches('{').count(), STYLE.matches('{').count());
        assert_eq!(published.matches('}').count(), STYLE.matches('}').count());
    }

    #[test]
    fn scripts_name_what_is_published() {
        let assets = Assets::new(true);
        let semantic_wasm = assets.semantic_wasm.as_ref().unwrap();
        let text = |asset: &Asset| String::from_utf8(asset.content.clone()).unwrap();
        for wasm in [&assets.search_wasm, semantic_wasm] {
            assert!(text(&assets.search).contains(&format!("\"../{}\"", wasm.path)));
        }
        for (script, imported) in [
            (&assets.search_page, &assets.search_box),
            (&assets.search_box, &assets.search_worker),
            (&assets.search_worker, &assets.search),
            (&assets.file_dialog, &assets.skill_file),
            (&assets.model_context, &assets.search_worker),
        ] {
            assert!(text(script).contains(&format!("from\"{}\"", imported.sibling())));
        }
        let script = text(&assets.script);
        for name in [
            assets.file_dialog.sibling(),
            assets.model_context.sibling(),
            assets.search.sibling(),
            assets.search_worker.sibling(),
            assets.search_box.sibling(),
            format!("../{}", assets.search_wasm.path),
        ] {
            assert!(script.contains(&format!("\"{name}\"")), "{name}");
        }
    }

    #[test]
    fn agents_in_the_browser_get_the_tool_of_the_command() {
        let script = String::from_utf8(Assets::new(true).model_context.content).unwrap();
        let tool = search_tool();
        assert!(tool.contains("\"name\":\"search_skills\""), "{tool}");
        assert!(script.contains(&tool), "{script}");
    }

    #[test]
    fn a_site_without_vectors_does_not_ship_what_reads_them() {
        let assets = Assets::new(false);
        assert!(assets.semantic_wasm.is_none());
        let script = String::from_utf8(assets.search.content).unwrap();
        assert!(script.contains("VECTORS=\"\"") && !script.contains("semantic.wasm"));
    }
}
