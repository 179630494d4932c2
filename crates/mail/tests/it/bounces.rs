//! Reports about our own mail: what came back, and why.

use mail::{Kind, read};

use crate::mail_of;

const NDR_HEAD: &str =
    "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>
To: help@desk.example
Subject: Undeliverable: Re: Your order
Message-ID: <ndr@contoso.example>
In-Reply-To: <ours@desk.example>
References: <first@example.com> <ours@desk.example>
X-MS-Exchange-Message-Is-Ndr:
Content-Type: multipart/report; report-type=delivery-status; boundary=r";

fn report(returned: &str) -> String {
    format!(
        "--r\nContent-Type: text/html\n\n<p>Your message could not be delivered.</p>\n--r\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns;mail.example\n\nFinal-Recipient: rfc822;gone@example.com\nAction: failed\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound;\n not found\n{returned}--r--\n"
    )
}

#[test]
fn a_report_with_the_returned_mail_names_it_first() {
    let returned = "--r\nContent-Type: message/rfc822\n\nMessage-ID: <ours@desk.example>\nSubject: Re: Your order\n\nhello\n";
    let letter = read(&mail_of(NDR_HEAD, &report(returned)));
    assert_eq!(letter.kind, Kind::Bounce);
    assert_eq!(letter.bounced[0].as_str(), "ours@desk.example");
    assert!(
        letter.bounced.iter().all(|id| id.as_str() != "ndr@contoso.example"),
        "a report is not about itself"
    );
    assert_eq!(letter.bounce_reason.as_deref(), Some("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"));
    assert_eq!(letter.text, "Your message could not be delivered.");
}

#[test]
fn a_report_with_the_header_only_names_the_mail_too() {
    let returned = "--r\nContent-Type: text/rfc822-headers\n\nMessage-ID: <ours@desk.example>\nSubject: x\n";
    let head = NDR_HEAD
        .replace("In-Reply-To: <ours@desk.example>\n", "")
        .replace("References: <first@example.com> <ours@desk.example>\n", "");
    let letter = read(&mail_of(&head, &report(returned)));
    assert_eq!(letter.bounced.iter().map(mail::MessageId::as_str).collect::<Vec<_>>(), ["ours@desk.example"]);
}

#[test]
fn a_report_that_returns_nothing_is_traced_by_its_thread() {
    let letter = read(&mail_of(NDR_HEAD, &report("")));
    assert_eq!(letter.bounced[0].as_str(), "ours@desk.example");
}

#[test]
fn reports_that_are_no_failure_are_no_bounce() {
    for (action, kind) in [
        ("failed", Kind::Bounce),
        ("delivered", Kind::Receipt),
        ("relayed", Kind::Receipt),
        ("delayed", Kind::Automatic),
    ] {
        let head = "From: mailer-daemon@mail.example\nSubject: Report\nContent-Type: multipart/report; report-type=delivery-status; boundary=r";
        let body = format!(
            "--r\n\nreport\n--r\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nAction: {action}\nStatus: 2.0.0\n--r--\n"
        );
        assert_eq!(read(&mail_of(head, &body)).kind, kind, "{action}");
    }
}

#[test]
fn a_read_receipt_is_a_receipt() {
    let head = "From: kim@example.com\nSubject: Read: hello\nContent-Type: multipart/report; report-type=disposition-notification; boundary=r";
    let body = "--r\n\nread\n--r\nContent-Type: message/disposition-notification\n\nDisposition: manual-action/MDN-sent-manually; displayed\n--r--\n";
    assert_eq!(read(&mail_of(head, body)).kind, Kind::Receipt);
}

#[test]
fn plain_text_reports_of_other_servers_are_bounces_by_sender_and_subject_together() {
    let body = "This is the mail system.\n\n<gone@example.com>: host mx.example said: 550 5.1.1 User unknown\n\n\
                --- Below this line is a copy of the message.\n\nMessage-ID: <ours@desk.example>\nSubject: x\n";
    for (from, subject, kind) in [
        ("MAILER-DAEMON@mail.example", "Undelivered Mail Returned to Sender", Kind::Bounce),
        ("postmaster@mail.example", "Delivery Status Notification (Failure)", Kind::Bounce),
        ("mailer-daemon@example.co.jp", "配信不能通知", Kind::Bounce),
        ("kim@example.com", "Undelivered Mail Returned to Sender", Kind::Ordinary),
        ("postmaster@mail.example", "Your quota", Kind::Automatic),
    ] {
        let letter = read(&mail_of(
            &format!("From: {from}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8"),
            body,
        ));
        assert_eq!(letter.kind, kind, "{from} {subject}");
        if kind == Kind::Bounce {
            assert_eq!(letter.bounced[0].as_str(), "ours@desk.example");
            assert!(letter.bounce_reason.unwrap().contains("550 5.1.1 User unknown"));
        } else {
            assert!(letter.bounced.is_empty() && letter.bounce_reason.is_none());
        }
    }
}
