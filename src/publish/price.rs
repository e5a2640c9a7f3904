//! What requests cost, where the list price of a store is known.

use super::requests::Requests;

/// A list price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceList {
    /// US dollars for a million writes, copies and listings.
    pub writes_usd_per_million: f64,
    /// US dollars for a million reads.
    pub reads_usd_per_million: f64,
    /// Where it holds, if it differs by region or class.
    pub place: Option<&'static str>,
    /// Where it stands.
    pub source: &'static str,
    /// The day on which it was read.
    pub read_on: &'static str,
}

/// Standard storage; deletes are free, and so are the first million writes and ten million reads of a month.
const R2: PriceList = PriceList {
    writes_usd_per_million: 4.50,
    reads_usd_per_million: 0.36,
    place: None,
    source: "https://developers.cloudflare.com/r2/pricing/",
    read_on: "2026-11-27",
};

const S3: PriceList = PriceList {
    writes_usd_per_million: 5.0,
    reads_usd_per_million: 0.40,
    place: Some("us-east-1, S3 Standard"),
    source: "https://c3x.dev/blog/s3-request-fees-explained",
    read_on: "2026-11-27",
};

const GOOGLE: PriceList = PriceList {
    writes_usd_per_million: 5.0,
    reads_usd_per_million: 0.40,
    place: Some("us-east1, Standard storage"),
    source: "https://cloud.google.com/storage/pricing-examples",
    read_on: "2026-11-27",
};

impl PriceList {
    /// Of a store by the scheme of its address and, of S3, its `endpoint` where it is not Amazon's; `None` where none is
    /// known.
    pub(super) fn of(scheme: &str, endpoint: Option<&str>) -> Option<Self> {
        match (scheme, endpoint) {
            ("s3", None) => Some(S3),
            ("s3", Some(endpoint)) => {
                let host = ::url::Url::parse(endpoint).ok()?.host_str()?.to_owned();
                host.ends_with(".r2.cloudflarestorage.com").then_some(R2)
            }
            ("gs", _) => Some(GOOGLE),
            _ => None,
        }
    }

    /// US dollars for `requests`.
    pub fn usd(&self, requests: &Requests) -> f64 {
        (requests.writes as f64 * self.writes_usd_per_million
            + requests.reads as f64 * self.reads_usd_per_million)
            / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_that_of_the_store_and_of_no_other() {
        let r2 = PriceList::of("s3", Some("https://0a.r2.cloudflarestorage.com")).unwrap();
        let requests = Requests {
            writes: 1_000_000,
            reads: 1_000_000,
            deletes: 9,
        };
        assert_eq!(r2.usd(&requests), 4.86);
        assert_eq!(PriceList::of("s3", None).unwrap().usd(&requests), 5.4);
        assert!(PriceList::of("gs", None).is_some());
        for endpoint in [
            "http://127.0.0.1:8333",
            "https://r2.cloudflarestorage.com.example",
        ] {
            assert_eq!(PriceList::of("s3", Some(endpoint)), None);
        }
        assert_eq!(PriceList::of("az", None), None);
    }
}
