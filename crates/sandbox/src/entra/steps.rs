//! What the forms of the sign-in pages do, and the whole walk in one step for tests.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::flow::{Next, choose, fits, next, show_next, signed_in, with_cookie};
use super::grants::{Flow, Proof, Wish};
use super::words::Language;
use super::{authorize, back, pages, scopes};
use crate::site::{Shared, Site};
use crate::world::people::AccountKind;

/// `POST /{tenant}/signin`: every form of the pages comes here.
pub async fn step(
    State(site): State<Shared>,
    Path(_): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let get = |name: &str| form.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let all = |name: &str| -> Vec<String> {
        form.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    };
    let id = get("flow");
    let Some(flow) = site.world().grants.flows.get(&id).cloned() else {
        return pages::expired();
    };
    if authorize::session(&headers).is_some_and(|s| s != flow.session) {
        return pages::error(flow.language, 165_000, "This sign-in was started in another browser.");
    }
    if get("action") == "cancel" {
        let now = site.world().now();
        return back::cancelled(&flow, now);
    }
    match get("step").as_str() {
        "pick" => {
            let account = get("account");
            let mut world = site.world();
            if account == "other" || account.is_empty() {
                if let Some(held) = world.grants.flows.get_mut(&id) {
                    held.person = None;
                }
                drop(world);
                return with_cookie(pages::sign_in(&id, &flow, "", None), &flow.session);
            }
            let person = signed_in(&world, &flow).into_iter().find(|p| p.id == account);
            let Some(person) = person else {
                return pages::error(flow.language, 50058, "That account is not signed in here.");
            };
            choose(&mut world, &id, &person);
        }
        "password" => {
            if let Err(text) = password(&site, &id, &flow, get("loginfmt").trim(), &get("passwd")) {
                return with_cookie(pages::sign_in(&id, &flow, &get("loginfmt"), Some(&text)), &flow.session);
            }
        }
        "code" => {
            let code = get("otc");
            let mut world = site.world();
            let Next::SecondFactor(person) = next(&world, &flow) else {
                drop(world);
                return show_next(&site, &id);
            };
            if code.trim().len() != 6 || !code.trim().chars().all(|c| c.is_ascii_digit()) {
                return pages::second_factor(&id, &flow, &person, true);
            }
            let proof = Proof { at: world.now(), mfa: true };
            world.grants.signed_in(&flow.session, &person.id, proof);
        }
        "consent" => {
            let for_all = get("admin_consent") == "1";
            let answer = consented(&site, &id, &flow, &all("scope"), &all("role"), for_all);
            site.touched();
            return with_cookie(answer, &flow.session);
        }
        "approval" => {
            let answer = asked(&site, &id, &flow, &get("reason"));
            site.touched();
            return answer;
        }
        _ => return pages::error(flow.language, 90_015, "Unknown step."),
    }
    show_next(&site, &id)
}

/// Name and password; the error is what the page says.
fn password(site: &Site, id: &str, flow: &Flow, upn: &str, password: &str) -> Result<(), String> {
    let words = flow.language.words();
    let mut world = site.world();
    let now = world.now();
    let person = world.people.values().find(|p| p.upn.eq_ignore_ascii_case(upn)).cloned();
    let Some(person) = person else { return Err(words.nobody.to_owned()) };
    if !fits(&world, flow, &person) {
        let personal = person.kind == AccountKind::Personal;
        return Err(if personal {
            words.personal.to_owned()
        } else {
            words.not_here.replace("{tenant}", &flow.tenant)
        });
    }
    if person.is_locked(now) {
        return Err(words.locked.to_owned());
    }
    if person.password != password {
        return Err(words.wrong.to_owned());
    }
    // After the password only, so that nobody learns of an account by guessing names. A shared mailbox ends here.
    if !person.enabled {
        return Err(words.disabled.to_owned());
    }
    world.grants.signed_in(&flow.session, &person.id, Proof { at: now, mfa: false });
    choose(&mut world, id, &person);
    Ok(())
}

/// The consent page was accepted with these boxes ticked.
fn consented(
    site: &Site,
    id: &str,
    flow: &Flow,
    ticked: &[String],
    roles: &[String],
    on_behalf: bool,
) -> Response {
    let mut world = site.world();
    let (person, wanted) = match next(&world, flow) {
        Next::Consent(person, wanted) => (person, wanted),
        Next::AdminNeeded(person) | Next::Approval(person, _) => {
            let app = world.apps.get(&flow.client_id).map(|a| a.name.clone()).unwrap_or_default();
            return pages::admin_needed(id, flow, &app, &person);
        }
        _ => return pages::error(flow.language, 50058, "Sign in first."),
    };
    let mut given: Vec<String> = wanted.into_iter().filter(|w| ticked.contains(w)).collect();
    if flow.admin_consent || (on_behalf && person.admin) {
        // Every consent page of the v2 endpoint includes the OIDC permissions; nobody of the tenant is asked for them again.
        let mut for_all = given.clone();
        for_all.extend(scopes::OIDC.iter().map(|s| (*s).to_owned()));
        world.consent(&person.tenant, &person.tenant, &flow.client_id, for_all);
    }
    if flow.admin_consent {
        let roles: Vec<String> = flow.roles.iter().filter(|r| roles.contains(r)).cloned().collect();
        world.enterprise_mut(&person.tenant, &flow.client_id).roles.extend(roles);
        world.grants.flows.remove(id);
        given.sort();
        return back::admin_consented(flow, &person.tenant, &given);
    }
    world.consent(&person.id, &person.tenant, &flow.client_id, given);
    back::finish(&mut world, id, flow, &person)
}

/// Somebody asks their administrators to consent.
fn asked(site: &Site, id: &str, flow: &Flow, reason: &str) -> Response {
    let mut world = site.world();
    let app = world.apps.get(&flow.client_id).map(|a| a.name.clone()).unwrap_or_default();
    let Next::Approval(person, scopes) = next(&world, flow) else {
        return pages::error(flow.language, 90_015, "Unknown step.");
    };
    let now = world.now();
    world.grants.wishes.push(Wish {
        at: now,
        tenant: person.tenant.clone(),
        person: person.id.clone(),
        client_id: flow.client_id.clone(),
        scopes,
        reason: reason.trim().to_owned(),
    });
    pages::approval_sent(id, flow, &app, &person)
}

/// What somebody does on the pages, for a walk without a browser.
pub struct Wishes<'a> {
    /// Who.
    pub upn: &'a str,
    /// Permissions (scopes and roles) that are not ticked.
    pub untick: &'a [String],
    /// Press Cancel at once.
    pub cancel: bool,
    /// An administrator ticks "consent on behalf of your organization".
    pub on_behalf: bool,
}

/// A whole sign-in in one step, for tests: as if the person had typed, passed the second factor, ticked all but `untick`,
/// and accepted. Answers the last page or redirect.
pub fn sign_in_for(
    site: &Shared,
    tenant: &str,
    asked: &HashMap<String, String>,
    wishes: &Wishes<'_>,
) -> Result<Response, String> {
    let admin = asked.contains_key("_adminconsent");
    let id = match authorize::begin(site, tenant, asked, &HeaderMap::new(), admin) {
        Ok(id) => id,
        Err(answer) => return Ok(*answer),
    };
    let flow = || site.world().grants.flows.get(&id).cloned().ok_or("the flow is gone");
    let first = Flow { language: Language::English, ..flow()? };
    if wishes.cancel {
        let now = site.world().now();
        return Ok(back::cancelled(&first, now));
    }
    let person =
        site.world().person(wishes.upn).cloned().ok_or_else(|| format!("nobody is called {}", wishes.upn))?;
    password(site, &id, &first, &person.upn, &person.password)?;
    if person.mfa {
        let mut world = site.world();
        let proof = Proof { at: world.now(), mfa: true };
        world.grants.signed_in(&first.session, &person.id, proof);
    }
    let flow = flow()?;
    let step = next(&site.world(), &flow);
    Ok(match step {
        Next::Consent(_, wanted) => {
            let keep = |name: &String| !wishes.untick.contains(name);
            let ticked: Vec<String> = wanted.into_iter().filter(|w| keep(w)).collect();
            let roles: Vec<String> = flow.roles.iter().filter(|r| keep(r)).cloned().collect();
            consented(site, &id, &flow, &ticked, &roles, wishes.on_behalf)
        }
        _ => show_next(site, &id),
    })
}
