//! The Admin Center's own pages: its start, and Channels > Talk and email > Email.

use askama::Template;
use axum::extract::State;
use i18n_embed_fl::fl;
use store::LedgerQuery;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::reader::Reader;

#[derive(Template)]
#[template(path = "admin.html")]
pub(crate) struct HomePage {
    pub(crate) page: Page,
    pub(crate) addresses: u64,
    pub(crate) broken: u64,
}

#[derive(Template)]
#[template(path = "admin_email.html")]
pub(crate) struct EmailPage {
    pub(crate) page: Page,
    pub(crate) addresses: u64,
    pub(crate) broken: u64,
    pub(crate) seen: u64,
    pub(crate) waiting: u64,
}

pub(crate) async fn home(State(app): State<App>, reader: Reader) -> Answer {
    let page = Page::live(&app, &reader, "addresses").await?;
    let (addresses, broken) = app.engine.count_addresses(&reader.actor()?).await?;
    show(&HomePage { page, addresses, broken })
}

pub(crate) async fn email(State(app): State<App>, reader: Reader) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "addresses").await?;
    let (addresses, broken) = app.engine.count_addresses(&actor).await?;
    let (account, _) = app.engine.ledger(&actor, &LedgerQuery { limit: 1, ..LedgerQuery::default() }).await?;
    show(&EmailPage { page, addresses, broken, seen: account.seen, waiting: account.waiting })
}
