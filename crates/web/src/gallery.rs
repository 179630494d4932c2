//! Every page with made-up content, in every language: that they render at all, and, with `POSTDESK_GALLERY` naming a
//! folder, as files to look at.

#![expect(clippy::unwrap_used, reason = "tests")]

use askama::Template;
use desk::decide::{Cause, OutcomeKind, Signal};
use desk::ticket::{CommentMail, Via};
use desk::{
    AddressId, AttachmentId, BrandId, Comment, CommentId, ConnectionId, ImportId, Language, LedgerId, OutboxId, Person,
    PersonId, Priority, Role, SignInId, Status, SuspendedId, Ticket, TicketId,
};
use engine::{AddressView, CommentView, Pending, TicketView};
use jiff::{SignedDuration, Timestamp};
use mail::html::Clean;
use mail::{Address, Mailbox, MessageId};
use store::{
    Account, Audit, AuditEvent, BlobId, Brand, Connection, ConnectionState, ImportRun, LedgerRow, NewAttachment, NewOutbox,
    NewSuspended, OutboxRow, SeenBy, StateCause, Step, StoredAttachment, SupportAddress, Suspended, TicketRow, Urgency,
    UsedBy,
};

use crate::app::SandboxHint;
use crate::explain::{self, Explained};
use crate::failure::FailurePage;
use crate::language::texts;
use crate::page::Page;
use crate::pages::addresses::{DeletePage, DetailsPage, ListPage};
use crate::pages::admin::{EmailPage, HomePage};
use crate::pages::comments::BodyPage;
use crate::pages::connect::{ChoosePage, ConfirmPage, DeparturePage, FormPage};
use crate::pages::mail_log::LogPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::suspended::SuspendedPage;
use crate::pages::ticket::{Draft, TicketPage};
use crate::pages::tickets::{Sidebar, TicketsPage, View, ViewLink};
use crate::reader::Reader;
use crate::wording;
use crate::zone::Zone;

/// A page of the gallery.
struct Shown {
    name: String,
    html: String,
}

struct Sample {
    language: Language,
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_mins(minutes)
}

fn person(id: i64, name: &str, email: &str, role: Role) -> Person {
    Person { id: PersonId(id), name: name.to_owned(), email: address(email), role, language: None }
}

fn mailbox(name: &str, email: &str) -> Mailbox {
    Mailbox { name: name.to_owned(), address: address(email) }
}

const LONG: &str = "【至急】2026年度下半期 業務システム利用料のご請求書（再送）および支払期日変更のお願いについて／Re: Re: Fw: Invoice for the second half of the fiscal year";

impl Sample {
    fn reader(&self, here: &str) -> Reader {
        Reader {
            person: Some(person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner)),
            language: self.language,
            zone: Zone::from_cookie(Some("Asia/Tokyo")),
            here: here.to_owned(),
            by_script: false,
        }
    }

    fn page(&self, here: &str) -> Page {
        Page::of(&self.reader(here))
    }

    fn sidebar(&self, current: Option<View>) -> Sidebar {
        let t = texts(self.language);
        let views = View::ALL.map(|view| ViewLink {
            word: view.as_str(),
            name: view.name(t),
            count: 7 * (view.as_str().len() as u64),
            current: current == Some(view),
        });
        Sidebar { views: views.into(), suspended: current.is_none(), search: String::new() }
    }

    fn tickets(&self, rows: Vec<TicketRow>, view: View) -> TicketsPage {
        let page = self.page(&format!("/tickets?view={}", view.as_str()));
        let title = view.name(page.t);
        let older = (rows.len() > 3).then(|| "/tickets?after=1.1".to_owned());
        TicketsPage { page, sidebar: self.sidebar(Some(view)), title, searching: false, view, rows, older, paged: false }
    }

    fn ticket(&self, status: Status, broken: bool) -> TicketPage {
        let state = if broken { ConnectionState::NeedsSignIn } else { ConnectionState::Verified };
        let view = TicketView {
            ticket: Ticket { status, ..ticket(42, LONG) },
            requester: person(9, "山田 太郎", "taro.yamada@customer.example", Role::EndUser),
            ccs: vec![person(10, "Grace Hopper", "grace@customer.example", Role::EndUser)],
            address: Some(support(1, "support@contoso.example", state, true)),
            comments: comments(),
            audits: audits(),
            staff: vec![person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner), person(2, "Ben Agent", "ben@example.jp", Role::Agent)],
        };
        TicketPage {
            page: self.page("/tickets/42"),
            sidebar: self.sidebar(Some(View::Mine)),
            view,
            draft: Draft::default(),
            form_key: "0123".to_owned(),
            me: PersonId(1),
        }
    }

    fn address_list(&self, views: Vec<AddressView>) -> ListPage {
        let broken = views.iter().filter(|v| !v.address.connection.state.works()).cloned().collect();
        let brands = if views.is_empty() { vec![] } else { vec![("Contoso".to_owned(), views)] };
        ListPage {
            page: self.page("/admin/channels/email/addresses"),
            brands,
            broken,
            default: Some("support@contoso.example".to_owned()),
            connected: true,
        }
    }

    fn details(&self, state: ConnectionState) -> DetailsPage {
        let page = self.page("/admin/channels/email/addresses/1");
        let address = support(1, "support@contoso.example", state, true);
        let (cause, next) = wording::state_help(page.t, state, address.connection.cause.as_ref());
        let view = AddressView { address, waiting_in: 2, waiting_out: 1, import: Some(import(Some(300), 120)) };
        DetailsPage { page, view, account: account(), cause, next }
    }

    fn log(&self, rows: Vec<LedgerRow>) -> LogPage {
        LogPage {
            page: self.page("/admin/channels/email/mail-log"),
            account: account(),
            rows,
            outcome: None,
            mailbox: None,
            mailboxes: vec![(ConnectionId(1), "support@contoso.example".to_owned()), (ConnectionId(2), "desk@contoso.jp".to_owned())],
            older: Some(LedgerId(3)),
        }
    }

    fn failure(&self, failure: Explained) -> FailurePage {
        FailurePage { page: self.page("/admin/connect/return"), failure }
    }

    fn pages(&self) -> Vec<Shown> {
        let t = texts(self.language);
        let pending = Pending {
            id: SignInId(1),
            address: "support@contoso.example".to_owned(),
            display_name: "Contoso Support".to_owned(),
            account_name: "support@contoso.onmicrosoft.example".to_owned(),
            brand: "Contoso".to_owned(),
            import: Some(300),
            reconnect: None,
        };
        let brands = vec![Brand { id: BrandId(1), name: "Contoso".to_owned() }, Brand { id: BrandId(2), name: "Fabrikam".to_owned() }];
        let trace = exchange::Trace {
            status: 400,
            code: "consent_required".to_owned(),
            message: "AADSTS65001: The user or administrator has not consented to use the application.".to_owned(),
            aadsts: Some(65001),
            request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
        };
        let consent = explain::of_engine(t, &engine::Error::Microsoft(exchange::Error::Consent(trace)));
        let used = engine::Error::AddressInUse { address: "support@contoso.example".to_owned(), by: UsedBy::Staff("Ben Agent".to_owned()) };
        let mut sign_in = SignInPage {
            page: Page::of(&Reader { person: None, ..self.reader("/sign-in") }),
            hint: Some(SandboxHint {
                outlook_url: "http://127.0.0.1:8701/".to_owned(),
                admin_email: "admin@postdesk.test".to_owned(),
                admin_password: "correct horse".to_owned(),
            }),
            next: "/tickets".to_owned(),
            email: String::new(),
            problem: None,
        };
        let mut pages = vec![self.shown("sign-in", &sign_in)];
        sign_in.problem = Some(explain::of_engine(t, &engine::Error::WrongLogin).cause);
        pages.extend([
            self.shown("sign-in-wrong", &sign_in),
            self.shown("tickets", &self.tickets(rows(), View::Unsolved)),
            self.shown("tickets-mine-empty", &self.tickets(vec![], View::Mine)),
            self.shown("tickets-unassigned-empty", &self.tickets(vec![], View::Unassigned)),
            self.shown("tickets-unsolved-empty", &self.tickets(vec![], View::Unsolved)),
            self.shown("tickets-solved-empty", &self.tickets(vec![], View::Solved)),
            self.shown("ticket", &self.ticket(Status::Open, false)),
            self.shown("ticket-closed", &self.ticket(Status::Closed, true)),
            self.shown("suspended", &SuspendedPage { page: self.page("/suspended"), sidebar: self.sidebar(None), rows: suspended() }),
            self.shown("suspended-empty", &SuspendedPage { page: self.page("/suspended"), sidebar: self.sidebar(None), rows: vec![] }),
            self.shown("comment-body", &BodyPage { page: self.page("/"), id: CommentId(1), clean: Clean { html: "<p>こんにちは。</p>".to_owned(), blocked_pictures: 2 } }),
            self.shown("admin", &HomePage { page: self.page("/admin"), addresses: 3, broken: 1 }),
            self.shown("admin-email", &EmailPage { page: self.page("/admin/channels/email"), addresses: 3, broken: 1, seen: 1234, waiting: 3 }),
            self.shown("addresses", &self.address_list(addresses())),
            self.shown("addresses-empty", &self.address_list(vec![])),
            self.shown("address", &self.details(ConnectionState::Verified)),
            self.shown("address-broken", &self.details(ConnectionState::NeedsSignIn)),
            self.shown("address-delete", &DeletePage { page: self.page("/admin/channels/email/addresses/2/delete"), view: addresses().remove(1), default: Some("support@contoso.example".to_owned()) }),
            self.shown("connect", &ChoosePage { page: self.page("/admin/channels/email/addresses/connect") }),
            self.shown("connect-exchange", &FormPage { page: self.page("/admin/channels/email/addresses/connect/exchange"), brands }),
            self.shown("departure", &DeparturePage { page: self.page("/"), url: "#".to_owned(), host: "login.microsoftonline.com".to_owned() }),
            self.shown("connect-confirm", &ConfirmPage { page: self.page("/admin/connect/confirm/1"), pending, several_brands: true }),
            self.shown("mail-log", &self.log(log_rows())),
            self.shown("mail-log-empty", &self.log(vec![])),
            self.shown("failure-consent", &self.failure(consent)),
            self.shown("failure-in-use", &self.failure(explain::of_engine(t, &used))),
        ]);
        pages
    }

    fn shown(&self, name: &str, template: &impl Template) -> Shown {
        Shown { name: format!("{name}.{}.html", self.language.as_str()), html: template.render().unwrap() }
    }
}

fn ticket(id: i64, subject: &str) -> Ticket {
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
        via: Via::Email,
        is_public: true,
        created_at: ago(3 * 1440),
        updated_at: ago(12),
    }
}

fn rows() -> Vec<TicketRow> {
    let subjects = [LONG, "Where is my order 4711?", "", "返品について", "Password reset does not arrive — third attempt, please help urgently", "見積書のお願い", "Out of paper"];
    let names = ["山田 太郎", "Grace Hopper", "株式会社ハルカゼ商事 カスタマーサクセス部 鈴木", "x@y.example"];
    (0..21)
        .map(|i: usize| TicketRow {
            ticket: Ticket {
                status: Status::ALL[i % 6],
                updated_at: ago(i64::try_from(i * i * 100).unwrap()),
                ..ticket(1042 - i64::try_from(i).unwrap(), subjects[i % subjects.len()])
            },
            requester_name: names[i % names.len()].to_owned(),
            requester_address: "x@y.example".to_owned(),
            assignee_name: (i % 3 == 0).then(|| "佐藤 あかり".to_owned()),
        })
        .collect()
}

fn comments() -> Vec<CommentView> {
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
            spoof: true,
        }),
        created_at: ago(3 * 1440),
    };
    let customer = person(9, "山田 太郎", "taro.yamada@customer.example", Role::EndUser);
    let agent = person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner);
    let answer = Comment { id: CommentId(2), author: PersonId(1), text: "ご連絡ありがとうございます。確認のうえ、本日中に改めてご連絡いたします。".to_owned(), via: Via::Web, mail: None, ..base.clone() };
    let reply = Comment {
        id: CommentId(4),
        text: "Thank you, that solves it.".to_owned(),
        full_text: Some("Thank you, that solves it.\n\n> On Monday Akari wrote:\n> ...".to_owned()),
        mail: base.mail.clone().map(|mail| CommentMail {
            signals: vec![Signal::InReplyTo { id: MessageId::parse("<abc@contoso.example>").unwrap() }, Signal::Token { ticket: TicketId(42) }],
            spoof: false,
            ..mail
        }),
        ..base.clone()
    };
    let steps = [(Step::Sent, None, None), (Step::Queued, Some("MailboxConcurrency"), None), (Step::Failed, Some("ErrorInvalidRecipients"), None), (Step::Sent, None, Some("550 5.1.1 user unknown"))];
    vec![
        CommentView { comment: base.clone(), author: customer.clone(), files: vec![file(1, "請求書_2026年11月.pdf", 182_000), file(2, "screenshot.png", 2_400_000)], mails: vec![] },
        CommentView { comment: answer.clone(), author: agent.clone(), files: vec![], mails: steps.map(outbox).into() },
        CommentView { comment: Comment { id: CommentId(3), public: false, text: "経理に確認中。金額は税抜の表示。".to_owned(), ..answer }, author: agent, files: vec![], mails: vec![] },
        CommentView { comment: reply.clone(), author: customer.clone(), files: vec![], mails: vec![] },
        CommentView { comment: Comment { id: CommentId(5), automatic: true, full_text: None, text: "I am out of office until Monday.".to_owned(), ..reply.clone() }, author: customer.clone(), files: vec![], mails: vec![] },
        CommentView { comment: Comment { id: CommentId(6), has_html: true, full_text: None, ..reply }, author: customer, files: vec![], mails: vec![] },
    ]
}

fn file(id: i64, name: &str, size: u64) -> StoredAttachment {
    let file = NewAttachment { name: name.to_owned(), content_type: "application/pdf".to_owned(), content_id: None, inline: false, size, blob: BlobId("00".to_owned()) };
    StoredAttachment { id: AttachmentId(id), comment: CommentId(1), ticket: TicketId(42), file }
}

fn outbox((step, last_error, bounce): (Step, Option<&str>, Option<&str>)) -> OutboxRow {
    let mail = NewOutbox {
        connection: ConnectionId(1),
        address: AddressId(1),
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
    }
}

fn audits() -> Vec<Audit> {
    let change = |field: &str, previous: Option<&str>, value: &str| AuditEvent::Change {
        field: field.to_owned(),
        previous: previous.map(str::to_owned),
        value: Some(value.to_owned()),
    };
    [AuditEvent::Created, change("assignee_id", None, "1"), change("status", Some("new"), "open"), change("priority", None, "high"), AuditEvent::DeliveryFailure { comment: None, reason: "550".to_owned() }]
        .into_iter()
        .map(|event| Audit { author: Some(PersonId(1)), at: ago(30), event })
        .collect()
}

fn suspended() -> Vec<Suspended> {
    let causes = Cause::ALL.iter().zip(1..);
    causes
        .map(|(&cause, id)| Suspended {
            id: SuspendedId(id),
            created_at: ago(id * 300),
            what: NewSuspended {
                ledger: LedgerId(id),
                cause,
                author: "Newsletter <news@shop.example>".to_owned(),
                subject: LONG.to_owned(),
                excerpt: "ただいま休暇をいただいております。11月24日以降に順次ご返信いたします。お急ぎの場合は代表番号までお電話ください。".to_owned(),
            },
        })
        .collect()
}

fn support(id: i64, at: &str, state: ConnectionState, is_default: bool) -> SupportAddress {
    let cause = (!state.works()).then(|| StateCause {
        code: "invalid_grant".to_owned(),
        aadsts: Some(50173),
        message: "AADSTS50173: The provided grant has expired due to it being revoked.".to_owned(),
        request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
        missing_scopes: vec![],
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
            tenant: "11111111-2222-4333-8444-555555555555".to_owned(),
            account_id: "a".to_owned(),
            account_name: at.to_owned(),
            state,
            state_since: ago(130),
            cause,
            scopes: "openid offline_access email User.Read Mail.Send Mail.ReadWrite".to_owned(),
            connected_at: ago(9000),
            last_read_at: (id != 3).then(|| ago(1)),
            last_sent_at: None,
        },
    }
}

fn import(found: Option<u32>, done: u32) -> ImportRun {
    ImportRun { id: ImportId(1), connection: ConnectionId(1), wanted: 300, found, done, created_at: ago(1), finished_at: None }
}

fn addresses() -> Vec<AddressView> {
    let view = |address, import| AddressView { address, waiting_in: 0, waiting_out: 0, import };
    vec![
        view(support(1, "support@contoso.example", ConnectionState::Verified, true), None),
        AddressView { waiting_out: 4, ..view(support(2, "billing@contoso.example", ConnectionState::NeedsSignIn, false), None) },
        view(support(3, "okyakusama-center-very-long-local-part@contoso.example", ConnectionState::Verified, false), Some(import(Some(300), 137))),
        view(support(4, "desk@contoso.jp", ConnectionState::Delayed, false), Some(import(None, 0))),
    ]
}

fn account() -> Account {
    Account { seen: 1234, waiting: 3, by_outcome: OutcomeKind::ALL.iter().zip(100..).map(|(&kind, n)| (kind, n)).collect(), unacknowledged: 5 }
}

fn log_rows() -> Vec<LedgerRow> {
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
            blob: None,
            form: None,
            outcome,
            reason: outcome.map(|_| "auto_vacation".to_owned()),
            ticket: (id % 2 == 0).then_some(TicketId(id)),
            comment: None,
            sender: "山田 太郎 <taro.yamada@customer.example>".to_owned(),
            subject: if id == 3 { String::new() } else { LONG.to_owned() },
            attempts: 2,
            last_error: Some("ErrorMimeContentConversionFailed".to_owned()),
            acknowledged_at: None,
        })
        .collect()
}

#[test]
fn every_page_renders_in_every_language() {
    for language in [Language::En, Language::Ja] {
        let pages = Sample { language }.pages();
        for shown in &pages {
            assert!(!shown.html.contains("No localization for id"), "{}", shown.name);
            assert!(shown.html.contains(&format!("lang=\"{}\"", language.as_str())), "{}", shown.name);
        }
        if let Some(folder) = std::env::var_os("POSTDESK_GALLERY") {
            for Shown { name, html } in pages {
                std::fs::write(std::path::Path::new(&folder).join(name), html).unwrap();
            }
        }
    }
}
