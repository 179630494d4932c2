//! Connecting a mailbox: what will happen, off to Microsoft, back again, "is it this account?".

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use desk::{AddressId, BrandId, SignInId};
use engine::{ConnectChoice, Pending};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Brand, Wanted};
use url::Url;

use crate::app::App;
use crate::explain::{ADDRESSES, CONNECT};
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::pages::imports::ImportForm;
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

#[derive(Template)]
#[template(path = "connect.html")]
pub(crate) struct ChoosePage {
    pub(crate) page: Page,
}

/// Connect external address: which connector.
pub(crate) async fn choose(reader: Reader) -> Answer {
    show(&ChoosePage { page: Page::of(&reader) })
}

#[derive(Template)]
#[template(path = "connect_exchange.html")]
pub(crate) struct FormPage {
    pub(crate) page: Page,
    pub(crate) brands: Vec<Brand>,
}

/// The Microsoft Exchange connector: what will happen, and what can be chosen.
pub(crate) async fn form(State(app): State<App>, reader: Reader) -> Answer {
    let brands = app.engine.brands(&reader.actor()?).await?;
    show(&FormPage { page: Page::of(&reader), brands })
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    /// Asked for only when there are several.
    brand: Option<BrandId>,
    /// Old mail that is to become tickets.
    #[serde(flatten)]
    import: ImportForm,
}

#[derive(Template)]
#[template(path = "departure.html")]
pub(crate) struct DeparturePage {
    pub(crate) page: Page,
    pub(crate) url: String,
    pub(crate) host: String,
}

/// Next: prepares the sign-in and leads to Microsoft.
pub(crate) async fn depart(State(app): State<App>, reader: Reader, Form(choice): Form<Choice>) -> Answer {
    let actor = reader.actor()?;
    let brand = match choice.brand {
        Some(brand) => brand,
        None => only_brand(&app.engine.brands(&actor).await?)?,
    };
    let choice = ConnectChoice { brand, import: choice.import.wanted(&reader)? };
    let url = app.engine.begin_connect(&actor, choice).await.map_err(Failure::Connecting)?;
    lead_to(&reader, CONNECT, url)
}

/// Reconnect: the same way for an address that was lost.
pub(crate) async fn reconnect(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let url = app.engine.begin_reconnect(&reader.actor()?, id).await.map_err(Failure::Connecting)?;
    lead_to(&reader, ADDRESSES, url)
}

/// A page that goes on to Microsoft by itself. Not a redirect: this answers a form, and our policy lets forms lead to
/// ourselves only.
fn lead_to(reader: &Reader, here: &str, url: String) -> Answer {
    let host = Url::parse(&url).ok().and_then(|url| Some(url.host_str()?.to_owned())).unwrap_or_default();
    let page = Page::of(&Reader { here: here.to_owned(), ..reader.clone() });
    show(&DeparturePage { page, url, host })
}

/// The brand of an account that has one: then nobody is asked.
fn only_brand(brands: &[Brand]) -> Result<BrandId, Failure> {
    match brands {
        [only] => Ok(only.id),
        _ => Err(Failure::Engine(engine::Error::Invalid { field: "brand", problem: "empty" })),
    }
}

/// What Microsoft adds to our address.
#[derive(Deserialize)]
pub(crate) struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    #[serde(default)]
    error_description: String,
}

/// Back from Microsoft.
pub(crate) async fn returned(State(app): State<App>, reader: Reader, Query(back): Query<Returned>) -> Answer {
    let actor = reader.actor()?;
    let state = back.state.unwrap_or_default();
    match (back.error, back.code) {
        (Some(error), _) => {
            let error = app.engine.return_with_error(&actor, &state, &error, &back.error_description).await;
            Err(Failure::Connecting(error))
        }
        (None, Some(code)) => {
            let sign_in =
                app.engine.return_with_code(&actor, &state, &code).await.map_err(Failure::Connecting)?;
            // On to an address of its own, so that the code stays neither in the address bar nor in the history.
            Ok(to(&format!("/admin/connect/confirm/{sign_in}")))
        }
        (None, None) => Err(Failure::Connecting(engine::Error::UnknownSignIn)),
    }
}

#[derive(Template)]
#[template(path = "connect_confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) page: Page,
    pub(crate) pending: Pending,
    pub(crate) several_brands: bool,
}

impl ConfirmPage {
    fn wanted(&self, wanted: &Wanted) -> String {
        wording::wanted(&self.page, *wanted)
    }
}

/// Shows which account came back.
pub(crate) async fn ask(State(app): State<App>, reader: Reader, Path(id): Path<SignInId>) -> Answer {
    let actor = reader.actor()?;
    let pending = app.engine.pending(&actor, id).await.map_err(Failure::Connecting)?;
    let several_brands = app.engine.brands(&actor).await?.len() > 1;
    show(&ConfirmPage { page: Page::of(&reader), pending, several_brands })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Decision {
    decision: String,
}

/// Done, or "that is the wrong account".
pub(crate) async fn confirm(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<SignInId>,
    Form(form): Form<Decision>,
) -> Answer {
    let actor = reader.actor()?;
    if form.decision == "done" {
        app.engine.confirm(&actor, id).await.map_err(Failure::Connecting)?;
        return Ok(to(&format!("{ADDRESSES}?done=connected")));
    }
    let pending = app.engine.pending(&actor, id).await.map_err(Failure::Connecting)?;
    app.engine.cancel(&actor, id).await.map_err(Failure::Connecting)?;
    Ok(to(if pending.reconnect.is_some() { ADDRESSES } else { CONNECT }))
}
