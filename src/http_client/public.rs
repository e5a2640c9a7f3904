//! Keeps a site that stands on the public internet from leading to this machine or its network.
//!
//! A stranger's site can redirect to `http://192.168.1.1/`, or have its own name resolve to `127.0.0.1` the next time it is
//! asked (DNS rebinding); what answers there trusts whoever can reach it. So names are judged by the addresses that are
//! connected to, each time, and not by their text. A site that was opened on this machine or its network is its user's
//! own and may lead anywhere.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::Refusal;

/// Resolves names with `inner`, and refuses addresses that a public site must not lead to.
///
/// Behind a proxy names are the proxy's to resolve, and so to judge; of the proxy itself nothing is refused.
#[derive(Debug)]
pub struct PublicResolver<R> {
    inner: R,
    is_public: fn(IpAddr) -> bool,
    /// Whether the site stands on a public address: what its own name, which is the first, resolved to at first.
    is_site_public: OnceLock<bool>,
}

impl<R> PublicResolver<R> {
    /// Resolves with `inner`; `is_public` tells public addresses.
    pub fn new(inner: R, is_public: fn(IpAddr) -> bool) -> Self {
        Self {
            inner,
            is_public,
            is_site_public: OnceLock::new(),
        }
    }
}

impl<R: Resolver> Resolver for PublicResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addrs = self.inner.resolve(uri, config, timeout)?;
        if config.proxy().is_some_and(|proxy| proxy.uri() == uri) {
            return Ok(addrs);
        }
        let mut public = self.empty();
        let is_public = |ip| (self.is_public)(ip);
        addrs
            .iter()
            .filter(|addr| is_public(addr.ip()))
            .for_each(|&addr| public.push(addr));
        let is_site_public = *self.is_site_public.get_or_init(|| !public.is_empty());
        match addrs.first() {
            _ if !is_site_public => Ok(addrs),
            Some(addr) if public.is_empty() => {
                let refusal = Refusal::Address {
                    host: uri.host().unwrap_or_default().to_owned(),
                    address: addr.ip(),
                };
                Err(ureq::Error::Other(Box::new(refusal)))
            }
            _ => Ok(public),
        }
    }
}

/// Whether `address` is one of the public internet.
///
/// The others are those of the registries of special-purpose addresses (RFC 6890) that are not globally reachable, but for
/// the ranges of documentation, where nothing stands. An IPv6 address that carries an IPv4 one is judged by that.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match carried_v4(address) {
            Some(carried) => is_public_v4(carried),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b) {
        (0, _) => true,
        // Shared by the customers of a provider.
        (100, 64..=127) => true,
        (192, 0) => c == 0,
        // For measuring networks.
        (198, 18 | 19) => true,
        // Multicast, reserved, broadcast.
        (224.., _) => true,
        _ => false,
    };
    !is_special && !address.is_private() && !address.is_loopback() && !address.is_link_local()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // All that was ever given out lies in 2000::/3; this machine, its link, its site and multicast do not.
    address.segments()[0] & 0xe000 == 0x2000
}

/// The IPv4 address that a mapped (`::ffff:0:0/96`), translated (`64:ff9b::/96`) or 6to4 (`2002::/16`) address stands for.
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(v4(high, low))
        }
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::SocketAddr;

    use ureq::unversioned::transport::time::Duration;
    use ureq::{Agent, Timeout};

    use super::*;

    /// Names with the addresses that they have at present.
    #[derive(Debug)]
    struct Names(BTreeMap<&'static str, Vec<&'static str>>);

    impl Resolver for Names {
        fn resolve(
            &self,
            uri: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut addrs = self.empty();
            for ip in &self.0[uri.host().unwrap()] {
                addrs.push(SocketAddr::new(ip.parse().unwrap(), 80));
            }
            Ok(addrs)
        }
    }

    fn resolver(names: &[(&'static str, &[&'static str])]) -> PublicResolver<Names> {
        let names = names.iter().map(|(name, ips)| (*name, ips.to_vec()));
        PublicResolver::new(Names(names.collect()), is_public)
    }

    /// The addresses that may be connected to, or the sentence that refuses them.
    fn resolve(resolver: &PublicResolver<Names>, host: &str) -> Result<Vec<String>, String> {
        let config = Agent::config_builder().proxy(None).build();
        let timeout = NextTimeout {
            after: Duration::NotHappening,
            reason: Timeout::Global,
            ..NextTimeout::default()
        };
        let uri: Uri = format!("http://{host}/").parse().unwrap();
        match resolver.resolve(&uri, &config, timeout) {
            Ok(addrs) => Ok(addrs.iter().map(|addr| addr.ip().to_string()).collect()),
            Err(ureq::Error::Other(error)) => Err(error.to_string()),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_public_site_leads_to_no_address_of_this_machine_or_its_network() {
        let resolver = resolver(&[
            ("skills.example", &["203.0.113.5"]),
            ("mirror.example", &["203.0.113.9", "10.0.0.1"]),
            ("evil.example", &["127.0.0.1"]),
            ("[::1]", &["::1"]),
        ]);
        assert_eq!(
            resolve(&resolver, "skills.example").unwrap(),
            ["203.0.113.5"]
        );
        assert_eq!(
            resolve(&resolver, "mirror.example").unwrap(),
            ["203.0.113.9"],
            "only the public one of its addresses is left"
        );
        assert_eq!(
            resolve(&resolver, "evil.example").unwrap_err(),
            "`evil.example` is at `127.0.0.1`, an address of this machine or its network, and a public site must not lead there"
        );
        assert!(resolve(&resolver, "[::1]").is_err());
    }

    #[test]
    fn a_public_name_that_comes_to_mean_this_machine_is_refused() {
        let mut resolver = resolver(&[("skills.example", &["203.0.113.5"])]);
        resolve(&resolver, "skills.example").unwrap();
        resolver.inner.0.insert("skills.example", vec!["127.0.0.1"]);
        assert!(resolve(&resolver, "skills.example").is_err());
    }

    #[test]
    fn a_site_of_this_network_may_lead_anywhere() {
        let resolver = resolver(&[
            ("localhost", &["127.0.0.1", "::1"]),
            ("wiki.internal", &["10.0.0.1"]),
            ("skills.example", &["203.0.113.5"]),
        ]);
        for host in ["localhost", "wiki.internal", "skills.example"] {
            assert!(resolve(&resolver, host).is_ok(), "{host}");
        }
    }

    #[test]
    fn special_addresses_are_not_public() {
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.170",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.251",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::fb",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.1",
            "2606:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }
}
