//! What requests cost, where the list price of a store is known.

use super::requests::Requests;

/// A list price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceList {
    /// US dollars for a million writes, copies and listings.
    pub writes_usd_per_million: f64,
    /// US dollars for a million reads.
    pub reads_usd_per_million: f64,
    /// Where the store says so.
    pub source: &'static str,
    /// The day on which it was read.
    pub read_on: &'static str,
}

/// Standard storage; deletes are free, and so are the first million writes and ten million reads of a month.
const R2: PriceList = PriceList {
    writes_usd_per_million: 4.50,
    reads_usd_per_million: 0.36,
    source: "https://developers.cloudflare.com/r2/pricing/",
    read_on: "2026-11-27",
};

impl PriceList {
    /// Of the store at `endpoint`, if it is known. A price that differs by region, as S3's, Google's and Azure's, is not.
    pub(super) fn of_endpoint(endpoint: &str) -> Option<Self> {
        let host = ::url::Url::parse(endpoint).ok()?.host_str()?.to_owned();
        host.ends_with(".r2.cloudflarestorage.com").then_some(R2)
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
    fn a_price_is_known_where_it_is_the_same_everywhere() {
        let r2 = PriceList::of_endpoint("https://0a.r2.cloudflarestorage.com").unwrap();
        let requests = Requests {
            writes: 1_000_000,
            reads: 1_000_000,
            deletes: 9,
        };
        assert_eq!(r2.usd(&requests), 4.86);
        assert_eq!(
            PriceList::of_endpoint("https://s3.eu-west-1.amazonaws.com"),
            None
        );
        assert_eq!(
            PriceList::of_endpoint("https://r2.cloudflarestorage.com.example"),
            None
        );
    }
}
