//! Made-up content: long subjects, long names, every status, every outcome.

use desk::decide::{Cause, Conflict, Doubt, OutcomeKind, Passed, Signal};
use desk::flood::Window;
use desk::ticket::{CommentMail, Via};
use desk::{
    AddressId, AttachmentId, BrandId, Comment, CommentId, ConnectionId, ImportId, LedgerId, OutboxId, Person,
    PersonId, Priority, Role, Status, SuspendedId, Ticket, TicketId,
};
use engine::{AddressView, CommentView, ForwardingView, ImportView, MailSource, PreviewView, WayOutView};
use jiff::{SignedDuration, Timestamp};
use mail::{Address, Danger, Finding, Mailbox, MessageId};
use store::{
    Account, Audit, AuditEvent, BlobId, Connection, ConnectionState, Example, ExchangeAccount, Forecast,
    Foreseen, ImportRun, Kind, LedgerRow, LeftOver, Mode, Move, NewAttachment, NewOutbox, NewSuspended,
    OutboxRow, Preview, PreviewOf, Proof, Purpose, SeenBy, StateCause, Step, StoredAttachment,
    SupportAddress, Suspended, TicketRow, Undone, Urgency, Wanted,
};

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(super) fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

pub(super) fn person(id: i64, name: &str, email: &str, role: Role) -> Person {
    Person { id: PersonId(id), name: name.to_owned(), email: address(email), role, language: None }
}

pub(super) fn mailbox(name: &str, email: &str) -> Mailbox {
    Mailbox { name: name.to_owned(), address: address(email) }
}

pub(super) const LONG: &str = "【至急】2026年度下半期 業務システム利用料のご請求書（再送）および支払期日変更のお願いについて／Re: Re: Fw: Invoice for the second half of the fiscal year";

pub(super) fn ticket(id: i64, subject: &str) -> Ticket {
    Ticket {
        id: TicketId(id),
        brand: BrandId(1),
        address: Some(AddressId(1)),
        subject: subject.to_owned(),
        status: Status::Open,
        priority: Some(Priority::High),
        requester: PersonId(9),
        assignee: Some(PersonId(1)),
        group: None,
        ccs: vec![],
        tags: vec!["invoice".to_owned(), "至急".to_owned()],
        follows: Some(TicketId(12)),
        merged_into: None,
        via: Via::Email,
        is_public: true,
        created_at: ago(3 * 1440),
        updated_at: ago(12),
    }
}

pub(super) fn rows() -> Vec<TicketRow> {
    let subjects = [
        LONG,
        "Where is my order 4711?",
        "",
        "返品について",
        "Password reset does not arrive — third attempt, please help urgently",
        "見積書のお願い",
        "Out of paper",
    ];
    let names =
        ["山田 太郎", "Grace Hopper", "株式会社ハルカゼ商事 カスタマーサクセス部 鈴木", "x@y.example"];
    (0..21)
        .map(|i: usize| TicketRow {
            ticket: Ticket {
                status: Status::ALL[i % 6],
                updated_at: ago(i64::try_from(i * i * 100).unwrap()),
                ..ticket(1042 - i64::try_from(i).unwrap(), subjects[i % subjects.len()])
            },
            requester_name: names[i % names.len()].to_owned(),
            requester_address: "x@y.example".to_owned(),
            assignee_name: i.is_multiple_of(3).then(|| "佐藤 あかり".to_owned()),
        })
        .collect()
}

fn event() -> mail::Invitation {
    mail::Invitation {
        kind: mail::InvitationKind::Invited,
        title: "下半期の請求についての打ち合わせ".to_owned(),
        starts: Some(mail::Moment::At(ago(-1440))),
        ends: Some(mail::Moment::At(ago(-1500))),
        place: Some("Microsoft Teams".to_owned()),
        organizer: Some(mailbox("山田 太郎", "taro.yamada@customer.example")),
        repeats: true,
    }
}

pub(super) fn comments() -> Vec<CommentView> {
    let base = Comment {
        id: CommentId(1),
        ticket: TicketId(42),
        author: PersonId(9),
        public: true,
        text: "お世話になっております。\n先日お送りいただいた請求書について、金額が異なるようです。\nご確認をお願いいたします。\n\nhttps://example.com/invoice/42".to_owned(),
        full_text: None,
        has_html: false,
        via: Via::Email,
        automatic: false,
        mail: Some(CommentMail {
            from: Some(mailbox("山田 太郎", "taro.yamada@customer.example")),
            to: vec![mailbox("Contoso Support", "support@contoso.example")],
            cc: vec![mailbox("", "grace@customer.example")],
            subject: LONG.to_owned(),
            signals: vec![],
            conflicts: vec![],
            spoof: true,
            doubt: Some(Doubt::StaffInReplyTo),
            reply_to: Some(mailbox("佐藤 あかり", "akari.sato@example.jp")),
            invitation: None,
            protection: None,
        }),
        created_at: ago(3 * 1440),
    };
    let customer = person(9, "山田 太郎", "taro.yamada@customer.example", Role::EndUser);
    let agent = person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner);
    let answer = Comment {
        id: CommentId(2),
        author: PersonId(1),
        text: "ご連絡ありがとうございます。確認のうえ、本日中に改めてご連絡いたします。".to_owned(),
        via: Via::Web,
        mail: None,
        ..base.clone()
    };
    let reply = Comment {
        id: CommentId(4),
        text: "Thank you, that solves it.".to_owned(),
        full_text: Some("Thank you, that solves it.\n\n> On Monday Akari wrote:\n> ...".to_owned()),
        mail: base.mail.clone().map(|mail| CommentMail {
            signals: vec![
                Signal::InReplyTo { id: MessageId::parse("<abc@contoso.example>").unwrap() },
                Signal::Token { ticket: TicketId(42) },
                Signal::SharedId {
                    id: MessageId::parse("<20261127.0001.always-the-same@mailer.shop.example>").unwrap(),
                    ticket: TicketId(1017),
                },
            ],
            conflicts: vec![
                Conflict {
                    signal: Signal::References { id: MessageId::parse("<older@contoso.example>").unwrap() },
                    ticket: TicketId(12),
                    why: Passed::Weaker,
                },
                Conflict {
                    signal: Signal::Awaited {
                        id: MessageId::parse("<reply@customer.example>").unwrap(),
                        comment: CommentId(77),
                    },
                    ticket: TicketId(40),
                    why: Passed::NoPart,
                },
            ],
            spoof: false,
            doubt: None,
            reply_to: None,
            ..mail
        }),
        ..base.clone()
    };
    let steps = [
        (Step::Sent, None, None),
        (Step::Queued, Some("MailboxConcurrency"), None),
        (Step::Failed, Some("ErrorInvalidRecipients"), None),
        (
            Step::Sent,
            None,
            Some(
                "taro.yamada@customer.example: 550 5.1.1 user unknown\ngrace@customer.example: 552 5.2.2 mailbox full",
            ),
        ),
    ];
    vec![
        CommentView {
            comment: base.clone(),
            author: customer.clone(),
            files: vec![
                file(1, "請求書_2026年11月.pdf", 182_000),
                file(2, "screenshot.png", 2_400_000),
                file(3, "【至急】ご請求書（再送）_株式会社ポストデスク御中_2026年11月分.pdf.exe", 912_000),
                locked(file(4, "見積書一式.zip", 1_204_000)),
                file(5, "集計.xlsm", 64_000),
            ],
            mails: vec![],
        },
        CommentView {
            comment: answer.clone(),
            author: agent.clone(),
            files: vec![],
            mails: steps.map(outbox).into(),
        },
        CommentView {
            comment: Comment {
                id: CommentId(3),
                public: false,
                text: "経理に確認中。金額は税抜の表示。".to_owned(),
                ..answer
            },
            author: agent,
            files: vec![],
            mails: vec![],
        },
        CommentView { comment: reply.clone(), author: customer.clone(), files: vec![], mails: vec![] },
        CommentView {
            comment: Comment {
                id: CommentId(5),
                automatic: true,
                full_text: None,
                text: "I am out of office until Monday.".to_owned(),
                mail: reply.mail.clone().map(|mail| CommentMail {
                    invitation: Some(event()),
                    protection: Some(mail::Protection::SmimeEncrypted),
                    ..mail
                }),
                ..reply.clone()
            },
            author: customer.clone(),
            files: vec![],
            mails: vec![],
        },
        CommentView {
            comment: Comment { id: CommentId(6), has_html: true, full_text: None, ..reply },
            author: customer,
            files: vec![],
            mails: vec![],
        },
    ]
}

pub(super) fn file(id: i64, name: &str, size: u64) -> StoredAttachment {
    let file = NewAttachment {
        name: name.to_owned(),
        content_type: "application/pdf".to_owned(),
        content_id: None,
        inline: false,
        size,
        blob: BlobId("00".to_owned()),
        finding: Some(mail::inspect::by_name(name)),
    };
    StoredAttachment { id: AttachmentId(id), comment: CommentId(1), ticket: TicketId(42), file }
}

fn locked(mut file: StoredAttachment) -> StoredAttachment {
    file.file.finding =
        Some(Finding { dangers: vec![Danger::Container, Danger::Locked], ..Finding::default() });
    file
}

pub(super) fn source() -> MailSource {
    let raw = "Received: from TYAP286MB0001.JPNP286.PROD.OUTLOOK.COM (2603:1096:404:1::5) by\r\n OS3P286MB0002.JPNP286.PROD.OUTLOOK.COM with HTTPS;\r\n Fri, 27 Nov 2026 01:20:07 +0000\r\n\
        Received: from mx.customer.example ([192.0.2.25]) by TYAP286MB0001.JPNP286.PROD.OUTLOOK.COM with ESMTPS id abc;\r\n Fri, 27 Nov 2026 01:20:03 +0000\r\n\
        Received: from PC-YAMADA ([198.51.100.7]) by mx.customer.example with ESMTPSA id def; Fri, 27 Nov 2026 10:01:00 +0900\r\n\
        From: =?ISO-2022-JP?B?GyRCOzNFRBsoQiAbJEJCQE86GyhC?= <taro.yamada@customer.example>\r\nTo: support@contoso.example\r\n\
        Subject: =?ISO-2022-JP?B?GyRCQEE1YT1xJE43bxsoQg==?=\r\nMessage-ID: <20261127010203.4567@customer.example>\r\n\
        Authentication-Results: spf=pass (sender IP is 192.0.2.25) smtp.mailfrom=customer.example; dkim=pass (signature was verified) header.d=customer.example; dmarc=pass action=none header.from=customer.example; compauth=pass reason=100\r\n\
        Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\u{1b}$B$3$s$K$A$O!#\u{1b}(B\r\n";
    let letter = mail::read(raw.as_bytes());
    MailSource {
        comment: CommentId(1),
        ticket: TicketId(42),
        subject: letter.subject,
        headers: letter.headers,
        hops: mail::hops(raw.as_bytes()),
        text: raw.to_owned(),
        cut: true,
        size: 482_000,
        json: false,
    }
}

pub(super) fn outbox((step, last_error, bounce): (Step, Option<&str>, Option<&str>)) -> OutboxRow {
    let mail = NewOutbox {
        connection: ConnectionId(1),
        address: Some(AddressId(1)),
        purpose: Purpose::Ticket,
        ticket: Some(TicketId(42)),
        comment: Some(CommentId(2)),
        trigger: None,
        urgency: Urgency::Answer,
        to: vec![mailbox("山田 太郎", "taro.yamada@customer.example")],
        cc: vec![],
        subject: String::new(),
        text: String::new(),
        html: String::new(),
        message_id: MessageId::parse("<m@contoso.example>").unwrap(),
        in_reply_to: None,
        references: vec![],
        mark: String::new(),
        attachments: vec![],
    };
    OutboxRow {
        id: OutboxId(1),
        mail,
        step,
        draft: None,
        sent_message_id: None,
        files_up: 0,
        attempts: 1,
        sending_at: None,
        due_at: ago(0),
        created_at: ago(5),
        sent_at: (step == Step::Sent).then(|| ago(4)),
        last_error: last_error.map(str::to_owned),
        bounce: bounce.map(str::to_owned),
        answers: vec![],
    }
}

pub(super) fn audits() -> Vec<Audit> {
    let change = |field: &str, previous: Option<&str>, value: &str| AuditEvent::Change {
        field: field.to_owned(),
        previous: previous.map(str::to_owned),
        value: Some(value.to_owned()),
    };
    [
        AuditEvent::Created,
        change("assignee_id", None, "1"),
        change("status", Some("new"), "open"),
        change("priority", None, "high"),
        AuditEvent::DeliveryFailure { comment: None, reason: "550".to_owned() },
        AuditEvent::LoopStopped { window: Window::Ticket },
        AuditEvent::MergedFrom { ticket: TicketId(41) },
        AuditEvent::SplitOff { comment: CommentId(3), ticket: TicketId(43) },
    ]
    .into_iter()
    .map(|event| Audit { author: Some(PersonId(1)), at: ago(30), event })
    .collect()
}

pub(super) fn suspended() -> Vec<Suspended> {
    let causes = Cause::ALL.iter().zip(1..);
    causes
        .map(|(&cause, id)| Suspended {
            id: SuspendedId(id),
            created_at: ago(id * 300),
            what: NewSuspended {
                ledger: LedgerId(id),
                cause,
                author: "Newsletter <news@shop.example>".to_owned(),
                author_address: "news@shop.example".to_owned(),
                subject: LONG.to_owned(),
                excerpt: "ただいま休暇をいただいております。11月24日以降に順次ご返信いたします。お急ぎの場合は代表番号までお電話ください。".to_owned(),
            },
        })
        .collect()
}

pub(super) fn support(id: i64, at: &str, state: ConnectionState, is_default: bool) -> SupportAddress {
    let cause = (!state.works()).then(|| StateCause {
        code: "invalid_grant".to_owned(),
        aadsts: Some(50173),
        message: "AADSTS50173: The provided grant has expired due to it being revoked.".to_owned(),
        request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
        missing_scopes: vec![],
        no_mailbox: None,
    });
    SupportAddress {
        id: AddressId(id),
        address: address(at),
        name: "Contoso サポート".to_owned(),
        brand: BrandId(1),
        brand_name: "Contoso".to_owned(),
        is_default,
        connection: Connection {
            id: ConnectionId(id),
            kind: Kind::Exchange,
            account: Some(ExchangeAccount {
                mode: Mode::Delegated,
                tenant: "11111111-2222-4333-8444-555555555555".to_owned(),
                account_id: "a".to_owned(),
                account_name: at.to_owned(),
                mailbox: None,
                scopes: "openid offline_access email User.Read Mail.Send Mail.ReadWrite".to_owned(),
                refreshed_at: Some(ago(60)),
            }),
            state,
            state_since: ago(130),
            cause,
            connected_at: ago(9000),
            last_read_at: (id != 3).then(|| ago(1)),
            last_sent_at: None,
            next_read_at: ago(0),
            proved_at: (id == 1).then(|| ago(20)),
            catching_up_since: None,
            proof: Proof::Idle,
            moving: None,
            last_forwarded_at: None,
            forwarded_until: None,
        },
    }
}

pub(super) fn import(found: Option<u32>, done: u32) -> ImportRun {
    ImportRun {
        id: ImportId(1),
        connection: ConnectionId(1),
        wanted: Wanted::Newest(300),
        found,
        done,
        created_at: ago(1),
        finished_at: None,
        paused_at: None,
        undone: Undone::No,
    }
}

pub(super) fn addresses() -> Vec<AddressView> {
    let view = |address, import| AddressView { address, waiting_in: 0, waiting_out: 0, import };
    vec![
        view(support(1, "support@contoso.example", ConnectionState::Verified, true), None),
        AddressView {
            waiting_out: 4,
            ..view(support(2, "billing@contoso.example", ConnectionState::NeedsSignIn, false), None)
        },
        view(
            support(
                3,
                "okyakusama-center-very-long-local-part@contoso.example",
                ConnectionState::Verified,
                false,
            ),
            Some(import(Some(300), 137)),
        ),
        view(support(4, "desk@contoso.jp", ConnectionState::Delayed, false), Some(import(None, 0))),
    ]
}

pub(super) fn account() -> Account {
    Account {
        seen: 1234,
        journaled: 1229,
        waiting: 3,
        by_outcome: OutcomeKind::ALL.iter().zip(100..).map(|(&kind, n)| (kind, n)).collect(),
        unacknowledged: 5,
    }
}

pub(super) fn log_rows() -> Vec<LedgerRow> {
    let outcomes = [None].into_iter().chain(OutcomeKind::ALL.iter().copied().map(Some));
    outcomes
        .zip(1..)
        .map(|(outcome, id)| LedgerRow {
            id: LedgerId(id),
            connection: Some(ConnectionId(1)),
            address: "support@contoso.example".to_owned(),
            item: "i".to_owned(),
            seen_by: SeenBy::Delta,
            seen_at: ago(id * 200),
            received_at: Some(ago(id * 200)),
            blob: Some(BlobId("00".to_owned())),
            form: None,
            outcome,
            taken_again: (outcome == Some(OutcomeKind::OwnMail)).then_some(LedgerId(3)),
            reason: outcome.map(|kind| {
                let duplicate = kind == OutcomeKind::Duplicate;
                if duplicate { "message-id seen before, changed on the way" } else { "auto_vacation" }
                    .to_owned()
            }),
            ticket: (id % 2 == 0).then_some(TicketId(id)),
            comment: None,
            sender: "山田 太郎 <taro.yamada@customer.example>".to_owned(),
            subject: if id == 3 { String::new() } else { LONG.to_owned() },
            author: None,
            later: None,
            attempts: 2,
            last_error: Some("ErrorMimeContentConversionFailed".to_owned()),
            acknowledged_at: None,
        })
        .collect()
}

pub(super) fn ways(way: &str) -> crate::pages::connect::Ways {
    serde_json::from_value(serde_json::json!({ "way": way })).unwrap()
}

pub(super) fn caught_up() -> Vec<engine::CaughtUpView> {
    let address = "support@contoso.example".to_owned();
    vec![engine::CaughtUpView {
        address,
        at: "2026-11-23T05:00:00Z".parse().unwrap(),
        came_in: 12,
        went_out: 1,
    }]
}

pub(super) fn registration(source: engine::RegistrationSource) -> engine::RegistrationView {
    use engine::{CertificateView, CredentialKind, DraftView, RegistrationSource, RegistrationView};
    let certificate = CertificateView {
        thumbprint: "A1B2C3D4E5F60718293A4B5C6D7E8F9012345678".to_owned(),
        expires_at: "2028-11-23T00:00:00Z".parse().unwrap(),
    };
    let view = RegistrationView {
        source,
        cloud: "global".to_owned(),
        redirect_uris: vec![
            "https://desk.contoso.example/admin/connect/return".to_owned(),
            "https://desk.contoso.example/consent/return".to_owned(),
        ],
        ..RegistrationView::default()
    };
    match source {
        RegistrationSource::Nothing => RegistrationView {
            draft: Some(DraftView { kind: CredentialKind::Certificate, certificate: Some(certificate) }),
            ..view
        },
        _ => RegistrationView {
            client_id: "11111111-2222-4333-8444-555555555555".to_owned(),
            tenant: "contoso.onmicrosoft.example".to_owned(),
            expires_on: Some("2027-11-30".parse().unwrap()),
            expires_at: Some("2027-11-30T00:00:00Z".parse().unwrap()),
            proved: true,
            saved_at: Some("2026-11-23T05:00:00Z".parse().unwrap()),
            ..view
        },
    }
}

pub(super) fn approval(answer: Option<Option<String>>) -> engine::ConsentView {
    engine::ConsentView {
        url: "https://desk.contoso.example/consent/5f0c6d1e8a7b4c3d9e2f1a0b5c6d7e8f9a0b1c2d3e4f5a6b"
            .to_owned(),
        choice: engine::ConnectChoice { brand: desk::BrandId(1), import: Some(store::Wanted::Newest(300)) },
        way: engine::Way::Shared { mailbox: "sales@contoso.example".to_owned() },
        expires_at: "2026-12-23T05:00:00Z".parse().unwrap(),
        answer: answer.map(|error| store::ConsentAnswer {
            at: "2026-11-23T06:30:00Z".parse().unwrap(),
            tenant: Some("aaaabbbb-0000-cccc-1111-dddd2222eeee".to_owned()),
            error,
        }),
    }
}

pub(super) fn invitation() -> engine::ConsentInvitation {
    engine::ConsentInvitation {
        asked_by: "佐藤 あかり".to_owned(),
        asked_by_address: "akari.sato@contoso.example".to_owned(),
        way: engine::Way::AppOnly {
            mailbox: "sales@contoso.example".to_owned(),
            tenant: "contoso.example".to_owned(),
        },
        permissions: vec![
            "Mail.ReadWrite".to_owned(),
            "Mail.Send".to_owned(),
            "User.ReadBasic.All".to_owned(),
        ],
        url: "#".to_owned(),
    }
}

pub(super) fn missing_rights() -> engine::Error {
    engine::Error::MissingRights(engine::MissingRights {
        mailbox: "sales@contoso.example".to_owned(),
        person: Some("akari.sato@contoso.example".to_owned()),
        rights: vec![engine::Right::FullAccess, engine::Right::SendAs],
        commands: vec![
            "Add-MailboxPermission -Identity 'sales@contoso.example' -User 'akari.sato@contoso.example' -AccessRights FullAccess -InheritanceType All -AutoMapping $false".to_owned(),
            "Add-RecipientPermission -Identity 'sales@contoso.example' -Trustee 'akari.sato@contoso.example' -AccessRights SendAs -Confirm:$false".to_owned(),
        ],
    })
}

/// A forwarding address: not verified yet, verified, on its way to the connector, or (of the connector) on its way back.
pub(super) fn forwarding(sample: usize) -> ForwardingView {
    let state = if sample == 0 { ConnectionState::Unproved } else { ConnectionState::Verified };
    let mut address = support(1, "support@contoso.example", state, false);
    let connection = &mut address.connection;
    connection.cause = None;
    if sample < 3 {
        (connection.kind, connection.account) = (Kind::Forwarding, None);
    }
    connection.proved_at = (sample == 1 || sample == 2).then(|| ago(20));
    connection.last_forwarded_at = (sample > 0).then(|| ago(3));
    connection.proof = if sample == 0 { Proof::NotReturned { sent_at: ago(12) } } else { Proof::Idle };
    let to = if sample == 2 { Kind::Exchange } else { Kind::Forwarding };
    connection.moving =
        (sample > 1).then(|| Move { to, since: ago(9), proved_at: (sample == 3).then(|| ago(2)) });
    ForwardingView {
        address,
        door: Some(("desk.contoso.example".to_owned(), if sample == 0 { 2525 } else { 25 })),
        way_out: true,
        came: 37 * sample as u64,
        left_over: LeftOver { unread: 2, unconfirmed: 0 },
        read_after_proof: false,
    }
}

/// The desk's own way out, working or not.
pub(super) fn way_out(works: bool) -> WayOutView {
    let mut connection = support(1, "x@contoso.example", ConnectionState::Delayed, false).connection;
    connection.kind = Kind::System;
    connection.state = if works { ConnectionState::Verified } else { ConnectionState::Delayed };
    connection.cause = (!works).then(|| StateCause {
        code: "smtp_unreachable".to_owned(),
        message: "Connection refused (os error 111)".to_owned(),
        ..StateCause::default()
    });
    let trouble = Some("mail_server_refused: ada@contoso.example: 550 5.7.1 relaying denied");
    WayOutView {
        connection: Some(connection),
        server: Some("relay.contoso.example:587".to_owned()),
        from: Some(Mailbox { name: "Postdesk".to_owned(), address: address("desk@contoso.example") }),
        door: works.then(|| ("desk.contoso.example".to_owned(), 25)),
        tests: vec![outbox((Step::Sent, None, None)), outbox((Step::Failed, trouble, None))],
    }
}

pub(super) fn preview(running: bool) -> PreviewView {
    let mut forecast = Forecast::default();
    let kinds = [
        (Foreseen::NewTicket, "new_ticket", 23),
        (Foreseen::Reply, "end_user_reply", 9),
        (Foreseen::Known, "known", 3),
        (Foreseen::Automatic, "auto_mailer", 6),
        (Foreseen::Unreadable, "no_mime", 1),
    ];
    for (kind, reason, count) in kinds {
        for n in 0..count {
            let subject = if n % 3 == 1 { LONG } else { "お問い合わせ" };
            forecast.add(
                &Example {
                    kind,
                    reason: reason.to_owned(),
                    sender: "山田 太郎 <taro.yamada@customer.example>".to_owned(),
                    subject: subject.to_owned(),
                    received_at: Some(ago(60 * n)),
                },
                20,
            );
        }
    }
    PreviewView {
        preview: Preview {
            id: desk::PreviewId(1),
            of: PreviewOf::Connection(ConnectionId(1)),
            wanted: Wanted::Between { since: ago(60 * 24 * 90), until: ago(0) },
            found: Some(60),
            looked_at: if running { 42 } else { 60 },
            forecast,
            error: None,
            created_at: ago(1),
            finished_at: (!running).then(|| ago(0)),
        },
        mailbox: "support@contoso.example".to_owned(),
        address: Some(AddressId(1)),
    }
}

pub(super) fn import_view(run: ImportRun, may_undo: bool) -> ImportView {
    ImportView {
        run,
        address: Some(support(1, "support@contoso.example", ConnectionState::Verified, true)),
        outcomes: vec![(OutcomeKind::NewTicket, 98), (OutcomeKind::Reply, 31), (OutcomeKind::Suspended, 8)],
        may_undo,
    }
}

pub(super) fn suspended_causes() -> Vec<(Cause, u64)> {
    Cause::ALL.iter().copied().zip(1..).collect()
}

pub(super) fn suspended_preview() -> engine::SuspendedPreview {
    let raw = "From: =?utf-8?B?5bGx55Sw?= <news@shop.example>\r\nTo: <support@contoso.example>\r\nSubject: News\r\nAuto-Submitted: auto-generated\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nこんにちは。\r\nお知らせです。\r\n";
    let letter = mail::read(raw.as_bytes());
    let requester = desk::decide::Author::New(letter.from.clone().unwrap());
    let comment =
        desk::decide::CommentPlan { author: requester.clone(), public: true, automatic: true, spoof: None };
    engine::SuspendedPreview {
        suspended: suspended().remove(0),
        row: log_rows().remove(0),
        files: vec![engine::SuspendedFile {
            number: 0,
            name: "お知らせ.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            size: 123_456,
            inline: false,
        }],
        brand: desk::BrandId(1),
        becomes: desk::Decision {
            outcome: desk::Outcome::NewTicket(desk::decide::TicketPlan {
                requester,
                subject: LONG.to_owned(),
                comment,
                ccs: vec![],
                tags: vec![],
            }),
            reason: "recovered".to_owned(),
            signals: vec![],
            conflicts: vec![],
            joins: vec![],
            flood: desk::flood::Verdict::Calm,
            by_agent: None,
        },
        letter,
        author: None,
    }
}

pub(super) fn read_again() -> engine::ReadAgain {
    let difference = |field, before: &str, now: &str| engine::Difference {
        field,
        before: before.to_owned(),
        now: now.to_owned(),
    };
    engine::ReadAgain {
        row: log_rows().remove(0),
        differences: vec![
            difference(engine::Field::Text, "????\n????", "こんにちは。\n山田です。"),
            difference(engine::Field::Files, "noname (application/pdf)", "請求書.pdf (application/pdf)"),
        ],
        fixed: None,
    }
}
