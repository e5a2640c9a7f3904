//! Compressed answers: which encoding a client takes, and a bounded cache of what was compressed.

use std::collections::{HashMap, VecDeque};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderMap, header};

/// How the bytes of an answer are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The encoding that `Accept-Encoding` likes best; brotli before gzip before none where it likes both as much.
    pub(super) fn negotiate(headers: &HeaderMap) -> Self {
        let mut best = (0, Self::Identity);
        for (name, weight) in accepted(headers) {
            let encoding = match name.as_str() {
                "br" => Self::Brotli,
                "gzip" | "x-gzip" => Self::Gzip,
                _ => continue,
            };
            if (weight, encoding.rank()) > (best.0, best.1.rank()) && weight > 0 {
                best = (weight, encoding);
            }
        }
        best.1
    }

    fn rank(self) -> u8 {
        match self {
            Self::Identity => 0,
            Self::Gzip => 1,
            Self::Brotli => 2,
        }
    }

    /// Value of `Content-Encoding`; `None` for identity.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// Names and weights (0 to 1000) of all `Accept-Encoding` headers; a weight that cannot be read counts as 0.
fn accepted(headers: &HeaderMap) -> Vec<(String, u32)> {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts
                .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
                .map_or(1000, |weight| match weight.parse::<f32>() {
                    Ok(weight) if (0.0..=1.0).contains(&weight) => (weight * 1000.0) as u32,
                    _ => 0,
                });
            (name, weight)
        })
        .collect()
}

/// Level of brotli: what large hosts use for files that they compress on the fly.
const BROTLI_QUALITY: i32 = 5;
const BROTLI_WINDOW_BITS: i32 = 22;
const GZIP_LEVEL: u32 = 6;

/// Compressed bytes by entity tag, a bounded number of them; the oldest go first.
#[derive(Debug)]
pub(super) struct EncodingCache {
    max_bytes: usize,
    /// The lock is held while compressing, so 200 requests for one page cost one compression and one buffer.
    cached: Mutex<Cached>,
}

#[derive(Debug, Default)]
struct Cached {
    by_tag: HashMap<String, Bytes>,
    /// Tags in the order in which they came.
    order: VecDeque<String>,
    n_bytes: usize,
}

impl EncodingCache {
    /// Keeps at most `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            cached: Mutex::default(),
        }
    }

    /// `bytes` in `encoding`. `etag` names the result, so the same tag must always mean the same bytes.
    pub(super) fn encoded(&self, encoding: Encoding, etag: &str, bytes: &Bytes) -> Bytes {
        if encoding == Encoding::Identity {
            return bytes.clone();
        }
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoded) = cached.by_tag.get(etag) {
            return encoded.clone();
        }
        let encoded = Bytes::from(encode(encoding, bytes));
        cached.n_bytes += encoded.len();
        cached.order.push_back(etag.to_owned());
        cached.by_tag.insert(etag.to_owned(), encoded.clone());
        while cached.n_bytes > self.max_bytes
            && let Some(oldest) = cached.order.pop_front()
        {
            cached.n_bytes -= cached.by_tag.remove(&oldest).map_or(0, |bytes| bytes.len());
        }
        encoded
    }
}

fn encode(encoding: Encoding, bytes: &[u8]) -> Vec<u8> {
    let in_memory = "writing to memory does not fail";
    match encoding {
        Encoding::Identity => bytes.to_vec(),
        Encoding::Gzip => {
            let level = flate2::Compression::new(GZIP_LEVEL);
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).expect(in_memory);
            encoder.finish().expect(in_memory)
        }
        Encoding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: BROTLI_QUALITY,
                lgwin: BROTLI_WINDOW_BITS,
                size_hint: bytes.len(),
                ..Default::default()
            };
            let mut encoded = Vec::new();
            brotli::BrotliCompress(&mut &bytes[..], &mut encoded, &params).expect(in_memory);
            encoded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negotiated(accept: &str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
        Encoding::negotiate(&headers)
    }

    #[test]
    fn brotli_is_chosen_unless_the_client_likes_gzip_better() {
        assert_eq!(negotiated("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(negotiated("gzip;q=1.0, br;q=0.5"), Encoding::Gzip);
        assert_eq!(negotiated("GZIP"), Encoding::Gzip);
    }

    #[test]
    fn an_encoding_that_is_refused_or_garbled_is_not_used() {
        for accept in [
            "",
            "identity",
            "br;q=0",
            "gzip;q=0.000, br;q=0",
            "br;q=x",
            "*;q=0",
            "deflate",
        ] {
            assert_eq!(negotiated(accept), Encoding::Identity, "{accept}");
        }
        assert_eq!(Encoding::negotiate(&HeaderMap::new()), Encoding::Identity);
    }

    #[test]
    fn the_cache_forgets_the_oldest_and_stays_bounded() {
        let cache = EncodingCache::new(100);
        for n in 0..9 {
            let text = Bytes::from(format!("page {n}"));
            let encoded = cache.encoded(Encoding::Gzip, &format!("\"{n}\""), &text);
            assert_eq!(encoded, encode(Encoding::Gzip, &text));
        }
        let cached = cache.cached.lock().unwrap();
        assert!(cached.n_bytes <= 100);
        assert!(!cached.by_tag.contains_key("\"0\"") && cached.by_tag.contains_key("\"8\""));
        assert_eq!(cached.by_tag.len(), cached.order.len());
    }
}
