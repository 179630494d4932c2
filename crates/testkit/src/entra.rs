//! What administrators do at the stand-in's Entra and Exchange: shared mailboxes and rights, applications, consent, and
//! accounts in trouble.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::microsoft::Microsoft;
use crate::visitor::Visitor;

/// A right on somebody else's mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Open it and change what lies in it.
    FullAccess,
    /// Send as the mailbox.
    SendAs,
    /// Send on its behalf: the person shows.
    SendOnBehalf,
}

impl Microsoft {
    /// Makes a shared mailbox (and its tenant, if there is none yet): nobody signs in to it.
    pub async fn shared_mailbox(&self, address: &str, name: &str) -> anyhow::Result<Value> {
        let domain = address.split('@').nth(1).context("an address has a domain")?;
        if self.get("tenants").await?.as_array().is_none_or(|all| all.iter().all(|t| t["domain"] != domain)) {
            self.post("tenants", json!({"domain": domain, "name": domain})).await?;
        }
        self.post("people", json!({"tenant": domain, "upn": address, "name": name, "type": "shared"})).await
    }

    /// Gives a person exactly these rights on a mailbox; none takes them all away.
    pub async fn give_rights(&self, mailbox: &str, upn: &str, rights: &[Right]) -> anyhow::Result<()> {
        let has = |right: Right| rights.contains(&right);
        let body = json!({
            "fullAccess": has(Right::FullAccess),
            "sendAs": has(Right::SendAs),
            "sendOnBehalf": has(Right::SendOnBehalf),
        });
        self.put(&format!("mailboxes/{mailbox}/rights/{upn}"), body).await.map(|_| ())
    }

    /// Registers a certificate (PEM) for an application; answers its thumbprint (SHA-1 in hex digits).
    pub async fn add_certificate(&self, client_id: &str, pem: &str) -> anyhow::Result<String> {
        let url = format!("{}/_sandbox/apps/{client_id}/certificates", self.base);
        let response = self.http.post(url).body(pem.to_owned()).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status.is_success(), "certificate: {status} {answer}");
        Ok(answer["thumbprint"].as_str().context("thumbprint")?.to_owned())
    }

    /// Lets every secret of an application end so many days from now; a negative number: it has ended.
    pub async fn secrets_end_in(&self, client_id: &str, days: i64) -> anyhow::Result<()> {
        self.patch(&format!("apps/{client_id}/secrets/all"), json!({ "days": days })).await.map(|_| ())
    }

    /// Grants an application these permissions of its own in a tenant (id or domain), for every mailbox.
    pub async fn allow_app(&self, tenant: &str, client_id: &str, roles: &[&str]) -> anyhow::Result<()> {
        self.patch(&format!("tenants/{tenant}/apps/{client_id}"), json!({ "application": roles }))
            .await
            .map(|_| ())
    }

    /// Grants them by roles of Exchange for some mailboxes only.
    pub async fn allow_app_only(
        &self,
        tenant: &str,
        client_id: &str,
        roles: &[&str],
        mailboxes: &[&str],
    ) -> anyhow::Result<()> {
        let roles: Vec<Value> =
            roles.iter().map(|r| json!({"permission": r, "mailboxes": mailboxes})).collect();
        let body = json!({"application": [], "exchange": roles});
        self.patch(&format!("tenants/{tenant}/apps/{client_id}"), body).await.map(|_| ())
    }

    /// Leaves consent to mail permissions to administrators, as Microsoft's default is.
    pub async fn only_administrators_consent(&self, tenant: &str) -> anyhow::Result<()> {
        self.patch(&format!("tenants/{tenant}"), json!({"userConsent": false})).await.map(|_| ())
    }

    /// Makes a person an administrator of their tenant.
    pub async fn make_administrator(&self, upn: &str) -> anyhow::Result<()> {
        self.change_person(upn, json!({"admin": true})).await
    }

    /// Changes a person as `PATCH /_sandbox/people/{upn}` does.
    pub async fn change_person(&self, upn: &str, change: Value) -> anyhow::Result<()> {
        self.patch(&format!("people/{upn}"), change).await.map(|_| ())
    }

    /// Kills every token of a person.
    pub async fn revoke(&self, upn: &str) -> anyhow::Result<()> {
        self.change_person(upn, json!({"revoke": true})).await
    }

    /// Disables an account.
    pub async fn disable(&self, upn: &str) -> anyhow::Result<()> {
        self.change_person(upn, json!({"enabled": false})).await
    }

    /// Moves the stand-in's clock forward; tokens, secrets and certificates age with it.
    pub async fn days_pass(&self, days: i64) -> anyhow::Result<()> {
        self.post("clock", json!({"advanceSeconds": days * 86_400})).await.map(|_| ())
    }

    /// An administrator follows an admin consent link and accepts; answers the address the browser comes back to.
    pub async fn admin_consents(
        &self,
        visitor: &mut Visitor,
        link: &str,
        upn: &str,
        password: &str,
    ) -> anyhow::Result<String> {
        self.sign_in(visitor, link, upn, password, &[]).await
    }
}
