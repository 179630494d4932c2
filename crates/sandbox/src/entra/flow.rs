//! A sign-in step by step: what is needed next, and the page for it. What the forms do stands in `steps`.

use axum::response::Response;

use super::authority::{self, Authority};
use super::token::Refusal;
use super::{authorize, back, pages, scopes, standing};
use crate::entra::grants::Flow;
use crate::site::Shared;
use crate::world::World;
use crate::world::people::Person;

/// What the flow needs next.
pub enum Next {
    /// One of the accounts signed in here, or another.
    Pick(Vec<Person>),
    /// Name and password; the name to begin with.
    SignIn(String),
    /// A second factor.
    SecondFactor(Person),
    /// Consent to these.
    Consent(Person, Vec<String>),
    /// An administrator's consent, and no way to ask for it.
    AdminNeeded(Person),
    /// An administrator's consent, to be asked for here.
    Approval(Person, Vec<String>),
    /// Nothing more: this person is kept out.
    Blocked(Refusal),
    /// Nothing more: back with a code for this person.
    Done(Person),
    /// Back with an error.
    Refused(&'static str, u32, &'static str),
}

/// People signed in in this browser, freshly enough, who may come through this flow's authority.
pub fn signed_in(world: &World, flow: &Flow) -> Vec<Person> {
    let now = world.now();
    let ids = world.grants.sessions.get(&flow.session).cloned().unwrap_or_default();
    let fresh = |p: &&Person| {
        world
            .grants
            .proof(&flow.session, &p.id)
            .is_some_and(|proof| proof.at >= p.tokens_valid_from && !standing::too_long_ago(p, proof, now))
    };
    let people = ids.iter().filter_map(|id| world.people.get(id));
    people.filter(|p| fits(world, flow, p)).filter(fresh).cloned().collect()
}

/// Whether an account belongs to the flow's authority.
pub fn fits(world: &World, flow: &Flow, person: &Person) -> bool {
    let app = world.apps.get(&flow.client_id);
    let authority = Authority::read(world, &flow.tenant);
    app.zip(authority).is_some_and(|(app, authority)| authority.admits(person, app))
}

/// What the flow needs next.
pub fn next(world: &World, flow: &Flow) -> Next {
    let prompt = flow.prompt.as_deref();
    if let Some(person) = flow.person.as_ref().and_then(|p| world.people.get(p)) {
        return chosen(world, flow, person);
    }
    let known = signed_in(world, flow);
    let hinted = known.iter().find(|p| p.upn.eq_ignore_ascii_case(&flow.login_hint));
    match (prompt, known.as_slice()) {
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
    }
}

fn chosen(world: &World, flow: &Flow, person: &Person) -> Next {
    let silent = flow.prompt.as_deref() == Some("none");
    if let Err(refusal) = kept_out(world, flow, person) {
        return Next::Blocked(refusal);
    }
    let proof = world.grants.proof(&flow.session, &person.id).unwrap_or_default();
    if person.mfa && !proof.mfa {
        if silent {
            return Next::Refused(
                "interaction_required",
                50076,
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
            );
        }
        return Next::SecondFactor(person.clone());
    }
    let wanted = scopes::canonicals(&flow.asked);
    let held = world.grants.consented(&person.id, &person.tenant, &flow.client_id);
    let ask = flow.admin_consent
        || flow.prompt.as_deref() == Some("consent")
        || wanted.iter().any(|w| !held.contains(w));
    if !ask {
        return Next::Done(person.clone());
    }
    if silent {
        return Next::Refused(
            "consent_required",
            65001,
            "The user or administrator has not consented to use the application.",
        );
    }
    if person.admin {
        return Next::Consent(person.clone(), wanted);
    }
    let tenant = world.tenants.get(&person.tenant);
    let open = tenant.is_none_or(|t| t.user_consent);
    let barred = |w: &String| {
        !held.contains(w) && (w.ends_with("Read.All") || (!open && scopes::needs_administrator(w)))
    };
    let barred: Vec<String> = wanted.iter().filter(|w| barred(w)).cloned().collect();
    if flow.admin_consent || !barred.is_empty() {
        let may_ask = !flow.admin_consent && tenant.is_some_and(|t| t.consent_requests);
        return if may_ask {
            Next::Approval(person.clone(), barred)
        } else {
            Next::AdminNeeded(person.clone())
        };
    }
    Next::Consent(person.clone(), wanted)
}

/// What keeps this person from a token however they sign in.
fn kept_out(world: &World, flow: &Flow, person: &Person) -> Result<(), Refusal> {
    let Some(app) = world.apps.get(&flow.client_id) else {
        return Err(authority::not_in_directory(&flow.client_id, &flow.tenant));
    };
    // An application that was taken out of the tenant comes back with the consent that is given now.
    if !world.enterprise(&person.tenant, &app.client_id).removed {
        standing::of_app(world, app, &person.tenant)?;
    }
    standing::of_account(person, world.now())?;
    standing::of_policy(world, app, person)
}

/// Shows the page of the next step, or goes back to the application.
pub fn show_next(site: &Shared, id: &str) -> Response {
    let mut world = site.world();
    let Some(flow) = world.grants.flows.get(id).cloned() else {
        return pages::expired();
    };
    let app = world.apps.get(&flow.client_id).map(|a| a.name.clone()).unwrap_or_default();
    let silent = flow.prompt.as_deref() == Some("none");
    let page = match next(&world, &flow) {
        Next::Pick(people) => pages::pick(id, &flow, &people),
        Next::SignIn(hint) => pages::sign_in(id, &flow, &hint, None),
        Next::SecondFactor(person) => {
            choose(&mut world, id, &person);
            pages::second_factor(id, &flow, &person, false)
        }
        Next::Consent(person, wanted) => {
            choose(&mut world, id, &person);
            pages::consent(id, &flow, &app, &person, &wanted)
        }
        Next::AdminNeeded(person) => {
            choose(&mut world, id, &person);
            pages::admin_needed(id, &flow, &app, &person)
        }
        Next::Approval(person, wanted) => {
            choose(&mut world, id, &person);
            pages::approval(id, &flow, &app, &person, &wanted)
        }
        Next::Blocked(refusal) if silent => {
            let now = world.now();
            back::refuse(&flow, "interaction_required", refusal.code(), refusal.text(), None, now)
        }
        Next::Blocked(refusal) => pages::blocked(id, &flow, &refusal),
        Next::Refused(error, number, text) => {
            let now = world.now();
            back::refuse(&flow, error, number, text, None, now)
        }
        Next::Done(person) => back::finish(&mut world, id, &flow, &person),
    };
    drop(world);
    site.touched();
    with_cookie(page, &flow.session)
}

/// The flow goes on with this person.
pub fn choose(world: &mut World, id: &str, person: &Person) {
    if let Some(held) = world.grants.flows.get_mut(id) {
        held.person = Some(person.id.clone());
    }
}

/// Lets the browser keep its session.
pub fn with_cookie(mut page: Response, session: &str) -> Response {
    let value = format!("{}={session}; Path=/; HttpOnly; SameSite=Lax", authorize::COOKIE);
    if let Ok(value) = value.parse() {
        page.headers_mut().append("set-cookie", value);
    }
    page
}
