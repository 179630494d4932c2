//! A sign-in step by step: pick an account, password, consent, and back to the application.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::grants::{CODE_LIFE, Code, Flow};
use super::{authorize, pages, scopes};
use crate::site::{Shared, Site};
use crate::world::World;
use crate::world::ids;
use crate::world::people::Person;

/// What the flow needs next.
enum Next {
    Pick(Vec<Person>),
    SignIn(String),
    Consent(Person, Vec<String>),
    AdminNeeded(Person),
    Done,
    Refused(&'static str, u32, &'static str),
}

/// People signed in in this browser who may use this flow's tenant.
fn signed_in(world: &World, flow: &Flow) -> Vec<Person> {
    let ids = world.grants.sessions.get(&flow.session).cloned().unwrap_or_default();
    ids.iter().filter_map(|id| world.people.get(id)).filter(|p| fits(world, flow, p)).cloned().collect()
}

fn fits(world: &World, flow: &Flow, person: &Person) -> bool {
    match flow.tenant.to_ascii_lowercase().as_str() {
        "common" | "organizations" => true,
        name => world.tenant(name).is_some_and(|t| t.id == person.tenant),
    }
}

fn next(world: &World, flow: &Flow) -> Next {
    let prompt = flow.prompt.as_deref();
    let Some(person) = flow.person.as_ref().and_then(|p| world.people.get(p)) else {
        let known = signed_in(world, flow);
        let hinted = known.iter().find(|p| p.upn.eq_ignore_ascii_case(&flow.login_hint));
        return match (prompt, known.as_slice()) {
            (Some("login"), _) | (_, []) if prompt != Some("none") => Next::SignIn(flow.login_hint.clone()),
            (Some("none"), []) => Next::Refused(
                "login_required",
                50058,
                "A silent sign-in request was sent but no user is signed in.",
            ),
            (Some("select_account"), _) => Next::Pick(known),
            (_, [one]) => chosen(world, flow, one),
            _ => match hinted {
                Some(one) => chosen(world, flow, one),
                None if prompt == Some("none") => Next::Refused(
                    "interaction_required",
                    16000,
                    "Several user identities are available for the current request.",
                ),
                None => Next::Pick(known),
            },
        };
    };
    chosen(world, flow, person)
}

fn chosen(world: &World, flow: &Flow, person: &Person) -> Next {
    let wanted = scopes::canonicals(&flow.asked);
    let held = world.grants.consented(&person.id, &person.tenant, &flow.client_id);
    let ask = flow.admin_consent
        || flow.prompt.as_deref() == Some("consent")
        || wanted.iter().any(|w| !held.contains(w));
    if !ask {
        return Next::Done;
    }
    if flow.prompt.as_deref() == Some("none") {
        return Next::Refused(
            "consent_required",
            65001,
            "The user or administrator has not consented to use the application.",
        );
    }
    let open = world.tenants.get(&person.tenant).is_none_or(|t| t.user_consent);
    let barred = !open && wanted.iter().any(|w| scopes::needs_administrator(w) && !held.contains(w));
    if (flow.admin_consent || barred) && !person.admin {
        return Next::AdminNeeded(person.clone());
    }
    Next::Consent(person.clone(), wanted)
}

/// Shows the page of the next step, or goes back to the application.
pub fn show_next(site: &Shared, id: &str) -> Response {
    let mut world = site.world();
    let Some(flow) = world.grants.flows.get(id).cloned() else {
        return pages::error(165_000, "The sign-in has expired; start again from the application.");
    };
    let app = world.apps.get(&flow.client_id).map(|a| a.name.clone()).unwrap_or_default();
    let page = match next(&world, &flow) {
        Next::Pick(people) => pages::pick(id, &flow, &people),
        Next::SignIn(hint) => pages::sign_in(id, &flow, &hint, None),
        Next::Consent(person, wanted) => {
            remember(&mut world, id, &flow, &person);
            pages::consent(id, &flow, &app, &person, &wanted)
        }
        Next::AdminNeeded(person) => pages::admin_needed(id, &flow, &app, &person),
        Next::Refused(error, number, text) => refuse(&flow, error, number, text, None),
        Next::Done => {
            let person = flow.person.clone().or_else(|| only_choice(&world, &flow));
            match person {
                Some(person) => finish(&mut world, id, &flow, &person),
                None => pages::sign_in(id, &flow, &flow.login_hint, None),
            }
        }
    };
    drop(world);
    site.touched();
    with_cookie(page, &flow.session)
}

fn remember(world: &mut World, id: &str, flow: &Flow, person: &Person) {
    if let Some(held) = world.grants.flows.get_mut(id) {
        held.person = Some(person.id.clone());
    }
    let signed = world.grants.sessions.entry(flow.session.clone()).or_default();
    signed.retain(|p| *p != person.id);
    signed.push(person.id.clone());
}

fn only_choice(world: &World, flow: &Flow) -> Option<String> {
    let known = signed_in(world, flow);
    let hinted = known.iter().find(|p| p.upn.eq_ignore_ascii_case(&flow.login_hint));
    hinted.or(known.first()).map(|p| p.id.clone())
}

fn with_cookie(mut page: Response, session: &str) -> Response {
    let value = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax", authorize::COOKIE);
    if let Ok(value) = value.parse() {
        page.headers_mut().append("set-cookie", value);
    }
    page
}

/// `POST /{tenant}/signin`: every form of the pages comes here.
pub async fn step(
    State(site): State<Shared>,
    Path(_): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let get = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let id = get("flow");
    let Some(flow) = site.world().grants.flows.get(&id).cloned() else {
        return pages::error(165_000, "The sign-in has expired; start again from the application.");
    };
    if authorize::session(&headers).is_some_and(|s| s != flow.session) {
        return pages::error(165_000, "This sign-in was started in another browser.");
    }
    if get("action") == "cancel" {
        return refuse(
            &flow,
            "access_denied",
            65004,
            "The user has denied access to the scope requested by the client application.",
            Some("cancel"),
        );
    }
    match get("step").as_str() {
        "pick" => {
            let account = get("account");
            let mut world = site.world();
            if account == "other" || account.is_empty() {
                drop(world);
                return with_cookie(pages::sign_in(&id, &flow, "", None), &flow.session);
            }
            let person = signed_in(&world, &flow).into_iter().find(|p| p.id == account);
            let Some(person) = person else {
                return pages::error(50058, "That account is not signed in here.");
            };
            remember(&mut world, &id, &flow, &person);
        }
        "password" => {
            if let Err(text) = password(&site, &id, &flow, get("loginfmt").trim(), &get("passwd")) {
                return with_cookie(pages::sign_in(&id, &flow, &get("loginfmt"), Some(&text)), &flow.session);
            }
        }
        "consent" => {
            let ticked: Vec<String> =
                form.iter().filter(|(n, _)| n == "scope").map(|(_, v)| v.clone()).collect();
            let answer = consented(&site, &id, &flow, &ticked);
            site.touched();
            return answer;
        }
        _ => return pages::error(90_015, "Unknown step."),
    }
    show_next(&site, &id)
}

fn password(site: &Site, id: &str, flow: &Flow, upn: &str, password: &str) -> Result<(), String> {
    let mut world = site.world();
    let person = world.people.values().find(|p| p.upn.eq_ignore_ascii_case(upn)).cloned();
    let Some(person) = person else {
        return Err("This username may be incorrect. Make sure that you typed it correctly. Otherwise, contact your admin. (50034)".to_owned());
    };
    if !fits(&world, flow, &person) {
        return Err(format!("Selected user account does not exist in tenant '{}'. (50020)", flow.tenant));
    }
    if person.password != password {
        return Err("Your account or password is incorrect. (50126)".to_owned());
    }
    if !person.enabled {
        return Err(
            "Your account has been locked. Contact your support person to unlock it. (50057)".to_owned()
        );
    }
    remember(&mut world, id, flow, &person);
    Ok(())
}

fn consented(site: &Site, id: &str, flow: &Flow, ticked: &[String]) -> Response {
    let mut world = site.world();
    let Some(person) = flow.person.as_ref().and_then(|p| world.people.get(p)).cloned() else {
        return pages::error(50058, "Sign in first.");
    };
    let wanted = scopes::canonicals(&flow.asked);
    let given: Vec<String> = wanted.into_iter().filter(|w| ticked.contains(w)).collect();
    if flow.admin_consent {
        if !person.admin {
            return pages::error(90_094, "An administrator of the tenant is needed.");
        }
        world.grants.consent(&person.tenant, &flow.client_id, given);
        let mut pairs = vec![
            ("admin_consent", "True".to_owned()),
            ("tenant", person.tenant.clone()),
            ("scope", flow.asked.join(" ")),
        ];
        if let Some(state) = &flow.state {
            pairs.push(("state", state.clone()));
        }
        world.grants.flows.remove(id);
        return go_back(flow, &pairs);
    }
    world.grants.consent(&person.id, &flow.client_id, given);
    finish(&mut world, id, flow, &person.id)
}

/// Issues a code for what was consented to and goes back to the application.
fn finish(world: &mut World, id: &str, flow: &Flow, person: &str) -> Response {
    let Some(person) = world.people.get(person).cloned() else {
        return pages::error(50034, "Unknown account.");
    };
    remember(world, id, flow, &person);
    let held = world.grants.consented(&person.id, &person.tenant, &flow.client_id);
    let granted: Vec<String> =
        scopes::canonicals(&flow.asked).into_iter().filter(|s| held.contains(s)).collect();
    if granted.is_empty() {
        return refuse(flow, "access_denied", 65004, "The user declined to consent to access the app.", None);
    }
    let code = format!("1.AXoA{}", ids::random_token(500));
    let now = world.now();
    world.grants.codes.insert(
        code.clone(),
        Code {
            client_id: flow.client_id.clone(),
            person: person.id.clone(),
            tenant: person.tenant.clone(),
            scopes: granted,
            asked: flow.asked.clone(),
            redirect_uri: flow.redirect_uri.clone(),
            nonce: flow.nonce.clone(),
            challenge: flow.challenge.clone(),
            expires: now + CODE_LIFE,
            used: false,
            session: flow.session.clone(),
        },
    );
    world.grants.flows.remove(id);
    let mut pairs = vec![("code", code)];
    if flow.client_info {
        let info = json!({"uid": person.id, "utid": person.tenant}).to_string();
        pairs.push(("client_info", URL_SAFE_NO_PAD.encode(info)));
    }
    if let Some(state) = &flow.state {
        pairs.push(("state", state.clone()));
    }
    pairs.push(("session_state", flow.session.clone()));
    go_back(flow, &pairs)
}

/// Goes back with an error.
pub fn refuse(flow: &Flow, error: &str, number: u32, text: &str, suberror: Option<&str>) -> Response {
    let description =
        format!("AADSTS{number}: {text}\r\nTrace ID: {}\r\nCorrelation ID: {}", ids::guid(), ids::guid());
    let mut pairs = vec![("error", error.to_owned()), ("error_description", description)];
    if let Some(suberror) = suberror {
        pairs.push(("error_subcode", suberror.to_owned()));
    }
    if flow.admin_consent {
        pairs.insert(0, ("admin_consent", "True".to_owned()));
    }
    if let Some(state) = &flow.state {
        pairs.push(("state", state.clone()));
    }
    go_back(flow, &pairs)
}

fn go_back(flow: &Flow, pairs: &[(&str, String)]) -> Response {
    if flow.response_mode == "form_post" {
        return pages::form_post(&flow.redirect_uri, pairs);
    }
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = match (flow.response_mode.as_str(), flow.redirect_uri.contains('?')) {
        ("fragment", _) => '#',
        (_, true) => '&',
        (_, false) => '?',
    };
    Redirect::to(&format!("{}{mark}{encoded}", flow.redirect_uri)).into_response()
}

/// A whole sign-in in one step, for tests: as if the person had typed, ticked all but `untick`, and accepted.
/// Answers the last page or redirect.
pub fn sign_in_for(
    site: &Shared,
    tenant: &str,
    asked: &HashMap<String, String>,
    upn: &str,
    untick: &[String],
    cancel: bool,
) -> Result<Response, String> {
    let admin = asked.contains_key("_adminconsent");
    let id = match authorize::begin(site, tenant, asked, &HeaderMap::new(), admin) {
        Ok(id) => id,
        Err(answer) => return Ok(*answer),
    };
    let flow = site.world().grants.flows.get(&id).cloned().ok_or("the flow is gone")?;
    if cancel {
        return Ok(refuse(
            &flow,
            "access_denied",
            65004,
            "The user has denied access to the scope requested by the client application.",
            Some("cancel"),
        ));
    }
    let person = site.world().person(upn).cloned().ok_or_else(|| format!("nobody is called {upn}"))?;
    password(site, &id, &flow, &person.upn, &person.password)?;
    let flow = site.world().grants.flows.get(&id).cloned().ok_or("the flow is gone")?;
    let step = next(&site.world(), &flow);
    Ok(match step {
        Next::Consent(_, wanted) => {
            let ticked: Vec<String> = wanted.into_iter().filter(|w| !untick.contains(w)).collect();
            consented(site, &id, &flow, &ticked)
        }
        _ => show_next(site, &id),
    })
}
