//! `/me`, `/organization`, `translateExchangeIds`, mailbox settings.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Problem};
use super::query::Options;
use super::{Ctx, Outcome, body};
use crate::world::ids::{self, IdKind};
use crate::world::people::{AccountKind, MailboxKind, Person};

const USER: &[&str] = &[
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];
const USER_MORE: &[&str] = &[
    "accountEnabled",
    "assignedPlans",
    "onPremisesSyncEnabled",
    "userType",
    "proxyAddresses",
    "mailNickname",
    "companyName",
    "department",
];
/// What `User.ReadBasic.All` shows of others; anything else needs `User.Read.All`.
const BASIC: &[&str] = &["displayName", "givenName", "id", "mail", "surname", "userPrincipalName"];
/// The service plan of Exchange Online (Plan 2).
const EXCHANGE_PLAN: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";

/// `GET /me` and `GET /users/{id}`.
pub fn user(ctx: &Ctx<'_>) -> Outcome {
    let options = Options::read(&ctx.call.query, &["select", "expand"])?;
    let person = ctx.world.people.get(&ctx.owner).ok_or_else(Problem::no_mailbox)?;
    let wanted: Vec<String> =
        options.select.clone().unwrap_or_else(|| USER.iter().map(|s| (*s).to_owned()).collect());
    let (given, surname) = person.name.split_once(' ').unwrap_or((&person.name, ""));
    let mut out = Map::new();
    let shown = options.select.as_ref().map(|s| format!("({})", s.join(","))).unwrap_or_default();
    out.insert(
        "@odata.context".to_owned(),
        json!(format!("{}/v1.0/$metadata#users{shown}/$entity", ctx.base)),
    );
    for name in &wanted {
        let known = USER.iter().chain(USER_MORE).find(|k| k.eq_ignore_ascii_case(name));
        let Some(known) = known else {
            return Err(Problem::new(
                400,
                "BadRequest",
                format!("Could not find a property named '{name}' on type 'microsoft.graph.user'."),
            ));
        };
        // Left out of the default answer the rest is null; asked for by name it is refused.
        let seldom = options.select.is_some() && !BASIC.contains(known);
        if seldom && ctx.owner != ctx.who.person && !ctx.who.scopes.iter().any(|s| reads_users(s)) {
            return Err(Problem::new(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ));
        }
        let value = match *known {
            "businessPhones" => json!([]),
            "displayName" => json!(person.name),
            "givenName" => json!(given),
            "surname" if !surname.is_empty() => json!(surname),
            "mail" if !person.mail.is_empty() => json!(person.mail),
            "preferredLanguage" => json!(if person.language == "ja" { "ja-JP" } else { "en-US" }),
            "userPrincipalName" => json!(person.upn),
            "id" => json!(person.id),
            "accountEnabled" => json!(person.enabled),
            "assignedPlans" => plans(person),
            "onPremisesSyncEnabled" if person.mailbox == MailboxKind::OnPremises => json!(true),
            "userType" => json!("Member"),
            "proxyAddresses" => json!([format!("SMTP:{}", person.mail)]),
            "mailNickname" => json!(person.upn.split('@').next()),
            _ => Value::Null,
        };
        out.insert((*known).to_owned(), value);
    }
    Ok(Answer::json(200, &Value::Object(out)))
}

fn reads_users(scope: &str) -> bool {
    ["User.Read.All", "User.ReadWrite.All"].iter().any(|wide| scope.eq_ignore_ascii_case(wide))
}

/// A licence for Exchange stays with a mailbox that was deleted; one that was taken away is listed as deleted.
fn plans(person: &Person) -> Value {
    let status = match person.mailbox {
        _ if person.kind == AccountKind::Shared => return json!([]),
        MailboxKind::None | MailboxKind::OnPremises => return json!([]),
        MailboxKind::Unlicensed => "Deleted",
        MailboxKind::Online | MailboxKind::Gone | MailboxKind::Moving | MailboxKind::Full => "Enabled",
    };
    json!([{
        "assignedDateTime": "2025-01-15T09:00:00Z",
        "capabilityStatus": status,
        "service": "exchange",
        "servicePlanId": EXCHANGE_PLAN,
    }])
}

/// `GET /organization`.
pub fn organization(ctx: &Ctx<'_>) -> Outcome {
    let tenant = ctx.world.tenants.get(&ctx.who.tenant).ok_or_else(Problem::item_not_found)?;
    Ok(Answer::json(
        200,
        &json!({
            "@odata.context": format!("{}/v1.0/$metadata#organization", ctx.base),
            "value": [{
                "id": tenant.id,
                "displayName": tenant.name,
                "verifiedDomains": [{
                    "capabilities": "Email, OfficeCommunicationsOnline",
                    "isDefault": true,
                    "isInitial": true,
                    "name": tenant.domain,
                    "type": "Managed",
                }],
            }],
        }),
    ))
}

/// `POST /translateExchangeIds`.
pub fn translate(ctx: &Ctx<'_>) -> Outcome {
    let mut map = body::object(&ctx.call.body)?;
    let given = body::parameter(&mut map, "inputIds");
    let target =
        body::parameter(&mut map, "targetIdType").and_then(|v| v.as_str().map(str::to_ascii_lowercase));
    body::parameter(&mut map, "sourceIdType");
    body::nothing_else(&map, "translateExchangeIds")?;
    let kind = match target.as_deref() {
        Some("restimmutableentryid") => IdKind::Immutable,
        Some("restid") => IdKind::Mutable,
        _ => {
            return Err(Problem::body(
                "targetIdType: only restId and restImmutableEntryId are translated here.",
            ));
        }
    };
    let given = given.and_then(|g| g.as_array().cloned()).unwrap_or_default();
    if given.len() > 1000 {
        return Err(Problem::new(
            400,
            "ErrorInvalidRequest",
            "No more than 1000 ids can be translated at once.",
        ));
    }
    let mailbox = ctx.mailbox()?;
    let value: Vec<Value> = given
        .iter()
        .filter_map(Value::as_str)
        .map(|source| {
            let found = ids::read_message(&mailbox.owner, source).ok().and_then(|r| mailbox.find(r));
            match found {
                Some(message) => json!({"sourceId": source, "targetId": mailbox.id_of(message, kind)}),
                None => json!({
                    "sourceId": source,
                    "errorDetails": {"code": "ErrorItemNotFound", "message": "The specified object was not found in the store."},
                }),
            }
        })
        .collect();
    Ok(Answer::json(
        200,
        &json!({
            "@odata.context": format!("{}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)", ctx.base),
            "value": value,
        }),
    ))
}

/// `GET /mailboxSettings`: reached only with a permission the desk does not ask for.
pub fn settings(ctx: &Ctx<'_>) -> Outcome {
    let person = ctx.world.people.get(&ctx.owner).ok_or_else(Problem::no_mailbox)?;
    let locale = if person.language == "ja" { "ja-JP" } else { "en-US" };
    Ok(Answer::json(200, &json!({"timeZone": "UTC", "language": {"locale": locale, "displayName": locale}})))
}
