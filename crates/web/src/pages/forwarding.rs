//! Addresses that another mail server forwards to the desk: making one, verifying it, moving it to the connector and back; and the
//! desk's own way out.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use desk::{AddressId, BrandId};
use engine::{ForwardingView, NewForwarding, WayOutView};
use i18n_embed_fl::fl;
use jiff::Timestamp;
use serde::Deserialize;
use store::{Brand, Kind, Move, OutboxRow, Proof};

use crate::app::App;
use crate::explain::ADDRESSES;
use crate::page::{Answer, Page, show};
use crate::pages::addresses::state_class;
use crate::pages::connect::Ways;
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// The page of the desk's own way out.
const WAY_OUT: &str = "/admin/channels/email/way-out";
/// What these pages show.
const TOPICS: &str = "addresses";

#[derive(Template)]
#[template(path = "forwarding_new.html")]
pub(crate) struct NewPage {
    pub(crate) page: Page,
    pub(crate) brands: Vec<Brand>,
    pub(crate) door: Option<(String, u16)>,
    pub(crate) way_out: bool,
}

/// Forward from another mail server: what will happen, and which address.
pub(crate) async fn form(State(app): State<App>, reader: Reader) -> Answer {
    let brands = app.engine.brands(&reader.actor()?).await?;
    let way_out = app.engine.settings().smtp.way_out.is_some();
    show(&NewPage { page: Page::of(&reader), brands, door: app.engine.door(), way_out })
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    address: String,
    #[serde(default)]
    name: String,
    /// Asked for only when there are several.
    brand: Option<BrandId>,
}

/// Makes the address; the next page says how to forward to it.
pub(crate) async fn add(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let new = NewForwarding { address: typed.address, name: typed.name, brand: typed.brand };
    let made = app.engine.make_forwarding(&reader.actor()?, &new).await?;
    Ok(to(&here(made.id)))
}

fn here(id: AddressId) -> String {
    format!("{ADDRESSES}/{id}/forwarding")
}

#[derive(Template)]
#[template(path = "forwarding.html")]
pub(crate) struct ForwardingPage {
    pub(crate) page: Page,
    pub(crate) view: ForwardingView,
    /// By whose rights the mailbox may be reached after a move to the connector.
    pub(crate) ways: Ways,
    pub(crate) cause: String,
    pub(crate) next: String,
}

/// An address that is forwarded, or one on the move.
pub(crate) async fn page(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    let page = Page::live(&app, &reader, TOPICS).await?;
    let view = app.engine.forwarding(&reader.actor()?, id).await?;
    let connection = &view.address.connection;
    let (cause, next) = wording::state_help(page.t, connection.state, connection.cause.as_ref());
    let next =
        if connection.state.works() && connection.kind == Kind::Forwarding { String::new() } else { next };
    let ways = Ways::for_move(&view.address);
    show(&ForwardingPage { page, view, ways, cause, next })
}

impl ForwardingPage {
    fn state(&self) -> String {
        wording::state(self.page.t, self.view.address.connection.state)
    }

    fn state_class(&self) -> &'static str {
        state_class(self.view.address.connection.state)
    }

    fn is_forwarding(&self) -> bool {
        self.view.address.connection.kind == Kind::Forwarding
    }

    fn plan(&self) -> Option<Move> {
        self.view.address.connection.moving
    }

    fn moving(&self) -> bool {
        self.plan().is_some()
    }

    fn move_proved(&self) -> bool {
        self.plan().is_some_and(|plan| plan.proved_at.is_some())
    }

    /// How to forward is of use for a forwarding address, and for one on its way to it.
    fn shows_server(&self) -> bool {
        self.is_forwarding() || self.plan().is_some_and(|plan| plan.to == Kind::Forwarding)
    }

    /// When the forwarding was last seen to work.
    fn verified_at(&self) -> Option<Timestamp> {
        if self.is_forwarding() {
            let connection = &self.view.address.connection;
            connection.proved_at.filter(|_| connection.state.works())
        } else {
            self.plan().and_then(|plan| plan.proved_at)
        }
    }

    fn still_taken(&self) -> Option<Timestamp> {
        self.view.address.connection.forwarded_until.filter(|until| *until > self.page.now())
    }
}

/// Sends the test mail.
pub(crate) async fn verify(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.verify_forwarding(&reader.actor()?, id).await?;
    Ok(to(&here(id)))
}

/// Begins a move.
pub(crate) async fn begin_move(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.begin_move(&reader.actor()?, id).await?;
    Ok(to(&here(id)))
}

/// Gives it up.
pub(crate) async fn give_up(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.give_up_move(&reader.actor()?, id).await?;
    Ok(to(&here(id)))
}

/// From the connector to forwarding, for good.
pub(crate) async fn confirm(State(app): State<App>, reader: Reader, Path(id): Path<AddressId>) -> Answer {
    app.engine.confirm_forwarding(&reader.actor()?, id).await?;
    Ok(to(&here(id)))
}

#[derive(Template)]
#[template(path = "way_out.html")]
pub(crate) struct WayOutPage {
    pub(crate) page: Page,
    pub(crate) view: WayOutView,
    /// Where a test mail goes.
    pub(crate) mine: String,
    pub(crate) cause: String,
    pub(crate) next: String,
}

/// The desk's own way out.
pub(crate) async fn way_out(State(app): State<App>, reader: Reader) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, TOPICS).await?;
    let view = app.engine.way_out(&actor).await?;
    let (cause, next) = match &view.connection {
        Some(known) if known.state.works() && known.cause.is_none() => {
            (fl!(page.t, "way-out-works"), String::new())
        }
        Some(known) => wording::state_help(page.t, known.state, known.cause.as_ref()),
        None => (String::new(), String::new()),
    };
    show(&WayOutPage { page, view, mine: actor.person.email.to_string(), cause, next })
}

impl WayOutPage {
    fn state(&self) -> String {
        self.view
            .connection
            .as_ref()
            .map(|known| wording::state(self.page.t, known.state))
            .unwrap_or_default()
    }

    fn state_class(&self) -> &'static str {
        self.view.connection.as_ref().map_or("wait", |known| state_class(known.state))
    }

    fn delivery(&self, row: &OutboxRow) -> (&'static str, String) {
        wording::delivery(self.page.t, row)
    }
}

/// Sends a test mail to whoever asks.
pub(crate) async fn test_way_out(State(app): State<App>, reader: Reader) -> Answer {
    app.engine.send_test_mail(&reader.actor()?).await?;
    Ok(to(WAY_OUT))
}
