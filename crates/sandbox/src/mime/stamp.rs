//! The headers Exchange Online adds to mail it takes in, and those it takes away (graph.md 7.1).

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::ids;

/// Where a mail comes from, as Exchange sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// From the internet.
    Outside,
    /// From the internet, in the name of a domain that is none of the sending server's.
    Forged,
    /// A report of the service itself: it carries its stamps already.
    Report,
    /// From a mailbox of the same service.
    Internal,
}

/// Adds the stamps of Exchange Online to an arriving mail.
pub fn arrival(raw: &Bytes, origin: Origin, sender: &str, recipient: &str, now: Timestamp) -> Bytes {
    if origin == Origin::Report {
        return raw.clone();
    }
    let date = mail_builder::headers::date::Date::new(now.as_second()).to_rfc822();
    let domain = sender.rsplit_once('@').map_or("unknown.example", |(_, d)| d);
    let server = format!("TY{}MB0002.jpnprd01.prod.outlook.com", ids::random_hex(3).to_uppercase());
    let door = format!("TY2JPN01FT{}.mail.protection.outlook.com", ids::random_hex(2).to_uppercase());
    let network_id = ids::guid();
    let mut head = String::with_capacity(1400);
    match origin {
        // What Exchange finds out stands above the line at which it took the mail in.
        Origin::Forged => {
            head.push_str(&format!(
                "Authentication-Results: spf=fail (sender IP is 192.0.2.1) smtp.mailfrom={domain}; dkim=none (message not \
                 signed) header.d=none;dmarc=fail action=none header.from={domain};compauth=fail reason=000\r\n\
                 Received-SPF: Fail (protection.outlook.com: domain of {domain} does not designate 192.0.2.1 as permitted\r\n \
                 sender) receiver=protection.outlook.com; client-ip=192.0.2.1; helo=mail.unknown.example;\r\n\
                 Received: from mail.unknown.example (192.0.2.1) by {door} (10.167.242.30) with Microsoft SMTP Server\r\n \
                 (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.9253.11 for <{recipient}>; {date}\r\n"
            ));
        }
        Origin::Outside | Origin::Report => {
            head.push_str(&format!(
                "Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom={domain}; dkim=pass (signature \
                 was verified) header.d={domain};dmarc=pass action=none header.from={domain};compauth=pass reason=100\r\n\
                 Received-SPF: Pass (protection.outlook.com: domain of {domain} designates 192.0.2.1 as permitted sender)\r\n \
                 receiver=protection.outlook.com; client-ip=192.0.2.1; helo=mail.{domain}; pr=C\r\n\
                 Received: from mail.{domain} (192.0.2.1) by {door} (10.167.242.30) with Microsoft SMTP Server\r\n \
                 (version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20.9253.11 for <{recipient}>; {date}\r\n"
            ));
        }
        Origin::Internal => {
            head.push_str(&format!(
                "Received: from {server} ([fe80::a1b2:c3d4]) by {server} ([fe80::a1b2:c3d4%3]) with mapi id\r\n \
                 15.20.9253.011; {date}\r\n\
                 Authentication-Results: dkim=none (message not signed) header.d=none;dmarc=none action=none \
                 header.from={domain};\r\n"
            ));
        }
    }
    let (auth_as, scl, direction) = match origin {
        Origin::Outside | Origin::Report => ("Anonymous", "1", "INB"),
        Origin::Forged => ("Anonymous", "5", "INB"),
        Origin::Internal => ("Internal", "-1", "INT"),
    };
    head.push_str(&format!(
        "Return-Path: {sender}\r\n\
         X-MS-Exchange-Organization-Network-Message-Id: {network_id}\r\n\
         X-MS-Exchange-Organization-AuthSource: {server}\r\n\
         X-MS-Exchange-Organization-AuthAs: {auth_as}\r\n\
         X-MS-Exchange-Organization-SCL: {scl}\r\n\
         X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:;LANG:;SCL:{scl};SRV:;IPV:NLI;SFV:NSPM;H:mail.{domain};PTR:;CAT:NONE;DIR:{direction};SFTY:;\r\n"
    ));
    let mut out = head.into_bytes();
    out.extend_from_slice(&firewall(raw));
    out.into()
}

/// The header firewall: organisation headers from outside are removed, foreign verdicts renamed.
fn firewall(raw: &[u8]) -> Vec<u8> {
    map_headers(raw, |name, line| {
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("x-ms-exchange-organization-") || lower == "bcc" || lower == "return-path" {
            None
        } else if lower == "authentication-results" {
            Some([b"Authentication-Results-Original", &line[name.len()..]].concat())
        } else {
            Some(line.to_vec())
        }
    })
}

fn mailbox_header(by: &str) -> String {
    format!("X-MS-Exchange-ForwardingLoop: {by};")
}

/// The stamps of a mailbox that forwards (`by`): the text and Message-ID stay, the way grows.
pub fn forwarded(stamped: &[u8], by: &str, now: Timestamp) -> Bytes {
    let date = mail_builder::headers::date::Date::new(now.as_second()).to_rfc822();
    let server = format!("TY{}MB0003.jpnprd01.prod.outlook.com", ids::random_hex(3).to_uppercase());
    let head = format!(
        "Received: from {server} ([fe80::a1b2:c3d4]) by {server} ([fe80::a1b2:c3d4%3]) with mapi id\r\n \
         15.20.9253.011; {date}\r\n\
         Resent-From: <{by}>\r\n\
         {loop_mark}{guid}\r\n\
         X-MS-Exchange-Inbox-Rules-Loop: {by}\r\n\
         X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\n",
        loop_mark = mailbox_header(by),
        guid = ids::guid(),
    );
    // What the organisation stamped for itself does not leave it.
    let rest = map_headers(stamped, |name, line| {
        let inner = name.to_ascii_lowercase().starts_with("x-ms-exchange-organization-");
        (!inner && !name.eq_ignore_ascii_case("return-path")).then(|| line.to_vec())
    });
    [head.as_bytes(), &rest].concat().into()
}

/// Whether a mailbox forwarded this mail before: it goes in circles.
pub fn was_forwarded_by(raw: &[u8], by: &str) -> bool {
    let mut found = false;
    map_headers(raw, |_, line| {
        let line = String::from_utf8_lossy(line);
        found |= line.to_ascii_lowercase().starts_with(&mailbox_header(by).to_ascii_lowercase());
        None
    });
    found
}

/// The envelope sender of a forwarded mail: the forwarding mailbox, with the sender inside (SRS).
pub fn rewritten_sender(sender: &str, by: &str) -> String {
    let Some((local, domain)) = sender.rsplit_once('@') else { return sender.to_owned() };
    let Some((mailbox, own)) = by.rsplit_once('@') else { return sender.to_owned() };
    if domain.eq_ignore_ascii_case(own) || sender.contains("+SRS=") {
        return sender.to_owned();
    }
    format!("{mailbox}+SRS=Ab12C=XY={domain}={local}@{own}")
}

/// Who a rewritten envelope sender stands for.
pub fn original_sender(sender: &str) -> String {
    let inside = || {
        let (_, rest) = sender.split_once("+SRS=")?;
        let (inner, _) = rest.rsplit_once('@')?;
        let mut parts = inner.splitn(4, '=').skip(2);
        let (domain, local) = (parts.next()?, parts.next()?);
        Some(format!("{local}@{domain}"))
    };
    inside().unwrap_or_else(|| sender.to_owned())
}

/// The line a mail server on the internet adds when it hands a mail on.
pub fn hop(raw: &[u8], sender: &str, recipient: &str, now: Timestamp) -> Bytes {
    let date = mail_builder::headers::date::Date::new(now.as_second()).to_rfc822();
    let domain = sender.rsplit_once('@').map_or("sandbox.example", |(_, d)| d);
    let head = format!(
        "Received: from mail.{domain} (mail.{domain} [192.0.2.1])\r\n by relay.sandbox.example with ESMTPS id {}\r\n \
         for <{recipient}>; {date}\r\n",
        ids::random_hex(6)
    );
    [head.as_bytes(), raw].concat().into()
}

/// Takes the Bcc header away: only the sender's own copy keeps it.
pub fn without_bcc(raw: &[u8]) -> Bytes {
    map_headers(raw, |name, line| (!name.eq_ignore_ascii_case("bcc")).then(|| line.to_vec())).into()
}

/// Goes over the header fields (with their folded lines) and leaves the body as it is.
fn map_headers(raw: &[u8], mut keep: impl FnMut(&str, &[u8]) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 64);
    let mut at = 0;
    while at < raw.len() {
        let mut end = line_end(raw, at);
        if raw[at..end].iter().all(|b| matches!(b, b'\r' | b'\n')) {
            break;
        }
        while end < raw.len() && matches!(raw[end], b' ' | b'\t') {
            end = line_end(raw, end);
        }
        let line = &raw[at..end];
        let name =
            line.split(|b| *b == b':').next().and_then(|n| std::str::from_utf8(n).ok()).unwrap_or_default();
        if let Some(kept) = keep(name, line) {
            out.extend_from_slice(&kept);
        }
        at = end;
    }
    out.extend_from_slice(&raw[at..]);
    out
}

fn line_end(raw: &[u8], from: usize) -> usize {
    raw[from..].iter().position(|b| *b == b'\n').map_or(raw.len(), |p| from + p + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_outside_cannot_forge_the_organisations_headers() {
        let raw = b"X-MS-Exchange-Organization-AuthAs: Internal\r\nAuthentication-Results: x;\r\n dmarc=pass\r\nSubject: a\r\n\r\nbody: b\r\n";
        let text = String::from_utf8_lossy(&firewall(raw)).into_owned();
        assert!(!text.contains("AuthAs"), "{text}");
        assert!(text.starts_with("Authentication-Results-Original: x;\r\n dmarc=pass\r\n"), "{text}");
        assert!(text.ends_with("Subject: a\r\n\r\nbody: b\r\n"), "{text}");
    }

    #[test]
    fn the_sender_of_a_forwarded_mail_can_be_found_again() {
        let sent = rewritten_sender("anna=x@kunde.example", "support@contoso.example");
        assert!(sent.ends_with("@contoso.example"), "SPF must hold for the forwarding domain: {sent}");
        assert_eq!(original_sender(&sent), "anna=x@kunde.example");
        assert_eq!(original_sender("plain@kunde.example"), "plain@kunde.example");
        assert_eq!(original_sender(""), "", "a report has no sender");
    }

    #[test]
    fn a_forwarding_mailbox_knows_its_own_mark_again_and_keeps_the_organisations_headers_inside() {
        let stamped = arrival(
            &Bytes::from("Subject: a\r\n\r\nb"),
            Origin::Outside,
            "a@k.example",
            "s@c.example",
            Timestamp::UNIX_EPOCH,
        );
        let once = forwarded(&stamped, "s@c.example", Timestamp::UNIX_EPOCH);
        assert!(was_forwarded_by(&once, "S@c.example") && !was_forwarded_by(&once, "t@c.example"));
        let text = String::from_utf8_lossy(&once);
        assert!(
            !text.contains("X-MS-Exchange-Organization-") && text.ends_with("Subject: a\r\n\r\nb"),
            "{text}"
        );
    }

    #[test]
    fn odd_bytes_pass_through() {
        for raw in [&b""[..], b"\r\n", b"\xff\xff", b"no colon", b"\n\nx"] {
            assert_eq!(map_headers(raw, |_, l| Some(l.to_vec())), raw);
        }
    }
}
