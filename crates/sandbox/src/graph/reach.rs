//! Who may reach which mailbox: the permission in the token, and behind it what Exchange allows (graph.md 1.8, 5).
//!
//! Signed in, one's own mailbox needs the plain permissions, whether it is called `/me` or `/users/{own}`; anybody else's
//! needs the `.Shared` ones and a right given in Exchange. An application by itself has no `/me`; it reaches every mailbox
//! of the tenant, or those Exchange lets it.

use axum::http::Method;

use super::Identity;
use super::answer::Problem;
use super::route::{self, Action, Route, Target};
use crate::world::World;
use crate::world::enterprise::Reach;

/// Object id of the mailbox's (or the profile's) owner; empty for what belongs to no mailbox.
pub fn owner(world: &World, route: &Route, who: &Identity) -> Result<String, Problem> {
    let Some(user) = &route.user else {
        if who.app_only && route.name.contains(" /me") {
            return Err(Problem::new(
                400,
                "BadRequest",
                "/me request is only valid with delegated authentication flow.",
            ));
        }
        return Ok(who.person.clone());
    };
    match world.user(&who.tenant, user) {
        Some(person) => Ok(person.id.clone()),
        None if route.target == Target::Me => Err(Problem::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{user}' does not exist or one of its queried reference-property objects are not present."
            ),
        )),
        None => {
            Err(Problem::new(404, "ErrorInvalidUser", format!("The requested user '{user}' is invalid.")))
        }
    }
}

/// Whether this token may do this with that owner's mailbox.
pub fn permitted(
    world: &World,
    method: &Method,
    route: &Route,
    who: &Identity,
    owner: &str,
) -> Result<(), Problem> {
    if who.app_only {
        return by_itself(world, method, route, who, owner);
    }
    let own = owner == who.person;
    let wanted = route::permissions(method, &route.target);
    let holds = |name: &str| who.scopes.iter().any(|s| s.eq_ignore_ascii_case(name));
    match route.target {
        Target::Me | Target::Organization | Target::TranslateIds => {
            let enough = wanted.iter().any(|w| holds(w) && (own || w.ends_with(".All")));
            return if enough { Ok(()) } else { Err(request_denied()) };
        }
        Target::MailboxSettings | Target::MasterCategories => {
            let enough = own && wanted.iter().any(|w| holds(w));
            return if enough { Ok(()) } else { Err(Problem::access_denied()) };
        }
        _ => {}
    }
    let shared = wanted.iter().any(|w| holds(&format!("{w}.Shared")));
    if !(shared || (own && wanted.iter().any(|w| holds(w)))) {
        return Err(Problem::access_denied());
    }
    let rights = world.rights_on(owner, &who.person);
    if rights.full_access {
        return Ok(());
    }
    if rights.is_none() {
        // Exchange does not tell whether there is such a mailbox.
        return Err(Problem::new(
            404,
            "ErrorItemNotFound",
            "The specified object was not found in the store., Default folder Root not found.",
        ));
    }
    Err(Problem::access_denied())
}

/// Whether a token may send with another address in `from` than the mailbox's own: nobody without `Mail.Send.Shared`.
pub fn may_send_for_others(who: &Identity) -> bool {
    !who.app_only && who.scopes.iter().any(|s| s.eq_ignore_ascii_case("Mail.Send.Shared"))
}

/// What an application by itself needs; the first is named in the documentation, any of them will do.
fn application_permissions(method: &Method, target: &Target) -> &'static [&'static str] {
    let get = method == Method::GET;
    match target {
        Target::Me => &["User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All"],
        Target::Organization => &["Organization.Read.All", "User.Read.All"],
        Target::TranslateIds => &["User.Read.All", "User.ReadWrite.All"],
        Target::MailboxSettings | Target::MasterCategories if get => {
            &["MailboxSettings.Read", "MailboxSettings.ReadWrite"]
        }
        Target::MailboxSettings | Target::MasterCategories => &["MailboxSettings.ReadWrite"],
        Target::SendMail
        | Target::Action(_, Action::Send | Action::Reply | Action::ReplyAll | Action::Forward) => {
            &["Mail.Send"]
        }
        Target::Value(_)
        | Target::Attachments(_)
        | Target::AttachmentsCount(_)
        | Target::Attachment(..)
        | Target::AttachmentValue(..)
            if get =>
        {
            &["Mail.Read", "Mail.ReadWrite"]
        }
        Target::Subscriptions | Target::Subscription(_) | Target::Reauthorize(_) => SUBSCRIBE,
        _ if get => &["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"],
        _ => &["Mail.ReadWrite"],
    }
}

const SUBSCRIBE: &[&str] = &["Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"];

fn by_itself(
    world: &World,
    method: &Method,
    route: &Route,
    who: &Identity,
    owner: &str,
) -> Result<(), Problem> {
    let wanted = application_permissions(method, &route.target);
    match route.target {
        Target::Me | Target::Organization | Target::TranslateIds => {
            let enough = wanted.iter().any(|w| who.scopes.iter().any(|s| s.eq_ignore_ascii_case(w)));
            if enough { Ok(()) } else { Err(request_denied()) }
        }
        // Whose mailbox it is stands in the body; see `may_subscribe`.
        Target::Subscriptions | Target::Subscription(_) | Target::Reauthorize(_) => Ok(()),
        _ => judged(world, who, wanted, owner),
    }
}

/// Whether an application by itself may watch this mailbox.
pub fn may_subscribe(world: &World, who: &Identity, owner: &str) -> Result<(), Problem> {
    judged(world, who, SUBSCRIBE, owner)
}

fn judged(world: &World, who: &Identity, wanted: &[&str], owner: &str) -> Result<(), Problem> {
    match world.enterprise(&who.tenant, &who.app).reach(&who.scopes, wanted, owner) {
        Reach::Yes => Ok(()),
        Reach::No => Err(Problem::access_denied()),
        Reach::KeptOut => Err(Problem::new(
            403,
            "ErrorAccessDenied",
            "Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.",
        )),
    }
}

fn request_denied() -> Problem {
    Problem::new(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::world::people::Person;
    use crate::world::rights::Rights;

    /// What, scopes, rights, method, path, answer.
    type Case = (&'static str, &'static [&'static str], Rights, &'static Method, &'static str, &'static str);

    fn world() -> World {
        let mut world = World::empty();
        for id in ["team", "anna"] {
            let (upn, mail) = (format!("{id}@x.example"), format!("{id}@mail.example"));
            world.add_person(Person {
                id: id.to_owned(),
                tenant: "t".to_owned(),
                upn,
                mail,
                ..Person::default()
            });
        }
        world
    }

    fn token(scopes: &[&str], app_only: bool) -> Identity {
        Identity {
            app: "app".to_owned(),
            person: if app_only { String::new() } else { "anna".to_owned() },
            tenant: "t".to_owned(),
            scopes: scopes.iter().map(|s| (*s).to_owned()).collect(),
            app_only,
        }
    }

    fn ask(world: &World, who: &Identity, method: &Method, path: &str) -> String {
        let route = route::route(method, path).unwrap();
        let outcome = owner(world, &route, who).and_then(|o| permitted(world, method, &route, who, &o));
        outcome.map_or_else(|p| format!("{} {}", p.status, p.code), |()| "yes".to_owned())
    }

    /// The permission decides first, then the right; plain permissions stop at one's own mailbox.
    #[test]
    fn another_mailbox_needs_the_shared_permission_and_a_right_in_exchange() {
        let full = Rights { full_access: true, ..Rights::default() };
        let send_only = Rights { send_as: true, ..Rights::default() };
        let (list, send) = ("/users/team@x.example/messages", "/users/team@x.example/sendMail");
        let cases: [Case; 13] = [
            (
                "plain, own by UPN",
                &["Mail.ReadWrite"],
                full,
                &Method::GET,
                "/users/anna@x.example/messages",
                "yes",
            ),
            ("plain, own by id", &["Mail.ReadWrite"], full, &Method::GET, "/users/anna/messages", "yes"),
            (
                "shared reaches one's own too",
                &["Mail.ReadWrite.Shared"],
                full,
                &Method::GET,
                "/me/messages",
                "yes",
            ),
            ("plain, another", &["Mail.ReadWrite"], full, &Method::GET, list, "403 ErrorAccessDenied"),
            ("shared and full", &["Mail.ReadWrite.Shared"], full, &Method::GET, list, "yes"),
            (
                "shared reading does not write",
                &["Mail.Read.Shared"],
                full,
                &Method::POST,
                list,
                "403 ErrorAccessDenied",
            ),
            (
                "shared, no right",
                &["Mail.ReadWrite.Shared"],
                Rights::default(),
                &Method::GET,
                list,
                "404 ErrorItemNotFound",
            ),
            (
                "shared, only Send As",
                &["Mail.ReadWrite.Shared"],
                send_only,
                &Method::GET,
                list,
                "403 ErrorAccessDenied",
            ),
            (
                "sending with the plain permission",
                &["Mail.Send"],
                full,
                &Method::POST,
                send,
                "403 ErrorAccessDenied",
            ),
            ("sending with the shared one", &["Mail.Send.Shared"], full, &Method::POST, send, "yes"),
            (
                "by another address than the UPN",
                &["Mail.ReadWrite.Shared"],
                full,
                &Method::GET,
                "/users/team@mail.example/messages",
                "404 ErrorInvalidUser",
            ),
            (
                "another's profile",
                &["User.Read"],
                full,
                &Method::GET,
                "/users/team@x.example",
                "403 Authorization_RequestDenied",
            ),
            (
                "another's profile, all",
                &["User.ReadBasic.All"],
                full,
                &Method::GET,
                "/users/team@x.example",
                "yes",
            ),
        ];
        for (what, scopes, rights, method, path, expected) in cases {
            let mut world = world();
            world.set_rights("team", "anna", rights);
            assert_eq!(ask(&world, &token(scopes, false), method, path), expected, "{what}");
        }
    }

    /// What Microsoft publishes about permissions, where a copy lies at hand (CONTRIBUTING.md: `GRAPH_CONTRACT`): nothing is
    /// open here that is closed there, but that Mail.ReadWrite reads whatever Mail.Read does.
    #[test]
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn no_permission_opens_more_than_microsofts_map_says() {
        let folder = std::env::var_os("GRAPH_CONTRACT").map(std::path::PathBuf::from);
        let file = folder.map(|f| f.join("permissions/mail-permissions.json")).filter(|f| f.is_file());
        let Some(file) = file else {
            eprintln!("skipped: GRAPH_CONTRACT names no folder with permissions/mail-permissions.json");
            return;
        };
        let map: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        let opens = |permission: &str, scheme: &str, method: &Method, path: &str| {
            let sets = map["permissions"][permission]["pathSets"].as_array().cloned().unwrap_or_default();
            sets.iter().any(|set| {
                let has = |name: &str, value: &str| {
                    set[name].as_array().unwrap().iter().any(|v| v.as_str() == Some(value))
                };
                let paths = &set["paths"];
                let listed = match paths.as_array() {
                    Some(list) => list.iter().any(|p| p.as_str() == Some(path)),
                    None => paths.get(path).is_some(),
                };
                has("schemeKeys", scheme) && has("methods", method.as_str()) && listed
            })
        };
        let calls = [
            (Method::GET, "/users/{id}"),
            (Method::GET, "/organization"),
            (Method::POST, "/users/{id}/translateexchangeids"),
            (Method::GET, "/users/{id}/mailboxsettings"),
            (Method::GET, "/users/{id}/mailfolders"),
            (Method::POST, "/users/{id}/mailfolders"),
            (Method::GET, "/users/{id}/messages"),
            (Method::POST, "/users/{id}/messages"),
            (Method::GET, "/users/{id}/mailfolders/{id}/messages/delta"),
            (Method::GET, "/users/{id}/messages/{id}"),
            (Method::PATCH, "/users/{id}/messages/{id}"),
            (Method::DELETE, "/users/{id}/messages/{id}"),
            (Method::GET, "/users/{id}/messages/{id}/attachments"),
            (Method::POST, "/users/{id}/messages/{id}/attachments"),
            (Method::POST, "/users/{id}/messages/{id}/attachments/createuploadsession"),
            (Method::POST, "/users/{id}/messages/{id}/createreply"),
            (Method::POST, "/users/{id}/messages/{id}/move"),
            (Method::POST, "/users/{id}/messages/{id}/send"),
            (Method::POST, "/users/{id}/sendmail"),
        ];
        for (method, path) in calls {
            let target = route::route(&method, path).unwrap().target;
            let delegated = route::permissions(&method, &target);
            let application = application_permissions(&method, &target);
            for (scheme, accepted) in [("DelegatedWork", delegated), ("Application", application)] {
                for permission in accepted {
                    let by_reading =
                        *permission == "Mail.ReadWrite" && opens("Mail.Read", scheme, &method, path);
                    assert!(
                        by_reading || opens(permission, scheme, &method, path),
                        "{permission} does not open {method} {path} to {scheme}"
                    );
                }
            }
        }
    }

    #[test]
    fn an_application_by_itself_has_no_me_and_reaches_whom_it_was_granted() {
        let mut world = world();
        let all = token(&["Mail.ReadWrite", "Mail.Send", "User.Read.All"], true);
        for (method, path, expected) in [
            (&Method::GET, "/me", "400 BadRequest"),
            (&Method::GET, "/me/messages", "400 BadRequest"),
            (&Method::GET, "/users/team@x.example/messages", "yes"),
            (&Method::POST, "/users/anna/sendMail", "yes"),
            (&Method::GET, "/users/anna", "yes"),
            (&Method::GET, "/organization", "yes"),
            (&Method::GET, "/users/nobody@x.example/messages", "404 ErrorInvalidUser"),
            (&Method::GET, "/users/nobody@x.example", "404 Request_ResourceNotFound"),
            (&Method::GET, "/users/anna/mailboxSettings", "403 ErrorAccessDenied"),
        ] {
            assert_eq!(ask(&world, &all, method, path), expected, "{path}");
        }
        let shared = token(&["Mail.ReadWrite.Shared"], true);
        let list = "/users/team@x.example/messages";
        assert_eq!(ask(&world, &shared, &Method::GET, list), "403 ErrorAccessDenied", "not an application's");
        world.enterprise_mut("t", "app").policy = Some(std::iter::once("anna".to_owned()).collect());
        assert_eq!(ask(&world, &all, &Method::GET, list), "403 ErrorAccessDenied");
        assert_eq!(ask(&world, &all, &Method::GET, "/users/anna/messages"), "yes");
    }
}
