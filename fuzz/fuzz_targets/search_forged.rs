//! A whole search over an index whose blocks hold anything, under checksums that are right.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::glossary::{
    GLOSSARY_FILE, GLOSSARY_HEAD, GlossaryHead, N_ALPHABETS, REFERENCES_FILE,
};
use skillpress_search::internals::format::head::LEXICAL_HEAD;
use skillpress_search::internals::format::manifest::{FileEntry, Manifest};
use skillpress_search::{Answer, Options, Request, Searcher};

fuzz_target!(|input: (u16, &[u8], Option<u16>, &[u8], &str)| {
    let (n_skills, head, directory_len, bytes, query) = input;
    let entry = |name: &str| FileEntry {
        name: name.into(),
        len: 1 << 24,
        is_whole: true,
        hashes: vec![0; 5],
        ..FileEntry::default()
    };
    let mut manifest = Manifest {
        n_skills: n_skills.into(),
        files: ["terms", "postings", "cards", "spelling"].map(entry).into(),
        heads: vec![(LEXICAL_HEAD.into(), head.into())],
        badges: Vec::new(),
    };
    if let Some(directory_len) = directory_len {
        let head = GlossaryHead {
            references_len: directory_len.into(),
            words_lens: [directory_len.into(); N_ALPHABETS],
        };
        manifest.heads.push((GLOSSARY_HEAD.into(), head.encode()));
        let names = [GLOSSARY_FILE, REFERENCES_FILE];
        manifest.files.extend(names.map(entry));
    }
    let manifest = manifest.encode().into_bytes();
    let mut source = |requests: &[Request]| -> Vec<Answer> {
        requests
            .iter()
            .map(|request| answer(request, &manifest, bytes))
            .collect()
    };
    let Ok(mut searcher) = Searcher::open_source(&mut source) else {
        return;
    };
    let results = searcher
        .find(query, &Options::default(), &mut source)
        .unwrap();
    assert!(results.hits.len() <= 10);
    assert!(results.hits.iter().all(|hit| hit.doc.0 < n_skills.into()));
});

fn answer(request: &Request, manifest: &[u8], bytes: &[u8]) -> Answer {
    let Some(range) = request.range else {
        return Answer::Bytes(manifest.into());
    };
    let Some(payload_len) = (range.len as usize).checked_sub(block::CHECKSUM_LEN) else {
        return Answer::Bytes(vec![b'\n'; range.len as usize]);
    };
    let start = range.start as usize % (bytes.len() + 1);
    let mut payload = bytes[start..].to_vec();
    payload.resize(payload_len, 0);
    // `files/<name>-<hash>.bin`
    let file = request.path.trim_start_matches("files/");
    let file = file.split('-').next().unwrap_or(file);
    Answer::Bytes(block::seal(file, range.start, &payload))
}
