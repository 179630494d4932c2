//! Admin Center > Apps and integrations > API tokens.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use desk::{ApiTokenId, Person, PersonId};
use engine::{Actor, ApiTokenView};
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::app::App;
use crate::failure::Failure;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::pages::team::refusal;
use crate::reader::Reader;

const TOKENS: &str = "/admin/apps/api-tokens";

#[derive(Template)]
#[template(path = "api_tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) page: Page,
    pub(crate) tokens: Vec<ApiTokenView>,
    /// Who a token may act as.
    pub(crate) people: Vec<Person>,
    pub(crate) me: PersonId,
    pub(crate) problem: Option<String>,
    /// The token just made, its person's address, and the desk's: for the example.
    pub(crate) made: Option<(String, String)>,
    pub(crate) public_url: String,
}

async fn page(app: &App, reader: &Reader, actor: &Actor) -> Result<TokensPage, Failure> {
    let reader = Reader { here: TOKENS.to_owned(), ..reader.clone() };
    let mut people = app.engine.store().staff().await?;
    people.retain(|person| person.role != desk::Role::Owner || person.id == actor.person.id);
    Ok(TokensPage {
        page: Page::of(&reader),
        tokens: app.engine.api_tokens(actor).await?,
        people,
        me: actor.person.id,
        problem: None,
        made: None,
        public_url: app.config.public_url.clone(),
    })
}

pub(crate) async fn list(State(app): State<App>, reader: Reader) -> Answer {
    let page = page(&app, &reader, &reader.actor()?).await?;
    show(&page)
}

/// A token to be made.
#[derive(Debug, Deserialize)]
pub(crate) struct NewToken {
    name: String,
    person: PersonId,
}

pub(crate) async fn make(State(app): State<App>, reader: Reader, Form(new): Form<NewToken>) -> Answer {
    let actor = reader.actor()?;
    match app.engine.make_api_token(&actor, &new.name, new.person).await {
        Ok(secret) => {
            let page = page(&app, &reader, &actor).await?;
            let email = page.people.iter().find(|person| person.id == new.person);
            let made = Some((secret, email.map(|person| person.email.to_string()).unwrap_or_default()));
            show(&TokensPage { made, ..page })
        }
        Err(error) => {
            let (status, problem) = refusal(&reader, error)?;
            let page = page(&app, &reader, &actor).await?;
            show_as(status, &TokensPage { problem: Some(problem), ..page })
        }
    }
}

pub(crate) async fn revoke(State(app): State<App>, reader: Reader, Path(id): Path<ApiTokenId>) -> Answer {
    app.engine.revoke_api_token(&reader.actor()?, id).await?;
    Ok(to(TOKENS))
}
