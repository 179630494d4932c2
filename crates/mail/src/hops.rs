//! The way a mail took: its `Received` lines, read.

use jiff::Timestamp;
use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::header::Fields;

/// Stations told at most; loops make hundreds.
const MAX_HOPS: usize = 100;

/// One station: a server that took the mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Who handed it over, as that server called itself; may be empty.
    pub from: String,
    /// Who took it, may be empty.
    pub by: String,
    /// When.
    pub at: Option<Timestamp>,
    /// Seconds since the station before; negative where clocks differ.
    pub delay: Option<i64>,
    /// The line as it stands in the mail, unfolded.
    pub line: String,
}

/// The stations of a mail, first one first. Whatever stands below the topmost lines may be invented by the sender.
pub fn hops(raw: &[u8]) -> Vec<Hop> {
    let (block, _) = crate::header::split(raw);
    let mut hops: Vec<Hop> = Fields::parse(block).texts("received").take(MAX_HOPS).map(read).collect();
    hops.reverse();
    let mut before: Option<Timestamp> = None;
    for hop in &mut hops {
        if let (Some(at), Some(before)) = (hop.at, before) {
            hop.delay = Some(at.as_second() - before.as_second());
        }
        before = hop.at.or(before);
    }
    hops
}

fn read(line: String) -> Hop {
    let ended = format!("{line}\n");
    let HeaderValue::Received(received) = MessageStream::new(ended.as_bytes()).parse_received() else {
        return Hop { from: String::new(), by: String::new(), at: None, delay: None, line };
    };
    Hop {
        from: received.from().map(ToString::to_string).unwrap_or_default(),
        by: received.by().map(ToString::to_string).unwrap_or_default(),
        at: received.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        delay: None,
        line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stations_are_told_first_one_first_with_what_each_took() {
        let raw = b"Received: from mail.contoso.example (2603::1) by TYAP286MB.jpnprd01.prod.outlook.com\r\n \
            with HTTPS; Fri, 27 Nov 2026 01:00:07 +0000\r\nReceived: from pc.shop.example ([192.0.2.1])\r\n\tby mail.contoso.example \
            with ESMTPS id abc;\r\n\tFri, 27 Nov 2026 10:00:02 +0900\r\nSubject: x\r\n\r\nReceived: from nobody by nobody\r\n";
        let hops = hops(raw);
        let told: Vec<_> = hops.iter().map(|hop| (hop.from.as_str(), hop.by.as_str(), hop.delay)).collect();
        assert_eq!(
            told,
            [
                ("pc.shop.example", "mail.contoso.example", None),
                ("mail.contoso.example", "TYAP286MB.jpnprd01.prod.outlook.com", Some(5)),
            ]
        );
        assert_eq!(hops[0].at.map(|at| at.to_string()).as_deref(), Some("2026-11-27T01:00:02Z"));
        assert!(hops[0].line.starts_with("from pc.shop.example ([192.0.2.1]) by"), "{}", hops[0].line);
    }

    #[test]
    fn any_line_is_a_station() {
        assert_eq!(hops(b"").len(), 0);
        assert_eq!(hops(b"Received: \r\nReceived: (((((\r\nReceived: ;;;\r\n\r\n").len(), 3);
        assert_eq!(hops(&b"Received: from a by b; x\r\n".repeat(5_000)).len(), 100);
    }
}
