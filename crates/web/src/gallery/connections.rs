//! Made-up connections: many brands, every state, check-ups at every stage.

use desk::{BrandId, EventId, PersonId, Role};
use engine::{AddressList, AddressView, Budgets, Checkup, ConnectionView, Fact, Permission, Step};
use exchange::Class;
use store::{
    AddressFilter, Brand, BrandCount, ConnectionState, Event, Happening, Kind, Mode, OtherMailbox, Spent,
    StateCause, Today, Usage,
};

use super::content::{account, addresses, ago, import, person, support};
use super::{Sample, Shown, content};
use crate::doctor::tests::finding;
use crate::pages::addresses::ListPage;
use crate::pages::connection::{DetailsPage, EditPage};

const LIST: &str = "/admin/channels/email/addresses";

fn brands() -> Vec<BrandCount> {
    let brand = |id, name: &str, addresses, broken| BrandCount {
        brand: Brand { id: BrandId(id), name: name.to_owned() },
        addresses,
        broken,
    };
    vec![
        brand(1, "Contoso", 4, 1),
        brand(2, "株式会社ハルカゼ商事　カスタマーサクセス本部　西日本お客様相談センター", 150, 38),
    ]
}

fn list(rows: Vec<AddressView>, broken: Vec<AddressView>) -> AddressList {
    AddressList {
        found: rows.len() as u64,
        brands: if rows.is_empty() { vec![] } else { vec![brands().remove(0)] },
        broken_count: broken.len() as u64,
        default: rows.iter().find(|row| row.address.is_default).map(|row| row.address.clone()),
        system: None,
        rows,
        broken,
    }
}

fn view(address: store::SupportAddress) -> AddressView {
    AddressView { address, waiting_in: 0, waiting_out: 0, import: None }
}

/// Forty broken addresses and two brands.
fn crowded() -> AddressList {
    let mut rows = addresses();
    let broken: Vec<AddressView> = (20..23)
        .map(|id| {
            view(support(id, &format!("center-{id}@harukaze.example"), ConnectionState::MailboxGone, false))
        })
        .collect();
    let mut forwarded = support(9, "legacy@contoso.example", ConnectionState::Verified, false);
    forwarded.connection.kind = Kind::Forwarding;
    forwarded.connection.account = None;
    rows.push(view(forwarded));
    for one in &broken {
        let mut one = one.clone();
        one.address.brand = BrandId(2);
        one.address.brand_name = brands()[1].brand.name.clone();
        one.address.name = "ハルカゼ商事カスタマーサクセス本部お問い合わせ窓口（平日9時から18時）".to_owned();
        rows.push(one);
    }
    let mut system = support(99, "x@contoso.example", ConnectionState::Verified, false).connection;
    system.kind = Kind::System;
    AddressList { brands: brands(), broken_count: 40, found: 154, system: Some(system), ..list(rows, broken) }
}

fn checkup(troubled: bool) -> Checkup {
    let refused = Fact::Refused {
        class: Class::SignIn,
        code: "invalid_grant".to_owned(),
        aadsts: Some(50_173),
        message: "AADSTS50173: The provided grant has expired due to it being revoked.".to_owned(),
        request_id: Some("8f3c2a10-0000-4000-8000-00000000abcd".to_owned()),
        no_mailbox: None,
    };
    let later = || Fact::NotTried { because: Step::SignIn };
    let contoso = || "contoso.example".to_owned();
    let mut findings = vec![finding(Step::Registration, Fact::Registered)];
    let pairs = if troubled {
        vec![
            (Step::SignIn, refused),
            (Step::Permissions, Fact::PermissionsMissing { missing: vec!["Mail.Send".to_owned()] }),
            (Step::Mailbox, later()),
            (Step::Read, later()),
            (Step::Draft, later()),
            (Step::RoundTrip, Fact::NeverProved),
            (Step::Clock, Fact::ClockOff { ahead: 412 }),
            (Step::Notification, Fact::PublicOther { status: 502 }),
            (Step::Throttling, Fact::Throttled { times: 3 }),
            (Step::OtherReader, Fact::OtherReader { prompt: 48, found_read: 31, vanished: 2 }),
            (Step::Ledger, later()),
            (Step::Dns, Fact::MxElsewhere { hosts: vec!["mx1.gateway.example".to_owned()] }),
            (
                Step::Dns,
                Fact::SpfMissing { record: "v=spf1 include:spf.protection.outlook.com -all".to_owned() },
            ),
            (
                Step::Dns,
                Fact::DkimMissing {
                    names: vec![
                        "selector1._domainkey.contoso.example".to_owned(),
                        "selector2._domainkey.contoso.example".to_owned(),
                    ],
                },
            ),
            (Step::Dns, Fact::DmarcMissing { name: "_dmarc.contoso.example".to_owned() }),
        ]
    } else {
        vec![
            (Step::SignIn, Fact::SignInWorks { until: ago(-60) }),
            (Step::Permissions, Fact::AllPermissions { granted: 6 }),
            (Step::Mailbox, Fact::MailboxThere { total: 1_234, unread: 5 }),
            (Step::Read, Fact::InboxRead { newest: Some(ago(3)) }),
            (Step::Draft, Fact::DraftWorks),
            (Step::RoundTrip, Fact::Proved { at: ago(600) }),
            (Step::Clock, Fact::ClockRight),
            (Step::Notification, Fact::NotPublic),
            (Step::Throttling, Fact::BudgetsFine { calls: 412 }),
            (Step::OtherReader, Fact::AloneInMailbox { prompt: 48 }),
            (Step::Ledger, Fact::LedgerComplete { counted: 1_234, since: ago(10_000) }),
            (Step::Dns, Fact::DomainForTests { domain: contoso() }),
        ]
    };
    findings.extend(pairs.into_iter().map(|(step, fact)| finding(step, fact)));
    for found in &mut findings {
        if matches!(found.fact, Fact::DkimMissing { .. }) {
            found.command = Some("Get-DkimSigningConfig -Identity 'contoso.example' | Format-List Enabled, Selector1CNAME, Selector2CNAME".to_owned());
        }
    }
    Checkup {
        asked_at: ago(12),
        asked_by: Some(PersonId(1)),
        steps: Step::ALL.to_vec(),
        started_at: Some(ago(12)),
        running: None,
        ended_at: Some(ago(11)),
        healed: false,
        with_mail: true,
        findings,
    }
}

pub(super) fn every_happening() -> Vec<Happening> {
    let state = |state| Happening::State { state, cause: None };
    let off = |why: &str| Happening::NotificationsOff { why: why.to_owned() };
    let run = |what: &str| Happening::Import { what: what.to_owned(), mails: 300 };
    vec![
        Happening::Connected { by: "support@contoso.example".to_owned() },
        Happening::Reconnected { by: "support@contoso.example".to_owned() },
        Happening::Moved { from: "forwarding".to_owned(), to: "app_only".to_owned() },
        state(ConnectionState::Verified),
        state(ConnectionState::Delayed),
        state(ConnectionState::Unproved),
        state(ConnectionState::NeedsSignIn),
        state(ConnectionState::NeedsAdministrator),
        state(ConnectionState::AppCredential),
        state(ConnectionState::MailboxGone),
        Happening::CaughtUp { came_in: 12, went_out: 3 },
        Happening::Deleted,
        Happening::Edited { name: "Contoso サポート".to_owned() },
        Happening::MadeDefault,
        Happening::Proved { millis: 4_230 },
        Happening::NotProved,
        Happening::Resynced,
        Happening::SweepFound { found: 2 },
        Happening::NotificationsOn,
        off("silent"),
        off("removed"),
        off("refused"),
        off("expired"),
        off("other"),
        Happening::AlarmTold { alarm: "broken".to_owned() },
        run("started"),
        run("paused"),
        run("resumed"),
        run("finished"),
        run("undone"),
        Happening::CheckedUp { troubles: 0 },
        Happening::CheckedUp { troubles: 2 },
    ]
}

fn all(state: ConnectionState, checkup: Option<Checkup>) -> ConnectionView {
    let address = support(1, "support@contoso.example", state, true);
    let events = every_happening().into_iter().zip(1..).map(|(happening, id)| Event {
        id: EventId(id),
        address: "support@contoso.example".to_owned(),
        at: ago(id * 47),
        happening,
        request_id: None,
        actor: (id % 4 == 1).then_some(PersonId(1)),
    });
    let names = ["openid", "offline_access", "email", "User.Read", "Mail.Send", "Mail.ReadWrite"];
    ConnectionView {
        view: AddressView { address, waiting_in: 2, waiting_out: 1, import: Some(import(Some(300), 120)) },
        permissions: names
            .map(|name| Permission { name: name.to_owned(), granted: state.works() || name != "Mail.Send" })
            .into(),
        account: account(),
        swept_at: Some(ago(20)),
        today: Today { came_in: 42, went_out: 17 },
        usage: Some(Usage { at: ago(1), calls: 8_412, upload_bytes: 12_345_678, throttled: 0 }),
        spent: Spent { messages_last_minute: 3, recipients_last_day: 412 },
        budgets: Budgets {
            calls: 10_000,
            upload_bytes: 150_000_000,
            messages_a_minute: 30,
            recipients_a_day: 10_000,
        },
        sign_in_ends: Some(ago(-90 * 1440)),
        announced_until: state.works().then(|| ago(-6 * 1440)),
        registration_ends: Some(ago(-200 * 1440)),
        events: events.collect(),
        people: vec![person(1, "佐藤 あかり", "akari.sato@example.jp", Role::Owner)],
        checkup,
        request_ids: vec![(ago(30), "8f3c2a10-0000-4000-8000-00000000abcd".to_owned())],
    }
}

impl Sample {
    fn address_list(&self, list: AddressList, filter: AddressFilter) -> ListPage {
        ListPage {
            page: self.page(LIST),
            list,
            text: String::new(),
            brand: None,
            filter,
            number: 1,
            connected: false,
            proving: false,
            caught_up: content::caught_up(),
        }
    }

    fn connection(&self, all: ConnectionView) -> DetailsPage {
        DetailsPage::new(self.page(&format!("{LIST}/1")), all)
    }

    pub(super) fn connections(&self) -> Vec<Shown> {
        let broken = vec![addresses().remove(1)];
        let running = Checkup {
            running: Some(Step::Draft),
            ended_at: None,
            findings: checkup(false).findings.into_iter().take(5).collect(),
            ..checkup(false)
        };
        let asked = Checkup { started_at: None, running: None, findings: vec![], ..running.clone() };
        let mut shared = all(ConnectionState::NeedsAdministrator, Some(checkup(true)));
        if let Some(account) = &mut shared.view.address.connection.account {
            account.mode = Mode::AppOnly;
            let name = "お客様相談センター共有メールボックス@contoso.example".to_owned();
            account.mailbox = Some(OtherMailbox { id: "m".to_owned(), name });
        }
        shared.view.address.connection.cause = Some(StateCause {
            code: "ErrorAccessDenied".to_owned(),
            message: "Access is denied. Check credentials and try again.".to_owned(),
            ..StateCause::default()
        });
        let mut forwarded = all(ConnectionState::Verified, None);
        forwarded.view.address.connection.kind = Kind::Forwarding;
        forwarded.view.address.connection.account = None;
        forwarded.permissions.clear();
        forwarded.sign_in_ends = None;
        forwarded.registration_ends = None;
        forwarded.announced_until = None;
        forwarded.events.clear();
        forwarded.request_ids.clear();
        let edit = |problem| EditPage {
            page: self.page(&format!("{LIST}/1/edit")),
            id: desk::AddressId(1),
            address: "support@contoso.example".to_owned(),
            name: "Contoso サポート".to_owned(),
            brand: BrandId(2),
            brands: brands().into_iter().map(|count| count.brand).collect(),
            problem,
        };
        vec![
            self.shown("addresses", &self.address_list(list(addresses(), broken), AddressFilter::All)),
            self.shown("addresses-crowded", &self.address_list(crowded(), AddressFilter::All)),
            self.shown("addresses-broken", &self.address_list(crowded(), AddressFilter::Broken)),
            self.shown("addresses-empty", &self.address_list(list(vec![], vec![]), AddressFilter::All)),
            self.shown("connection", &self.connection(all(ConnectionState::Verified, Some(checkup(false))))),
            self.shown("connection-asked", &self.connection(all(ConnectionState::Verified, Some(asked)))),
            self.shown("connection-running", &self.connection(all(ConnectionState::Delayed, Some(running)))),
            self.shown(
                "connection-broken",
                &self.connection(all(ConnectionState::NeedsSignIn, Some(checkup(true)))),
            ),
            self.shown("connection-shared", &self.connection(shared)),
            self.shown("connection-forwarding", &self.connection(forwarded)),
            self.shown("address-edit", &edit(None)),
            self.shown("address-edit-wrong", &edit(Some("名前：入力してください。".to_owned()))),
        ]
    }
}

/// What happened is told in words, and no two things in the same ones.
#[test]
fn everything_that_can_happen_to_a_connection_has_words_of_its_own() {
    for language in [desk::Language::En, desk::Language::Ja] {
        let t = crate::language::texts(language);
        let mut words = std::collections::HashSet::new();
        for happening in every_happening() {
            let said = crate::happenings::happening(t, &happening);
            assert!(!said.is_empty() && !said.contains("No localization"), "{happening:?}");
            assert!(words.insert(said), "{happening:?} says what another says");
        }
    }
}
