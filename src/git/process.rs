//! A git process that is stopped when it takes too long or writes too much.
//!
//! On Unix it leads a group of its own, so that what it started (ssh, an index of a pack) is stopped with it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use walkdir::WalkDir;

use super::error::GitError;
use super::object_id::ObjectId;
use crate::lock::lock;
use crate::terminal::printable;
use crate::text::shorten;
use crate::url::without_credentials;

/// What git is asked to do, for errors, and how much it may take.
#[derive(Clone, Debug)]
pub(super) struct Action {
    /// Such as "fetch".
    verb: &'static str,
    /// What is fetched, as it may be shown.
    remote: String,
    max_time: Option<Duration>,
    max_folder: Option<(PathBuf, u64)>,
}

impl Action {
    pub(super) fn new(verb: &'static str, remote: impl ToString) -> Self {
        Self {
            verb,
            remote: remote.to_string(),
            max_time: None,
            max_folder: None,
        }
    }

    /// Git is stopped after `max_time`.
    pub(super) fn within(mut self, max_time: Duration) -> Self {
        self.max_time = Some(max_time);
        self
    }

    /// Git is stopped when the files in `folder` have more than `max_bytes`.
    pub(super) fn up_to(mut self, folder: &Path, max_bytes: u64) -> Self {
        self.max_folder = Some((folder.to_owned(), max_bytes));
        self
    }

    /// What git answered is not what its documents promise.
    pub(super) fn odd(&self) -> GitError {
        GitError::Odd {
            action: self.verb,
            remote: self.remote.clone(),
        }
    }

    /// The listing of `commit` was stopped.
    pub(super) fn too_many_entries(&self, commit: &ObjectId, max_entries: usize) -> GitError {
        GitError::TooManyEntries {
            remote: self.remote.clone(),
            commit: commit.to_string(),
            max_entries,
        }
    }

    /// Git printed more than `max_bytes`.
    pub(super) fn too_much_output(&self, max_bytes: usize) -> GitError {
        GitError::TooMuchOutput {
            action: self.verb,
            remote: self.remote.clone(),
            max_bytes,
        }
    }

    fn failed(&self, message: impl ToString) -> GitError {
        GitError::Failed {
            action: self.verb,
            remote: self.remote.clone(),
            message: message.to_string(),
        }
    }

    /// Which limit is passed, if any is.
    fn exceeded(&self, start: Instant) -> Option<GitError> {
        if let Some(max_time) = self.max_time.filter(|max_time| start.elapsed() > *max_time) {
            return Some(GitError::TooSlow {
                action: self.verb,
                remote: self.remote.clone(),
                max_time,
            });
        }
        self.size_exceeded()
    }

    fn size_exceeded(&self) -> Option<GitError> {
        let (folder, max_bytes) = self.max_folder.as_ref()?;
        (folder_bytes(folder) > *max_bytes).then(|| GitError::TooLarge {
            remote: self.remote.clone(),
            max_bytes: *max_bytes,
        })
    }
}

/// A git that runs. Dropped, it is stopped.
#[derive(Debug)]
pub(super) struct Process {
    child: Arc<Mutex<Child>>,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    messages: Messages,
    watch: Watch,
    action: Action,
}

/// Most that git may print where its output is kept whole.
const OUTPUT_MAX_BYTES: usize = 64 << 20;

impl Process {
    pub(super) fn start(mut command: Command, action: Action) -> Result<Self, GitError> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
        }
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => GitError::Missing,
            _ => action.failed(error),
        })?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let messages = Messages::read(child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        Ok(Self {
            watch: Watch::start(&child, &action),
            child,
            stdin,
            stdout,
            messages,
            action,
        })
    }

    /// Gives `input` to git, and what it prints back.
    pub(super) fn output(mut self, input: Vec<u8>) -> Result<Vec<u8>, GitError> {
        self.give(input);
        let mut bytes = Vec::new();
        if let Some(stdout) = self.stdout.take() {
            let read = stdout
                .take(OUTPUT_MAX_BYTES as u64 + 1)
                .read_to_end(&mut bytes);
            read.map_err(|error| self.action.failed(error))?;
        }
        if bytes.len() > OUTPUT_MAX_BYTES {
            return Err(self.action.too_much_output(OUTPUT_MAX_BYTES));
        }
        self.finish()?;
        Ok(bytes)
    }

    /// Gives `input` to git, and no more, while its output is read: one that waits for the other would never end.
    pub(super) fn give(&mut self, input: Vec<u8>) {
        let stdin = self.stdin.take();
        thread::spawn(move || {
            if let Some(mut stdin) = stdin {
                // It need not read all of it.
                let _ = stdin.write_all(&input);
            }
        });
    }

    /// Gives each record of what git prints with `-z` to `take`, without its NUL, until `take` has seen enough; git is then
    /// stopped.
    ///
    /// # Errors
    /// Those of `take`, and of [`Process::finish`].
    pub(super) fn each_record(
        mut self,
        mut take: impl FnMut(&[u8]) -> Result<ControlFlow<()>, GitError>,
    ) -> Result<(), GitError> {
        let Some(stdout) = self.stdout.take() else {
            return Err(self.action.odd());
        };
        let mut stdout = BufReader::with_capacity(1 << 16, stdout);
        loop {
            match next_record(&mut stdout) {
                Ok(Some(record)) => {
                    if take(&record)?.is_break() {
                        return Ok(());
                    }
                }
                Ok(None) => return self.finish(),
                Err(_) => {
                    // A git that was stopped ends within a record, and says why.
                    drop(stdout);
                    let odd = self.action.odd();
                    return self.finish().and(Err(odd));
                }
            }
        }
    }

    /// Why a git gave no answer where one was due: what it said when it ended. It is stopped.
    pub(super) fn fault(&mut self) -> GitError {
        // It says why before it closes its output.
        let said = self.messages.last();
        stop(&mut lock(&self.child));
        self.action.failed(said)
    }

    /// Waits for the end of a git whose output was read.
    ///
    /// # Errors
    /// What it said when it failed, or why it was stopped.
    pub(super) fn finish(mut self) -> Result<(), GitError> {
        drop((self.stdin.take(), self.stdout.take()));
        let status = loop {
            // The lock is given back between two looks, so that it can be stopped meanwhile.
            match lock(&self.child).try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) => {}
                Err(error) => return Err(self.action.failed(error)),
            }
            thread::sleep(Duration::from_millis(1));
        };
        if let Some(error) = self.watch.take_reason() {
            return Err(error);
        }
        if !status.success() {
            return Err(self.action.failed(self.messages.last()));
        }
        // It may have been done between two looks.
        self.action.size_exceeded().map_or(Ok(()), Err)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let mut child = lock(&self.child);
        stop(&mut child);
        // It is gone or was killed, so this does not last.
        let _ = child.wait();
    }
}

/// Looks after a git while it runs, from a thread of its own.
#[derive(Debug)]
struct Watch {
    reason: Arc<Mutex<Option<GitError>>>,
    _end: Option<Sender<()>>,
}

/// Time between two looks.
const WATCH_EVERY: Duration = Duration::from_millis(50);

impl Watch {
    fn start(child: &Arc<Mutex<Child>>, action: &Action) -> Self {
        let reason = Arc::default();
        if action.max_time.is_none() && action.max_folder.is_none() {
            return Self { reason, _end: None };
        }
        let (end, ended) = mpsc::channel();
        let (child, action, why) = (Arc::clone(child), action.clone(), Arc::clone(&reason));
        thread::spawn(move || {
            let start = Instant::now();
            let every = action
                .max_time
                .map_or(WATCH_EVERY, |max_time| max_time.min(WATCH_EVERY));
            while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                if let Some(error) = action.exceeded(start) {
                    *lock(&why) = Some(error);
                    stop(&mut lock(&child));
                    return;
                }
            }
        });
        Self {
            reason,
            _end: Some(end),
        }
    }

    /// Why git was stopped, if it was.
    fn take_reason(&self) -> Option<GitError> {
        lock(&self.reason).take()
    }
}

/// Kills `child` and all of its group.
fn stop(child: &mut Child) {
    // One that has ended has given back its number, which may be another's now.
    if !matches!(child.try_wait(), Ok(None)) {
        return;
    }
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
    let _ = child.kill();
}

/// The bytes of the files in `folder`. What comes and goes meanwhile may count or not.
fn folder_bytes(folder: &Path) -> u64 {
    let files = WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let lens = files.filter_map(|file| file.metadata().ok().filter(|file| file.is_file()));
    lens.map(|file| file.len()).sum()
}

/// The end of what git says on its standard error, which is read while it runs.
#[derive(Debug)]
struct Messages {
    bytes: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

/// How much of it is kept.
const MESSAGES_MAX_BYTES: usize = 16 << 10;
/// Longest message that is shown, in characters.
const MESSAGE_MAX_CHARS: usize = 300;

impl Messages {
    fn read(stderr: Option<impl Read + Send + 'static>) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bytes);
        let (end, ended) = mpsc::channel();
        thread::spawn(move || {
            let Some(mut stderr) = stderr else { return };
            let mut buffer = [0; 4096];
            while let Ok(n_read @ 1..) = stderr.read(&mut buffer) {
                let mut kept = lock(&kept);
                kept.extend_from_slice(&buffer[..n_read]);
                let n_over = kept.len().saturating_sub(MESSAGES_MAX_BYTES);
                kept.drain(..n_over);
            }
            let _ = end.send(());
        });
        Self { bytes, ended }
    }

    /// What matters of it, on one line: nothing that steers a terminal, and no credentials.
    fn last(&self) -> String {
        // ssh may leave a process behind that keeps the pipe open.
        let _ = self.ended.recv_timeout(Duration::from_millis(500));
        message(&String::from_utf8_lossy(&lock(&self.bytes)))
    }
}

fn message(stderr: &str) -> String {
    let lines = || {
        stderr
            .split(['\n', '\r'])
            .map(str::trim)
            .filter(|line| !line.is_empty())
    };
    let is_error = |line: &&str| {
        ["fatal: ", "error: ", "ERROR: "]
            .iter()
            .any(|mark| line.starts_with(mark))
    };
    let is_progress = |line: &&str| line.contains("% (") || line.ends_with(", done.");
    let mut told: Vec<&str> = lines().filter(is_error).collect();
    if told.is_empty() {
        told = lines().filter(|line| !is_progress(line)).collect();
    }
    let told: Vec<&str> = told.into_iter().take(3).collect();
    if told.is_empty() {
        return "it ended without a word".to_owned();
    }
    let told = printable(&without_credentials(&told.join("; ")));
    shorten(&told, MESSAGE_MAX_CHARS).into_owned()
}

/// Longest record that is read: longer than every path.
const RECORD_MAX_BYTES: u64 = 1 << 20;

/// The next record, without the NUL at its end.
fn next_record(stdout: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut record = Vec::new();
    stdout.take(RECORD_MAX_BYTES).read_until(0, &mut record)?;
    match record.pop() {
        None => Ok(None),
        Some(0) => Ok(Some(record)),
        Some(_) => Err(io::ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn shell(script: &str, action: Action) -> Result<Vec<u8>, GitError> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Process::start(command, action)?.output(b"input".to_vec())
    }

    #[test]
    fn a_message_is_one_clean_line_without_secrets() {
        assert_eq!(
            message(
                "remote: Counting: 5% (1/20)\rfatal: 'https://u:p@a.example/x' \u{1b}[2J\nerror: y\n"
            ),
            "fatal: 'https://a.example/x' \u{fffd}[2J; error: y"
        );
        assert_eq!(
            message("Receiving objects: 100% (3/3), done.\nhost key\n"),
            "host key"
        );
        assert_eq!(message("\n"), "it ended without a word");
        assert!(message(&"x".repeat(9999)).chars().count() <= MESSAGE_MAX_CHARS + 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_takes_too_long_is_stopped_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let marker = folder.path().join("marker");
        let script = format!("(sleep 2; touch {}) & sleep 30", marker.display());
        let start = Instant::now();
        let action = Action::new("fetch", "x").within(Duration::from_millis(200));
        let error = shell(&script, action).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it took git more than 0.2 s to fetch `x`"
        );
        assert!(start.elapsed() < Duration::from_secs(2));
        thread::sleep(Duration::from_millis(2200));
        assert!(!marker.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_fills_the_cache_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pack");
        let script = format!("while true; do echo 0123456789 >> {}; done", file.display());
        let action = Action::new("fetch", "x").up_to(folder.path(), 1000);
        let error = shell(&script, action).unwrap_err();
        assert_eq!(error.to_string(), "`x` takes more than 1 kB in the cache");
    }

    #[cfg(unix)]
    #[test]
    fn endless_output_is_refused_and_input_need_not_be_read() {
        let error = shell("yes", Action::new("list", "x")).unwrap_err();
        assert_eq!(error.to_string(), "git says more than 67 MB to list `x`");
        assert_eq!(shell("cat", Action::new("list", "x")).unwrap(), b"input");
        let error = shell("echo no >&2; exit 3", Action::new("list", "x")).unwrap_err();
        assert_eq!(error.to_string(), "git cannot list `x`: no");
    }
}
