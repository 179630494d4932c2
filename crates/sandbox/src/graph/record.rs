//! A row of the log for each call.

use std::time::Instant;

use axum::http::HeaderMap;
use bytes::Bytes;

use super::Call;
use super::enter::Reply;
use crate::site::Site;
use crate::watch::Row;

/// What the log says of a call besides the call itself.
pub struct Entry<'a> {
    /// Object id of the mailbox's owner.
    pub owner: Option<&'a str>,
    /// Method and path with `{id}` for ids.
    pub operation: String,
    /// Number of the batch it was part of.
    pub batch: Option<u64>,
    /// Its own number, when it was given before.
    pub seq: Option<u64>,
}

/// Writes the row of the log.
pub fn file(site: &Site, call: &Call, reply: &Reply, started: Instant, entry: Entry<'_>) {
    let (at, mailbox) = {
        let world = site.world();
        (world.now(), entry.owner.and_then(|o| world.people.get(o)).map(|p| p.mail.clone()))
    };
    let (status, headers, body) = match reply {
        Reply::Answer(a) => {
            let mut headers = a.headers.clone();
            if let Some(kind) = &a.content_type {
                headers.push(("content-type".to_owned(), kind.clone()));
            }
            (a.status, headers, a.body.clone())
        }
        Reply::Cut => (0, Vec::new(), Bytes::new()),
    };
    let highest = site.gate().highest;
    let mut watch = site.watch();
    let seq = entry.seq.unwrap_or_else(|| watch.begin());
    watch.counters.max_concurrent = watch.counters.max_concurrent.max(highest);
    let graph = !call.path.starts_with("/api/");
    watch.file(Row {
        seq,
        at,
        method: call.method.to_string(),
        path: if graph { format!("/v1.0{}", call.path) } else { call.path.clone() },
        query: call.query.clone(),
        mailbox,
        operation: entry.operation,
        status,
        request_headers: shown_headers(&call.headers),
        request_body: call.body.clone(),
        response_headers: headers,
        response_body: body,
        millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        batch: entry.batch,
    });
}

/// Headers for the log: credentials only by their kind.
pub fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            let value = match name.as_str() {
                "authorization" => value.split(' ').next().map(|s| format!("{s} ...")).unwrap_or_default(),
                "cookie" => "...".to_owned(),
                _ => value.to_owned(),
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}
