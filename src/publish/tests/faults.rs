//! Publications that die at every call, or whose store fails at every n-th one.

use super::super::layout::is_hashed;
use super::super::record::shard_key;
use super::super::root::{ROOT_KEY, Root, is_own};
use super::super::store::Store;
use super::super::{PublishError, StoreError};
use super::crawler;
use super::cycle::{Site, assert_whole, publish, repair, rollback, root_of, with_publisher};
use super::fake_store::{FakeStore, Fault, Objects};
use crate::key::SkillKey;

/// Objects after `work` died at each of its calls, with and without the effect of that call.
fn after_each_death(
    before: &Objects,
    work: impl Fn(&dyn Store) -> Result<(), PublishError>,
) -> Vec<Objects> {
    let healthy = FakeStore::of(before.clone());
    work(&healthy).unwrap();
    let n_calls = healthy.n_calls();
    assert!(n_calls > 20, "{n_calls}");
    let calls = (1..=n_calls).flat_map(|call| [(call, false), (call, true)]);
    let deaths = calls.map(|(call, has_effect)| {
        let store = FakeStore::of(before.clone()).with_fault(Fault::DiesAt { call, has_effect });
        // The end of a publication renews its claim, which takes calls of its own, so it may come before its death.
        let _ = work(&store);
        store.objects()
    });
    deaths.collect()
}

#[track_caller]
fn assert_sound(objects: &Objects) {
    assert_eq!(crawler::faults(objects), [""; 0]);
}

fn publishing(site: &Site) -> impl Fn(&dyn Store) -> Result<(), PublishError> {
    |store| publish(store, site).map(drop)
}

fn published(before: &Objects, site: &Site) -> Objects {
    let store = FakeStore::of(before.clone());
    publish(&store, site).unwrap();
    store.objects()
}

#[test]
fn a_publication_that_dies_anywhere_leaves_a_site_that_works_and_the_next_one_completes() {
    assert_deaths_do_no_harm(|site| site);
}

#[test]
fn so_does_one_whose_pages_stand_at_the_addresses_of_their_folders() {
    assert_deaths_do_no_harm(Site::by_folders);
}

fn assert_deaths_do_no_harm(with_links: impl Fn(Site) -> Site) {
    let site = |salt: &str, skills: &[(&str, &str)]| with_links(Site::new(salt, skills));
    let first = site("1", &[("a", "a1"), ("b", "b1"), ("same", "s")]);
    let second = site("2", &[("a", "a2"), ("c", "c2"), ("same", "s")]);
    let third = site("3", &[("a", "a3"), ("b", "b3"), ("same", "s")]);
    let before = published(&Objects::new(), &first);
    for objects in after_each_death(&before, publishing(&second)) {
        assert_sound(&objects);
        // The same again, another site, and back.
        for next in [&second, &third] {
            let store = FakeStore::of(objects.clone());
            let told = publish(&store, next).unwrap().changes.paths;
            let after = store.objects();
            // A cache may hold what stood there before, and what stood there when it died.
            for changed in changed(&before, &after).chain(changed(&objects, &after)) {
                assert!(told.contains(&changed), "{changed}");
            }
            assert_sound(&after);
            assert_eq!(next.differences(&after), [""; 0]);
            assert!(root_of(&after).unsettled.is_empty());
        }
        let store = FakeStore::of(objects.clone());
        rollback_to(&store, &first, &second);
    }
}

/// Paths of files without hashed names that differ.
fn changed<'a>(before: &'a Objects, after: &'a Objects) -> impl Iterator<Item = String> + 'a {
    let keys = before.keys().chain(after.keys());
    let keys = keys.filter(|key| !is_own(key) && !is_hashed(key));
    let bytes = |objects: &'a Objects, key| objects.get(key).map(|object| &object.bytes);
    keys.filter(move |key| bytes(before, *key) != bytes(after, *key))
        .cloned()
}

/// Rolls back to the generation before, whichever that is by now.
fn rollback_to(store: &FakeStore, first: &Site, second: &Site) {
    let root = root_of(&store.objects());
    let is_second = root
        .present
        .as_ref()
        .is_some_and(|present| present.number == 2);
    let is_undone = root
        .unsettled
        .iter()
        .any(|generation| !generation.is_finished);
    if !is_second && !is_undone {
        assert_eq!(first.differences(&store.objects()), [""; 0]);
        return;
    }
    rollback(store).unwrap();
    assert_whole(store, first);
    let _ = second;
}

#[test]
fn two_deaths_one_after_the_other_lose_no_bytes() {
    let first = Site::new("1", &[("a", "a1"), ("b", "b1")]);
    let second = Site::new("2", &[("a", "a2"), ("c", "c2")]);
    let third = Site::new("3", &[("a", "a3"), ("b", "b1")]);
    let before = published(&Objects::new(), &first);
    let deaths = after_each_death(&before, publishing(&second));
    for objects in deaths.iter().step_by(61) {
        for objects in after_each_death(objects, publishing(&third)) {
            assert_sound(&objects);
            let after = published(&objects, &third);
            assert_sound(&after);
            assert_eq!(third.differences(&after), [""; 0]);
        }
    }
}

#[test]
fn the_first_publication_that_dies_anywhere_completes() {
    let site = || Site::new("1", &[("a", "a1"), ("b", "b1")]);
    assert_first_completes(&site());
    assert_first_completes(&site().by_folders());
}

fn assert_first_completes(site: &Site) {
    for objects in after_each_death(&Objects::new(), publishing(site)) {
        assert_sound(&objects);
        let is_begun = |root: Root| root.present.is_none() && root.has_unfinished();
        if objects.contains_key(ROOT_KEY) && is_begun(root_of(&objects)) {
            let refused = rollback(&FakeStore::of(objects.clone())).unwrap_err();
            assert!(
                matches!(refused, PublishError::OnlyBegun { .. }),
                "{refused}"
            );
            assert_eq!(refused.hint().unwrap(), "publish again, which completes it");
        }
        let after = published(&objects, site);
        assert_sound(&after);
        assert_eq!(site.differences(&after), [""; 0]);
    }
}

#[test]
fn a_rollback_that_dies_anywhere_leaves_a_site_that_works() {
    let first = Site::new("1", &[("a", "a1"), ("b", "b1")]);
    let second = Site::new("2", &[("a", "a2"), ("c", "c2")]);
    let before = published(&published(&Objects::new(), &first), &second);
    for objects in after_each_death(&before, |store| rollback(store).map(drop)) {
        assert_sound(&objects);
        let after = published(&objects, &second);
        assert_sound(&after);
        assert_eq!(second.differences(&after), [""; 0]);
    }
}

#[test]
fn a_takedown_that_dies_anywhere_is_finished_by_the_next() {
    let first = Site::new("1", &[("a", "secret 1"), ("b", "b1")]);
    let second = Site::new("2", &[("a", "secret 2"), ("b", "b1")]);
    let without = Site::new("3", &[("b", "b1")]);
    let before = published(&published(&Objects::new(), &first), &second);
    let skill = SkillKey::parse("o/a").unwrap();
    let purge = |store: &dyn Store| with_publisher(store, |p| p.purge(&skill)).map(drop);
    for objects in after_each_death(&before, purge) {
        let store = FakeStore::of(objects);
        match purge(&store) {
            Ok(()) | Err(PublishError::NoSkill { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        for (key, object) in store.objects() {
            assert!(
                !String::from_utf8_lossy(&object.bytes).contains("secret"),
                "{key}"
            );
        }
        publish(&store, &without).unwrap();
        assert_sound(&store.objects());
        assert_eq!(without.differences(&store.objects()), [""; 0]);
    }
}

#[test]
fn a_store_that_fails_again_and_again_ends_in_an_error_and_a_site_that_works() {
    let first = Site::new("1", &[("a", "a1")]);
    let second = Site::new("2", &[("a", "a2"), ("c", "c2")]);
    let before = published(&Objects::new(), &first);
    for every in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31] {
        let store = FakeStore::of(before.clone()).with_fault(Fault::FailsEach(every));
        let outcome = publish(&store, &second);
        let unreachable = StoreError::Unreachable {
            store: String::new(),
            reason: String::new(),
        };
        if let Err(error) = outcome {
            let hint = PublishError::Store(unreachable).hint();
            assert_eq!(error.hint(), hint, "{error}");
        }
        assert_sound(&store.objects());
        let after = published(&store.objects(), &second);
        assert_eq!(second.differences(&after), [""; 0]);
    }
}

#[test]
fn a_repair_that_dies_anywhere_is_finished_by_the_next() {
    let first = Site::new("1", &[("a", "a1"), ("b", "b1")]);
    let second = Site::new("2", &[("a", "a2"), ("b", "b1")]);
    let mut before = published(&published(&Objects::new(), &first), &second);
    before.remove("feed.xml");
    let shard = root_of(&before).present.unwrap().shards.remove(0);
    before.remove(&shard_key(&shard));
    for objects in after_each_death(&before, |store| repair(store, &second).map(drop)) {
        let store = FakeStore::of(objects);
        repair(&store, &second).unwrap();
        assert_whole(&store, &second);
    }
}
