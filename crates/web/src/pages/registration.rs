//! The desk's registration at Microsoft Entra: a guide, a form that is checked with Microsoft, a certificate made here.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use engine::{CredentialChoice, CredentialKind, RegistrationForm, RegistrationSource, RegistrationView};
use exchange::Permissions;
use i18n_embed_fl::fl;
use jiff::civil::Date;
use secrecy::SecretString;
use serde::Deserialize;

use crate::app::App;
use crate::explain::{Explained, REGISTRATION, registering};
use crate::failure::Failure;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "registration.html")]
pub(crate) struct RegistrationPage {
    pub(crate) page: Page,
    pub(crate) view: RegistrationView,
    pub(crate) typed: Typed,
    pub(crate) problem: Option<Explained>,
    pub(crate) saved: bool,
    pub(crate) made: bool,
}

/// The form as it stands: stored values, or what was typed last. Secrets are not among it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    client_id: String,
    audience: String,
    tenant: String,
    cloud: String,
    login_url: String,
    graph_url: String,
    credential: String,
    expires_on: String,
}

/// What was posted: the same, and what is secret.
#[derive(Deserialize)]
pub(crate) struct Posted {
    #[serde(flatten)]
    typed: Typed,
    #[serde(default)]
    secret: SecretString,
    #[serde(default)]
    pem: SecretString,
}

/// What has just happened.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Notice {
    done: String,
}

impl Typed {
    pub(crate) fn of(view: &RegistrationView) -> Self {
        let kind = view.draft.as_ref().map_or(view.kind, |draft| draft.kind);
        Self {
            client_id: view.client_id.clone(),
            audience: if view.many_tenants { "many" } else { "one" }.to_owned(),
            tenant: view.tenant.clone(),
            cloud: view.cloud.clone(),
            login_url: view.login_url.clone(),
            graph_url: view.graph_url.clone(),
            credential: word(kind).to_owned(),
            expires_on: view.expires_on.map(|day| day.to_string()).unwrap_or_default(),
        }
    }
}

fn word(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::Secret => "secret",
        CredentialKind::Certificate => "certificate",
    }
}

pub(crate) async fn page(
    State(app): State<App>,
    reader: Reader,
    axum::extract::Query(notice): axum::extract::Query<Notice>,
) -> Answer {
    let view = app.engine.registration(&reader.actor()?).await?;
    let typed = Typed::of(&view);
    let (saved, made) = (notice.done == "saved", notice.done == "made");
    show(&RegistrationPage { page: Page::of(&reader), view, typed, problem: None, saved, made })
}

/// Checks and saves; what Microsoft does not take is said beside what was typed.
pub(crate) async fn save(State(app): State<App>, reader: Reader, Form(posted): Form<Posted>) -> Answer {
    let actor = reader.actor()?;
    let form = match posted.read() {
        Ok(form) => app.engine.save_registration(&actor, &form).await,
        Err(error) => Err(error),
    };
    let error = match form {
        Ok(()) => return Ok(to(&format!("{REGISTRATION}?done=saved"))),
        Err(error @ engine::Error::Forbidden) => return Err(Failure::Engine(error)),
        Err(error) => error,
    };
    let page = Page::of(&Reader { here: REGISTRATION.to_owned(), ..reader.clone() });
    let problem = registering(page.t, &error);
    let view = app.engine.registration(&actor).await?;
    let typed = posted.typed;
    let page = RegistrationPage { page, view, typed, problem: Some(problem), saved: false, made: false };
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

impl Posted {
    fn read(&self) -> Result<RegistrationForm, engine::Error> {
        let typed = &self.typed;
        let day = typed.expires_on.trim();
        let expires_on: Option<Date> = match day {
            "" => None,
            day => Some(
                day.parse()
                    .map_err(|_| engine::Error::Invalid { field: "expires-on", problem: "unknown" })?,
            ),
        };
        Ok(RegistrationForm {
            client_id: typed.client_id.clone(),
            many_tenants: typed.audience == "many",
            tenant: typed.tenant.clone(),
            cloud: typed.cloud.clone(),
            login_url: typed.login_url.clone(),
            graph_url: typed.graph_url.clone(),
            credential: match typed.credential.as_str() {
                "certificate" => CredentialChoice::Certificate(given(&self.pem)),
                _ => CredentialChoice::Secret(given(&self.secret)),
            },
            expires_on,
        })
    }
}

/// Nothing but blanks is nothing typed; blanks around a pasted secret are no part of it.
fn given(text: &SecretString) -> Option<SecretString> {
    let trimmed = secrecy::ExposeSecret::expose_secret(text).trim();
    (!trimmed.is_empty()).then(|| trimmed.into())
}

/// Makes a key and a certificate.
pub(crate) async fn make_certificate(State(app): State<App>, reader: Reader) -> Answer {
    app.engine.make_certificate(&reader.actor()?).await?;
    Ok(to(&format!("{REGISTRATION}?done=made#certificate")))
}

/// The certificate's public half, to be uploaded at Entra.
pub(crate) async fn certificate(State(app): State<App>, reader: Reader) -> Answer {
    let file = app.engine.certificate_file(&reader.actor()?).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pkix-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"postdesk.cer\""),
    ];
    Ok((headers, file).into_response())
}

impl RegistrationPage {
    fn in_file(&self) -> bool {
        self.view.source == RegistrationSource::File
    }

    fn is_stored(&self) -> bool {
        self.view.source == RegistrationSource::Stored
    }

    /// A secret is kept, so that the field may be left empty.
    fn keeps(&self, kind: &str) -> bool {
        let draft = self.view.draft.as_ref().is_some_and(|draft| word(draft.kind) == kind);
        draft || self.is_stored() && word(self.view.kind) == kind
    }

    fn delegated(&self) -> String {
        Permissions::Own.names().join(", ")
    }

    fn delegated_shared(&self) -> String {
        let own = Permissions::Own.names();
        let more: Vec<&str> =
            Permissions::Shared.names().iter().filter(|name| !own.contains(name)).copied().collect();
        more.join(", ")
    }

    fn application(&self) -> String {
        Permissions::Application.names().join(", ")
    }
}
