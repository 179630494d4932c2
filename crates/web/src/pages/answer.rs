//! The form under a ticket: public reply or internal note, with files.

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::{Status, TicketId};
use engine::{Answer as Written, AnswerFile};
use i18n_embed_fl::fl;

use crate::app::App;
use crate::explain;
use crate::failure::Failure;
use crate::page::{Answer, Page};
use crate::pages::sign_in::to;
use crate::pages::ticket::{self, Draft};
use crate::reader::Reader;
use crate::routes::ANSWER_LIMIT;

pub(crate) async fn answer(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<TicketId>,
    form: Multipart,
) -> Answer {
    let mut written = Written::default();
    let fits = match read(form, &mut written).await {
        Ok(fits) => fits,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => false,
        Err(error) => return Ok(error.into_response()),
    };
    if !fits {
        // The text stands before the files: it was read, and must not be lost.
        let most = ANSWER_LIMIT / 1024 / 1024 - 5;
        let draft = Draft {
            problem: Some(fl!(Page::of(&reader).t, "answer-too-large", most = most)),
            text: written.text,
            note: !written.public,
            status: written.status,
        };
        return ticket::draw(&app, &reader, id, draft, StatusCode::PAYLOAD_TOO_LARGE).await;
    }
    let draft =
        Draft { text: written.text.clone(), note: !written.public, status: written.status, problem: None };
    match app.engine.answer(&reader.actor()?, id, written).await {
        Ok(Some(comment)) => Ok(to(&format!("/tickets/{id}#comment-{comment}"))),
        Ok(None) => Ok(to(&format!("/tickets/{id}"))),
        // What was typed must not be lost by a refusal.
        Err(error @ (engine::Error::Invalid { .. } | engine::Error::Closed | engine::Error::Template(_))) => {
            let problem = explain::of_engine(Page::of(&reader).t, &error);
            let draft = Draft { problem: Some(format!("{} {}", problem.cause, problem.next)), ..draft };
            ticket::draw(&app, &reader, id, draft, problem.status).await
        }
        Err(error) => Err(Failure::Engine(error)),
    }
}

/// Fills in what was sent, as far as it can be read, and answers whether the files are within the limit. What is beyond it is not kept.
async fn read(mut form: Multipart, written: &mut Written) -> Result<bool, MultipartError> {
    let mut assignee_was = None;
    let mut left = ANSWER_LIMIT;
    let mut fits = true;
    while let Some(field) = form.next_field().await? {
        match field.name().unwrap_or_default() {
            "text" => written.text = field.text().await?.replace("\r\n", "\n"),
            "public" => written.public = field.text().await? == "true",
            "status" => written.status = Status::parse(&field.text().await?),
            "assignee" => written.assignee = ticket::assignee(&field.text().await?),
            "assignee_was" => assignee_was = ticket::assignee(&field.text().await?),
            "form_key" => written.form_key = Some(field.text().await?).filter(|key| !key.is_empty()),
            "files" => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
                let content = within(field, &mut left).await?;
                fits &= content.is_some();
                // Browsers send one nameless empty file when none was chosen.
                if let Some(content) = content.filter(|_| !name.is_empty()) {
                    written.files.push(AnswerFile { name, content_type, content });
                }
            }
            _ => {}
        }
    }
    // A menu nobody touched says nothing: somebody else may have taken the ticket since the page was drawn.
    if written.assignee == assignee_was {
        written.assignee = None;
    }
    Ok(fits)
}

/// A file, unless it is larger than what is `left`: then it is read to its end, for the fields behind it, and dropped.
async fn within(mut field: Field<'_>, left: &mut usize) -> Result<Option<Bytes>, MultipartError> {
    let mut content = Vec::new();
    let mut fits = true;
    while let Some(chunk) = field.chunk().await? {
        match left.checked_sub(chunk.len()).filter(|_| fits) {
            Some(rest) => {
                *left = rest;
                content.extend_from_slice(&chunk);
            }
            None => {
                fits = false;
                content = Vec::new();
            }
        }
    }
    Ok(fits.then(|| content.into()))
}
