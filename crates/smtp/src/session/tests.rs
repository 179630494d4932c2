#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::*;

/// Plays a conversation: only this address is known, each mail is kept. Answers what was said, and what was kept.
fn play(max_size: usize, pieces: &[&[u8]]) -> (Vec<u16>, Vec<Mail>, bool) {
    let mut session = Session::new("desk.example", max_size, false);
    let (mut said, mut mails) = (Vec::new(), Vec::new());
    for piece in pieces {
        session.feed(piece);
        loop {
            match session.step() {
                Step::Read => break,
                Step::Say(reply) | Step::StartTls(reply) => said.push(reply.code),
                Step::Close(reply) => {
                    said.push(reply.code);
                    return (said, mails, true);
                }
                Step::Recipient(address) => {
                    let known = address.as_str() == "help@desk.example";
                    let verdict = if known { Verdict::Known } else { Verdict::Unknown };
                    said.push(session.recipient(address, verdict).code);
                }
                Step::Keep(mail) => {
                    mails.push(mail);
                    said.push(session.kept(Some("id")).code);
                }
            }
        }
    }
    (said, mails, false)
}

/// Commands and the codes that they are answered with, in order.
fn codes(commands: &str) -> Vec<u16> {
    play(1_000, &[commands.as_bytes()]).0
}

const BEGIN: &str = "EHLO a\r\nMAIL FROM:<x@y.example>\r\nRCPT TO:<help@desk.example>\r\n";

#[test]
fn each_command_has_its_answer() {
    for (commands, expected) in [
        ("EHLO a\r\nNOOP\r\nRSET\r\nVRFY a\r\nHELP\r\nQUIT\r\n", &[250, 250, 250, 252, 214, 221][..]),
        ("HELO a\r\n", &[250]),
        // Nothing before a greeting, nothing out of order.
        ("MAIL FROM:<a@b.example>\r\n", &[503]),
        ("EHLO a\r\nRCPT TO:<help@desk.example>\r\n", &[250, 503]),
        ("EHLO a\r\nDATA\r\n", &[250, 503]),
        ("EHLO a\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n", &[250, 250, 503]),
        ("EHLO a\r\nMAIL FROM:<a@b.example>\r\nDATA\r\n", &[250, 250, 554]),
        // No open relay, whatever the address looks like.
        ("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@elsewhere.example>\r\n", &[250, 250, 550]),
        ("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<help%elsewhere.example@desk.example>\r\n", &[250, 250, 550]),
        ("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<x@elsewhere.example>\r\nDATA\r\n", &[250, 250, 550, 554]),
        // Case and brackets do not matter.
        ("ehlo a\r\nmail from:<a@b.example>\r\nrcpt to:<HELP@Desk.Example>\r\n", &[250, 250, 250]),
        // Too large, said beforehand.
        ("EHLO a\r\nMAIL FROM:<a@b.example> SIZE=1001\r\n", &[250, 552]),
        ("EHLO a\r\nMAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME SMTPUTF8\r\n", &[250, 250]),
        // Not offered.
        ("EHLO a\r\nSTARTTLS\r\nAUTH PLAIN aaaa\r\nETRN x\r\n", &[250, 454, 502, 502]),
        ("EHLO a\r\nMAIL FROM:<a@b.example> BODY=BINARYMIME\r\n", &[250, 555]),
        // Nonsense.
        ("\r\nBLAH\r\nEHLO\r\n", &[500, 500, 501]),
        ("EHLO a\r\nMAIL FROM:a@b.example\r\n", &[250, 501]),
        // A lone line feed is no end of a command: that is how smuggled ones look.
        ("EHLO a\nNOOP\r\n", &[500, 250]),
        ("NOOP\0\r\nNOOP\r\n", &[500, 250]),
    ] {
        assert_eq!(codes(commands), expected, "{commands:?}");
    }
}

#[test]
fn a_mail_is_given_over_with_everybody_it_is_for_and_the_dots_taken_out() {
    let (said, mails, _) = play(
        1_000,
        &[BEGIN.as_bytes(), b"RCPT TO:<HELP@desk.example>\r\nRCPT TO:<no@desk.example>\r\nDATA\r\nSubject: a\r\n\r\n..\xff\0\r\n.\r\nQUIT\r\n"],
    );
    assert_eq!(said, [250, 250, 250, 250, 550, 354, 250, 221]);
    let mail = Mail {
        from: Some("x@y.example".to_owned()),
        recipients: vec![Address::parse("help@desk.example").unwrap()],
        raw: b"Subject: a\r\n\r\n.\xff\0\r\n".to_vec(),
    };
    assert_eq!(mails, [mail]);
}

#[test]
fn chunks_are_put_together_and_cannot_be_mixed_with_data() {
    let chunks = format!("{BEGIN}BDAT 3\r\n.\r\nBDAT 2 LAST\r\nabNOOP\r\n");
    let (said, mails, _) = play(1_000, &[chunks.as_bytes()]);
    assert_eq!((said, mails[0].raw.as_slice()), (vec![250, 250, 250, 250, 250, 250], &b".\r\nab"[..]));
    assert_eq!(codes(&format!("{BEGIN}BDAT 1\r\naDATA\r\nBDAT 0 LAST\r\n")), [250, 250, 250, 250, 503, 250]);
    // Bytes of a chunk that nobody wants are read away: they are not commands.
    assert_eq!(codes("EHLO a\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), [250, 503, 250]);
}

/// What is too large is refused for good: the other server must tell its sender, not try again for days.
#[test]
fn what_is_too_large_is_refused_for_good_and_nothing_of_it_is_kept() {
    let mail = format!("{BEGIN}DATA\r\n{}\r\n.\r\nNOOP\r\n", "a".repeat(1_001));
    let (said, mails, closed) = play(1_000, &[mail.as_bytes()]);
    assert_eq!((said, mails, closed), (vec![250, 250, 250, 354, 552, 250], vec![], false));
    let endless = format!("{BEGIN}DATA\r\n{}", "a".repeat(2_001));
    assert_eq!(play(1_000, &[endless.as_bytes()]).0, [250, 250, 250, 354, 552]);
    let chunk = format!("{BEGIN}BDAT 600\r\n{}BDAT 401 LAST\r\n", "a".repeat(600));
    assert_eq!(play(1_000, &[chunk.as_bytes()]).0, [250, 250, 250, 250, 552]);
    // To the byte.
    let exact = format!("{BEGIN}DATA\r\n{}\r\n.\r\n", "a".repeat(998));
    assert_eq!(play(1_000, &[exact.as_bytes()]).1.len(), 1);
}

#[test]
fn patience_has_an_end() {
    let many = "RCPT TO:<no@x.example>\r\n".repeat(100);
    let (said, _, closed) = play(1_000, &[b"EHLO a\r\nMAIL FROM:<>\r\n", many.as_bytes()]);
    assert!(closed && said.len() < 30 && said.last() == Some(&421), "{said:?}");
    let (said, _, closed) = play(1_000, &["NOOP\r\n".repeat(3_000).as_bytes()]);
    assert!(closed && said.last() == Some(&421));
    let (said, _, closed) = play(1_000, &["A".repeat(5_000).as_bytes()]);
    assert!(closed && said == [500]);
}

/// A mail that could not be stored is the other server's still: it hears 451 and the conversation goes on.
#[test]
fn what_was_not_kept_is_not_taken() {
    let mut session = Session::new("d", 1_000, false);
    session.feed(format!("{BEGIN}DATA\r\na\r\n.\r\n").as_bytes());
    let mut last = 0;
    loop {
        match session.step() {
            Step::Read => break,
            Step::Recipient(address) => last = session.recipient(address, Verdict::Known).code,
            Step::Keep(_) => last = session.kept(None).code,
            Step::Say(reply) => last = reply.code,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(last, 451);
    session.feed(b"NOOP\r\n");
    assert!(matches!(session.step(), Step::Say(Reply { code: 250, .. })));
}

/// A command that arrives with STARTTLS was not said under encryption, whoever said it (RFC 3207, 6).
#[test]
fn nothing_said_before_tls_counts_after_it() {
    let mut session = Session::new("d", 1_000, true);
    session.feed(b"STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n");
    assert!(matches!(session.step(), Step::Close(Reply { code: 554, .. })));
    let mut session = Session::new("d", 1_000, true);
    session.feed(b"EHLO a\r\nMAIL FROM:<a@b.example>\r\n");
    while !matches!(session.step(), Step::Read) {}
    session.feed(b"STARTTLS\r\n");
    assert!(matches!(session.step(), Step::StartTls(_)));
    session.encrypted();
    session.feed(b"RCPT TO:<help@desk.example>\r\nEHLO a\r\n");
    assert!(matches!(session.step(), Step::Say(Reply { code: 503, .. })));
    let Step::Say(offers) = session.step() else { panic!() };
    assert!(!offers.to_wire().contains("STARTTLS"));
}

proptest! {
    /// Whatever is sent, in whatever pieces: no panic, no mail for anybody nobody vouched for, no larger than allowed.
    #[test]
    fn a_conversation_never_breaks_and_never_takes_a_strangers_mail(
        words in proptest::collection::vec(prop_oneof![
            Just("EHLO a\r\n".to_owned()), Just("HELO b\r\n".to_owned()), Just("MAIL FROM:<a@b.example>\r\n".to_owned()),
            Just("MAIL FROM:<> SIZE=10\r\n".to_owned()), Just("RCPT TO:<help@desk.example>\r\n".to_owned()),
            Just("RCPT TO:<x@else.example>\r\n".to_owned()), Just("DATA\r\n".to_owned()), Just(".\r\n".to_owned()),
            Just("\r\n.\r\n".to_owned()), Just("\n.\n".to_owned()), Just("BDAT 4\r\n".to_owned()), Just("BDAT 0 LAST\r\n".to_owned()),
            Just("BDAT 99999999999999999999 LAST\r\n".to_owned()), Just("RSET\r\n".to_owned()), Just("STARTTLS\r\n".to_owned()),
            "[ -~\\x00\\r\\n<>@é]{0,40}", "(MAIL FROM:|RCPT TO:|BDAT |AUTH |EHLO )[ -~\\r\\né]{0,30}\r\n",
        ], 0..40),
        piece in 1usize..70,
    ) {
        let bytes = words.concat().into_bytes();
        let pieces: Vec<&[u8]> = bytes.chunks(piece).collect();
        let (_, mails, _) = play(200, &pieces);
        for mail in mails {
            prop_assert!(mail.raw.len() <= 200);
            prop_assert!(!mail.recipients.is_empty() && mail.recipients.iter().all(|to| to.as_str() == "help@desk.example"));
        }
    }

    #[test]
    fn pieces_make_no_difference(cut in 1usize..120) {
        let all = format!("{BEGIN}DATA\r\na\r\n..b\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<help@desk.example>\r\nBDAT 3 LAST\r\nabcQUIT\r\n");
        let pieces: Vec<&[u8]> = all.as_bytes().chunks(cut).collect();
        prop_assert_eq!(play(1_000, &pieces), play(1_000, &[all.as_bytes()]));
    }
}
