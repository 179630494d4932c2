//! Every page with made-up content, in every language: that they render at all, and, with `POSTDESK_GALLERY` naming a
//! folder, as files to look at.

#![expect(clippy::unwrap_used, reason = "tests")]

mod content;

use askama::Template;
use desk::{BrandId, CommentId, ConnectionId, Language, LedgerId, PersonId, Role, SignInId, Status, Ticket};
use engine::{AddressView, Pending, TicketView};
use mail::html::Clean;
use store::{Brand, ConnectionState, LedgerRow, TicketRow, UsedBy};

use self::content::{
    LONG, account, addresses, audits, comments, import, log_rows, person, rows, support, suspended, ticket,
};
use crate::app::SandboxHint;
use crate::explain::{self, Explained};
use crate::failure::FailurePage;
use crate::language::texts;
use crate::page::Page;
use crate::pages::addresses::{DeletePage, DetailsPage, ListPage};
use crate::pages::admin::{EmailPage, HomePage};
use crate::pages::alarms::AlarmsPage;
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
            proving: false,
            connected: true,
        }
    }

    fn details(&self, state: ConnectionState) -> DetailsPage {
        let page = self.page("/admin/channels/email/addresses/1");
        let address = support(1, "support@contoso.example", state, true);
        let (cause, next) = wording::state_help(page.t, state, address.connection.cause.as_ref());
        let view =
            AddressView { address, waiting_in: 2, waiting_out: 1, import: Some(import(Some(300), 120)) };
        DetailsPage { page, view, account: account(), cause, next }
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
            older: Some(LedgerId(3)),
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
                    rows: suspended(),
                },
            ),
            self.shown(
                "suspended-empty",
                &SuspendedPage { page: self.page("/suspended"), sidebar: self.sidebar(None), rows: vec![] },
            ),
            self.shown(
                "comment-body",
                &BodyPage {
                    page: self.page("/"),
                    id: CommentId(1),
                    clean: Clean { html: "<p>こんにちは。</p>".to_owned(), blocked_pictures: 2 },
                },
            ),
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
            self.shown("addresses", &self.address_list(addresses())),
            self.shown("alarms", &self.alarms(true)),
            self.shown("alarms-empty", &self.alarms(false)),
            self.shown("alarms-banner", &self.banner()),
            self.shown("addresses-empty", &self.address_list(vec![])),
            self.shown("address", &self.details(ConnectionState::Verified)),
            self.shown("address-broken", &self.details(ConnectionState::NeedsSignIn)),
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
                &FormPage { page: self.page("/admin/channels/email/addresses/connect/exchange"), brands },
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
