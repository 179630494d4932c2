#![no_main]

use libfuzzer_sys::fuzz_target;
use mail::{Address, Mailbox, MessageId, Outgoing, OutgoingAttachment, read};

fuzz_target!(|texts: (&str, &str, &str, &str, &str, &str, &str, &str)| {
    let (subject, name, address, file, kind, mark, id, body) = texts;
    let own = |text: &str| Address::parse(text).unwrap_or_else(|| panic!("{text}"));
    let mail = Outgoing {
        message_id: MessageId::parse("out1@desk.example").unwrap_or_else(|| panic!("an id")),
        from: Mailbox { name: name.to_owned(), address: own("help@desk.example") },
        to: vec![Mailbox {
            name: name.to_owned(),
            address: Address::parse(address).unwrap_or_else(|| own("kim@example.com")),
        }],
        cc: Vec::new(),
        subject: subject.to_owned(),
        text: body.to_owned(),
        html: body.to_owned(),
        in_reply_to: MessageId::parse(id),
        references: MessageId::parse(id).into_iter().collect(),
        automatic: false,
        mark: mark.to_owned(),
        attachments: vec![OutgoingAttachment {
            name: file.to_owned(),
            content_type: kind.to_owned(),
            content_id: None,
            content: vec![7],
        }],
    };
    let raw = mail.to_mime();
    for (n, byte) in raw.iter().enumerate() {
        assert!(*byte != b'\n' || n > 0 && raw[n - 1] == b'\r', "a bare line feed");
        assert!(*byte != b'\r' || raw.get(n + 1) == Some(&b'\n'), "a bare carriage return");
        assert!(*byte != 0);
    }
    let letter = read(&raw);
    let names: Vec<&str> = letter.headers.iter().map(|(name, _)| name.as_str()).collect();
    let mut expected = vec!["From", "To", "Subject", "Message-ID", "X-Postdesk-Outbox"];
    if mail.in_reply_to.is_some() {
        expected.extend(["In-Reply-To", "References"]);
    }
    expected.extend(["Date", "MIME-Version", "Content-Type"]);
    assert_eq!(names, expected);
    assert_eq!(letter.to.len(), 1);
    assert_eq!(letter.to[0].address, mail.to[0].address);
    assert_eq!(letter.attachments.len(), 1);
});
