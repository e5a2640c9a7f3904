//! The site that is served now, and the pages that follow it: server-sent events, their script and its style.

use std::collections::{HashSet, VecDeque};
use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{MethodRouter, get};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::sync::watch;

use super::rules::Rules;
use crate::lock::lock;
use crate::problem::{Problem, Problems, Severity};

/// Which folder is served, the problems of the last build, and whether search is behind. Open pages follow every change.
/// At first there is no site, and every page says so.
#[derive(Debug, Default)]
pub struct LiveSite {
    state: watch::Sender<LiveState>,
    /// The open event streams, the oldest first; one whose sender is dropped ends.
    streams: Mutex<VecDeque<oneshot::Sender<Infallible>>>,
}

/// Open event streams, each of which holds a connection; far below the limit of connections, so that requests always
/// find one.
const MAX_STREAMS: usize = 64;

#[derive(Clone, Debug, Default)]
struct LiveState {
    snapshot: Arc<Snapshot>,
    /// A list as JSON, on one line; `None` before the first build.
    problems: Option<Arc<str>>,
    /// Path and message of each problem, to tell new ones from old ones.
    known: Arc<HashSet<(PathBuf, String)>>,
    is_search_behind: bool,
    is_closing: bool,
}

impl LiveState {
    /// What an open page is told, by name, in this order: a page that reloads at once asks for the problems again anyway.
    fn events(&self) -> [(&'static str, Arc<str>); 3] {
        let problems = self.problems.clone();
        let search = if self.is_search_behind {
            "behind"
        } else {
            "current"
        };
        let generation = self.snapshot.generation.to_string();
        [
            ("problems", problems.unwrap_or_else(|| "[]".into())),
            ("search", search.into()),
            ("reload", generation.into()),
        ]
    }
}

/// A published site. Requests in flight keep the one with which they began.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// Canonical; `None` until there is a first site.
    pub(super) root: Option<PathBuf>,
    pub(super) rules: Rules,
    /// Counts the sites that were published; 0 before the first.
    pub(super) generation: u64,
}

impl LiveSite {
    /// Serves `folder` from now on and makes open pages reload. It may be the folder of before with other files in it.
    ///
    /// # Errors
    /// When there is no such folder; the site of before is served on.
    pub fn publish(&self, folder: &Path) -> io::Result<()> {
        let root = folder.canonicalize()?;
        let rules = Rules::read(&root);
        self.state.send_modify(|state| {
            let generation = state.snapshot.generation + 1;
            state.snapshot = Arc::new(Snapshot {
                root: Some(root),
                rules,
                generation,
            });
        });
        Ok(())
    }

    /// Shows the problems of the last build on open pages; none takes away those of before.
    pub fn set_problems(&self, problems: &Problems) {
        self.state.send_modify(|state| {
            let shown = shown_problems(problems, &state.known, state.problems.is_none());
            // What was read as text is written as text.
            let json = serde_json::to_string(&shown).unwrap_or_else(|_| "[]".to_owned());
            state.problems = Some(json.into());
            state.known = Arc::new(problems.sorted().into_iter().map(key).collect());
        });
    }

    /// Says on open pages that search does not know the newest content yet, or that it does again.
    pub fn set_search_behind(&self, is_behind: bool) {
        self.state
            .send_modify(|state| state.is_search_behind = is_behind);
    }

    /// How many sites were published.
    pub fn generation(&self) -> u64 {
        self.state.borrow().snapshot.generation
    }

    /// Ends all event streams, which would otherwise hold up the end of the server.
    pub fn close(&self) {
        self.state.send_modify(|state| state.is_closing = true);
    }

    /// Follows the site, until it closes or there are too many younger followers. A browser whose stream has ended asks
    /// for another after a while.
    fn follow(&self) -> Follower {
        let (stream, ended) = oneshot::channel();
        let mut streams = lock(&self.streams);
        streams.retain(|stream| !stream.is_closed());
        if streams.len() >= MAX_STREAMS {
            streams.pop_front();
        }
        streams.push_back(stream);
        Follower {
            changes: self.state.subscribe(),
            ended,
            told: Default::default(),
        }
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.state.borrow().snapshot)
    }
}

#[derive(Serialize)]
struct ShownProblem<'a> {
    #[serde(flatten)]
    problem: &'a Problem,
    /// Whether the build before did not have it: a page shows such a warning at once.
    is_new: bool,
}

/// A registry of strangers' skills has hundreds of warnings; a page shows this many problems, errors first.
const MAX_SHOWN: usize = 100;

fn shown_problems<'a>(
    problems: &'a Problems,
    known: &HashSet<(PathBuf, String)>,
    is_first_report: bool,
) -> Vec<ShownProblem<'a>> {
    let mut shown: Vec<_> = problems
        .sorted()
        .into_iter()
        .map(|problem| ShownProblem {
            problem,
            is_new: !is_first_report && !known.contains(&key(problem)),
        })
        .collect();
    shown.sort_by_key(|shown| (shown.problem.severity != Severity::Error, !shown.is_new));
    shown.truncate(MAX_SHOWN);
    shown
}

fn key(problem: &Problem) -> (PathBuf, String) {
    (problem.path.clone(), problem.message.clone())
}

/// `/-/events`: `problems` with a JSON list, `search` with `behind` or `current`, `reload` with the generation; all at
/// once, and then each when it changes.
pub(super) async fn events(State(site): State<Arc<LiveSite>>) -> impl IntoResponse {
    // The connection ends with the stream: kept open for another request, it would hold its place for nothing.
    let headers = [(header::CONNECTION, "close")];
    let stream = Sse::new(site.follow().events()).keep_alive(KeepAlive::default());
    (headers, stream)
}

/// One open page.
struct Follower {
    changes: watch::Receiver<LiveState>,
    /// Says nothing; it is dropped when the stream has to end.
    ended: oneshot::Receiver<Infallible>,
    /// What the page was told last, in the order of [`LiveState::events`].
    told: [Option<Arc<str>>; 3],
}

impl Follower {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut follower| async move {
            let event = follower.next().await?;
            Some((Ok(event), follower))
        })
    }

    /// The next event for the page; `None` at the end. Changes that come faster than the page reads them are one event.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let state = self.changes.borrow_and_update().clone();
            // Also when a change came meanwhile: whoever had to make room is told nothing more.
            let is_ended = self.ended.try_recv() != Err(TryRecvError::Empty);
            if state.is_closing || is_ended {
                return None;
            }
            for (told, (name, data)) in self.told.iter_mut().zip(state.events()) {
                if told.as_ref() != Some(&data) {
                    let event = Event::default().event(name).data(&*data);
                    *told = Some(data);
                    return Some(event);
                }
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                _ = &mut self.ended => return None,
            }
        }
    }
}

/// `html` with the script of the preview at the end of its body.
pub(super) fn with_script(html: &[u8], generation: u64) -> Vec<u8> {
    let script =
        format!("<script src=\"/-/preview.js\" data-generation=\"{generation}\" defer></script>");
    let end_of_body = b"</body>";
    let at = html
        .windows(end_of_body.len())
        .rposition(|window| window.eq_ignore_ascii_case(end_of_body))
        .unwrap_or(html.len());
    [&html[..at], script.as_bytes(), &html[at..]].concat()
}

/// The answer to a request for a file of the preview itself.
pub(super) fn asset(content_type: &'static str, text: &'static str) -> MethodRouter {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    get((headers, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_stands_at_the_end_of_the_body() {
        let html = with_script(b"<p></body></p></BODY></html>", 7);
        assert_eq!(
            String::from_utf8(html).unwrap(),
            "<p></body></p><script src=\"/-/preview.js\" data-generation=\"7\" defer></script></BODY></html>"
        );
        assert!(with_script(b"<p>no body", 1).ends_with(b"</script>"));
    }

    #[test]
    fn only_problems_that_the_build_before_did_not_have_are_new() {
        let old = Problem::warning("a.md", "x", "old");
        let new = Problem::warning("b.md", "x", "new");
        let site = LiveSite::default();
        let flags = || {
            let list: serde_json::Value =
                serde_json::from_str(site.state.borrow().problems.as_deref().unwrap()).unwrap();
            let flag = |item: &serde_json::Value| item["is_new"].as_bool().unwrap();
            list.as_array()
                .unwrap()
                .iter()
                .map(flag)
                .collect::<Vec<_>>()
        };
        site.set_problems(&[old.clone()].into_iter().collect());
        assert_eq!(flags(), [false], "what the first build says is not news");
        site.set_problems(&[old, new].into_iter().collect());
        assert_eq!(flags(), [true, false]);
    }

    #[test]
    fn errors_are_shown_before_any_number_of_warnings() {
        let warnings = (0..500).map(|n| Problem::warning(format!("a{n}"), "x", "w"));
        let problems = warnings.chain([Problem::error("z", "x", "e")]).collect();
        let shown = shown_problems(&problems, &HashSet::new(), true);
        assert_eq!(shown.len(), MAX_SHOWN);
        assert_eq!(shown[0].problem.severity, Severity::Error);
    }
}
