//! Everything the stand-in knows: tenants, people, applications, grants, mailboxes, outside people and mail under way.
//!
//! One value behind one lock (see `site`); nothing here waits or speaks over a network.

pub mod apps;
pub mod arrival;
pub mod clock;
pub mod enterprise;
pub mod hand;
pub mod ids;
pub mod mailbox;
pub mod message;
pub mod outside;
pub mod people;
pub mod persist;
pub mod rights;
pub mod routes;
pub mod transport;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entra::grants::Grants;
use crate::graph::notify::Note;
use crate::graph::subscriptions::Subscription;
use crate::graph::uploads::Upload;
use apps::Application;
use clock::Clock;
use enterprise::Enterprise;
use mailbox::Mailbox;
use outside::Outside;
use people::{CONSUMERS, MailboxKind, Person, Tenant};
use rights::Rights;
use routes::Routes;
use transport::Transport;

/// The whole state. Cloning it is cheap enough to take a picture for the state file: messages are shared.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct World {
    /// The stand-in's clock.
    #[serde(rename = "clock_ahead_ms", default)]
    pub clock: Clock,
    /// Key of the opaque delta tokens.
    pub token_key: String,
    /// RSA signing keys of Entra: key id and PKCS#8 PEM.
    pub signing_keys: Vec<(String, String)>,
    /// By tenant id.
    pub tenants: BTreeMap<String, Tenant>,
    /// By object id.
    pub people: BTreeMap<String, Person>,
    /// By client id.
    pub apps: BTreeMap<String, Application>,
    /// What tenants say about applications, by tenant id and client id.
    #[serde(default)]
    pub enterprises: BTreeMap<String, Enterprise>,
    /// Rights on other mailboxes: owner's object id, person's object id.
    #[serde(default)]
    pub rights: BTreeMap<String, BTreeMap<String, Rights>>,
    /// Upload sessions on drafts of other people's mailboxes are refused: a known issue of Graph that comes and goes.
    #[serde(default)]
    pub shared_uploads_refused: bool,
    /// Consents, codes, tokens and browser sessions.
    pub grants: Grants,
    /// By the owner's object id.
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// People outside every tenant.
    pub outside: Outside,
    /// Mail under way.
    pub transport: Transport,
    /// Ways out to other mail servers, and mailboxes that forward.
    #[serde(default)]
    pub routes: Routes,
    /// Change notification subscriptions by id.
    pub subscriptions: BTreeMap<String, Subscription>,
    /// Lifecycle notifications that wait to be sent.
    #[serde(skip)]
    pub lifecycle: Vec<Note>,
    /// Attachment upload sessions by their token.
    #[serde(skip)]
    pub uploads: HashMap<String, Upload>,
}

impl World {
    /// An empty world with a fresh token key.
    pub fn empty() -> Self {
        Self { token_key: ids::random_hex(32), ..Self::default() }
    }

    /// The stand-in's own time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The person with this object id, UPN or mail address (any case).
    pub fn person(&self, key: &str) -> Option<&Person> {
        if let Some(found) = self.people.get(&key.to_ascii_lowercase()) {
            return Some(found);
        }
        self.people.values().find(|p| p.upn.eq_ignore_ascii_case(key) || p.mail.eq_ignore_ascii_case(key))
    }

    /// The addresses of a mailbox's owner: what faults name a mailbox by.
    pub fn addresses(&self, owner: &str) -> Vec<String> {
        self.people.get(owner).map(|p| vec![p.mail.clone(), p.upn.clone()]).unwrap_or_default()
    }

    /// The person of a tenant as Graph's `/users/{...}` finds them: by object id or UPN, not by any other address.
    pub fn user(&self, tenant: &str, key: &str) -> Option<&Person> {
        let found = self.people.get(&key.to_ascii_lowercase());
        let found = found.or_else(|| self.people.values().find(|p| p.upn.eq_ignore_ascii_case(key)));
        found.filter(|p| p.tenant == tenant)
    }

    /// The mailbox in Exchange Online that answers to an address; `None` for on-premises, gone and unknown ones.
    pub fn mailbox_at(&self, address: &str) -> Option<&Mailbox> {
        let person = self.person(address)?;
        if !person.mailbox.receives() {
            return None;
        }
        self.mailboxes.get(&person.id)
    }

    /// The same, to change it.
    pub fn mailbox_at_mut(&mut self, address: &str) -> Option<&mut Mailbox> {
        let id = self.mailbox_at(address)?.owner.clone();
        self.mailboxes.get_mut(&id)
    }

    /// The tenant named by GUID or domain.
    pub fn tenant(&self, name: &str) -> Option<&Tenant> {
        self.tenants
            .get(&name.to_ascii_lowercase())
            .or_else(|| self.tenants.values().find(|t| t.domain.eq_ignore_ascii_case(name)))
    }

    /// Whether mail to this domain stays inside one of the tenants.
    pub fn is_tenant_domain(&self, domain: &str) -> bool {
        self.tenants.values().any(|t| t.domain.eq_ignore_ascii_case(domain))
            || self
                .people
                .values()
                .any(|p| p.mail.rsplit_once('@').is_some_and(|(_, d)| d.eq_ignore_ascii_case(domain)))
    }

    /// Adds a person and, if they have one, their empty mailbox.
    pub fn add_person(&mut self, person: Person) {
        if person.tenant == CONSUMERS {
            self.tenants.entry(CONSUMERS.to_owned()).or_insert_with(Tenant::consumers);
        }
        if person.mailbox.exists() && !self.mailboxes.contains_key(&person.id) {
            self.mailboxes.insert(person.id.clone(), Mailbox::new(&person.id, &person.language));
        }
        self.people.insert(person.id.clone(), person);
    }

    /// Fills the world with the believable company.
    pub fn settle(&mut self, company: crate::company::Company) {
        self.tenants.insert(
            company.tenant_id.to_owned(),
            Tenant::new(company.tenant_id, company.domain, company.name),
        );
        for seed in company.people {
            self.add_person(Person {
                id: seed.id.to_owned(),
                tenant: company.tenant_id.to_owned(),
                upn: seed.upn.to_owned(),
                mail: seed.mail.to_owned(),
                name: seed.name.to_owned(),
                password: seed.password.to_owned(),
                language: seed.language.to_owned(),
                mailbox: if seed.mailbox { MailboxKind::Online } else { MailboxKind::None },
                ..Person::default()
            });
        }
        for mail in company.mails {
            let Some(mailbox) = self.mailbox_at_mut(mail.mailbox) else { continue };
            let folder = mailbox.folder_named(mail.folder).unwrap_or(mailbox::INBOX);
            let mut message = message::Message::from_mime(mail.raw.into(), mail.received);
            message.is_read = mail.read;
            message.categories = mail.categories.iter().map(|c| (*c).to_owned()).collect();
            message.is_draft = folder == mailbox::DRAFTS;
            mailbox.insert(folder, message);
        }
        for mailbox in self.mailboxes.values_mut() {
            mailbox.events.clear();
        }
    }
}
