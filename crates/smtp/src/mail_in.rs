//! A mail that another server hands over, and the lines that say so at its head.

use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use mail::Address;

/// Who hands mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub ip: IpAddr,
    /// How it called itself; anybody may say anything.
    pub name: String,
    /// Under TLS?
    pub encrypted: bool,
}

/// A mail on the doorstep: not ours before it is kept.
#[derive(Debug, Clone)]
pub struct HandedOver {
    /// Unique: what the other server is told, and what stands in `Received`.
    pub id: String,
    /// By whom.
    pub peer: Peer,
    /// Envelope sender; `None` for bounces (`<>`).
    pub from: Option<String>,
    /// For whom, each one known to the desk, without repeats.
    pub recipients: Vec<Address>,
    /// When.
    pub at: Timestamp,
    /// The bytes as they came, behind our own `Return-Path` and `Received`.
    pub raw: Vec<u8>,
}

/// The mail is on disk: the only thing that may be answered with 250.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept;

/// The mail could not be kept, now. The other server keeps it and tries again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not kept: {0}")]
pub struct NotKept(pub String);

/// The lines put before a mail (RFC 5321, 4.4): who handed it over, how, for whom, when.
pub(crate) fn head(
    id: &str,
    peer: &Peer,
    from: Option<&str>,
    recipients: &[Address],
    hostname: &str,
    at: Timestamp,
) -> String {
    let mut head = format!("Return-Path: <{}>\r\n", clean(from.unwrap_or_default()));
    let with = if peer.encrypted { "ESMTPS" } else { "ESMTP" };
    let ip = match peer.ip {
        IpAddr::V4(ip) => format!("[{ip}]"),
        IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    };
    let _ = write!(
        head,
        "Received: from {} ({ip})\r\n\tby {} (Postdesk) with {with} id {id}",
        clean(&peer.name),
        clean(hostname)
    );
    // One recipient may be named; several are nobody's business but the desk's.
    if let [only] = recipients {
        let _ = write!(head, "\r\n\tfor <{}>", clean(only.as_str()));
    }
    let date = at.to_zoned(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let _ = write!(head, ";\r\n\t{date}\r\n");
    head
}

/// What can stand in a header without breaking it.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() && !c.is_whitespace() && !"()<>;\\\"".contains(*c))
        .take(320)
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Whoever reads the original must see who brought it, and nothing that the peer says may add lines of its own.
    #[test]
    fn who_handed_it_over_stands_at_the_head_and_cannot_break_out() {
        let peer = Peer {
            ip: "192.0.2.7".parse().unwrap(),
            name: "mx.example.com\r\nX-Evil: 1 (x)".to_owned(),
            encrypted: true,
        };
        let to = [Address::parse("help@desk.example").unwrap()];
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        assert_eq!(
            head("ab12", &peer, Some("a@b.example"), &to, "desk.example", at),
            "Return-Path: <a@b.example>\r\n\
             Received: from mx.example.comX-Evil:1x ([192.0.2.7])\r\n\tby desk.example (Postdesk) with ESMTPS id ab12\r\n\t\
             for <help@desk.example>;\r\n\tTue, 14 Nov 2023 22:13:20 +0000\r\n"
        );
        assert!(head("ab12", &peer, None, &[], "d", at).starts_with("Return-Path: <>\r\n"));
    }
}
