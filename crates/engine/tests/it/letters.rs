//! Raw mails for the tests: a plain one, and all the bad ones.

/// A plain mail.
pub fn plain(from: &str, to: &str, subject: &str, message_id: &str) -> Vec<u8> {
    let head =
        format!("From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMessage-ID: <{message_id}>\r\n");
    let rest = "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n";
    format!("{head}{rest}").into_bytes()
}

/// The same mail; Exchange puts headers of its own before it.
pub fn same_mail(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = (mail::read(a), mail::read(b));
    a.message_id == b.message_id && a.text == b.text && a.subject == b.subject
}

/// What real mailboxes hold: each must have an outcome, and none may stop the others.
pub fn bad() -> Vec<(&'static str, Vec<u8>)> {
    let head = |id: &str| {
        format!(
            "From: <bad-{id}@example.org>\r\nTo: <help@contoso.test>\r\nMessage-ID: <{id}@bad.example>\r\n"
        )
    };
    let nested = {
        let mut text = head("nested") + "Subject: Nested\r\n";
        for n in 0..1_000 {
            text += &format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
        }
        text + "Content-Type: text/plain\r\n\r\nDeep inside\r\n"
    };
    let many_headers = {
        let extra: String = (0..10_000).map(|n| format!("X-Number-{n}: {n}\r\n")).collect();
        head("headers") + &extra + "Subject: Ten thousand headers\r\n\r\nHello\r\n"
    };
    let big = {
        let line = "QUJD".repeat(19) + "\r\n";
        let lines = 40 * 1024 * 1024 / line.len();
        head("big")
            + "Subject: Forty megabytes\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee below\r\n--b\r\nContent-Type: application/zip; name=big.zip\r\nContent-Disposition: attachment; filename=big.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + &line.repeat(lines)
            + "--b--\r\n"
    };
    let mut nuls = (head("nuls") + "Subject: N\0U\0L\r\n\r\nBefore").into_bytes();
    nuls.extend(b"\0\0\0after\0\r\n");
    let mut charset = (head("charset") + "Subject: =?x-klingon?Q?=E4=F6?=\r\nContent-Type: text/plain; charset=x-klingon\r\nContent-Transfer-Encoding: 8bit\r\n\r\n").into_bytes();
    charset.extend([0xff, 0xfe, 0x81, 0x40, b'!', b'\r', b'\n']);
    vec![
        ("no bytes", Vec::new()),
        ("forty megabytes", big.into_bytes()),
        ("a thousand nested parts", nested.into_bytes()),
        ("ten thousand headers", many_headers.into_bytes()),
        ("NULs", nuls),
        ("no From", b"To: <help@contoso.test>\r\nSubject: Nobody\r\nMessage-ID: <nobody@bad.example>\r\n\r\nHello\r\n".to_vec()),
        ("no Message-ID", b"From: <noid@example.org>\r\nTo: <help@contoso.test>\r\nSubject: No id\r\n\r\nHello\r\n".to_vec()),
        ("unknown charset", charset),
        ("noise", (0..4_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
    ]
}
