//! How mail to people is written: the account's template, the brands' signatures, how long links to files last, and what agents may do
//! by mail. Settings of the account, one row each; read when a mail is made, never cached, so that every process writes alike.

use std::collections::BTreeMap;

use desk::behalf::StaffMail;
use desk::template::{Fault, MailTemplate, Signature};
use desk::{BrandId, Language};
use jiff::SignedDuration;
use mail::Mailbox;
use serde::{Deserialize, Serialize};
use store::{Brand, NewOutbox, Purpose, Store, Urgency};

use crate::letter_out::{self, Body, LeftOut, Quoted};
use crate::mail_zone::MailZone;
use crate::{Actor, AlarmWay, Engine, Error, Result, texts};

/// Names of the settings.
const TEMPLATE: &str = "mail_template";
const RULES: &str = "mail_rules";
/// Signatures of all brands in one row, as earlier versions kept them: two administrators who saved at once lost one.
const SIGNATURES: &str = "mail_signatures";

/// The row of one brand's signature.
fn signature_of(brand: BrandId) -> String {
    format!("mail_signature_{brand}")
}

/// Days that a link to a file lasts, unless it is set. Zendesk's 24 hours are over before a customer is back from a
/// weekend; a week reaches everybody who is not on holiday, and an agent can open the link again.
const LINK_DAYS: u16 = 7;
/// Days that may be set.
pub(crate) const MOST_LINK_DAYS: u16 = 90;

/// What an administrator sets beside the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MailRules {
    /// A mail that an agent forwards becomes the ticket of who wrote it.
    pub on_behalf: bool,
    /// What agents write by mail is public unless they say otherwise.
    pub agents_public: bool,
    /// Days that a link to a file lasts.
    pub link_days: u16,
}

impl Default for MailRules {
    fn default() -> Self {
        let StaffMail { on_behalf, public } = StaffMail::default();
        Self { on_behalf, agents_public: public, link_days: LINK_DAYS }
    }
}

impl MailRules {
    pub(crate) fn staff_mail(self) -> StaffMail {
        StaffMail { on_behalf: self.on_behalf, public: self.agents_public }
    }

    pub(crate) fn links_last(self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.link_days))
    }
}

/// All that the page of the template shows.
#[derive(Debug, Clone)]
pub struct MailWriting {
    /// The template in use.
    pub template: MailTemplate,
    /// Whether it is another than the desk's own.
    pub changed: bool,
    /// What is wrong with it: mail goes out in the desk's own meanwhile.
    pub fault: Option<Fault>,
    /// Rules.
    pub rules: MailRules,
    /// The brands with their signatures.
    pub signatures: Vec<(Brand, Signature)>,
    /// The zone of the dates in mail; `None`: nobody has said one, and UTC is written.
    pub time_zone: Option<String>,
}

/// A mail as it would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenMail {
    /// Subject.
    pub subject: String,
    /// HTML.
    pub html: String,
    /// Text.
    pub text: String,
    /// Why it is not in the account's own template.
    pub fault: Option<Fault>,
}

async fn stored<T: serde::de::DeserializeOwned>(store: &Store, name: &str) -> Result<Option<T>> {
    let text = store.setting(name).await?;
    Ok(text.and_then(|text| match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            // A mail must leave all the same.
            tracing::error!(%error, setting = name, "a setting cannot be read; the default is used");
            None
        }
    }))
}

pub(crate) async fn rules(engine: &Engine) -> Result<MailRules> {
    Ok(stored(&engine.inner.store, RULES).await?.unwrap_or_default())
}

pub(crate) async fn template(engine: &Engine) -> Result<MailTemplate> {
    Ok(stored(&engine.inner.store, TEMPLATE).await?.unwrap_or_default())
}

pub(crate) async fn signature(engine: &Engine, brand: BrandId) -> Result<Signature> {
    let store = &engine.inner.store;
    if let Some(own) = stored(store, &signature_of(brand)).await? {
        return Ok(own);
    }
    let mut earlier: BTreeMap<i64, Signature> = stored(store, SIGNATURES).await?.unwrap_or_default();
    Ok(earlier.remove(&brand.0).unwrap_or_default())
}

impl Engine {
    /// The template, the signatures and the rules in force. Admins.
    pub async fn mail_writing(&self, actor: &Actor) -> Result<MailWriting> {
        actor.must_be_admin()?;
        let template = template(self).await?;
        let mut signatures = Vec::new();
        for brand in self.inner.store.brands().await? {
            let signature = signature(self, brand.id).await?;
            signatures.push((brand, signature));
        }
        Ok(MailWriting {
            changed: template != MailTemplate::default(),
            fault: template.check().err(),
            template,
            rules: rules(self).await?,
            signatures,
            time_zone: self.time_zone(actor).await?,
        })
    }

    /// Uses a template from now on. Admins.
    ///
    /// # Errors
    /// [`Error::MailTemplate`] says what is wrong with it.
    pub async fn save_mail_template(&self, actor: &Actor, template: &MailTemplate) -> Result<()> {
        actor.must_be_admin()?;
        template.check().map_err(Error::MailTemplate)?;
        self.put(TEMPLATE, template).await
    }

    /// Goes back to the desk's own template. Admins.
    pub async fn reset_mail_template(&self, actor: &Actor) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.forget_setting(TEMPLATE).await?;
        Ok(tx.commit().await?)
    }

    /// Sets a brand's signature. Admins.
    ///
    /// # Errors
    /// [`Error::MailTemplate`] says what is wrong with it.
    pub async fn save_signature(&self, actor: &Actor, brand: BrandId, signature: &Signature) -> Result<()> {
        actor.must_be_admin()?;
        signature.check().map_err(Error::MailTemplate)?;
        if !self.inner.store.brands().await?.iter().any(|known| known.id == brand) {
            return Err(Error::NotFound);
        }
        self.put(&signature_of(brand), signature).await
    }

    /// Sets what agents may do by mail and how long links last. Admins.
    ///
    /// # Errors
    /// [`Error::Invalid`] for days out of range.
    pub async fn save_mail_rules(&self, actor: &Actor, rules: MailRules) -> Result<()> {
        actor.must_be_admin()?;
        if !(1..=MOST_LINK_DAYS).contains(&rules.link_days) {
            return Err(Error::Invalid { field: "link_days", problem: "out-of-range" });
        }
        self.put(RULES, &rules).await
    }

    async fn put<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let text = serde_json::to_string(value).unwrap_or_default();
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_setting(name, &text).await?;
        Ok(tx.commit().await?)
    }

    /// A made-up answer in this template: nothing of it is kept or sent. Admins.
    pub async fn preview_mail(
        &self,
        actor: &Actor,
        template: &MailTemplate,
        language: Language,
    ) -> Result<WrittenMail> {
        actor.must_be_admin()?;
        let brand = self.inner.store.brands().await?.into_iter().next();
        let name = brand.as_ref().map(|brand| brand.name.clone()).unwrap_or_default();
        let signature = match &brand {
            Some(brand) => signature(self, brand.id).await?,
            None => Signature::default(),
        };
        let sample = texts::sample(language);
        let history = [Quoted {
            author: sample.customer,
            at: self.now() - SignedDuration::from_hours(26),
            text: sample.question,
        }];
        let too_large = [LeftOut {
            name: sample.file,
            size: 12 * 1024 * 1024,
            link: format!("{}/files/{}", self.inner.settings.public_url, "0".repeat(64)),
        }];
        let body = Body {
            language,
            text: &sample.answer,
            left_out: &too_large,
            links_until: self.now() + rules(self).await?.links_last(),
            zone: &MailZone::load(self).await?,
            pictures: &[],
            history: &history,
            token: &self.inner.token_key.token(0),
            brand: &name,
            signature: signature.write(&actor.person.name, &name),
            desk: None,
        };
        let (html, text, fault) = body.write(template);
        // What is shown is the template that was asked about, or its fault; check says more than this one mail.
        let fault = template.check().err().or(fault);
        Ok(WrittenMail { subject: sample.subject, html, text, fault })
    }

    /// Sends a made-up answer in this template to the administrator who asks; answers the address it goes to. Admins.
    ///
    /// # Errors
    /// [`Error::NoWayOut`] when nothing can be sent now, [`Error::MailTemplate`] for a template that would not be used.
    pub async fn test_mail_template(&self, actor: &Actor, template: &MailTemplate) -> Result<String> {
        actor.must_be_admin()?;
        template.check().map_err(Error::MailTemplate)?;
        let language = actor.person.language.unwrap_or(Language::En);
        let mail = self.preview_mail(actor, template, language).await?;
        let (connection, address, domain) =
            match crate::alarms::way_out(self).await?.ok_or(Error::NoWayOut)? {
                AlarmWay::Address(one) => (one.connection.id, Some(one.id), one.address.domain().to_owned()),
                AlarmWay::System(id) => (id, None, "postdesk.invalid".to_owned()),
            };
        let to = &actor.person;
        let new = NewOutbox {
            connection,
            address,
            purpose: Purpose::Sample,
            ticket: None,
            comment: None,
            trigger: None,
            // As an answer leaves, or it would be no test of one.
            urgency: Urgency::Answer,
            to: vec![Mailbox { name: to.name.clone(), address: to.email.clone() }],
            cc: Vec::new(),
            subject: letter_out::one_line(&mail.subject),
            text: mail.text,
            html: mail.html,
            message_id: mail::compose::mint_message_id(&hex::encode(rand::random::<[u8; 16]>()), &domain),
            in_reply_to: None,
            references: Vec::new(),
            mark: hex::encode(rand::random::<[u8; 16]>()),
            attachments: Vec::new(),
        };
        let tx = self.inner.store.begin(self.now()).await?;
        tx.enqueue(&new).await?;
        tx.commit().await?;
        Ok(to.email.to_string())
    }
}
