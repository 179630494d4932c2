//! Whether a person and an application are in good standing: every way in which an account or an application can be in
//! trouble, for the token endpoint and for the pages (graph.md 1.5, 1.6).

use jiff::{SignedDuration, Timestamp};

use super::authority;
use super::grants::{Proof, Refresh};
use super::token::Refusal;
use crate::world::World;
use crate::world::apps::Application;
use crate::world::people::Person;

/// Graph, as Entra names the resource.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// What a policy of conditional access wants, in the form a client may send back with the next sign-in.
const CLAIMS: &str =
    r#"{"access_token":{"polids":{"essential":true,"values":["5b5d1d6a-0c5e-4f5a-8f6e-0f1c3f2f7b11"]}}}"#;

/// The application in the tenant: switched off or taken out.
pub fn of_app(world: &World, app: &Application, tenant: &str) -> Result<(), Refusal> {
    let held = world.enterprise(tenant, &app.client_id);
    if held.removed {
        let name = world.tenants.get(tenant).map_or(tenant, |t| t.name.as_str());
        return Err(authority::not_in_directory(&app.client_id, name));
    }
    if !held.enabled {
        return Err(Refusal::new(
            "unauthorized_client",
            7_000_112,
            format!("Application '{}'({}) is disabled.", app.client_id, app.name),
        ));
    }
    Ok(())
}

/// The account itself: switched off or locked.
pub fn of_account(person: &Person, now: Timestamp) -> Result<(), Refusal> {
    if !person.enabled {
        return Err(Refusal::new("invalid_grant", 50057, "The user account is disabled."));
    }
    if person.is_locked(now) {
        return Err(Refusal::new(
            "invalid_grant",
            50053,
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
        ));
    }
    Ok(())
}

/// What the tenant's administrators demand of this person for this application, whatever the token.
pub fn of_policy(world: &World, app: &Application, person: &Person) -> Result<(), Refusal> {
    let held = world.enterprise(&person.tenant, &app.client_id);
    if held.assignment_required && !held.assigned.contains(&person.id) {
        return Err(Refusal::new(
            "invalid_grant",
            50105,
            format!(
                "Your administrator has configured the application {} ('{}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '{}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.",
                app.name, app.client_id, person.upn
            ),
        ));
    }
    if person.blocked {
        return Err(Refusal::new(
            "invalid_grant",
            53003,
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        )
        .suberror("message_only")
        .claims(CLAIMS));
    }
    Ok(())
}

/// Whether a sign-in is too long ago for the person's sign-in frequency.
pub fn too_long_ago(person: &Person, proof: Proof, now: Timestamp) -> bool {
    person.sign_in_hours.is_some_and(|hours| now.duration_since(proof.at) > SignedDuration::from_hours(hours))
}

/// Everything that can have happened to a grant since it was given, in the order in which Entra is believed to look.
pub fn of_grant(
    world: &World,
    app: &Application,
    grant: &Refresh,
    now: Timestamp,
) -> Result<Person, Refusal> {
    of_app(world, app, &grant.tenant)?;
    let person = world.people.get(&grant.person).cloned().ok_or_else(|| {
        Refusal::new(
            "invalid_grant",
            50034,
            format!(
                "The user account {{EmailHidden}} does not exist in the {} directory. To sign into this application, the account must be added to the directory.",
                grant.tenant
            ),
        )
    })?;
    of_account(&person, now)?;
    if grant.issued < person.tokens_valid_from {
        return Err(Refusal::new(
            "invalid_grant",
            50173,
            format!(
                "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{}'.",
                grant.issued, person.tokens_valid_from
            ),
        ));
    }
    if grant.expires <= now {
        return Err(Refusal::new(
            "invalid_grant",
            700_082,
            format!(
                "The refresh token has expired due to inactivity. The token was issued on {} and was inactive for 90.00:00:00.",
                grant.issued
            ),
        ));
    }
    if too_long_ago(&person, grant.proof, now) {
        return Err(Refusal::new(
            "invalid_grant",
            70043,
            format!(
                "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on {} and the maximum allowed lifetime for this request is {}.",
                grant.proof.at,
                person.sign_in_hours.unwrap_or_default() * 3600
            ),
        )
        .suberror("token_expired"));
    }
    of_policy(world, app, &person)?;
    if person.mfa && !grant.proof.mfa {
        return Err(Refusal::new(
            "interaction_required",
            50076,
            format!(
                "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{GRAPH}'."
            ),
        )
        .suberror("basic_action")
        .claims(CLAIMS));
    }
    Ok(person)
}
