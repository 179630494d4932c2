//! The stand-in for Microsoft, in this process or another, by its control API (docs/sandbox.md).

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::visitor::{Form, Page, Visitor};

/// Handle to a stand-in that listens somewhere.
#[derive(Clone)]
pub struct Microsoft {
    /// Base address without a slash at the end.
    pub base: String,
    pub(crate) http: reqwest::Client,
}

/// Password of everybody whom [`Microsoft::person`] makes.
pub const PASSWORD: &str = "correct horse battery staple";

impl Microsoft {
    /// At this address.
    pub fn at(base: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { base: base.trim_end_matches('/').to_owned(), http: reqwest::Client::new() }
    }

    pub(crate) async fn call(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let mut request = self.http.request(method, format!("{}/_sandbox/{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        ensure!(status.is_success(), "/_sandbox/{path}: {status} {text}");
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    /// GET on the control API.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(reqwest::Method::GET, path, None).await
    }

    /// POST on the control API.
    pub async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(reqwest::Method::POST, path, Some(body)).await
    }

    /// PATCH on the control API.
    pub async fn patch(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(reqwest::Method::PATCH, path, Some(body)).await
    }

    /// PUT on the control API.
    pub async fn put(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(reqwest::Method::PUT, path, Some(body)).await
    }

    /// Uploads a certificate (`.cer`) to an application, as on Entra's pages; answers the thumbprint shown there.
    pub async fn upload_certificate(&self, client: &str, der: &[u8]) -> anyhow::Result<String> {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        self.add_certificate(client, &pem).await
    }

    /// DELETE on the control API.
    pub async fn delete(&self, path: &str) -> anyhow::Result<Value> {
        self.call(reqwest::Method::DELETE, path, None).await
    }

    /// Makes a person with a mailbox (and their tenant, by the domain, if there is none yet).
    pub async fn person(&self, address: &str, name: &str) -> anyhow::Result<Value> {
        let domain = address.split('@').nth(1).context("an address has a domain")?;
        // Making a tenant twice is refused; the first one serves.
        let _ = self.post("tenants", json!({"domain": domain, "name": domain})).await;
        self.post("people", json!({"tenant": domain, "upn": address, "mail": address, "name": name, "password": PASSWORD, "mailbox": "online"}))
            .await
    }

    /// Puts raw MIME into a mailbox's Inbox.
    pub async fn deliver(&self, mailbox: &str, raw: impl Into<Vec<u8>>) -> anyhow::Result<String> {
        self.deliver_as(mailbox, raw, false).await
    }

    /// The same; with `read` somebody has read it by the time anybody can look.
    pub async fn deliver_as(
        &self,
        mailbox: &str,
        raw: impl Into<Vec<u8>>,
        read: bool,
    ) -> anyhow::Result<String> {
        let url = format!("{}/_sandbox/mailboxes/{mailbox}/deliver?read={read}", self.base);
        let request = self.http.post(url).header("content-type", "message/rfc822").body(raw.into());
        let response = request.send().await?;
        ensure!(response.status().is_success(), "deliver: {} {}", response.status(), response.text().await?);
        let answer: Value = response.json().await?;
        Ok(answer["id"].as_str().context("id of the delivered mail")?.to_owned())
    }

    /// An outside customer writes; answers the Message-ID.
    pub async fn customer_writes(
        &self,
        from: &str,
        to: &str,
        subject: &str,
        text: &str,
    ) -> anyhow::Result<String> {
        let mail = json!({"from": {"name": from.split('@').next(), "address": from}, "to": [{"address": to}], "subject": subject, "text": text});
        self.customer_sends(mail).await
    }

    /// The same with all the fields of the control API.
    pub async fn customer_sends(&self, mail: Value) -> anyhow::Result<String> {
        let answer = self.post("outside/send", mail).await?;
        Ok(answer["internetMessageId"].as_str().context("internetMessageId")?.to_owned())
    }

    /// What lies in a folder, newest first (at most 1,000).
    pub async fn messages(&self, mailbox: &str, folder: &str) -> anyhow::Result<Vec<Value>> {
        let answer = self.get(&format!("mailboxes/{mailbox}/messages?folder={folder}&top=1000")).await?;
        Ok(answer["messages"].as_array().cloned().unwrap_or_default())
    }

    /// What an outside person received and sent.
    pub async fn outside(&self, address: &str) -> anyhow::Result<Vec<Value>> {
        let answer = self.get(&format!("outside/{address}/messages")).await?;
        let list = answer.get("messages").unwrap_or(&answer);
        Ok(list.as_array().cloned().unwrap_or_default())
    }

    /// Sets a fault; answers its id.
    pub async fn fault(&self, fault: Value) -> anyhow::Result<String> {
        let answer = self.post("faults", fault).await?;
        Ok(answer["id"].to_string().trim_matches('"').to_owned())
    }

    /// Clears all faults.
    pub async fn clear_faults(&self) -> anyhow::Result<()> {
        self.delete("faults").await.map(|_| ())
    }

    /// Signs in at the stand-in's pages, consents with some permissions unticked, and answers the address it would send the
    /// browser back to (the desk's redirect address with `code` and `state`, or `error`).
    pub async fn sign_in(
        &self,
        visitor: &mut Visitor,
        departure: &str,
        upn: &str,
        password: &str,
        untick: &[&str],
    ) -> anyhow::Result<String> {
        let redirect = url::Url::parse(departure)?
            .query_pairs()
            .find(|(name, _)| name == "redirect_uri")
            .map(|(_, value)| value.into_owned())
            .context("a redirect address")?;
        let stop = Some(redirect.as_str());
        let mut page = visitor.open_until(departure, stop).await?;
        for _ in 0..8 {
            if page.url.as_str().starts_with(&redirect) {
                return Ok(page.url.to_string());
            }
            ensure!(page.status < 400, "the sign-in page answers {}: {}", page.status, page.body);
            page = next_step(visitor, &page, upn, password, untick, stop).await?;
        }
        anyhow::bail!("the sign-in does not end; the last page was {}", page.body)
    }
}

/// Does what the page asks for: picks the account, types the password, or consents.
async fn next_step(
    visitor: &mut Visitor,
    page: &Page,
    upn: &str,
    password: &str,
    untick: &[&str],
    stop: Option<&str>,
) -> anyhow::Result<Page> {
    let forms = page.forms();
    let has = |form: &Form, kind: &str| form.inputs.iter().any(|(_, k)| k == kind);
    if let Some(form) = forms.iter().find(|f| has(f, "password")) {
        let secret = &form.inputs.iter().find(|(_, k)| k == "password").context("password field")?.0;
        let mut set = vec![(secret.as_str(), password)];
        let login = form
            .inputs
            .iter()
            .find(|(n, k)| n != secret && (k == "email" || k == "text" || k.is_empty()) && !n.is_empty());
        if let Some((login, _)) = login {
            set.push((login.as_str(), upn));
        }
        set.extend(forward(form));
        return visitor.submit(page, form, &set, &[], stop).await;
    }
    if let Some(form) = forms.iter().find(|f| f.inputs.iter().any(|(name, _)| name == "otc")) {
        // A second factor: any six digits do.
        let set: Vec<(&str, &str)> = std::iter::once(("otc", "123456")).chain(forward(form)).collect();
        return visitor.submit(page, form, &set, &[], stop).await;
    }
    if let Some(form) = forms.iter().find(|f| has(f, "checkbox")) {
        let set: Vec<(&str, &str)> = forward(form).into_iter().collect();
        return visitor.submit(page, form, &set, untick, stop).await;
    }
    // Account picker: a button or form that names the account, else "another account".
    for form in &forms {
        if let Some((name, value, _)) = form.buttons.iter().find(|(_, v, t)| v == upn || t.contains(upn)) {
            return visitor.submit(page, form, &[(name.as_str(), value.as_str())], &[], stop).await;
        }
        if form.fields.iter().any(|(_, v)| v == upn) {
            return visitor.submit(page, form, &[], &[], stop).await;
        }
    }
    let other = forms
        .iter()
        .flat_map(|f| f.buttons.iter().map(move |b| (f, b)))
        .find(|(_, (_, v, _))| v.contains("other") || v.is_empty());
    let (form, (name, value, _)) =
        other.with_context(|| format!("a sign-in page nobody understands: {}", page.body))?;
    let set: Vec<(&str, &str)> = if name.is_empty() { vec![] } else { vec![(name.as_str(), value.as_str())] };
    visitor.submit(page, form, &set, &[], stop).await
}

/// The button that goes on: the first that is not a refusal.
fn forward(form: &Form) -> Option<(&str, &str)> {
    let button = form.buttons.iter().find(|(name, value, _)| !name.is_empty() && value != "cancel")?;
    Some((button.0.as_str(), button.1.as_str()))
}

impl Microsoft {
    /// All messages of a folder, page by page.
    pub async fn messages_all(&self, mailbox: &str, folder: &str) -> anyhow::Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let answer = self
                .get(&format!("mailboxes/{mailbox}/messages?folder={folder}&top=500&skip={}", all.len()))
                .await?;
            let page = answer["messages"].as_array().cloned().unwrap_or_default();
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

impl Microsoft {
    /// Moves the stand-in's clock forward; the desk's own clock stays.
    pub async fn advance(&self, by: jiff::SignedDuration) -> anyhow::Result<()> {
        self.post("clock", json!({"advanceSeconds": by.as_secs_f64()})).await.map(|_| ())
    }

    /// Lets the stand-in's clock run so many times as fast as the machine's.
    pub async fn speed(&self, factor: f64) -> anyhow::Result<()> {
        self.post("clock", json!({"speed": factor})).await.map(|_| ())
    }

    /// How often each kind of fault struck.
    pub async fn strikes(&self) -> anyhow::Result<Value> {
        Ok(self.get("counters").await?["strikes"].clone())
    }

    /// Subscriptions to change notifications that have not expired.
    pub async fn subscriptions(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.get("subscriptions").await?.as_array().cloned().unwrap_or_default())
    }

    /// Sends a lifecycle event (`reauthorizationRequired`, `missed`, `subscriptionRemoved`) for every subscription of
    /// a mailbox; answers for how many.
    pub async fn lifecycle(&self, mailbox: &str, event: &str) -> anyhow::Result<usize> {
        let answer = self.post("lifecycle", json!({"event": event, "mailbox": mailbox})).await?;
        Ok(answer["subscriptions"].as_array().map_or(0, Vec::len))
    }

    /// Removes every subscription of a mailbox without telling anybody.
    pub async fn forget_subscriptions(&self, mailbox: &str) -> anyhow::Result<()> {
        for one in self.subscriptions().await?.iter().filter(|s| s["mailbox"] == json!(mailbox)) {
            let id = one["id"].as_str().context("id of a subscription")?;
            self.delete(&format!("subscriptions/{id}?silent=true")).await?;
        }
        Ok(())
    }

    /// Hands mail for a domain to another mail server (`host:port`).
    pub async fn route_domain(&self, domain: &str, smtp: &str) -> anyhow::Result<()> {
        self.post("routes", json!({"domain": domain, "smtp": smtp})).await.map(|_| ())
    }

    /// Hands mail for one address to another mail server (`host:port`).
    pub async fn route_address(&self, address: &str, smtp: &str) -> anyhow::Result<()> {
        self.post("routes", json!({"address": address, "smtp": smtp})).await.map(|_| ())
    }

    /// Lets a mailbox forward what it gets, as a rule of Exchange does.
    pub async fn forward(&self, mailbox: &str, to: &str, keep: bool) -> anyhow::Result<()> {
        self.post(&format!("mailboxes/{mailbox}/forward"), json!({"to": to, "keep": keep})).await.map(|_| ())
    }

    /// Mail that came or went by SMTP, oldest first.
    pub async fn by_smtp(&self) -> anyhow::Result<Vec<Value>> {
        Ok(self.get("smtp?limit=2000").await?["mails"].as_array().cloned().unwrap_or_default())
    }
}
