//! Any text, with the checksum that it would need, as `manifest.json`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::crc32;
use skillpress_search::format::manifest::Manifest;

fuzz_target!(|body: &[u8]| {
    let _ = Manifest::decode(body);
    let mut sealed = body.to_vec();
    sealed.extend(format!("\"crc32\":{}}}", crc32(body)).into_bytes());
    if let Ok(manifest) = Manifest::decode(&sealed) {
        assert_eq!(Manifest::decode(manifest.encode().as_bytes()), Ok(manifest));
    }
});
