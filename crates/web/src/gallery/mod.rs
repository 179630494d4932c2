//! Every page with made-up content, in every language: that they render at all, and, with `POSTDESK_GALLERY` naming a
//! folder, as files to look at.

#![expect(clippy::unwrap_used, reason = "tests")]

mod connections;
mod content;

use askama::Template;
use desk::{BrandId, CommentId, ConnectionId, Language, LedgerId, PersonId, Role, SignInId, Status, Ticket};
use engine::{Pending, TicketView};
use mail::html::Clean;
use store::{Brand, ConnectionState, LedgerRow, TicketRow, UsedBy};

use self::content::{
    LONG, account, addresses, audits, comments, log_rows, person, rows, support, suspended, ticket,
};
use crate::app::SandboxHint;
use crate::explain::{self, Explained};
use crate::failure::FailurePage;
use crate::language::texts;
use crate::page::Page;
use crate::pages::addresses::DeletePage;
use crate::pages::admin::{EmailPage, HomePage};
use crate::pages::comments::BodyPage;
use crate::pages::connect::{ChoosePage, ConfirmPage, DeparturePage, FormPage};
use crate::pages::mail_log::LogPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::suspended::SuspendedPage;
use crate::pages::ticket::{Draft, TicketPage};
use crate::pages::tickets::{Sidebar, TicketsPage, View, ViewLink};
use crate::reader::Reader;
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
        pages.extend(self.connections());
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
