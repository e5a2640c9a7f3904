//! Stores that lost some of what a publication left.

use super::super::digest::digest;
use super::super::layout::is_hashed;
use super::super::publisher::MaxDeletes;
use super::super::record::shard_key;
use super::super::root::{Generation, ROOT_KEY};
use super::super::{PublishError, verify};
use super::crawler;
use super::cycle::{
    Site, assert_whole, publish, repair, rollback, root_of, verified, with_publisher,
};
use super::fake_store::{FakeStore, Objects};
use crate::key::SkillKey;

/// Three generations, of which each has a shard that no other has.
fn three() -> (Objects, [Site; 3]) {
    let store = FakeStore::default();
    let sites = ["1", "2", "3"].map(|salt| Site::new(salt, &[("a", salt), ("b", "b")]));
    for site in &sites {
        publish(&store, site).unwrap();
    }
    (store.objects(), sites)
}

/// Where the shard of a generation stands; each has one.
fn shard(objects: &Objects, number: u64) -> String {
    let root = root_of(objects);
    let generation = root.generations().find(|it| it.number == number);
    shard_key(&generation.unwrap().shards[0])
}

/// Two ways to lose a shard.
fn without_shard(objects: &Objects, number: u64) -> [FakeStore; 2] {
    let key = shard(objects, number);
    let (mut missing, mut damaged) = (objects.clone(), objects.clone());
    missing.remove(&key);
    damaged.get_mut(&key).unwrap().bytes[20] ^= 1;
    [FakeStore::of(missing), FakeStore::of(damaged)]
}

/// Generations that can be brought back.
fn before(store: &FakeStore) -> Vec<u64> {
    let before = root_of(&store.objects()).before.into_iter();
    before.map(|generation| generation.number).collect()
}

/// What is left of a generation whose record is lost may be there, too.
#[track_caller]
fn assert_works(store: &FakeStore, site: &Site) {
    let objects = store.objects();
    assert_eq!(crawler::faults(&objects), [""; 0]);
    assert_eq!(site.differences(&objects), [""; 0]);
}

#[test]
fn a_generation_before_whose_record_is_lost_is_told_and_given_up_with_the_next() {
    let (objects, sites) = three();
    for store in without_shard(&objects, 2) {
        let refused = rollback(&store).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("generation 2 cannot be brought back: "),
            "{refused}"
        );
        let lost = verified(&store).lost;
        assert_eq!(lost.iter().map(|it| it.generation).collect::<Vec<_>>(), [2]);
        // The same site again, and another one.
        assert!(!publish(&store, &sites[2]).unwrap().is_same);
        assert_eq!(before(&store), [1]);
        assert!(publish(&store, &sites[2]).unwrap().is_same);
        rollback(&store).unwrap();
        assert_works(&store, &sites[0]);
    }
    for store in without_shard(&objects, 2) {
        publish(&store, &Site::new("4", &[("a", "4"), ("b", "b")])).unwrap();
        assert_eq!(before(&store), [3, 1]);
        assert!(verified(&store).missing.is_empty());
    }
}

/// Three generations of a skill that is in a collection, whose texts have the word `secret`.
fn three_secrets() -> Objects {
    let store = FakeStore::default();
    for salt in ["1", "2", "3"] {
        let secret = format!("secret {salt}");
        let site = Site::new(salt, &[("a", &secret), ("b", "b")]);
        let digest = digest(secret.as_bytes());
        site.file(&format!("collections/t/t-{}.zip", &digest[..12]), &secret);
        site.file(&format!("o/skills/a/npm/{}.tgz", &digest[..16]), &secret);
        site.file("collections/t/.well-known/skills/a/SKILL.md", &secret);
        let member = "{\"skills\": [{\"owner\": \"o\", \"slug\": \"a\", \"installName\": \"a\"}]}";
        site.file("api/v1/collections/t.json", member);
        for n in 0..600 {
            // So many that there are two shards.
            site.file(&format!("more/{n}/x.txt"), "x");
        }
        publish(&store, &site).unwrap();
    }
    store.objects()
}

#[track_caller]
fn purge_and_find_nothing(store: &FakeStore) {
    let skill = SkillKey::parse("o/a").unwrap();
    with_publisher(store, |publisher| publisher.purge(&skill)).unwrap();
    for (key, object) in store.objects() {
        let text = String::from_utf8_lossy(&object.bytes);
        assert!(!text.contains("secret"), "{key}");
    }
    let verified = verified(store);
    assert!(verified.missing.is_empty(), "{:?}", verified.missing);
}

#[test]
fn a_takedown_leaves_nothing_of_a_generation_whose_record_is_lost() {
    let objects = three_secrets();
    let root = root_of(&objects);
    let second = root.generations().find(|it| it.number == 2).unwrap();
    let others = root.generations().filter(|it| it.number != 2);
    let others: Vec<&String> = others.flat_map(|it| &it.shards).collect();
    let own = second.shards.iter().filter(|shard| !others.contains(shard));
    let own: Vec<String> = own.map(|shard| shard_key(shard)).collect();
    assert!(own.len() > 1, "{own:?}");
    for lost in [&own[..1], &own[1..], &own[..]] {
        let mut objects = objects.clone();
        objects.retain(|key, _| !lost.contains(key));
        let store = FakeStore::of(objects.clone());
        purge_and_find_nothing(&store);
        assert_eq!(before(&store), [1]);
        rollback(&store).unwrap();
        // Also where an ordinary publication has given the generation up before, and the skill is in none any more.
        let store = FakeStore::of(objects);
        for salt in ["4", "5", "6"] {
            let site = Site::new(salt, &[("b", "b")]);
            let folder = site.open();
            with_publisher(&store, |p| p.publish(&folder, MaxDeletes::All, false)).unwrap();
        }
        purge_and_find_nothing(&store);
    }
}

#[test]
fn a_publication_that_died_and_whose_record_is_lost_leaves_nothing_unseen() {
    let first = Site::new("1", &[("a", "1")]);
    let second = Site::new("2", &[("a", "2")]);
    let store = FakeStore::default();
    publish(&store, &first).unwrap();
    let before = store.objects();
    publish(&store, &second).unwrap();
    // As it is after the last write of files and before the end.
    let mut objects = store.objects();
    let mut root = root_of(&before);
    let died = root_of(&objects).present.unwrap();
    root.unsettled = vec![Generation {
        is_finished: false,
        ..died
    }];
    objects.remove(&shard(&objects, 2));
    objects.get_mut(ROOT_KEY).unwrap().bytes = root.encode();
    let store = FakeStore::of(objects);
    publish(&store, &first).unwrap();
    assert_works(&store, &first);
    assert!(root_of(&store.objects()).unsettled.is_empty());
}

#[test]
fn without_the_record_of_the_present_generation_nothing_is_done() {
    let (objects, sites) = three();
    for store in without_shard(&objects, 3) {
        let before = store.objects();
        let told = [
            publish(&store, &sites[0]).unwrap_err(),
            verify(&store).unwrap_err(),
        ];
        for error in told {
            assert!(matches!(error, PublishError::Record(_)), "{error}");
            assert!(error.hint().unwrap().contains("--repair"));
        }
        assert_eq!(store.objects(), before);
    }
}

#[test]
fn what_is_missing_or_of_another_length_is_sent_again() {
    let (objects, sites) = three();
    let store = FakeStore::of(objects.clone());
    assert!(repair(&store, &sites[2]).unwrap().is_same);
    assert_eq!(
        store.objects(),
        objects,
        "nothing is written when nothing is missing"
    );
    for path in ["feed.xml", "o/skills/a/a.zip", "search/manifest.json"] {
        let mut objects = objects.clone();
        objects.remove(path);
        objects.get_mut("index.html").unwrap().bytes.push(b'!');
        let store = FakeStore::of(objects);
        assert!(
            publish(&store, &sites[2]).unwrap().is_same,
            "an ordinary run lists nothing"
        );
        let summary = repair(&store, &sites[2]).unwrap();
        assert_eq!(summary.n_uploaded, 2);
        assert_whole(&store, &sites[2]);
    }
}

#[test]
fn a_repair_may_bring_another_site_and_keeps_no_wrong_bytes_for_those_before() {
    let (mut objects, sites) = three();
    objects.remove("feed.xml");
    let wrong = b"of the same length as before?".to_vec();
    objects.get_mut("skills/index.html").unwrap().bytes = wrong.clone();
    objects.get_mut("skills/index.html").unwrap().digest = None;
    let store = FakeStore::of(objects);
    let fourth = Site::new("4", &[("a", "4")]);
    repair(&store, &fourth).unwrap();
    assert!(store.objects().values().all(|object| object.bytes != wrong));
    // What was not there when it was replaced cannot come back.
    assert_eq!(before(&store), [2, 1]);
    assert_whole(&store, &fourth);
    rollback(&store).unwrap();
    assert_whole(&store, &sites[1]);
}

#[test]
fn a_generation_whose_kept_bytes_are_gone_is_given_up_by_a_repair() {
    let (objects, sites) = three();
    let hashed = objects.keys().filter(|key| is_hashed(key));
    let site = sites[2].open();
    let hashed: Vec<&String> = hashed
        .filter(|key| !site.record.contains_key(*key))
        .collect();
    let kept = objects
        .keys()
        .find(|key| key.starts_with(".skillpress/kept/"));
    for lost in [hashed[0], hashed[1], kept.unwrap()] {
        let mut objects = objects.clone();
        objects.remove(lost);
        let store = FakeStore::of(objects);
        assert_eq!(verified(&store).missing, [lost.as_str()]);
        repair(&store, &sites[2]).unwrap();
        assert_whole(&store, &sites[2]);
        assert_eq!(before(&store).len(), 1);
    }
}

#[test]
fn the_record_of_the_present_generation_is_made_anew() {
    let (objects, sites) = three();
    for store in without_shard(&objects, 3) {
        let summary = repair(&store, &sites[2]).unwrap();
        assert_eq!(
            (summary.n_uploaded, summary.n_found),
            (0, site_len(&sites[2]))
        );
        assert_whole(&store, &sites[2]);
    }
    for store in without_shard(&objects, 3) {
        repair(&store, &sites[0]).unwrap();
        assert_works(&store, &sites[0]);
        assert!(verified(&store).missing.is_empty());
    }
}

fn site_len(site: &Site) -> usize {
    site.open().record.len()
}
