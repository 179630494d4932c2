//! A comment that came as HTML, for the frame in the ticket's page; and the original mail.
//!
//! Two locks: the HTML is cleaned, and the frame neither runs scripts nor loads anything from elsewhere. Either of them
//! alone would do.
//!
//! The frame keeps our origin (`allow-same-origin`), for two reasons: the page around it measures its height, and the mail's own
//! pictures are given only to those who have signed in; a frame without origin is foreign to the session's cookie. What must
//! never stand beside it is `allow-scripts`. The other way, a frame without origin and with one script of ours that tells its
//! height, was weighed: it would let the first lock's failure run into a frame in which scripts run.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use desk::CommentId;
use i18n_embed_fl::fl;
use mail::html::{Clean, RemotePictures};
use serde::Deserialize;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::attachments::named_download;
use crate::reader::Reader;

/// Policy of the frame; the page's own would let our script in.
pub(crate) const FRAME_POLICY: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The same when the reader has asked for the pictures from elsewhere.
const FRAME_POLICY_WITH_PICTURES: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; \
    default-src 'none'; img-src 'self' data: https: http:; style-src 'unsafe-inline'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "comment_body.html")]
pub(crate) struct BodyPage {
    pub(crate) page: Page,
    pub(crate) id: CommentId,
    pub(crate) clean: Clean,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wish {
    #[serde(default)]
    pictures: String,
}

impl BodyPage {
    fn pixel_hosts(&self) -> String {
        self.clean.pixel_hosts.join(", ")
    }

    /// Nothing to see: no word and no picture.
    fn is_blank(&self) -> bool {
        !self.clean.html.contains("<img") && mail::html::to_text(&self.clean.html).trim().is_empty()
    }
}

pub(crate) async fn body(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<CommentId>,
    Query(wish): Query<Wish>,
) -> Answer {
    let (pictures, policy) = if wish.pictures == "show" {
        (RemotePictures::Allowed, FRAME_POLICY_WITH_PICTURES)
    } else {
        (RemotePictures::Blocked, FRAME_POLICY)
    };
    let clean = app.engine.comment_html(&reader.actor()?, id, pictures).await?;
    let mut response = show(&BodyPage { page: Page::of(&reader), id, clean })?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    // The sender of a picture need not learn where the desk is.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

pub(crate) async fn original(State(app): State<App>, reader: Reader, Path(id): Path<CommentId>) -> Answer {
    let raw = app.engine.original(&reader.actor()?, id).await?;
    Ok((named_download(&format!("comment-{id}.eml"), "message/rfc822"), raw).into_response())
}
