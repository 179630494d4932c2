//! How mail to people looks: the account's template with a preview, the brands' signatures, and what agents may do by mail.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use desk::template::{DELIMITER_CHARS, Fault, Form as Shape, MailTemplate, Signature};
use desk::{BrandId, Language};
use engine::{MailRules, MailWriting};
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::app::App;
use crate::failure::Failure;
use crate::language::Texts;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::reader::Reader;

/// The page.
const HERE: &str = "/admin/channels/email/template";

/// Policy of the preview: nothing runs, nothing is sent; pictures that the template names may be loaded, as in the mail.
const PREVIEW_POLICY: &str = "sandbox; default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

#[derive(Template)]
#[template(path = "mail_template.html")]
pub(crate) struct TemplatePage {
    pub(crate) page: Page,
    pub(crate) writing: MailWriting,
    /// What stands in the form: what was typed, or what is in use.
    pub(crate) typed: MailTemplate,
    pub(crate) good: Option<String>,
    pub(crate) bad: Option<String>,
}

/// What has just happened.
#[derive(Debug, Deserialize)]
pub(crate) struct Notice {
    #[serde(default)]
    done: String,
    #[serde(default)]
    to: String,
}

/// The template's form.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    html: String,
    text: String,
    /// `off`, `standard` or `own`.
    #[serde(default)]
    delimiter: String,
    #[serde(default)]
    delimiter_text: String,
    /// What the preview shows: `html` or `text`, in which language.
    #[serde(default)]
    show: String,
}

impl Typed {
    fn template(&self) -> MailTemplate {
        let lines = |text: &str| text.replace("\r\n", "\n");
        MailTemplate {
            html: lines(&self.html),
            text: lines(&self.text),
            delimiter: match self.delimiter.as_str() {
                "standard" => Some(String::new()),
                "own" => Some(self.delimiter_text.trim().to_owned()).map(|own| {
                    // An empty one would quietly mean the standard words.
                    if own.is_empty() { " ".to_owned() } else { own }
                }),
                _ => None,
            },
        }
    }
}

async fn load(app: &App, reader: &Reader) -> Result<TemplatePage, Failure> {
    let reader = Reader { here: HERE.to_owned(), ..reader.clone() };
    let writing = app.engine.mail_writing(&reader.actor()?).await?;
    let typed = writing.template.clone();
    Ok(TemplatePage { page: Page::of(&reader), writing, typed, good: None, bad: None })
}

pub(crate) async fn page(State(app): State<App>, reader: Reader, Query(notice): Query<Notice>) -> Answer {
    let mut page = load(&app, &reader).await?;
    let t = page.page.t;
    page.good = match notice.done.as_str() {
        "saved" => Some(fl!(t, "mail-template-saved")),
        "reset" => Some(fl!(t, "mail-template-reset-done")),
        "sent" => Some(fl!(t, "mail-template-sent", address = notice.to.as_str())),
        _ => None,
    };
    page.bad = page
        .writing
        .fault
        .as_ref()
        .map(|fault| format!("{} {}", fl!(t, "mail-template-not-used"), explain_fault(t, fault)));
    show(&page)
}

/// The page with what was typed, and why it was refused.
async fn refused(app: &App, reader: &Reader, typed: MailTemplate, error: engine::Error) -> Answer {
    let mut page = load(app, reader).await?;
    let t = page.page.t;
    page.bad = Some(match error {
        engine::Error::MailTemplate(fault) => explain_fault(t, &fault),
        engine::Error::NoWayOut => fl!(t, "mail-template-no-way-out"),
        other => return Err(other.into()),
    });
    page.typed = typed;
    show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(crate) async fn save(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let template = typed.template();
    match app.engine.save_mail_template(&reader.actor()?, &template).await {
        Ok(()) => Ok(to(&format!("{HERE}?done=saved"))),
        Err(error) => refused(&app, &reader, template, error).await,
    }
}

pub(crate) async fn test(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let template = typed.template();
    match app.engine.test_mail_template(&reader.actor()?, &template).await {
        // What was typed and not saved must still stand there.
        Ok(address) => {
            let mut page = load(&app, &reader).await?;
            page.good = Some(fl!(page.page.t, "mail-template-sent", address = address.as_str()));
            page.typed = template;
            show(&page)
        }
        Err(error) => refused(&app, &reader, template, error).await,
    }
}

pub(crate) async fn reset(State(app): State<App>, reader: Reader) -> Answer {
    app.engine.reset_mail_template(&reader.actor()?).await?;
    Ok(to(&format!("{HERE}?done=reset")))
}

/// The preview of the template in use, for the frame before anything was typed.
pub(crate) async fn preview(State(app): State<App>, reader: Reader) -> Answer {
    let template = app.engine.mail_writing(&reader.actor()?).await?.template;
    let show = if reader.language == Language::Ja { "html-ja" } else { "html-en" };
    shown(&app, &reader, &template, show).await
}

pub(crate) async fn preview_typed(
    State(app): State<App>,
    reader: Reader,
    Form(typed): Form<Typed>,
) -> Answer {
    shown(&app, &reader, &typed.template(), &typed.show).await
}

/// Why nothing can be previewed, or a text as it is.
#[derive(Template)]
#[template(path = "mail_preview.html")]
pub(crate) struct PreviewPage {
    pub(crate) page: Page,
    pub(crate) problem: Option<String>,
    pub(crate) text: Option<String>,
}

async fn shown(app: &App, reader: &Reader, template: &MailTemplate, wish: &str) -> Answer {
    let language = if wish.ends_with("-ja") { Language::Ja } else { Language::En };
    let mail = app.engine.preview_mail(&reader.actor()?, template, language).await?;
    let page = Page::of(reader);
    let problem = mail.fault.as_ref().map(|fault| explain_fault(page.t, fault));
    let mut response = if problem.is_some() {
        show(&PreviewPage { page, problem, text: None })?
    } else if wish.starts_with("text") {
        show(&PreviewPage { page, problem, text: Some(mail.text) })?
    } else {
        axum::response::Html(mail.html).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PREVIEW_POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// A brand's signature.
#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    #[serde(default)]
    text: String,
    #[serde(default)]
    html: String,
}

pub(crate) async fn sign(
    State(app): State<App>,
    reader: Reader,
    Path(brand): Path<BrandId>,
    Form(signed): Form<Signed>,
) -> Answer {
    let lines = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    let signature = Signature { text: lines(&signed.text), html: lines(&signed.html) };
    match app.engine.save_signature(&reader.actor()?, brand, &signature).await {
        Ok(()) => Ok(to(&format!("{HERE}?done=saved"))),
        Err(engine::Error::MailTemplate(fault)) => {
            let mut page = load(&app, &reader).await?;
            page.bad = Some(explain_fault(page.page.t, &fault));
            for (known, shown) in &mut page.writing.signatures {
                if known.id == brand {
                    shown.clone_from(&signature);
                }
            }
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The rules' form; a box that is not ticked is not sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Ruled {
    #[serde(default)]
    on_behalf: String,
    #[serde(default)]
    agents_public: String,
    #[serde(default)]
    link_days: String,
}

pub(crate) async fn rule(State(app): State<App>, reader: Reader, Form(ruled): Form<Ruled>) -> Answer {
    let rules = MailRules {
        on_behalf: ruled.on_behalf == "yes",
        agents_public: ruled.agents_public == "yes",
        // What is no number is refused by its range.
        link_days: ruled.link_days.trim().parse().unwrap_or(0),
    };
    match app.engine.save_mail_rules(&reader.actor()?, rules).await {
        Ok(()) => Ok(to(&format!("{HERE}?done=saved"))),
        Err(engine::Error::Invalid { .. }) => {
            let mut page = load(&app, &reader).await?;
            page.bad = Some(fl!(page.page.t, "mail-rules-bad-days"));
            page.writing.rules = rules;
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// The zone of the dates in mail.
#[derive(Debug, Deserialize)]
pub(crate) struct Zoned {
    #[serde(default)]
    time_zone: String,
}

pub(crate) async fn zone(State(app): State<App>, reader: Reader, Form(zoned): Form<Zoned>) -> Answer {
    let name = zoned.time_zone.trim();
    match app.engine.choose_time_zone(&reader.actor()?, name).await {
        Ok(()) => Ok(to(&format!("{HERE}?done=saved"))),
        Err(engine::Error::Invalid { .. }) => {
            let mut page = load(&app, &reader).await?;
            page.bad = Some(fl!(page.page.t, "mail-zone-unknown", zone = name));
            page.writing.time_zone = Some(name.to_owned());
            show_as(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

/// A fault in plain words.
pub(crate) fn explain_fault(t: Texts, fault: &Fault) -> String {
    let form = |form: &Shape| match form {
        Shape::Html => fl!(t, "mail-template-html"),
        Shape::Text => fl!(t, "mail-template-text"),
    };
    match fault {
        Fault::NoContent(of) => fl!(t, "mail-fault-no-content", form = form(of)),
        Fault::NoDelimiter(of) => fl!(t, "mail-fault-no-delimiter", form = form(of)),
        Fault::DelimiterLength => {
            let (least, most): (usize, usize) = (*DELIMITER_CHARS.start(), *DELIMITER_CHARS.end());
            fl!(t, "mail-fault-delimiter", least = least, most = most)
        }
        Fault::TooLong(of) => fl!(t, "mail-fault-too-long", form = form(of)),
        Fault::Broken { form: of, line: Some(line), what } => {
            let line: usize = *line;
            fl!(t, "mail-fault-line", form = form(of), line = line, what = what.as_str())
        }
        Fault::Broken { form: of, line: None, what } => {
            fl!(t, "mail-fault-broken", form = form(of), what = what.as_str())
        }
    }
}

impl TemplatePage {
    /// `off`, `standard` or `own`.
    fn delimiter(&self) -> &'static str {
        match self.typed.delimiter.as_deref() {
            None => "off",
            Some("") => "standard",
            Some(_) => "own",
        }
    }

    fn delimiter_text(&self) -> &str {
        self.typed.delimiter.as_deref().unwrap_or_default().trim()
    }

    /// The account's time zone; empty where nobody has said one.
    fn zone(&self) -> &str {
        self.writing.time_zone.as_deref().unwrap_or_default()
    }

    fn zones(&self) -> Vec<String> {
        engine::time_zones()
    }

    fn shows(&self) -> [(&'static str, String); 4] {
        let t = self.page.t;
        let mut all = [
            ("html-en", fl!(t, "mail-show-html-en")),
            ("html-ja", fl!(t, "mail-show-html-ja")),
            ("text-en", fl!(t, "mail-show-text-en")),
            ("text-ja", fl!(t, "mail-show-text-ja")),
        ];
        if self.page.language == Language::Ja {
            all.swap(0, 1);
            all.swap(2, 3);
        }
        all
    }
}
