//! A fetch that is killed.

use std::io;
use std::time::{Duration, Instant};

use super::*;

/// How often a fetch is killed.
const N_KILLS: u32 = 20;

#[test]
fn a_fetch_that_is_killed_anywhere_leaves_a_registry_that_builds_and_the_next_one_completes() {
    let mut origin = two_skills();
    let test = registry_of(&origin);
    let start = Instant::now();
    run(&test, &["fetch"], 0);
    let full = start.elapsed();
    let mut random = Random(0x5eed);
    let mut n_killed = 0;
    for kill in 0..N_KILLS {
        let lock = read(&test, "skillpress.lock");
        let noise: Vec<u8> = (0..100_000)
            .flat_map(|_| random.next().to_le_bytes())
            .collect();
        let name = format!("skills/pdf-tools/{kill}.bin");
        let files: &[(&str, &[u8])] = &[
            ("LICENSE", MIT),
            ("skills/cron/SKILL.md", CRON),
            ("skills/pdf-tools/SKILL.md", PDF),
            (&name, &noise),
        ];
        let commit = origin.commit("main", files);
        if kill % 4 == 0 {
            // From nothing, as on a new machine.
            remove_while_written(&test.path(".skillpress"));
        }
        let mut fetch = test
            .command()
            .args(["fetch", "--update", "--quiet"])
            .spawn()
            .unwrap();
        let micros = full.as_micros() as u64;
        std::thread::sleep(Duration::from_micros(random.next() % (micros + micros / 4)));
        fetch.kill().unwrap();
        n_killed += u32::from(!fetch.wait().unwrap().success());

        let after = read(&test, "skillpress.lock");
        assert!(after == lock || after.contains(&commit), "{after}");
        if kill % 4 != 0 {
            run(&test, &["check"], 0);
        }
        run(&test, &["fetch", "--update"], 0);
        let after = read(&test, "skillpress.lock");
        assert!(after.contains(&commit), "{after}");
        run(&test, &["check"], 0);
    }
    assert!(
        n_killed > N_KILLS / 2,
        "{n_killed} of {N_KILLS} were killed"
    );
    let temporary = fs::read_dir(test.path(".skillpress/sources/tmp")).unwrap();
    assert_eq!(temporary.count(), 0, "nothing half written is left");

    test.rebuild();
    let fresh = registry_of(&origin);
    run(&fresh, &["fetch"], 0);
    fresh.rebuild();
    assert_eq!(
        read(&fresh, "skillpress.lock"),
        read(&test, "skillpress.lock")
    );
    assert_eq!(fresh.site(), test.site());
}

/// Removes a folder into which the git of a killed fetch may still be writing: it ends by itself, a moment later.
fn remove_while_written(folder: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while let Err(error) = fs::remove_dir_all(folder) {
        assert_eq!(error.kind(), io::ErrorKind::DirectoryNotEmpty, "{error}");
        assert!(Instant::now() < deadline, "git still writes: {error}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The generator xorshift, so that each run has the same kills.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
