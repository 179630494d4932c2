//! Suspended tickets: mail that is kept and not shown among the tickets, each with the reason; recovering and deleting
//! several at once. One of them, opened, stands in `suspended_mail.rs`.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use desk::SuspendedId;
use desk::decide::Cause;
use engine::Recovery;
use i18n_embed_fl::fl;
use mail::Address;
use serde::Deserialize;
use store::{Suspended, SuspendedOrder, SuspendedQuery};

use crate::app::App;
use crate::page::{Answer, Page, show};
use crate::pages::attachments::named_download;
use crate::pages::sign_in::to;
use crate::pages::tickets::Sidebar;
use crate::reader::Reader;
use crate::wording;

/// The page's address.
pub(crate) const QUEUE: &str = "/suspended";
/// Rows of a page.
const ROWS: u64 = 50;
/// Mails recovered or deleted by one press.
const TOGETHER: usize = 100;

/// Filter, order and place; and what has just been done.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wish {
    cause: String,
    q: String,
    sort: String,
    page: u64,
    recovered: Option<u64>,
    deleted: Option<u64>,
    failed: Option<u64>,
    there: Option<i64>,
    blocked: Option<String>,
    none: Option<u8>,
}

#[derive(Template)]
#[template(path = "suspended.html")]
pub(crate) struct SuspendedPage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) rows: Vec<Suspended>,
    pub(crate) all: u64,
    pub(crate) causes: Vec<(Cause, u64)>,
    pub(crate) wish: Wish,
    pub(crate) kept: Option<u16>,
}

#[derive(Template)]
#[template(path = "suspended_delete.html")]
pub(crate) struct DeletePage {
    pub(crate) page: Page,
    pub(crate) sidebar: Sidebar,
    pub(crate) ids: Vec<SuspendedId>,
    /// The sender who is blocked as well.
    pub(crate) block: Option<String>,
}

impl DeletePage {
    fn title(&self) -> String {
        let count = self.ids.len() as u64;
        if let Some(address) = &self.block {
            return fl!(self.page.t, "suspended-block-title", address = address.as_str());
        }
        fl!(self.page.t, "suspended-delete-title", count = count)
    }
}

impl Wish {
    fn query(&self) -> SuspendedQuery {
        let (order, descending) = match self.sort.as_str() {
            "oldest" => (SuspendedOrder::CreatedAt, false),
            "author" => (SuspendedOrder::AuthorEmail, false),
            "cause" => (SuspendedOrder::Cause, false),
            "subject" => (SuspendedOrder::Subject, false),
            _ => (SuspendedOrder::CreatedAt, true),
        };
        SuspendedQuery {
            cause: Cause::parse(&self.cause),
            text: self.q.clone(),
            order,
            descending,
            skip: self.page.saturating_sub(1).min(1_000_000) * ROWS,
            limit: ROWS,
            ..SuspendedQuery::default()
        }
    }
}

impl SuspendedPage {
    fn cause(&self, row: &Suspended) -> String {
        wording::cause(self.page.t, row.what.cause)
    }

    /// Causes for the filter, each with its number.
    fn choices(&self) -> Vec<(&'static str, String, u64)> {
        let t = self.page.t;
        self.causes.iter().map(|(cause, n)| (cause.as_str(), wording::cause(t, *cause), *n)).collect()
    }

    fn orders(&self) -> [(&'static str, String); 5] {
        let t = self.page.t;
        [
            ("newest", fl!(t, "suspended-newest")),
            ("oldest", fl!(t, "suspended-oldest")),
            ("author", fl!(t, "suspended-by-author")),
            ("cause", fl!(t, "suspended-by-cause")),
            ("subject", fl!(t, "suspended-by-subject")),
        ]
    }

    fn lead(&self) -> String {
        match self.kept {
            Some(days) => fl!(self.page.t, "suspended-lead", days = i64::from(days)),
            None => fl!(self.page.t, "suspended-lead-for-ever"),
        }
    }

    fn subject(&self, row: &Suspended) -> String {
        let subject = row.what.subject.trim();
        if subject.is_empty() { fl!(self.page.t, "no-subject") } else { subject.to_owned() }
    }

    /// Which of how many are shown.
    fn range(&self) -> String {
        let first = (self.number() - 1).saturating_mul(ROWS) + 1;
        let last = first + self.rows.len() as u64 - 1;
        fl!(self.page.t, "suspended-range", first = first, last = last, all = self.all)
    }

    fn filtered(&self) -> bool {
        !self.wish.cause.is_empty() || !self.wish.q.trim().is_empty()
    }

    fn good(&self) -> Vec<String> {
        let t = self.page.t;
        let recovered = self.wish.recovered.map(|count| fl!(t, "suspended-recovered", count = count));
        let deleted = self.wish.deleted.map(|count| fl!(t, "suspended-deleted", count = count));
        let blocked = self.wish.blocked.as_deref();
        let blocked = blocked.map(|address| fl!(t, "suspended-blocked", address = address));
        recovered.into_iter().chain(deleted).chain(blocked).collect()
    }

    fn failures(&self, failed: &u64) -> String {
        let count: u64 = *failed;
        fl!(self.page.t, "suspended-failed", count = count)
    }

    fn link(&self, page: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("cause", &self.wish.cause).append_pair("q", &self.wish.q);
        query.append_pair("sort", &self.wish.sort).append_pair("page", &page.to_string());
        format!("{QUEUE}?{}", query.finish())
    }

    fn number(&self) -> u64 {
        self.wish.page.max(1)
    }

    fn earlier(&self) -> Option<String> {
        (self.number() > 1).then(|| self.link(self.number() - 1))
    }

    fn further(&self) -> Option<String> {
        (self.number().saturating_mul(ROWS) < self.all).then(|| self.link(self.number() + 1))
    }
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(wish): Query<Wish>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::live(&app, &reader, "ticket:,suspended").await?;
    let sidebar = Sidebar { suspended: true, ..Sidebar::of(&app, &actor, page.t, None).await? };
    let (rows, all) = app.engine.suspended_list(&actor, &wish.query()).await?;
    let causes = app.engine.suspended_causes(&actor).await?;
    let kept = app.engine.suspended_kept(&actor).await?;
    show(&SuspendedPage { page, sidebar, rows, all, causes, wish, kept })
}

/// The whole queue as a table for spreadsheets.
pub(crate) async fn export(State(app): State<App>, reader: Reader) -> Answer {
    let t = Page::of(&reader).t;
    let headings = [
        fl!(t, "csv-number"),
        fl!(t, "csv-suspended-at"),
        fl!(t, "column-cause"),
        fl!(t, "reread-author"),
        fl!(t, "csv-address"),
        fl!(t, "reread-subject"),
        fl!(t, "reread-text"),
    ];
    let words = |cause| wording::cause(t, cause);
    let table = app.engine.suspended_csv(&reader.actor()?, &headings, words).await?;
    // The mark by which spreadsheets know UTF-8.
    let marked = [b"\xef\xbb\xbf".as_slice(), &table].concat();
    Ok((named_download("suspended.csv", "text/csv"), marked).into_response())
}

/// Recovers or deletes those that were marked. Deleting asks first.
pub(crate) async fn act(State(app): State<App>, reader: Reader, body: String) -> Answer {
    let actor = reader.actor()?;
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let action = fields.iter().find(|(name, _)| name == "action").map_or("", |(_, value)| value.as_str());
    let ids: Vec<SuspendedId> = fields
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, value)| value.parse().ok())
        .take(TOGETHER)
        .collect();
    if ids.is_empty() {
        return Ok(to(&format!("{QUEUE}?none=1")));
    }
    let block = fields.iter().any(|(name, value)| name == "block" && value == "yes");
    let block = match (block, ids.as_slice()) {
        (true, [id]) => Address::parse(&app.engine.suspended_one(&actor, *id).await?.what.author_address),
        _ => None,
    };
    let (mut done, mut failed) = (0_u64, 0_u64);
    match action {
        "recover" => {
            for id in ids {
                match app.engine.recover_suspended(&actor, id, &Recovery::default()).await {
                    Ok(_) => done += 1,
                    Err(error) => {
                        tracing::warn!(suspended = %id, %error, "a suspended mail could not be recovered");
                        failed += 1;
                    }
                }
            }
            Ok(to(&format!("{QUEUE}?recovered={done}{}", failures(failed))))
        }
        "delete-sure" => {
            // First the rule, then the mail: what may not be blocked stays to be seen.
            if let Some(address) = &block {
                app.engine.always_suspend(&actor, address).await?;
            }
            for id in ids {
                match app.engine.delete_suspended(&actor, id).await {
                    Ok(()) => done += 1,
                    Err(_) => failed += 1,
                }
            }
            let mut query =
                url::form_urlencoded::Serializer::new(format!("deleted={done}{}", failures(failed)));
            if let Some(address) = &block {
                query.append_pair("blocked", address.as_str());
            }
            Ok(to(&format!("{QUEUE}?{}", query.finish())))
        }
        "delete" => {
            let page = Page::of(&Reader { here: QUEUE.to_owned(), ..reader });
            let sidebar = Sidebar { suspended: true, ..Sidebar::of(&app, &actor, page.t, None).await? };
            let block = block.map(|address| address.to_string());
            show(&DeletePage { page, sidebar, ids, block })
        }
        _ => Ok(to(QUEUE)),
    }
}

fn failures(failed: u64) -> String {
    if failed == 0 { String::new() } else { format!("&failed={failed}") }
}
