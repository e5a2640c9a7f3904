//! Two publishers, and stores that could not tell them apart.

use std::thread;
use std::time::{Duration, Instant};

use super::super::claim::{Held, ReadRoot, Timing, read_root};
use super::super::root::{Claim, Process, Root};
use super::super::store::{Object, Store};
use super::super::{MaxDeletes, PublishError, Publisher, StoreError};
use super::cycle::{QUICK, Site, publish, root_of, with_publisher, with_timing};
use super::fake_store::{FakeStore, Fault};

fn claim_of_another(process: Option<Process>) -> Claim {
    Claim {
        id: "other".to_owned(),
        by: "eva@elsewhere".to_owned(),
        since: "2026-01-01 00:00:00Z".to_owned(),
        process,
    }
}

fn claim<'a>(store: &'a FakeStore, claim: Claim) -> Held<'a> {
    let read = read_root(store).unwrap();
    Held::claim(store, QUICK, read, claim).unwrap()
}

#[test]
fn a_claim_that_is_renewed_stops_others_who_are_told_whose_it_is() {
    let store = FakeStore::default();
    publish(&store, &Site::new("1", &[])).unwrap();
    let held = claim(&store, claim_of_another(None));
    let site = Site::new("2", &[]);
    let folder = site.open();
    // Long, so that a busy machine renews in time.
    let slow = Timing {
        dead: Duration::from_secs(60),
        ..QUICK
    };
    thread::scope(|scope| {
        let refused = scope.spawn(|| {
            with_timing(&store, slow, |publisher| {
                publisher.publish(&folder, MaxDeletes::Usual, false)
            })
        });
        while !refused.is_finished() {
            held.renew().unwrap();
            thread::sleep(Duration::from_millis(2));
        }
        let refused = refused.join().unwrap().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "eva@elsewhere is publishing there, since 2026-01-01 00:00:00Z"
        );
    });
    assert!(store.objects()["index.html"].bytes.starts_with(b"home 1"));
}

#[test]
fn a_claim_that_nobody_renews_is_taken_over_and_its_owner_stops() {
    let store = FakeStore::default();
    let held = claim(&store, claim_of_another(None));
    let began = Instant::now();
    publish(&store, &Site::new("1", &[])).unwrap();
    assert!(began.elapsed() >= QUICK.dead);
    assert!(matches!(held.renew(), Err(PublishError::Busy { .. })));
}

#[test]
fn a_claim_of_a_process_that_is_gone_is_taken_over_at_once() {
    let mine = with_publisher(&FakeStore::default(), |publisher| publisher.claim());
    let Some(process) = mine.process.clone() else {
        return; // Only some systems can tell.
    };
    let store = FakeStore::default();
    let gone = Process {
        id: i32::MAX,
        ..process
    };
    let theirs = Claim {
        by: mine.by,
        ..claim_of_another(Some(gone))
    };
    drop(claim(&store, theirs));
    let slow = Timing {
        dead: Duration::from_secs(600),
        ..QUICK
    };
    let site = Site::new("1", &[]);
    let folder = site.open();
    let outcome = with_timing(&store, slow, |publisher| {
        publisher.publish(&folder, MaxDeletes::Usual, false)
    });
    outcome.unwrap();
}

#[test]
fn of_two_who_claim_at_once_one_is_told() {
    let store = FakeStore::default();
    let read = || ReadRoot {
        root: Root::new(),
        tag: None,
    };
    Held::claim(&store, QUICK, read(), claim_of_another(None)).unwrap();
    let mine = Claim {
        id: "mine".to_owned(),
        ..claim_of_another(None)
    };
    let second = Held::claim(&store, QUICK, read(), mine);
    assert!(matches!(second, Err(PublishError::Busy { .. })));
}

#[test]
fn a_publisher_that_could_not_renew_writes_nothing_more() {
    let store = FakeStore::default();
    let timing = Timing {
        stale: Duration::from_millis(5),
        ..QUICK
    };
    let read = read_root(&store).unwrap();
    let _held = Held::claim(&store, timing, read, claim_of_another(None)).unwrap();
    thread::sleep(Duration::from_millis(10));
    let put = store.put("a", &Object::default());
    assert!(matches!(put, Err(StoreError::ClaimStale { .. })));
}

#[test]
fn a_claim_whose_answer_was_lost_is_ours() {
    let store = FakeStore::default().with_fault(Fault::FailsEach(2));
    // The second call writes the claim and fails; the third reads it back.
    let read = read_root(&store).unwrap();
    Held::claim(&store, QUICK, read, claim_of_another(None)).unwrap();
    assert_eq!(
        root_of(&store.objects()).claim,
        Some(claim_of_another(None))
    );
}

#[test]
fn a_store_that_ignores_conditions_is_refused_unless_that_is_meant() {
    let site = Site::new("1", &[]);
    for (fault, condition) in [
        (Fault::Unconditional, "If-None-Match"),
        (Fault::IgnoresIfMatch, "If-Match"),
    ] {
        let store = FakeStore::default().with_fault(fault);
        let refused = publish(&store, &site).unwrap_err();
        let sentence = format!(
            "`fake` ignores conditions (`{condition}`), so two publishers could not be told apart"
        );
        assert_eq!(refused.to_string(), sentence);
        assert!(store.objects().is_empty());
        let folder = site.open();
        let outcome = with_publisher(&store, |publisher| {
            let publisher = Publisher {
                unconditional: true,
                take_over: false,
                at: String::new(),
                ..*publisher
            };
            publisher.publish(&folder, MaxDeletes::Usual, false)
        });
        outcome.unwrap();
        assert_eq!(site.differences(&store.objects()), [""; 0]);
    }
}
