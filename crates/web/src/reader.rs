//! Who reads: person, language, time zone. Found out once for each request, before any handler runs.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use desk::{Language, Person, PersonId};
use engine::Actor;
use tower_sessions::Session;

use crate::app::App;
use crate::failure::{self, Failure};
use crate::language;
use crate::sessions::{self, cookie};
use crate::zone::Zone;

/// Who reads, and how.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    /// `None`: nobody has signed in.
    pub(crate) person: Option<Person>,
    /// Language of the page.
    pub(crate) language: Language,
    /// Time zone.
    pub(crate) zone: Zone,
    /// Path and query of the page, without `lang`; `/` where the page is the answer to a form.
    pub(crate) here: String,
    /// Open alarms, for the banner: where an administrator looks at the Admin Center.
    pub(crate) alarms: u64,
    /// Asked for by script, to refresh an open page.
    pub(crate) by_script: bool,
}

impl Reader {
    /// The reader as the one who acts.
    pub(crate) fn actor(&self) -> Result<Actor, Failure> {
        match &self.person {
            Some(person) => Ok(Actor { person: person.clone() }),
            None => Err(Failure::Engine(engine::Error::Forbidden)),
        }
    }

    fn nobody(method: &Method, uri: &Uri, headers: &HeaderMap) -> Self {
        let language = asked(uri)
            .or_else(|| cookie(headers, "lang").and_then(Language::parse))
            .or_else(|| {
                let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
                Some(language::accepted(header))
            })
            .unwrap_or(Language::En);
        let zone =
            cookie(headers, "tz").map(|name| percent_encoding::percent_decode_str(name).decode_utf8_lossy());
        Self {
            person: None,
            language,
            zone: Zone::from_cookie(zone.as_deref()),
            here: if method == Method::GET { without_language(uri) } else { "/".to_owned() },
            alarms: 0,
            by_script: headers.contains_key("hx-request"),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let known = parts.extensions.get::<Reader>().cloned();
        Ok(known.unwrap_or_else(|| Reader::nobody(&parts.method, &parts.uri, &parts.headers)))
    }
}

/// The layer: finds the reader out, and turns failures into pages in the reader's language.
pub(crate) async fn recognise(
    State(app): State<App>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let mut reader = Reader::nobody(request.method(), request.uri(), request.headers());
    let switched = asked(request.uri());
    let response = match person(&app, &session).await {
        Err(failure) => failure.into_response(),
        Ok(person) => {
            reader.person = person;
            choose_language(&app, &mut reader, switched).await;
            count_alarms(&app, &mut reader, request.uri().path()).await;
            request.extensions_mut().insert(reader.clone());
            next.run(request).await
        }
    };
    let mut response = failure::shown(&reader, response);
    if let Some(language) = switched {
        let line = format!("lang={}; Path=/; Max-Age=31536000; SameSite=Lax", language.as_str());
        if let Ok(value) = line.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// The person of the session; `None` too when that person is gone, or the person's sessions have ended.
async fn person(app: &App, session: &Session) -> Result<Option<Person>, Failure> {
    let Some(id) = session.get::<PersonId>(sessions::PERSON).await? else { return Ok(None) };
    let epoch = session.get::<i32>(sessions::EPOCH).await?.unwrap_or_default();
    let person = app.engine.session_person(id, epoch).await?;
    if person.is_some() {
        sessions::keep_alive(session).await?;
    }
    Ok(person)
}

/// A page about something else must open even when the alarms cannot be counted.
async fn count_alarms(app: &App, reader: &mut Reader, path: &str) {
    if !path.starts_with("/admin") {
        return;
    }
    let Ok(actor) = reader.actor() else { return };
    match app.engine.open_alarms(&actor).await {
        Ok(open) => reader.alarms = open,
        Err(error) => tracing::warn!(%error, "the alarms could not be counted"),
    }
}

/// `?lang=` wins and is kept; then the person's own choice; then cookie and browser, which the reader has already.
async fn choose_language(app: &App, reader: &mut Reader, switched: Option<Language>) {
    let own = reader.person.as_ref().and_then(|person| person.language);
    if let (Some(language), Ok(actor)) = (switched, reader.actor())
        && own != Some(language)
        && let Err(error) = app.engine.choose_language(&actor, language).await
    {
        // The page itself is shown in the language asked for all the same.
        tracing::warn!(%error, "the chosen language could not be kept");
    }
    reader.language = switched.or(own).unwrap_or(reader.language);
}

fn asked(uri: &Uri) -> Option<Language> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find_map(|(key, value)| (key == "lang").then(|| Language::parse(&value))?)
}

fn without_language(uri: &Uri) -> String {
    let rest: Vec<&str> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|p| !p.is_empty() && !p.starts_with("lang="))
        .collect();
    if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) }
}

/// Lets agents, admins and the owner through.
pub(crate) async fn staff_only(reader: Reader, request: Request, next: Next) -> Response {
    gate(&reader, request, next, |person| person.role.is_staff()).await
}

/// Lets admins and the owner through; an agent gets a refusal, not a hidden page.
pub(crate) async fn admins_only(reader: Reader, request: Request, next: Next) -> Response {
    gate(&reader, request, next, |person| person.role.is_admin()).await
}

async fn gate(reader: &Reader, request: Request, next: Next, may: fn(&Person) -> bool) -> Response {
    match &reader.person {
        None if wants_events(request.headers()) => axum::http::StatusCode::UNAUTHORIZED.into_response(),
        None => Redirect::to(&format!("/sign-in?next={}", encoded(&reader.here))).into_response(),
        Some(person) if may(person) => next.run(request).await,
        Some(_) => Failure::Engine(engine::Error::Forbidden).into_response(),
    }
}

fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("text/event-stream"))
}

/// For use as the value of a query parameter.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_parameter_is_not_carried_on() {
        let cases = [
            ("/tickets", "/tickets"),
            ("/tickets?lang=ja", "/tickets"),
            ("/tickets?view=mine&lang=ja&q=a%26b", "/tickets?view=mine&q=a%26b"),
        ];
        for (uri, expected) in cases {
            assert_eq!(without_language(&Uri::from_static(uri)), expected);
        }
    }

    #[test]
    fn only_languages_we_speak_can_be_asked_for() {
        assert_eq!(asked(&Uri::from_static("/?lang=ja-JP")), Some(Language::Ja));
        assert_eq!(asked(&Uri::from_static("/?lang=fr")), None);
        assert_eq!(asked(&Uri::from_static("/")), None);
    }
}
