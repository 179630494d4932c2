//! A ticket on paper: the whole conversation as text. What came as HTML is there in its words, so that it breaks over pages and
//! nothing of it is cut off.

use askama::Template;
use axum::extract::{Path, Query, State};
use desk::TicketId;
use engine::{CommentView, TicketView};
use i18n_embed_fl::fl;
use serde::Deserialize;
use store::StoredAttachment;

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::ticket::size;
use crate::reader::Reader;
use crate::wording;

/// What goes on paper.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Wish {
    /// Without internal notes: for somebody outside.
    #[serde(default)]
    pub(crate) public_only: bool,
    /// With what each mail quotes. Without, only the first mail has its quotes: the others' stand above them anyway.
    #[serde(default)]
    pub(crate) quotes: bool,
}

#[derive(Template)]
#[template(path = "print.html")]
pub(crate) struct PrintPage {
    pub(crate) page: Page,
    pub(crate) view: TicketView,
    pub(crate) wish: Wish,
}

pub(crate) async fn page(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<TicketId>,
    Query(wish): Query<Wish>,
) -> Answer {
    let view = app.engine.ticket(&reader.actor()?, id).await?;
    show(&PrintPage { page: Page::of(&reader), view, wish })
}

impl PrintPage {
    fn comments(&self) -> impl Iterator<Item = &CommentView> {
        self.view.comments.iter().filter(|item| item.comment.public || !self.wish.public_only)
    }

    fn has_notes(&self) -> bool {
        self.view.comments.iter().any(|item| !item.comment.public)
    }

    fn has_quotes(&self) -> bool {
        self.view.comments.iter().skip(1).any(|item| item.comment.full_text.is_some())
    }

    fn text(&self, item: &CommentView) -> String {
        let first = self.view.comments.first().is_some_and(|first| first.comment.id == item.comment.id);
        let whole = if self.wish.quotes || first { item.comment.full_text.as_ref() } else { None };
        mail::html::from_text(whole.unwrap_or(&item.comment.text))
    }

    fn subject(&self) -> String {
        if self.view.ticket.subject.is_empty() {
            fl!(self.page.t, "no-subject")
        } else {
            self.view.ticket.subject.clone()
        }
    }

    fn status(&self) -> String {
        wording::status(self.page.t, self.view.ticket.status)
    }

    fn via(&self, item: &CommentView) -> String {
        wording::via(self.page.t, item.comment.via)
    }

    fn size(&self, file: &StoredAttachment) -> String {
        size(file.file.size)
    }

    /// This page with the notes, or without.
    fn notes_link(&self) -> String {
        self.link(Wish { public_only: !self.wish.public_only, ..self.wish })
    }

    /// This page with the quotes, or without.
    fn quotes_link(&self) -> String {
        self.link(Wish { quotes: !self.wish.quotes, ..self.wish })
    }

    fn link(&self, wish: Wish) -> String {
        let Wish { public_only, quotes } = wish;
        format!("/tickets/{}/print?public_only={public_only}&quotes={quotes}", self.view.ticket.id)
    }
}
