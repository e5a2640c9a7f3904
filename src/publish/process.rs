//! Whether a publisher of this machine is still there.

use super::root::Process;

/// This process, where the system tells its run and namespace: elsewhere a number may mean another process.
pub(super) fn this_process() -> Option<Process> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(Process {
        place: format!("{} {}", boot.trim(), namespace.display()),
        id: i32::try_from(std::process::id()).ok()?,
    })
}

/// Whether a process with this number runs here.
pub(super) fn is_running(id: i32) -> bool {
    std::path::Path::new("/proc").join(id.to_string()).exists()
}

/// User and host.
pub(super) fn user_at_host() -> String {
    let variable = |names: &[&str]| {
        let values = names.iter().filter_map(|name| std::env::var(name).ok());
        values.into_iter().find(|value| !value.is_empty())
    };
    let user = variable(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(|| "somebody".to_owned());
    #[cfg(unix)]
    let host = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    #[cfg(not(unix))]
    let host = variable(&["COMPUTERNAME"]).unwrap_or_else(|| "somewhere".to_owned());
    format!("{user}@{host}")
}

/// A name that no other publisher has.
pub(super) fn random_id() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}
