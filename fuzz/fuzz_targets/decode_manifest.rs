//! Any bytes, with the checksum that they would need, as what `manifest.json` carries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use skillpress_search::internals::format::block;
use skillpress_search::internals::format::manifest::Manifest;

fuzz_target!(|body: &[u8]| {
    let _ = Manifest::decode(body);
    let sealed = block::seal("index", 0, body);
    if let Ok(manifest) = Manifest::decode_index(&sealed) {
        assert_eq!(Manifest::decode(manifest.encode().as_bytes()), Ok(manifest));
    }
});
