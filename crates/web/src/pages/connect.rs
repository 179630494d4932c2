//! Connecting a mailbox: what will happen, off to Microsoft, back again, "is it this account?".

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use desk::{AddressId, BrandId, SignInId};
use engine::{ConnectChoice, Onward, Pending, Way};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::{Brand, SupportAddress, Wanted};
use url::Url;

use crate::app::App;
use crate::explain::{ADDRESSES, CONNECT};
use crate::failure::Failure;
use crate::page::{Answer, Page, show};
use crate::pages::consent::way_word;
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
    pub(crate) ways: Ways,
}

/// The Microsoft Exchange connector: what will happen, and what can be chosen.
pub(crate) async fn form(State(app): State<App>, reader: Reader) -> Answer {
    let brands = app.engine.brands(&reader.actor()?).await?;
    let ways = Ways { way: "own".to_owned(), ..Ways::default() };
    show(&FormPage { page: Page::of(&reader), brands, ways })
}

/// The ways in a form: which one, and what each wants to know.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Ways {
    pub(crate) way: String,
    pub(crate) shared: String,
    pub(crate) mailbox: String,
    pub(crate) tenant: String,
}

impl Ways {
    fn read(&self) -> Option<Way> {
        let trimmed = |text: &str| text.trim().to_owned();
        match self.way.as_str() {
            "own" => Some(Way::Own),
            "shared" => Some(Way::Shared { mailbox: trimmed(&self.shared) }),
            "app_only" => {
                Some(Way::AppOnly { mailbox: trimmed(&self.mailbox), tenant: trimmed(&self.tenant) })
            }
            _ => None,
        }
    }

    /// For an address that has no account yet: its own mailbox, unless somebody else reaches it.
    pub(crate) fn for_move(address: &SupportAddress) -> Self {
        let mailbox = address.address.to_string();
        Self { way: "own".to_owned(), shared: mailbox.clone(), mailbox, tenant: String::new() }
    }

    /// The way by which an address is reached now, as the form shows it.
    fn of(address: &SupportAddress) -> Self {
        let Some(account) = &address.connection.account else { return Self::default() };
        let now = Way::of(account);
        let mailbox =
            account.mailbox.as_ref().map_or_else(|| address.address.to_string(), |m| m.name.clone());
        let way = way_word(&now).to_owned();
        Self { way, shared: mailbox.clone(), mailbox, tenant: account.tenant.clone() }
    }
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    /// Asked for only when there are several.
    brand: Option<BrandId>,
    /// Old mail that is to become tickets.
    #[serde(flatten)]
    import: ImportForm,
    /// `ask`: first a link for an administrator.
    #[serde(default)]
    then: String,
    #[serde(flatten)]
    ways: Ways,
}

#[derive(Template)]
#[template(path = "departure.html")]
pub(crate) struct DeparturePage {
    pub(crate) page: Page,
    pub(crate) url: String,
    pub(crate) host: String,
}

/// Next: prepares the sign-in and leads to Microsoft.
pub(crate) async fn depart(State(app): State<App>, reader: Reader, Form(form): Form<Choice>) -> Answer {
    let actor = reader.actor()?;
    let brand = match form.brand {
        Some(brand) => brand,
        None => only_brand(&app.engine.brands(&actor).await?)?,
    };
    let choice = ConnectChoice { brand, import: form.import.wanted(&reader)? };
    let way = form.ways.read().unwrap_or(Way::Own);
    if form.then == "ask" {
        let word = app.engine.ask_for_consent(&actor, choice, &way).await.map_err(Failure::Connecting)?;
        return Ok(to(&format!("{CONNECT}/approval/{word}")));
    }
    let onward = app.engine.connect_by(&actor, choice, &way).await.map_err(Failure::Connecting)?;
    go_on(&reader, CONNECT, onward)
}

/// Reconnect: the same way for an address that was lost, or another one where the form names it.
pub(crate) async fn reconnect(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<AddressId>,
    Form(ways): Form<Ways>,
) -> Answer {
    let way = ways.read();
    let onward =
        app.engine.reconnect_by(&reader.actor()?, id, way.as_ref()).await.map_err(Failure::Connecting)?;
    go_on(&reader, ADDRESSES, onward)
}

#[derive(Template)]
#[template(path = "way.html")]
pub(crate) struct WayPage {
    pub(crate) page: Page,
    pub(crate) address: SupportAddress,
    pub(crate) ways: Ways,
}

/// By which other way the same mailbox could be reached.
pub(crate) async fn way(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let views = app.engine.addresses(&reader.actor()?).await?;
    let found = views.into_iter().map(|view| view.address).find(|address| address.id == id);
    let address = found.filter(|address| address.connection.account.is_some());
    let address = address.ok_or(Failure::Engine(engine::Error::NotFound))?;
    let ways = Ways::of(&address);
    show(&WayPage { page: Page::of(&reader), address, ways })
}

/// To Microsoft, or straight to the confirmation where nobody has to sign in.
fn go_on(reader: &Reader, here: &str, onward: Onward) -> Answer {
    match onward {
        Onward::Microsoft(url) => lead_to(reader, here, url),
        Onward::Confirm(id) => Ok(to(&format!("/admin/connect/confirm/{id}"))),
    }
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
    fn by_itself(&self) -> bool {
        matches!(self.pending.way, Way::AppOnly { .. })
    }

    fn is_shared(&self) -> bool {
        matches!(self.pending.way, Way::Shared { .. })
    }

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
