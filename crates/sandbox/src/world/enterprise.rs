//! An application as one tenant sees it ("enterprise application"): what its administrators allow it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::World;

/// A role of "RBAC for Applications" in Exchange: a permission over some mailboxes, added to whatever Entra grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRole {
    /// The permission, e.g. `Mail.ReadWrite` (Exchange calls it "Application Mail.ReadWrite").
    pub permission: String,
    /// Object ids of the mailboxes; `None`: all of the tenant.
    pub mailboxes: Option<BTreeSet<String>>,
}

/// What a tenant says about an application. Without an entry it is enabled, open to all, and may do nothing by itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Enterprise {
    /// Switched off by an administrator: AADSTS7000112.
    pub enabled: bool,
    /// Taken out of the tenant: AADSTS700016 until somebody consents anew.
    pub removed: bool,
    /// Only assigned people may sign in: AADSTS50105 for the others.
    pub assignment_required: bool,
    /// Object ids of the people assigned.
    pub assigned: BTreeSet<String>,
    /// Application permissions an administrator consented to: every mailbox of the tenant.
    pub roles: BTreeSet<String>,
    /// Roles of Exchange, perhaps for some mailboxes only.
    pub exchange: Vec<ExchangeRole>,
    /// The older application access policy: Entra's permissions reach only these mailboxes (object ids).
    pub policy: Option<BTreeSet<String>>,
}

impl Default for Enterprise {
    fn default() -> Self {
        Self {
            enabled: true,
            removed: false,
            assignment_required: false,
            assigned: BTreeSet::new(),
            roles: BTreeSet::new(),
            exchange: Vec::new(),
            policy: None,
        }
    }
}

/// Whether an application by itself may do something with a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It may.
    Yes,
    /// It lacks the permission.
    No,
    /// It has the permission, and the tenant's access policy leaves this mailbox out.
    KeptOut,
}

impl Enterprise {
    /// Whether one of `permissions` covers the mailbox of `owner`: by the token's `roles` within the access policy, or by a
    /// role of Exchange. The two add up, so a scope in Exchange binds only where Entra grants nothing.
    pub fn reach(&self, roles: &[String], permissions: &[&str], owner: &str) -> Reach {
        let named = |name: &str| permissions.iter().any(|p| p.eq_ignore_ascii_case(name));
        let by_exchange = self
            .exchange
            .iter()
            .any(|r| named(&r.permission) && r.mailboxes.as_ref().is_none_or(|m| m.contains(owner)));
        if by_exchange {
            return Reach::Yes;
        }
        if !roles.iter().any(|r| named(r)) {
            return Reach::No;
        }
        let inside = self.policy.as_ref().is_none_or(|p| p.contains(owner));
        if inside { Reach::Yes } else { Reach::KeptOut }
    }
}

fn key(tenant: &str, client: &str) -> String {
    format!("{tenant} {client}")
}

impl World {
    /// What a tenant says about an application.
    pub fn enterprise(&self, tenant: &str, client: &str) -> Enterprise {
        self.enterprises.get(&key(tenant, client)).cloned().unwrap_or_default()
    }

    /// The same, to change it.
    pub fn enterprise_mut(&mut self, tenant: &str, client: &str) -> &mut Enterprise {
        self.enterprises.entry(key(tenant, client)).or_default()
    }

    /// Whether the application has come into the tenant at all: by anybody's consent or by an administrator's hand.
    pub fn installed(&self, tenant: &str, client: &str) -> bool {
        match self.enterprises.get(&key(tenant, client)) {
            Some(held) => !held.removed,
            None => {
                let people = self.people.values().filter(|p| p.tenant == tenant).map(|p| p.id.as_str());
                std::iter::once(tenant).chain(people).any(|who| self.grants.has_consented(who, client))
            }
        }
    }

    /// Remembers a consent of `who` (a person's or the tenant's own id); it brings the application into the tenant.
    pub fn consent(
        &mut self,
        who: &str,
        tenant: &str,
        client: &str,
        scopes: impl IntoIterator<Item = String>,
    ) {
        if let Some(held) = self.enterprises.get_mut(&key(tenant, client)) {
            held.removed = false;
        }
        self.grants.consent(who, client, scopes);
    }

    /// Takes an application out of a tenant, with every consent given there.
    pub fn uninstall(&mut self, tenant: &str, client: &str) {
        let people: Vec<String> =
            self.people.values().filter(|p| p.tenant == tenant).map(|p| p.id.clone()).collect();
        for who in people.iter().map(String::as_str).chain([tenant]) {
            self.grants.withdraw(who, client);
        }
        *self.enterprise_mut(tenant, client) = Enterprise { removed: true, ..Enterprise::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What, roles of Exchange, access policy, roles of the token, answer.
    type Case<'a> = (&'a str, Vec<ExchangeRole>, Option<BTreeSet<String>>, &'a [String], Reach);

    #[test]
    fn a_scope_in_exchange_binds_only_where_entra_grants_nothing() {
        let only = |id: &str| Some(BTreeSet::from([id.to_owned()]));
        let role = |mailboxes| ExchangeRole { permission: "Mail.Send".to_owned(), mailboxes };
        let granted = ["Mail.Send".to_owned()];
        let cases: [Case<'_>; 7] = [
            ("nothing at all", vec![], None, &[], Reach::No),
            ("Entra alone reaches all", vec![], None, &granted, Reach::Yes),
            ("Exchange for this mailbox", vec![role(only("b"))], None, &[], Reach::Yes),
            ("Exchange for another mailbox", vec![role(only("x"))], None, &[], Reach::No),
            ("both: the union", vec![role(only("x"))], None, &granted, Reach::Yes),
            ("the access policy leaves it out", vec![], only("x"), &granted, Reach::KeptOut),
            (
                "the access policy does not bind Exchange's roles",
                vec![role(None)],
                only("x"),
                &[],
                Reach::Yes,
            ),
        ];
        for (what, exchange, policy, roles, expected) in cases {
            let held = Enterprise { exchange, policy, ..Enterprise::default() };
            assert_eq!(held.reach(roles, &["mail.send"], "b"), expected, "{what}");
        }
    }
}
