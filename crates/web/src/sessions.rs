//! Browser sessions: tower-sessions on our store. The cookie holds the id, the table only its hash, so that a copy of the
//! database signs nobody in.

use std::fmt;

use async_trait::async_trait;
use axum::http::header;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{SessionRow, Store};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{self, Error};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

/// Key of the person's id in the session's data.
pub(crate) const PERSON: &str = "person";

/// Key of the person's epoch when the session began: it counts up when all sessions of that person end.
pub(crate) const EPOCH: &str = "epoch";

/// Key of the day of the last use.
const DAY: &str = "day";

/// Unused for this long, a session ends.
const IDLE_DAYS: i64 = 14;

/// The layer that loads and saves sessions.
pub(crate) fn layer(store: Store, secure: bool) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions { store })
        .with_name(if secure { "__Host-postdesk" } else { "postdesk" })
        .with_http_only(true)
        // Lax, not Strict: the browser comes back from Microsoft by a link from outside and must find its session.
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::days(IDLE_DAYS)))
}

/// Puts the end of a used session off, with one write a day: the library writes a session only when its data changes.
pub(crate) async fn keep_alive(
    session: &tower_sessions::Session,
) -> Result<(), tower_sessions::session::Error> {
    let today = Timestamp::now().as_second() / 86_400;
    if session.get::<i64>(DAY).await? == Some(today) { Ok(()) } else { session.insert(DAY, today).await }
}

/// Sessions in the store.
#[derive(Clone)]
pub(crate) struct Sessions {
    store: Store,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        while !self.store.create_session(&row(record)?).await.map_err(|error| backend(&error))? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        // One that has been ended meanwhile stays ended; the answer under way is not disturbed by it.
        self.store.save_session(&row(record)?).await.map_err(|error| backend(&error))?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let Some(row) =
            self.store.session(&hashed(id), Timestamp::now()).await.map_err(|error| backend(&error))?
        else {
            return Ok(None);
        };
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at.as_second())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.store.delete_session(&hashed(id)).await.map_err(|error| backend(&error))
    }
}

fn row(record: &Record) -> session_store::Result<SessionRow> {
    Ok(SessionRow {
        id: hashed(&record.id),
        data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        expires_at: Timestamp::from_second(record.expiry_date.unix_timestamp())
            .map_err(|error| Error::Encode(error.to_string()))?,
    })
}

fn hashed(id: &Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

fn backend(error: &store::Error) -> Error {
    Error::Backend(error.to_string())
}

/// A cookie's value, from the request's headers.
pub(crate) fn cookie<'a>(headers: &'a axum::http::HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
