//! Every page with made-up content, in every language: that they render at all, and, with `POSTDESK_GALLERY` naming a
//! folder, as files to look at.

#![expect(clippy::unwrap_used, reason = "tests")]

mod connections;
mod content;
mod layouts;
mod writing;

use askama::Template;
use desk::{
    ApiTokenId, BrandId, CommentId, ConnectionId, Language, LedgerId, PersonId, Role, SignInId, Status,
    Ticket,
};
use engine::{
    ApiTokenView, CsvPreview, CsvRow, Fate, LinkMail, MemberState, Pending, RegistrationSource, RowProblem,
    TeamMember, TicketView, Way,
};
use mail::html::Clean;
use store::{ApiToken, Brand, ConnectionState, ImportRun, LedgerRow, Member, TicketRow, Undone, UsedBy};

use self::content::{
    LONG, account, addresses, audits, comments, import, import_view, log_rows, person, preview, rows,
    support, suspended, ticket,
};
use crate::app::SandboxHint;
use crate::explain::{self, Explained};
use crate::failure::FailurePage;
use crate::language::texts;
use crate::page::Page;
use crate::pages::addresses::DeletePage;
use crate::pages::admin::{EmailPage, HomePage};
use crate::pages::alarms::AlarmsPage;
use crate::pages::api_tokens::TokensPage;
use crate::pages::comments::BodyPage;
use crate::pages::connect::{ChoosePage, ConfirmPage, DeparturePage, FormPage, WayPage};
use crate::pages::consent::{ApprovalPage, ApprovedPage, InvitationPage};
use crate::pages::end_users::{EndUsersPage, ImportPage as PeopleImportPage};
use crate::pages::forwarding::{ForwardingPage, NewPage, WayOutPage};
use crate::pages::imports::{self, ImportPage, PreviewPage};
use crate::pages::mail_log::LogPage;
use crate::pages::password::{ChoosePage as ChoosePasswordPage, ForgotPage};
use crate::pages::print::{PrintPage, Wish};
use crate::pages::registration::{RegistrationPage, Typed};
use crate::pages::replay::ReplayPage;
use crate::pages::senders::{self, SendersPage};
use crate::pages::sign_in::SignInPage;
use crate::pages::source::SourcePage;
use crate::pages::suspended::{self as suspended_pages, SuspendedPage};
use crate::pages::suspended_mail;
use crate::pages::team::{InvitePage, LinkPage, PersonPage, TeamPage, Typed as TypedPerson};
use crate::pages::ticket::{Draft, TicketPage};
use crate::pages::tickets::{Sidebar, TicketsPage, View, ViewLink};
use crate::reader::Reader;
use crate::wording;
use crate::zone::Zone;

fn member(id: i64, name: &str, role: Role) -> Member {
    Member {
        person: person(id, name, &format!("m{id}@customer.example"), role),
        has_password: true,
        deactivated_at: None,
        created_at: content::ago(60 * 24 * id),
        updated_at: content::ago(60),
    }
}

/// A page of the gallery.
struct Shown {
    name: String,
    html: String,
}

/// A mail with everything that the frame has something to say about.
fn hostile_body() -> Clean {
    let html = "<p class=MsoNormal>お世話になっております。山田です。</p><p class=MsoNormal>下記よりお手続きをお願いいたします。\
        <a href='https://evil.example/login'>https://www.mybank.co.jp/login</a></p>\
        <p>日本語ドメイン: <a href='https://日本語.jp/'>こちら</a> / <a href='https://www.shop.example/'>会社案内</a></p>\
        <p><img src='https://pictures.example/a.png' alt='ロゴ' width=200 height=60> <img src='https://pictures.example/b.png'></p>\
        <table border=1 width=1600><tr><td>品番</td><td>数量</td><td>とても広い表の右の端</td></tr></table>\
        <img src='https://t.tracker.example/open.gif' width=1 height=1>";
    mail::html::clean(html, mail::html::RemotePictures::Blocked, &|_| None)
}

struct Sample {
    language: Language,
}

impl Sample {
    fn reader(&self, here: &str) -> Reader {
        Reader {
            person: Some(person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner)),
            language: self.language,
            zone: Zone::from_cookie(Some("Asia/Tokyo")),
            here: here.to_owned(),
            alarms: 0,
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
        TicketsPage {
            page,
            sidebar: self.sidebar(Some(view)),
            title,
            searching: false,
            view,
            rows,
            older,
            paged: false,
        }
    }

    fn print(&self, wish: Wish) -> PrintPage {
        let view = self.ticket(Status::Open, false).view;
        PrintPage { page: self.page("/tickets/42/print"), view, wish }
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
            staff: vec![
                person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner),
                person(2, "Ben Agent", "ben@example.jp", Role::Agent),
            ],
            merged: vec![ticket(41, LONG)],
            copies: log_rows()
                .into_iter()
                .filter(|row| row.outcome == Some(desk::decide::OutcomeKind::Duplicate))
                .map(|row| LedgerRow { comment: Some(CommentId(4)), ..row })
                .collect(),
            meant: std::collections::HashMap::new(),
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

    fn suspended_mail(&self) -> suspended_mail::MailPage {
        suspended_mail::MailPage {
            page: self.page("/suspended/1"),
            sidebar: self.sidebar(None),
            view: content::suspended_preview(),
            typed: suspended_mail::Typed {
                subject: LONG.to_owned(),
                address: "news@shop.example".to_owned(),
                text: "こんにちは。".to_owned(),
                ..suspended_mail::Typed::default()
            },
            bad: None,
            kept_until: Some(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    fn senders(&self) -> SendersPage {
        let changed = |count| engine::Changed {
            count,
            examples: vec![("山田 太郎 <taro.yamada@customer.example>".to_owned(), LONG.to_owned())],
        };
        let policy = desk::admission::Policy {
            allow: "partner.example".to_owned(),
            block: "reject:spam.example nonsense".to_owned(),
            ..desk::admission::Policy::default()
        };
        SendersPage {
            page: self.page("/admin/channels/email/senders"),
            faults: policy.rules().err().unwrap_or_default(),
            typed: senders::Typed::of(policy),
            forecast: Some(engine::SenderForecast {
                judged: 1234,
                suspended: changed(12),
                rejected: changed(1),
                admitted: changed(0),
                unjudged: 3,
                cut: true,
            }),
            bad: None,
            saved: false,
            seen: String::new(),
            present: Some(desk::admission::Policy::default()),
        }
    }

    fn log(&self, rows: Vec<LedgerRow>) -> LogPage {
        LogPage {
            page: self.page("/admin/channels/email/mail-log"),
            account: account(),
            rows,
            outcome: None,
            mailbox: None,
            mailboxes: vec![
                (ConnectionId(1), "support@contoso.example".to_owned()),
                (ConnectionId(2), "desk@contoso.jp".to_owned()),
            ],
            text: String::new(),
            older: Some(LedgerId(3)),
        }
    }

    fn nobodys(&self, here: &str) -> Page {
        Page::of(&Reader { person: None, ..self.reader(here) })
    }

    fn team(&self) -> TeamPage {
        let states = [
            (MemberState::Active, Role::Owner, "佐藤 あかり"),
            (MemberState::Active, Role::Agent, "Ben Agent"),
            (MemberState::Invited { mail: LinkMail::Sent, expired: false }, Role::Admin, "Kim Park"),
            (
                MemberState::Invited { mail: LinkMail::Waiting(true), expired: false },
                Role::Agent,
                "田中 健太郎",
            ),
            (
                MemberState::Invited { mail: LinkMail::Failed, expired: true },
                Role::Agent,
                "Grace Hopper-von Hohenstein",
            ),
            (MemberState::Deactivated, Role::Agent, "Zoe"),
        ];
        let members = (1..)
            .zip(states)
            .map(|(id, (state, role, name))| TeamMember { member: member(id, name, role), state });
        let page = self.page("/admin/people/team");
        let done = Some(i18n_embed_fl::fl!(page.t, "team-invited-notice"));
        TeamPage { members: members.collect(), me: PersonId(1), done, page }
    }

    fn link(&self) -> LinkPage {
        LinkPage {
            page: self.page("/admin/people/team"),
            name: "Kim Park".to_owned(),
            email: "kim@contoso.example".to_owned(),
            link: "https://desk.contoso.example/password/q2V0LXlvdXItcGFzc3dvcmQtaGVyZS1vbmNlLW9ubHk"
                .to_owned(),
            no_mail: true,
        }
    }

    fn end_users(&self, count: u64) -> EndUsersPage {
        let names =
            ["山田 太郎", "Grace Hopper", "a.very.long.address.without.a.name@subdomain.customer.example"];
        let rows = (1..).zip(names).map(|(id, name)| member(id, name, Role::EndUser));
        EndUsersPage {
            page: self.page("/admin/people/end-users"),
            rows: if count > 0 { rows.collect() } else { vec![] },
            count,
            search: String::new(),
            number: 2,
            done: None,
        }
    }

    fn people_import(&self) -> PeopleImportPage {
        let fates = [
            Fate::New,
            Fate::Known("山田 太郎".to_owned()),
            Fate::Refused(RowProblem::SupportAddress),
            Fate::Refused(RowProblem::TwiceInFile(2)),
        ];
        let rows = (2..).zip(fates).map(|(line, fate)| CsvRow {
            line,
            name: "佐藤 あかり".to_owned(),
            address: format!("akari.sato{line}@example.jp"),
            role: Role::EndUser,
            fate,
        });
        let preview = CsvPreview { rows: rows.collect(), digest: "0".to_owned() };
        PeopleImportPage {
            page: self.page("/admin/people/import"),
            problem: None,
            shown: Some((String::new(), preview)),
        }
    }

    fn api_tokens(&self, full: bool) -> TokensPage {
        let token = |id, used| ApiToken {
            id: ApiTokenId(id),
            name: "Reporting sync".to_owned(),
            person: PersonId(1),
            created_at: content::ago(60 * 24 * 40),
            used_at: used,
        };
        let akari = person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner);
        let tokens = vec![
            ApiTokenView { token: token(1, Some(content::ago(3))), person: Some(akari.clone()) },
            ApiTokenView { token: token(2, None), person: None },
        ];
        TokensPage {
            page: self.page("/admin/apps/api-tokens"),
            tokens: if full { tokens } else { vec![] },
            people: vec![akari],
            me: PersonId(1),
            problem: None,
            made: full.then(|| {
                ("q2V0LXlvdXItcGFzc3dvcmQtaGVyZS1vbmNlLW9ubHk".to_owned(), "akari.sato@example.jp".to_owned())
            }),
            public_url: "https://desk.contoso.example".to_owned(),
        }
    }

    fn alarms(&self, open: bool) -> AlarmsPage {
        let at = |text: &str| text.parse().unwrap();
        let alarm = |id, trouble, told: bool, cleared: bool| store::Alarm {
            id: desk::AlarmId(id),
            key: id.to_string(),
            connection: Some(ConnectionId(1)),
            trouble,
            raised_at: at("2026-11-23T05:10:00Z"),
            told_at: told.then(|| at("2026-11-23T05:11:00Z")),
            cleared_at: cleared.then(|| at("2026-11-23T06:00:00Z")),
        };
        let address = "support@contoso.example".to_owned();
        let cause = store::StateCause {
            code: "invalid_grant".to_owned(),
            message: "AADSTS50173: The provided grant has expired due to it being revoked.".to_owned(),
            ..store::StateCause::default()
        };
        let lost = store::Trouble::ConnectionLost {
            address: address.clone(),
            state: ConnectionState::NeedsSignIn,
            cause: Some(cause),
        };
        let waits = store::Trouble::MailWaits {
            address: address.clone(),
            mails: 3,
            since: at("2026-11-23T04:00:00Z"),
        };
        let expires = store::Trouble::RegistrationExpires { at: at("2026-12-01T00:00:00Z"), days: 30 };
        let silent = store::Trouble::NotificationsSilent { address };
        let settings = engine::AlarmSettings {
            recipients: if open {
                vec!["ops@contoso.example".to_owned(), "oncall@contoso.example".to_owned()]
            } else {
                vec![]
            },
            webhook: open.then(|| "https://hooks.contoso.example/postdesk".to_owned()),
            no_contact: 30,
            mail_waits: 30,
        };
        let alarms = engine::Alarms {
            open: if open {
                vec![
                    alarm(1, lost, true, false),
                    alarm(2, expires, true, false),
                    alarm(3, silent.clone(), false, false),
                ]
            } else {
                vec![]
            },
            past: if open {
                vec![alarm(4, waits, true, true), alarm(5, silent, false, true)]
            } else {
                vec![]
            },
            people: vec!["ops@contoso.example".to_owned(), "oncall@contoso.example".to_owned()],
            has_secret: open,
            last_post: open.then(|| store::LastPost {
                created_at: at("2026-11-23T05:11:00Z"),
                done_at: None,
                error: Some("HTTP 503".to_owned()),
            }),
            way: (!open).then(|| {
                let way = support(2, "desk@contoso.jp", ConnectionState::Verified, true);
                engine::AlarmWay::Address(Box::new(way))
            }),
            settings: settings.clone(),
        };
        let mut page = self.page("/admin/alarms");
        page.alarms = alarms.open.len() as u64;
        AlarmsPage {
            bad: open.then(|| i18n_embed_fl::fl!(page.t, "alarms-bad-webhook")),
            page,
            alarms,
            addresses: std::collections::HashMap::from([(ConnectionId(1), desk::AddressId(1))]),
            typed: settings,
            good: None,
        }
    }

    /// A page of the Admin Center while alarms are open.
    fn banner(&self) -> LogPage {
        let mut log = self.log(log_rows());
        log.page.alarms = 2;
        log
    }

    fn failure(&self, failure: Explained) -> FailurePage {
        FailurePage { page: self.page("/admin/connect/return"), failure }
    }

    fn nobody(&self, here: &str) -> Page {
        Page::of(&Reader { person: None, ..self.reader(here) })
    }

    fn registration(&self, source: RegistrationSource, problem: Option<Explained>) -> RegistrationPage {
        let view = content::registration(source);
        RegistrationPage {
            page: self.page("/admin/channels/email/registration"),
            typed: Typed::of(&view),
            saved: source == RegistrationSource::Stored,
            made: false,
            view,
            problem,
        }
    }

    /// `Some(None)`: approved; `Some(Some(words))`: refused.
    fn approval(&self, answer: Option<Option<String>>) -> ApprovalPage {
        let page = self.page("/admin/channels/email/addresses/connect/exchange/approval/0123");
        ApprovalPage { page, view: content::approval(answer) }
    }

    fn pages(&self) -> Vec<Shown> {
        let t = texts(self.language);
        let pending = Pending {
            id: SignInId(1),
            address: "support@contoso.example".to_owned(),
            display_name: "Contoso Support".to_owned(),
            account_name: "support@contoso.onmicrosoft.example".to_owned(),
            brand: "Contoso".to_owned(),
            import: Some(store::Wanted::Newest(300)),
            reconnect: None,
            way: Way::Own,
            moved_from: None,
            unproved: None,
        };
        let shared = Pending {
            address: "sales@contoso.example".to_owned(),
            display_name: "販売窓口".to_owned(),
            account_name: "akari.sato@contoso.example".to_owned(),
            way: Way::Shared { mailbox: "sales@contoso.example".to_owned() },
            moved_from: Some(store::Mode::AppOnly),
            reconnect: Some(desk::AddressId(1)),
            unproved: Some("Add-RecipientPermission -Identity 'sales@contoso.example' -Trustee 'akari.sato@contoso.example' -AccessRights SendAs -Confirm:$false".to_owned()),
            ..pending.clone()
        };
        let brands = vec![
            Brand { id: BrandId(1), name: "Contoso".to_owned() },
            Brand { id: BrandId(2), name: "Fabrikam".to_owned() },
        ];
        let trace = exchange::Trace {
            status: 400,
            code: "consent_required".to_owned(),
            message: "AADSTS65001: The user or administrator has not consented to use the application."
                .to_owned(),
            aadsts: Some(65001),
            request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
        };
        let consent = explain::of_engine(t, &engine::Error::Microsoft(exchange::Error::Consent(trace)));
        let used = engine::Error::AddressInUse {
            address: "support@contoso.example".to_owned(),
            by: UsedBy::Staff("Ben Agent".to_owned()),
        };
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
            self.shown(
                "suspended",
                &SuspendedPage {
                    page: self.page("/suspended"),
                    sidebar: self.sidebar(None),
                    all: 120,
                    causes: content::suspended_causes(),
                    wish: suspended_pages::Wish::default(),
                    kept: Some(14),
                    rows: suspended(),
                },
            ),
            self.shown("suspended-mail", &self.suspended_mail()),
            self.shown(
                "suspended-delete",
                &suspended_pages::DeletePage {
                    page: self.page("/suspended"),
                    sidebar: self.sidebar(None),
                    ids: vec![desk::SuspendedId(1), desk::SuspendedId(2)],
                    block: None,
                },
            ),
            self.shown("senders", &self.senders()),
            self.shown(
                "replay",
                &ReplayPage {
                    page: self.page("/admin/channels/email/mail-log/1/replay"),
                    read: content::read_again(),
                    applied: false,
                },
            ),
            self.shown(
                "suspended-empty",
                &SuspendedPage {
                    page: self.page("/suspended"),
                    sidebar: self.sidebar(None),
                    all: 0,
                    causes: vec![],
                    wish: suspended_pages::Wish::default(),
                    kept: None,
                    rows: vec![],
                },
            ),
            self.shown(
                "comment-body",
                &BodyPage { page: self.page("/"), id: CommentId(1), clean: hostile_body() },
            ),
            self.shown(
                "comment-body-empty",
                &BodyPage { page: self.page("/"), id: CommentId(1), clean: Clean::default() },
            ),
            self.shown(
                "source",
                &SourcePage {
                    page: self.page("/comments/1/source"),
                    sidebar: self.sidebar(None),
                    source: content::source(),
                },
            ),
            self.shown("print", &self.print(Wish::default())),
            self.shown("print-public", &self.print(Wish { public_only: true, quotes: true })),
            self.shown("admin", &HomePage { page: self.page("/admin"), addresses: 3, broken: 1 }),
            self.shown(
                "admin-email",
                &EmailPage {
                    page: self.page("/admin/channels/email"),
                    addresses: 3,
                    broken: 1,
                    seen: 1234,
                    waiting: 3,
                },
            ),
            self.shown("alarms", &self.alarms(true)),
            self.shown("alarms-empty", &self.alarms(false)),
            self.shown("alarms-banner", &self.banner()),
            self.shown(
                "address-delete",
                &DeletePage {
                    page: self.page("/admin/channels/email/addresses/2/delete"),
                    view: addresses().remove(1),
                    default: Some("support@contoso.example".to_owned()),
                },
            ),
            self.shown("connect", &ChoosePage { page: self.page("/admin/channels/email/addresses/connect") }),
            self.shown(
                "connect-exchange",
                &FormPage {
                    page: self.page("/admin/channels/email/addresses/connect/exchange"),
                    brands,
                    ways: content::ways("shared"),
                },
            ),
            self.shown(
                "departure",
                &DeparturePage {
                    page: self.page("/"),
                    url: "#".to_owned(),
                    host: "login.microsoftonline.com".to_owned(),
                },
            ),
            self.shown(
                "connect-confirm",
                &ConfirmPage { page: self.page("/admin/connect/confirm/1"), pending, several_brands: true },
            ),
            self.shown(
                "connect-confirm-shared",
                &ConfirmPage {
                    page: self.page("/admin/connect/confirm/1"),
                    pending: shared,
                    several_brands: true,
                },
            ),
            self.shown(
                "connect-way",
                &WayPage {
                    page: self.page("/admin/channels/email/addresses/1/way"),
                    address: support(1, "support@contoso.example", ConnectionState::Verified, true),
                    ways: content::ways("own"),
                },
            ),
            self.shown("registration-empty", &self.registration(RegistrationSource::Nothing, None)),
            self.shown("registration", &self.registration(RegistrationSource::Stored, None)),
            self.shown("registration-file", &self.registration(RegistrationSource::File, None)),
            self.shown(
                "registration-refused",
                &self.registration(
                    RegistrationSource::Nothing,
                    Some(explain::registering(t, &wrong_secret())),
                ),
            ),
            self.shown("approval-waits", &self.approval(None)),
            self.shown("approval-given", &self.approval(Some(None))),
            self.shown(
                "approval-refused",
                &self.approval(Some(Some(
                    "AADSTS65004: User declined to consent to access the app.".to_owned(),
                ))),
            ),
            self.shown(
                "invitation",
                &InvitationPage { page: self.nobody("/consent/0123"), invitation: content::invitation() },
            ),
            self.shown(
                "approved",
                &ApprovedPage { page: self.nobody("/consent/return"), problem: None, again: String::new() },
            ),
            self.shown(
                "approved-not",
                &ApprovedPage {
                    page: self.nobody("/consent/return"),
                    problem: Some(consent.clone()),
                    again: "/consent/0123".to_owned(),
                },
            ),
            self.shown("failure-rights", &self.failure(explain::of_engine(t, &content::missing_rights()))),
            self.shown("forwarding-new", &self.new_forwarding()),
            self.shown("forwarding-unproved", &self.forwarding(0)),
            self.shown("forwarding", &self.forwarding(1)),
            self.shown("forwarding-move", &self.forwarding(2)),
            self.shown("forwarding-back", &self.forwarding(3)),
            self.shown("way-out", &self.way_out(true)),
            self.shown("way-out-broken", &self.way_out(false)),
            self.shown(
                "preview-running",
                &PreviewPage { page: self.page("/admin/channels/email/previews/1"), view: preview(true) },
            ),
            self.shown(
                "preview-done",
                &PreviewPage { page: self.page("/admin/channels/email/previews/1"), view: preview(false) },
            ),
            self.shown("import-running", &self.import(import(Some(300), 137), true)),
            self.shown(
                "import-paused",
                &self.import(
                    ImportRun { paused_at: Some(self.page("/").now()), ..import(Some(300), 137) },
                    true,
                ),
            ),
            self.shown(
                "import-undone",
                &self.import(
                    ImportRun {
                        finished_at: Some(self.page("/").now()),
                        undone: Undone::Done { at: self.page("/").now(), tickets: 94, kept: 4 },
                        ..import(Some(300), 300)
                    },
                    false,
                ),
            ),
            self.shown(
                "import-form",
                &imports::FormPage {
                    page: self.page("/admin/channels/email/addresses/1/import"),
                    address: support(1, "support@contoso.example", ConnectionState::Verified, true),
                    runs: vec![import(Some(300), 137)],
                },
            ),
            self.shown("mail-log", &self.log(log_rows())),
            self.shown("team", &self.team()),
            self.shown(
                "team-invite",
                &InvitePage {
                    page: self.page("/admin/people/team/invite"),
                    typed: TypedPerson { language: "ja".to_owned(), ..TypedPerson::default() },
                    problem: Some(explain::of_engine(t, &used).cause),
                },
            ),
            self.shown("team-link", &self.link()),
            self.shown("end-users", &self.end_users(120)),
            self.shown("end-users-empty", &self.end_users(0)),
            self.shown(
                "end-user",
                &PersonPage {
                    page: self.page("/admin/people/end-users/3"),
                    member: member(3, "山田 太郎", Role::EndUser),
                    others: ["taro@home.example", "a.very.long.address.of.somebody@another.customer.example"]
                        .iter()
                        .filter_map(|address| mail::Address::parse(address))
                        .collect(),
                    typed: TypedPerson {
                        name: "山田 太郎".to_owned(),
                        email: "m3@customer.example".to_owned(),
                        ..TypedPerson::default()
                    },
                    problem: None,
                },
            ),
            self.shown(
                "people-import",
                &PeopleImportPage { page: self.page("/admin/people/import"), problem: None, shown: None },
            ),
            self.shown("people-import-shown", &self.people_import()),
            self.shown("api-tokens", &self.api_tokens(true)),
            self.shown("api-tokens-empty", &self.api_tokens(false)),
            self.shown(
                "forgot-password",
                &ForgotPage { page: self.nobodys("/forgot-password"), asked: None, problem: None },
            ),
            self.shown(
                "forgot-password-sent",
                &ForgotPage {
                    page: self.nobodys("/forgot-password"),
                    asked: Some("kim@contoso.example".to_owned()),
                    problem: None,
                },
            ),
            self.shown(
                "choose-password",
                &ChoosePasswordPage {
                    page: self.nobodys("/password/x"),
                    name: "Kim Park".to_owned(),
                    email: "kim@contoso.example".to_owned(),
                    invited: true,
                    problem: Some(explain::password_rule(t)),
                },
            ),
            self.shown("mail-log-empty", &self.log(vec![])),
            self.shown("failure-consent", &self.failure(consent)),
            self.shown("failure-in-use", &self.failure(explain::of_engine(t, &used))),
        ]);
        pages.extend(self.connections());
        pages.extend(self.writing());
        pages
    }

    fn new_forwarding(&self) -> NewPage {
        let page = self.page("/admin/channels/email/addresses/connect/forwarding");
        NewPage { page, brands: vec![], door: None, way_out: false }
    }

    fn forwarding(&self, sample: usize) -> ForwardingPage {
        let page = self.page("/admin/channels/email/addresses/1/forwarding");
        let view = content::forwarding(sample);
        let (cause, next) = wording::state_help(page.t, view.address.connection.state, None);
        let ways = crate::pages::connect::Ways::for_move(&view.address);
        ForwardingPage { page, view, ways, cause, next }
    }

    fn way_out(&self, works: bool) -> WayOutPage {
        let page = self.page("/admin/channels/email/way-out");
        let view = content::way_out(works);
        let known = view.connection.as_ref().unwrap();
        let (cause, next) = wording::state_help(page.t, known.state, known.cause.as_ref());
        WayOutPage { page, view, mine: "akari.sato@example.jp".to_owned(), cause, next }
    }

    fn import(&self, run: ImportRun, may_undo: bool) -> ImportPage {
        ImportPage { page: self.page("/admin/channels/email/imports/1"), view: import_view(run, may_undo) }
    }

    fn shown(&self, name: &str, template: &impl Template) -> Shown {
        Shown { name: format!("{name}.{}.html", self.language.as_str()), html: template.render().unwrap() }
    }
}

#[test]
fn every_page_renders_in_every_language() {
    for language in [Language::En, Language::Ja] {
        let sample = Sample { language };
        let mut pages = sample.pages();
        for (name, clean) in layouts::layouts() {
            pages.push(sample.shown(&name, &BodyPage { page: sample.page("/"), id: CommentId(1), clean }));
        }
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

/// What Entra says to a secret's id in place of its value.
fn wrong_secret() -> engine::Error {
    engine::Error::Microsoft(exchange::Error::AppCredential(exchange::Trace {
        status: 401,
        code: "invalid_client".to_owned(),
        message: "AADSTS7000215: Invalid client secret provided.".to_owned(),
        aadsts: Some(7_000_215),
        request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
    }))
}
