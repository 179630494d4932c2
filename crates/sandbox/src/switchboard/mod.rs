//! "Faults and switches", beside the pretend Outlook: what goes wrong, the clock, people's troubles, notifications, mail
//! by SMTP. Plain forms without a script; every button does what the control API does, and nothing else.

mod catalogue;
mod texts;
mod view;

use std::collections::HashMap;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{Form, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use serde_json::{Map, Value, json};
use tower::ServiceExt;
use tower_http::csrf::CsrfLayer;

use crate::site::Shared;
use catalogue::Input;
use texts::Language;
use view::Page;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";
const COOKIE: &str = "faults-language";

/// The routes of the page; mail programs of other sites may not press its buttons.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/outlook/faults", get(page))
        .route("/outlook/faults/set", post(set))
        .route("/outlook/faults/clear", post(clear))
        .route("/outlook/faults/clock", post(clock))
        .route("/outlook/faults/person", post(person))
        .route("/outlook/faults/subscription", post(subscription))
        .layer(CsrfLayer::new())
}

/// Asks the control API, without leaving the process.
async fn control(site: &Shared, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/_sandbox/{path}"))
        .header(CONTENT_TYPE, "application/json")
        .body(body.map_or_else(Body::empty, |b| Body::from(b.to_string())))
        .map_err(|e| e.to_string())?;
    let answered = crate::control::router().with_state(site.clone()).oneshot(request).await;
    let answer = answered.unwrap_or_else(|never| match never {});
    let status = answer.status();
    let bytes = axum::body::to_bytes(answer.into_body(), 64 << 20).await.map_err(|e| e.to_string())?;
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status.is_success() {
        return Ok(value);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Err(value["error"].as_str().map_or(text, str::to_owned))
}

async fn ask(site: &Shared, path: &str) -> Value {
    control(site, Method::GET, path, None).await.unwrap_or_default()
}

/// `GET /outlook/faults`
async fn page(
    State(site): State<Shared>,
    Query(asked): Query<HashMap<String, String>>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Response {
    let wish = asked.get("lang").map(String::as_str);
    let language = Language::choose(wish, jar.get(COOKIE).map(Cookie::value), &headers);
    let clock = ask(&site, "clock").await;
    let mailboxes = ask(&site, "mailboxes").await;
    let mail = ask(&site, "smtp?limit=25").await;
    let routes = ask(&site, "routes").await;
    let strikes = ask(&site, "counters").await;
    let sought = asked.get("q").map(|q| q.trim().to_owned()).unwrap_or_default();
    let people = view::seek(&ask(&site, "people").await, &sought);
    let pairs = |list: &Value, a: &str, b: &str| -> Vec<(String, String)> {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        list.as_array().into_iter().flatten().map(|r| (text(&r[a]), text(&r[b]))).collect()
    };
    let mut ways = pairs(&routes["routes"], "route", "smtp");
    ways.extend(pairs(&routes["forwards"], "mailbox", "to"));
    let page = Page {
        language,
        problem: asked.get("problem").cloned(),
        now: view::moment(clock["now"].as_str().unwrap_or_default()),
        speed: clock["speed"].to_string(),
        active: view::active(language, &ask(&site, "faults").await),
        strikes: strikes["strikes"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(kind, n)| (language.text(kind), n.to_string()))
            .collect(),
        groups: view::groups(language),
        mailboxes: pairs(&mailboxes, "address", "name").into_iter().map(|(address, _)| address).collect(),
        found: people.len(),
        people: view::people(language, &people),
        sought,
        subscriptions: view::subscriptions(&ask(&site, "subscriptions").await),
        notices: view::notices(language, &ask(&site, "notifications?limit=25").await),
        mails: view::mails(language, &mail),
        smtp: mail["listens"].as_str().map(str::to_owned),
        routes: ways,
    };
    let Ok(html) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
    ];
    let kept = wish.map(|_| Cookie::build((COOKIE, language.tag())).path("/outlook/").build());
    let jar = kept.into_iter().fold(CookieJar::new(), CookieJar::add);
    (jar, headers, html).into_response()
}

/// Back to the page, with what went wrong if something did.
fn back(done: Result<Value, String>, part: &str) -> Redirect {
    let problem = match done {
        Ok(_) => return Redirect::to(&format!("/outlook/faults#{part}")),
        Err(problem) => problem,
    };
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("problem", &problem).finish();
    Redirect::to(&format!("/outlook/faults?{query}"))
}

type Fields = Form<HashMap<String, String>>;

/// A number as JSON has it.
fn number(text: &str) -> Value {
    let text = text.trim();
    text.parse::<i64>()
        .map(Value::from)
        .or_else(|_| text.parse::<f64>().map(Value::from))
        .unwrap_or_else(|_| json!(text))
}

/// The fault a form describes.
fn fault(form: &HashMap<String, String>) -> Result<Value, String> {
    let kind = form.get("kind").map(String::as_str).unwrap_or_default();
    let entry = catalogue::entry(kind).ok_or_else(|| format!("there is no fault {kind}"))?;
    let mut fault = Map::from_iter([("kind".to_owned(), json!(kind))]);
    for field in entry.fields {
        let given = form.get(field.name).map(|v| v.trim()).unwrap_or_default();
        let value = match field.input {
            Input::Flag(_) => json!(!given.is_empty()),
            _ if given.is_empty() => continue,
            Input::Number(_) => number(given),
            Input::Choice(words) if words.iter().all(|w| w.parse::<u16>().is_ok()) => number(given),
            // A date, or seconds: a number where it is one.
            Input::Text(_) if field.name == "retryAfter" => number(given),
            Input::Text(_) | Input::Choice(_) => json!(given),
        };
        fault.insert(field.name.to_owned(), value);
    }
    for (name, is_number) in
        [("mailbox", false), ("operation", false), ("times", true), ("seconds", true), ("seed", true)]
    {
        if let Some(given) = form.get(name).map(|v| v.trim()).filter(|v| !v.is_empty()) {
            fault.insert(name.to_owned(), if is_number { number(given) } else { json!(given) });
        }
    }
    if let Some(percent) = form.get("percent").and_then(|v| v.trim().parse::<f64>().ok()) {
        fault.insert("probability".to_owned(), json!(percent / 100.0));
    }
    Ok(Value::Object(fault))
}

/// `POST /outlook/faults/set`
async fn set(State(site): State<Shared>, Form(form): Fields) -> Redirect {
    let done = match fault(&form) {
        Ok(fault) => control(&site, Method::POST, "faults", Some(fault)).await,
        Err(problem) => Err(problem),
    };
    back(done, "active")
}

/// `POST /outlook/faults/clear`: one, or all.
async fn clear(State(site): State<Shared>, Form(form): Fields) -> Redirect {
    let path = form.get("id").map_or_else(|| "faults".to_owned(), |id| format!("faults/{id}"));
    back(control(&site, Method::DELETE, &path, None).await, "active")
}

/// `POST /outlook/faults/clock`
async fn clock(State(site): State<Shared>, Form(form): Fields) -> Redirect {
    let wish: Map<String, Value> = ["advanceSeconds", "speed"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), number(form.get(name)?))))
        .collect();
    back(control(&site, Method::POST, "clock", Some(Value::Object(wish))).await, "clock")
}

/// `POST /outlook/faults/person`: one thing about one person.
async fn person(State(site): State<Shared>, Form(form): Fields) -> Redirect {
    let upn = form.get("upn").map(String::as_str).unwrap_or_default();
    let change: Map<String, Value> = form
        .iter()
        .filter(|(name, _)| *name != "upn")
        .map(|(name, value)| {
            let value = match value.as_str() {
                "true" => json!(true),
                "false" => json!(false),
                text => json!(text),
            };
            (name.clone(), value)
        })
        .collect();
    let path =
        format!("people/{}", percent_encoding::utf8_percent_encode(upn, percent_encoding::NON_ALPHANUMERIC));
    back(control(&site, Method::PATCH, &path, Some(Value::Object(change))).await, "people")
}

/// `POST /outlook/faults/subscription`: a lifecycle event, or gone without a word.
async fn subscription(State(site): State<Shared>, Form(form): Fields) -> Redirect {
    let id = form.get("id").map(String::as_str).unwrap_or_default();
    let done = match form.get("event").map(String::as_str) {
        None | Some("silent") => {
            control(&site, Method::DELETE, &format!("subscriptions/{id}?silent=true"), None).await
        }
        Some(event) => {
            let wish = json!({"event": event, "subscription": id});
            control(&site, Method::POST, "lifecycle", Some(wish)).await
        }
    };
    back(done, "notices")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;
    use crate::faults::Fault;

    fn keys(file: &str) -> BTreeSet<String> {
        serde_json::from_str::<Map<String, Value>>(file).unwrap().into_iter().map(|(key, _)| key).collect()
    }

    const ENGLISH: &str = include_str!("../../outlook/faults.en.json");
    const JAPANESE: &str = include_str!("../../outlook/faults.ja.json");

    #[test]
    fn every_text_is_there_in_both_languages() {
        assert_eq!(keys(ENGLISH), keys(JAPANESE));
    }

    #[test]
    fn every_text_the_page_asks_for_exists() {
        let known = keys(ENGLISH);
        let template = include_str!("../../templates/switchboard.html");
        for asked in template.split("t(\"").skip(1) {
            let key = asked.split('"').next().unwrap();
            assert!(known.contains(key), "{key}");
        }
        for group in catalogue::GROUPS {
            assert!(known.contains(group.key), "{}", group.key);
            for entry in group.entries {
                assert!(known.contains(entry.kind), "{}", entry.kind);
                assert!(known.contains(&format!("{}_hint", entry.kind)), "{}_hint", entry.kind);
                for field in entry.fields {
                    assert!(known.contains(&format!("field_{}", field.name)), "field_{}", field.name);
                }
            }
        }
        for place in view::PLACES {
            assert!(known.contains(&format!("place_{place}")), "{place}");
        }
        for (switch, _) in view::SWITCHES {
            assert!(known.contains(&format!("switch_{switch}")), "{switch}");
        }
    }

    /// What a browser would send if nobody touched the form.
    fn untouched(entry: &catalogue::Entry) -> HashMap<String, String> {
        let mut form = HashMap::from([("kind".to_owned(), entry.kind.to_owned())]);
        for field in entry.fields {
            let value = match field.input {
                Input::Number(v) => v,
                Input::Text("") if field.name == "item" => "AAMk",
                Input::Text(v) => v,
                Input::Choice(words) => words[0],
                Input::Flag(on) if on => "1",
                Input::Flag(_) => continue,
            };
            form.insert(field.name.to_owned(), value.to_owned());
        }
        form
    }

    #[test]
    fn every_kind_of_fault_can_be_set_on_the_page() {
        let mut offered = BTreeSet::new();
        for entry in catalogue::GROUPS.iter().flat_map(|g| g.entries) {
            let wish = fault(&untouched(entry)).unwrap();
            let set: Fault = serde_json::from_value(wish.clone()).unwrap_or_else(|e| panic!("{wish}: {e}"));
            assert_eq!(set.kind.name(), entry.kind);
            // Nothing the form says is lost: every field is one of the kind's own.
            let kept = serde_json::to_value(&set).unwrap();
            for field in entry.fields.iter().filter(|f| wish.get(f.name).is_some()) {
                let (kept, wished) = (&kept[field.name], &wish[field.name]);
                let same = kept == wished || kept.as_f64().is_some_and(|n| Some(n) == wished.as_f64());
                assert!(same, "{} of {}: {kept} for {wished}", field.name, entry.kind);
            }
            assert!(offered.insert(entry.kind), "{} is offered twice", entry.kind);
        }
        let all: BTreeSet<&str> = crate::faults::NAMES.iter().copied().collect();
        assert_eq!(offered, all);
    }

    #[test]
    fn the_documentation_has_a_row_for_every_kind_of_fault() {
        let page = include_str!("../../../../docs/sandbox.md");
        for name in crate::faults::NAMES {
            assert!(page.contains(&format!("| `{name}` |")), "docs/sandbox.md has no row for {name}");
        }
    }
}
