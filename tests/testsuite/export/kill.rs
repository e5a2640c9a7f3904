//! An export that is killed.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use super::*;

/// Before or after which call of git the command is killed, counted from one.
struct Kill {
    variable: &'static str,
    call: usize,
}

#[test]
fn an_export_that_is_killed_anywhere_leaves_a_whole_commit_and_the_next_one_completes() {
    let test = SiteTest::two_skills();
    let git_program = stand_in_for_git(&test);
    export(&test, "one");
    let first = head(&test.path("one"));
    let edit = || {
        test.write(
            "content/skills/bo/cron-explainer/SKILL.md",
            "# Cron\n\nBetter.\n",
        );
        test.write("content/skills/ana/pdf-tools/more.md", "More.\n");
    };
    edit();
    export(&test, "one");
    let second = head(&test.path("one"));

    for variable in ["KILL_BEFORE", "KILL_AFTER"] {
        let mut n_killed = 0;
        for call in 1.. {
            let _ = fs::remove_dir_all(test.path("out"));
            git(&test.path("."), &["clone", "--quiet", "one", "out"]);
            git(&test.path("out"), &["reset", "--quiet", "--hard", &first]);
            if !is_killed(&test, &git_program, &Kill { variable, call }) {
                break;
            }
            n_killed += 1;
            let out = test.path("out");
            git(&out, &["fsck", "--strict"]);
            assert!(
                [&first, &second].contains(&&head(&out)),
                "{variable} {call}"
            );
            export(&test, "out");
            assert_eq!(head(&out), second, "{variable} {call}");
            assert_clean(&out);
        }
        assert!(n_killed > 8, "{n_killed}");
        // From nothing, too.
        for call in 1.. {
            let _ = fs::remove_dir_all(test.path("out"));
            if !is_killed(&test, &git_program, &Kill { variable, call }) {
                break;
            }
            export(&test, "out");
            assert_clean(&test.path("out"));
        }
    }
}

/// Exports, and says whether the command was killed. Nothing that it started runs any more then.
fn is_killed(test: &SiteTest, programs: &Path, kill: &Kill) -> bool {
    fs::write(programs.join("n_calls"), "0").unwrap();
    let mut running = File::options()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits() as i32)
        .open(programs.join("running"))
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = test.command();
    command
        .args(["export", "git", "out", "--quiet"])
        .args(["--base-url", "https://skills.example/"])
        .env("PATH", format!("{}:{path}", programs.display()))
        .env(kill.variable, kill.call.to_string());
    let is_killed = !command.status().unwrap().success();
    let deadline = Instant::now() + Duration::from_secs(60);
    // Its end is seen when nobody holds the other end any more.
    while running.read(&mut [0]).is_err() {
        assert!(Instant::now() < deadline, "git still runs");
        thread::sleep(Duration::from_millis(1));
    }
    is_killed
}

/// A folder with a `git` that counts its calls, and kills whoever makes one of them. The git itself goes on to its end, as
/// it does when its caller is killed.
fn stand_in_for_git(test: &SiteTest) -> PathBuf {
    let real = Command::new("sh").args(["-c", "command -v git"]).output();
    let real = String::from_utf8(real.unwrap().stdout).unwrap();
    let folder = test.path("programs");
    fs::create_dir_all(&folder).unwrap();
    let fifo = Command::new("mkfifo").arg(folder.join("running")).status();
    assert!(fifo.unwrap().success());
    let script = format!(
        "#!/bin/sh\n\
         exec 9>'{0}/running'\n\
         n=$(($(cat '{0}/n_calls') + 1)); echo $n >'{0}/n_calls'\n\
         [ $n = \"${{KILL_BEFORE:-}}\" ] && kill -9 $PPID\n\
         {1} \"$@\"; code=$?\n\
         [ $n = \"${{KILL_AFTER:-}}\" ] && kill -9 $PPID\n\
         exit $code\n",
        folder.display(),
        real.trim()
    );
    let program = folder.join("git");
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}
