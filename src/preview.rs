//! A registry while it is edited: its pages follow at once, the search index behind them.
//!
//! ```text
//! a file is saved ─► Preview::update ─► read what changed ─► pages that it touches ─► open pages reload
//!                    Preview::catch_up, on another thread ─► API files ─► search index, related skills
//! ```
//!
//! Both go through the functions of a build; that only the touched pages are made is the doing of the sink, a
//! [`LiveFolder`]. When the index has caught up, the folder holds what a build would have written, byte for byte.

mod following;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;
use std::{fs, io};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use thiserror::Error;

use crate::api::{ApiState, LiveApi, SiteSearch};
use crate::catalog::Related;
use crate::content::SkillCache;
use crate::index::SearchIndex;
use crate::lock::lock;
use crate::problem::{Problem, Problems, print_each};
use crate::progress::Progress;
use crate::project::Project;
use crate::server::{Changes, LiveSite, WatchError};
use crate::sink::LiveFolder;
use crate::site::{Site, WriteError};
use crate::site_source::SiteSource;
use crate::text::number::counted;
use crate::url::BaseUrl;
use crate::zip::{KnownZips, SiteZips};

/// A site in a temporary folder that follows a content folder and sources.
#[derive(Debug)]
pub struct Preview {
    project: Project,
    live_site: Arc<LiveSite>,
    live_api: Arc<LiveApi>,
    folder: LiveFolder,
    /// Writes what follows behind the pages, on half of the processors: a file that is saved meanwhile comes first.
    behind: ThreadPool,
    state: Mutex<State>,
    /// Holds `folder`; removed at the end.
    _temp: tempfile::TempDir,
}

#[derive(Debug, Default)]
struct State {
    cache: SkillCache,
    /// `None` until the content was without errors once.
    shown: Option<Shown>,
    /// Files changed that open pages were not told of, since writing others failed.
    has_untold_changes: bool,
}

/// What the folder holds.
#[derive(Debug)]
struct Shown {
    site: Arc<Site>,
    warnings: Problems,
    known_zips: KnownZips,
    /// The zips of the pages, until the API's files tell of them too.
    new_zips: Option<SiteZips>,
    /// By the positions in the catalog of `site`, whatever index it comes from.
    related: Related,
    index: Option<Arc<SiteSearch>>,
    /// What the index was made from, and what one of `site` would be made from.
    indexed: u64,
    to_index: u64,
}

impl Preview {
    /// Makes an empty site; `base_url` is where it will be served.
    ///
    /// # Errors
    /// A content folder that cannot be read, but for one that is missing beside sources; no place for the site.
    pub fn new(project: &Project, base_url: &BaseUrl) -> Result<Self, PreviewError> {
        match fs::read_dir(&project.content) {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && has_sources(project) => {}
            Err(error) => {
                let folder = project.content.clone();
                return Err(PreviewError::NoContent { folder, error });
            }
        }
        let no_folder = |error| PreviewError::NoFolder { error };
        let temp = tempfile::tempdir().map_err(no_folder)?;
        let n_threads = (rayon::current_num_threads() / 2).max(1);
        let behind = ThreadPoolBuilder::new().num_threads(n_threads);
        Ok(Self {
            behind: behind.build().map_err(PreviewError::NoThreads)?,
            project: Project {
                base_url: Some(base_url.clone()),
                ..project.clone()
            },
            live_site: Arc::new(LiveSite::default()),
            live_api: Arc::new(LiveApi::new()),
            folder: LiveFolder::create(temp.path().join("site")).map_err(no_folder)?,
            state: Mutex::default(),
            _temp: temp,
        })
    }

    /// What the server serves.
    pub fn live_site(&self) -> &Arc<LiveSite> {
        &self.live_site
    }

    /// What answers the routes with a query.
    pub fn live_api(&self) -> &Arc<LiveApi> {
        &self.live_api
    }

    /// The folder of the site.
    pub fn root(&self) -> &Path {
        self.folder.root()
    }

    /// Reads the content and writes the pages that differ; the first time all, and the search index before them.
    ///
    /// `changes` are the paths that have changed since the last call, see [`SkillCache::expect_changes`]. When something
    /// fails, the site of before stays, and pages show why.
    pub fn update(&self, changes: &Changes) {
        let start = Instant::now();
        let mut state = self.lock();
        state.cache.expect_changes(changes);
        match self.try_update(&mut state) {
            Ok((warnings, n_changed)) => {
                self.live_site.set_problems(&warnings);
                error_line!(
                    "pages: {:.2} s, {} changed, {}",
                    start.elapsed().as_secs_f64(),
                    counted(n_changed, "file", "files"),
                    counted(warnings.n_warnings(), "warning", "warnings")
                );
            }
            Err(UpdateError::Content(problems)) => {
                print_each(problems.sorted());
                let n_errors = counted(problems.n_errors(), "error", "errors");
                error_line!("{n_errors}; the site stays as it was");
                self.live_site.set_problems(&problems);
            }
            Err(UpdateError::Unwritten(error)) => {
                let message = format!("cannot write the preview: {error}");
                self.show_failure(message, Problems::new());
            }
        }
    }

    /// Writes the API's files that differ; then builds the index until it is that of the content shown, and swaps it in
    /// each time.
    pub fn catch_up(&self) {
        let api = self.write_api();
        if let Err(error) = api.and_then(|()| self.folder.remove_replaced()) {
            self.show_failure(error.to_string(), Problems::new());
        }
        while let Some(site) = self.not_indexed() {
            let start = Instant::now();
            let built = self.behind.install(|| site.build_index());
            let written = built.map_err(WriteError::from).and_then(|index| {
                print_left_out(&site, &index);
                self.write_index(&index)?;
                Ok(self.swap_in(&site, &index)?)
            });
            match written {
                Ok(()) => error_line!("search: {:.2} s", start.elapsed().as_secs_f64()),
                Err(error) => self.give_up(&site, &error),
            }
        }
    }

    fn try_update(&self, state: &mut State) -> Result<(Problems, usize), UpdateError> {
        let loaded = Site::load_again(&self.project, &mut state.cache);
        let (site, warnings) = loaded.map_err(UpdateError::Content)?;
        let site = Arc::new(site);
        let mut shown = match state.shown.take() {
            None => self.first(site, &warnings)?,
            Some(before) => Self::next(before, site, &warnings),
        };
        let was_told = !std::mem::replace(&mut state.has_untold_changes, true);
        let written = self.write_pages(&mut shown);
        let shown = state.shown.insert(shown);
        let n_changed = written?;
        self.live_site.set_search_behind(shown.is_behind());
        self.live_api.publish(api_state(shown));
        if n_changed > 0 || !was_told || self.live_site.generation() == 0 {
            self.live_site.publish(self.root())?;
        }
        state.has_untold_changes = false;
        Ok((warnings, n_changed))
    }

    fn first(&self, site: Arc<Site>, warnings: &Problems) -> Result<Shown, WriteError> {
        let index = site.build_index()?;
        print_left_out(&site, &index);
        self.write_index(&index)?;
        let to_index = site.index_inputs();
        Ok(Shown {
            related: index.related,
            index: self.open_index(),
            indexed: to_index,
            to_index,
            warnings: warnings.clone(),
            known_zips: KnownZips::new(),
            new_zips: None,
            site,
        })
    }

    /// The same site with other content. Related skills stay until the index has followed.
    fn next(before: Shown, site: Arc<Site>, warnings: &Problems) -> Shown {
        let related = before.related.followed(&before.site.catalog, &site.catalog);
        Shown {
            related,
            to_index: site.index_inputs(),
            warnings: warnings.clone(),
            new_zips: None,
            site,
            ..before
        }
    }

    /// Gives the number of files that changed.
    fn write_pages(&self, shown: &mut Shown) -> io::Result<usize> {
        let sink = self.folder.patch("pages");
        let progress = Progress::new(true);
        let site = &shown.site;
        let written = site.write_pages(&shown.related, &shown.known_zips, &sink, &progress)?;
        shown.known_zips = written.zips.known(&site.catalog, &site.config);
        shown.new_zips = Some(written.zips);
        sink.finish()
    }

    fn write_api(&self) -> io::Result<()> {
        let shown = {
            let mut state = self.lock();
            let shown = state.shown.as_mut();
            shown.and_then(|shown| Some((Arc::clone(&shown.site), shown.new_zips.take()?)))
        };
        let Some((site, zips)) = shown else {
            return Ok(());
        };
        let sink = self.folder.patch("api");
        self.behind.install(|| site.write_api(&zips, &sink))?;
        sink.finish().map(|_| ())
    }

    /// Files of an index have names that follow from their bytes, so those of before are good until the manifest, which
    /// comes last, names others; a reader that still asks for them then begins anew.
    fn write_index(&self, index: &SearchIndex) -> io::Result<()> {
        let sink = self.folder.patch("search");
        index.write(&sink)?;
        sink.finish().map(|_| ())
    }

    fn open_index(&self) -> Option<Arc<SiteSearch>> {
        let source = SiteSource::open_folder(self.root()).ok()?;
        SiteSearch::open(source).ok().map(Arc::new)
    }

    /// The site that is shown, if search does not know it yet.
    fn not_indexed(&self) -> Option<Arc<Site>> {
        let state = self.lock();
        let shown = state.shown.as_ref().filter(|shown| shown.is_behind())?;
        Some(Arc::clone(&shown.site))
    }

    /// Searches go through the index of `site` from now on, and the related skills of pages are those that it found.
    /// Open pages do not reload for that.
    fn swap_in(&self, site: &Site, index: &SearchIndex) -> io::Result<()> {
        let mut state = self.lock();
        let Some(shown) = &mut state.shown else {
            return Ok(());
        };
        shown.indexed = site.index_inputs();
        shown.index = self.open_index();
        let related = index.related.followed(&site.catalog, &shown.site.catalog);
        if related != shown.related {
            shown.related = related;
            self.write_pages(shown)?;
        }
        self.live_api.publish(api_state(shown));
        self.live_site.set_search_behind(shown.is_behind());
        Ok(())
    }

    /// Leaves search as it was until the content changes again.
    fn give_up(&self, site: &Site, error: &WriteError) {
        let mut state = self.lock();
        if let Some(shown) = &mut state.shown {
            shown.indexed = site.index_inputs();
            self.show_failure(error.to_string(), shown.warnings.clone());
            self.live_site.set_search_behind(shown.is_behind());
        }
    }

    fn show_failure(&self, message: String, mut problems: Problems) {
        error_line!("error: {message}");
        problems.push(Problem::error(&self.project.content, "build", message));
        self.live_site.set_problems(&problems);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Why there can be no preview.
#[derive(Debug, Error)]
pub enum PreviewError {
    /// The content folder, as the user named it, cannot be read.
    #[error("cannot read the content folder `{}`: {error}", folder.display())]
    NoContent {
        folder: PathBuf,
        #[source]
        error: io::Error,
    },
    /// There is no place for the site.
    #[error("cannot make a temporary folder: {error}")]
    NoFolder {
        #[source]
        error: io::Error,
    },
    /// The system gives no threads for the search index.
    #[error("cannot start threads for the search index: {0}")]
    NoThreads(#[source] ThreadPoolBuildError),
    /// Changes of the content or of sources are not told.
    #[error("cannot watch the content and the sources: {error}")]
    NotWatched {
        #[source]
        error: WatchError,
    },
}

/// Why the site stays as it was.
enum UpdateError {
    Content(Problems),
    Unwritten(WriteError),
}

impl<E: Into<WriteError>> From<E> for UpdateError {
    fn from(error: E) -> Self {
        Self::Unwritten(error.into())
    }
}

impl Shown {
    fn is_behind(&self) -> bool {
        self.indexed != self.to_index
    }
}

/// Whether skills come from elsewhere than the content folder, for all that is known of the settings.
fn has_sources(project: &Project) -> bool {
    let settings = project.load_config();
    settings.map_or(true, |(config, _)| !config.sources.is_empty())
}

/// A build leaves these skills out; the preview goes on to show their pages.
fn print_left_out(site: &Site, index: &SearchIndex) {
    print_each(site.left_out_of(index).sorted());
}

/// The API over what is shown. An index that is behind may name skills that are gone, which the API leaves out.
fn api_state(shown: &Shown) -> ApiState {
    let site = &shown.site;
    ApiState::new(
        Arc::clone(&site.catalog),
        site.config.clone(),
        Box::new(shown.index.clone()),
    )
}

#[cfg(test)]
mod tests;
