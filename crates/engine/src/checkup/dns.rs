//! What the domain's DNS says about its mail: where it goes (MX), who may send (SPF, DKIM), what receivers do with the
//! rest (DMARC). No answer from the name servers is no finding about the domain: it only could not be asked.

use std::net::SocketAddr;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};

use super::Fact;

/// What SPF must name so that Exchange Online may send for the domain.
const SPF_INCLUDE: &str = "spf.protection.outlook.com";
/// Selectors under which Exchange Online signs.
const SELECTORS: [&str; 2] = ["selector1", "selector2"];
/// Ends of the names of Exchange Online's mail servers.
const MICROSOFTS_HOSTS: [&str; 3] =
    [".mail.protection.outlook.com", ".mx.microsoft", ".mail.protection.office365.us"];
/// Ends of domains that cannot exist outside of tests.
const FOR_TESTS: [&str; 4] = [".test", ".example", ".invalid", ".localhost"];

/// What was answered.
enum Answer {
    Records(Vec<String>),
    None,
    Silent,
}

/// Asks about `domain`. With `microsoft` it is expected to be hosted in Exchange Online. `server`: the name server to ask
/// instead of the system's.
pub(super) async fn ask(
    domain: &str,
    microsoft: bool,
    server: Option<SocketAddr>,
    patience: Duration,
) -> Vec<Fact> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    let made_up = FOR_TESTS.iter().any(|end| domain.ends_with(end)) || !domain.contains('.');
    if made_up && server.is_none() {
        return vec![Fact::DomainForTests { domain }];
    }
    let Some(resolver) = resolver(server, patience) else {
        return vec![Fact::DnsSilent { question: format!("MX {domain}") }];
    };
    let mut facts = Vec::new();
    if domain.ends_with(".onmicrosoft.com") {
        facts.push(Fact::MicrosoftsDomain);
    }
    let dmarc = format!("_dmarc.{domain}");
    let (mx, spf, dmarc) = tokio::join!(
        look_up(&resolver, &domain, RecordType::MX),
        look_up(&resolver, &domain, RecordType::TXT),
        look_up(&resolver, &dmarc, RecordType::TXT),
    );
    facts.push(judge_mx(&domain, microsoft, mx));
    if microsoft {
        facts.push(judge_spf(&domain, spf));
        facts.push(dkim(&resolver, &domain).await);
    }
    facts.push(judge_dmarc(&domain, dmarc));
    facts
}

fn resolver(server: Option<SocketAddr>, patience: Duration) -> Option<TokioResolver> {
    let mut builder = match server {
        Some(server) => {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
            let server = NameServerConfig::new(server.ip(), true, connections.into());
            let config = ResolverConfig::from_name_servers(vec![server]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        }
        None => TokioResolver::builder_tokio().ok()?,
    };
    let options = builder.options_mut();
    options.timeout = patience / 3;
    options.attempts = 1;
    options.cache_size = 0;
    builder.build().ok()
}

async fn look_up(resolver: &TokioResolver, name: &str, kind: RecordType) -> Answer {
    // With a dot at its end: else the machine's own search domains would be tried as well.
    let found = resolver.lookup(format!("{name}."), kind).await;
    match found {
        Ok(found) => {
            let texts: Vec<String> =
                found.answers().iter().filter_map(|record| text(&record.data, kind)).collect();
            if texts.is_empty() { Answer::None } else { Answer::Records(texts) }
        }
        Err(error) if says_no(&error) => Answer::None,
        Err(error) => {
            tracing::debug!(%error, name, "name servers could not be asked");
            Answer::Silent
        }
    }
}

fn says_no(error: &NetError) -> bool {
    error.is_no_records_found() || error.is_nx_domain()
}

fn text(data: &RData, kind: RecordType) -> Option<String> {
    match (data, kind) {
        (RData::MX(mx), RecordType::MX) => Some(mx.exchange.to_utf8().trim_end_matches('.').to_lowercase()),
        (RData::TXT(txt), RecordType::TXT) => {
            Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect())
        }
        (RData::CNAME(name), _) if kind == RecordType::CNAME => Some(name.to_utf8()),
        _ => None,
    }
}

fn judge_mx(domain: &str, microsoft: bool, answer: Answer) -> Fact {
    match answer {
        Answer::Silent => Fact::DnsSilent { question: format!("MX {domain}") },
        Answer::None => Fact::MxMissing { domain: domain.to_owned() },
        Answer::Records(hosts) => {
            let theirs = |host: &String| MICROSOFTS_HOSTS.iter().any(|end| host.ends_with(end));
            match microsoft {
                false => Fact::MxThere { hosts },
                true if hosts.iter().all(theirs) => Fact::MxMicrosoft,
                true => Fact::MxElsewhere { hosts },
            }
        }
    }
}

fn judge_spf(domain: &str, answer: Answer) -> Fact {
    let texts = match answer {
        Answer::Silent => return Fact::DnsSilent { question: format!("TXT {domain}") },
        Answer::None => Vec::new(),
        Answer::Records(texts) => texts,
    };
    let mut records = texts.into_iter().filter(|text| {
        let lower = text.to_lowercase();
        lower == "v=spf1" || lower.starts_with("v=spf1 ")
    });
    match (records.next(), records.next()) {
        (None, _) => Fact::SpfMissing { record: format!("v=spf1 include:{SPF_INCLUDE} -all") },
        (Some(_), Some(_)) => Fact::SpfTwice,
        (Some(record), None) if record.to_lowercase().contains(&format!("include:{SPF_INCLUDE}")) => {
            Fact::SpfRight
        }
        (Some(record), None) => Fact::SpfWithoutMicrosoft { record },
    }
}

async fn dkim(resolver: &TokioResolver, domain: &str) -> Fact {
    let mut missing = Vec::new();
    for selector in SELECTORS {
        let name = format!("{selector}._domainkey.{domain}");
        match look_up(resolver, &name, RecordType::TXT).await {
            Answer::Silent => return Fact::DnsSilent { question: format!("TXT {name}") },
            Answer::Records(texts) if texts.iter().any(|text| text.contains("p=")) => {}
            // The name may be there and point to a key that Microsoft publishes only once signing is switched on.
            _ => missing.push(name),
        }
    }
    // Microsoft signs with one key and keeps the other for the next change.
    if missing.len() < SELECTORS.len() { Fact::DkimRight } else { Fact::DkimMissing { names: missing } }
}

fn judge_dmarc(domain: &str, answer: Answer) -> Fact {
    let name = format!("_dmarc.{domain}");
    let texts = match answer {
        Answer::Silent => return Fact::DnsSilent { question: format!("TXT {name}") },
        Answer::None => Vec::new(),
        Answer::Records(texts) => texts,
    };
    let record = texts.into_iter().find(|text| text.to_lowercase().starts_with("v=dmarc1"));
    let policy = record.and_then(|record| {
        let tags = record.split(';').filter_map(|tag| tag.split_once('='));
        tags.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_lowercase()))
            .find(|(name, _)| name == "p")
            .map(|(_, policy)| policy)
    });
    match policy {
        Some(policy) => Fact::DmarcRight { policy },
        None => Fact::DmarcMissing { name },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(texts: &[&str]) -> Answer {
        if texts.is_empty() {
            return Answer::None;
        }
        Answer::Records(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn spf_must_name_microsoft_and_stand_there_once() {
        let missing =
            || Fact::SpfMissing { record: "v=spf1 include:spf.protection.outlook.com -all".to_owned() };
        let without = |record: &str| Fact::SpfWithoutMicrosoft { record: record.to_owned() };
        for (texts, expected) in [
            (&["v=spf1 include:spf.protection.outlook.com -all"][..], Fact::SpfRight),
            (&["MS=ms123", "V=SPF1 ip4:1.2.3.4 include:SPF.protection.outlook.com ~all"], Fact::SpfRight),
            (&["v=spf1 include:_spf.google.com ~all"], without("v=spf1 include:_spf.google.com ~all")),
            (&["v=spf1 -all", "v=spf1 include:spf.protection.outlook.com -all"], Fact::SpfTwice),
            (&["v=spf10 is not spf"], missing()),
            (&[], missing()),
        ] {
            assert_eq!(judge_spf("contoso.com", records(texts)), expected, "{texts:?}");
        }
    }

    #[test]
    fn dmarc_counts_with_a_policy_only() {
        let right = |policy: &str| Fact::DmarcRight { policy: policy.to_owned() };
        let missing = Fact::DmarcMissing { name: "_dmarc.contoso.com".to_owned() };
        for (texts, expected) in [
            (&["v=DMARC1; p=reject; rua=mailto:x@contoso.com"][..], right("reject")),
            (&["v=dmarc1;P = None"], right("none")),
            (&["v=DMARC1; rua=mailto:x@contoso.com"], missing.clone()),
            (&["something else"], missing.clone()),
            (&[], missing),
        ] {
            assert_eq!(judge_dmarc("contoso.com", records(texts)), expected, "{texts:?}");
        }
    }

    #[test]
    fn mail_that_goes_elsewhere_first_is_named() {
        let hosts = |texts: &[&str]| judge_mx("contoso.com", true, records(texts));
        assert_eq!(hosts(&["contoso-com.mail.protection.outlook.com"]), Fact::MxMicrosoft);
        assert_eq!(hosts(&["contoso-com.o-v1.mx.microsoft"]), Fact::MxMicrosoft);
        let gateway = vec!["mx1.gateway.example".to_owned()];
        assert_eq!(hosts(&["mx1.gateway.example"]), Fact::MxElsewhere { hosts: gateway });
        assert_eq!(hosts(&[]), Fact::MxMissing { domain: "contoso.com".to_owned() });
    }

    #[tokio::test]
    async fn a_made_up_domain_is_not_looked_for() {
        let facts = ask("contoso.test", true, None, Duration::from_secs(1)).await;
        assert_eq!(facts, [Fact::DomainForTests { domain: "contoso.test".to_owned() }]);
    }

    /// A desk without a way to name servers works: that they are silent says nothing about the domain.
    #[tokio::test]
    async fn name_servers_that_do_not_answer_are_no_fault_of_the_domain() {
        let nobody = std::net::UdpSocket::bind("127.0.0.1:0").map(|socket| socket.local_addr());
        let Ok(Ok(silent)) = nobody else { panic!("no socket") };
        let facts = ask("contoso.com", true, Some(silent), Duration::from_millis(600)).await;
        assert!(facts.iter().all(|fact| matches!(fact, Fact::DnsSilent { .. })), "{facts:?}");
    }
}
