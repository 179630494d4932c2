//! `/api/v2/recipient_addresses`: support addresses (zendesk.md 4.3). Beside Zendesk's fields stand `postdesk_*` ones, read
//! only, for what Zendesk does not show: how an address is reached and how that fares.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::IntoResponse;
use desk::{AddressId, BrandId};
use engine::{AddressChange, NewForwarding};
use serde::Serialize;
use serde_json::{Value, json};
use store::{ConnectionState, Kind, SupportAddress};
use utoipa::ToSchema;

use crate::app::App;
use crate::base::Sender;
use crate::body::Body;
use crate::brands;
use crate::error::{Answer, Refusal};
use crate::paging::Wanted;

const KEY: &str = "recipient_address";
/// Fields that a request may set.
const KNOWN: [&str; 4] = ["email", "name", "default", "brand_id"];

/// A support address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecipientAddress {
    id: i64,
    /// Address of this record.
    url: String,
    /// Fixed after creation.
    email: String,
    /// Name customers see.
    name: String,
    /// `true` for the default address; else `null`, as on Zendesk's wire.
    default: Option<bool>,
    brand_id: i64,
    /// `unknown`, `waiting`, `verified` or `failed`.
    forwarding_status: &'static str,
    /// `unknown`, `verified` or `failed`.
    spf_status: &'static str,
    /// `unknown`, `verified` or `failed`.
    cname_status: &'static str,
    /// `unknown`, `verified` or `failed`.
    domain_verification_status: &'static str,
    /// TXT value that proves the domain; `null` where nothing is to be proved.
    domain_verification_code: Option<String>,
    created_at: String,
    updated_at: String,
    /// `exchange` or `forwarding`.
    postdesk_connection: &'static str,
    /// State of the connection in one word.
    postdesk_state: &'static str,
}

/// What a request may say.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct RecipientAddressBody {
    recipient_address: RecipientAddressInput,
}

/// The fields of a request.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "stands in the description of the API; requests are read field by field")]
pub(crate) struct RecipientAddressInput {
    /// Needed when it is made; ignored afterwards.
    email: Option<String>,
    name: Option<String>,
    /// `true` makes it the default.
    default: Option<bool>,
    brand_id: Option<i64>,
}

/// A connection of Exchange proves by its token what forwarding proves by a mail that came back.
fn status(address: &SupportAddress) -> &'static str {
    let connection = &address.connection;
    match connection.kind {
        _ if connection.state == ConnectionState::Unproved => "waiting",
        _ if !connection.state.works() => "failed",
        Kind::Exchange | Kind::System => "verified",
        Kind::Forwarding if connection.proved_at.is_some() => "verified",
        Kind::Forwarding => "waiting",
    }
}

fn shown(sender: &Sender, address: &SupportAddress) -> RecipientAddress {
    let connection = &address.connection;
    let exchange = connection.kind == Kind::Exchange;
    RecipientAddress {
        id: address.id.0,
        url: sender.url(&format!("recipient_addresses/{}", address.id)),
        email: address.address.to_string(),
        name: address.name.clone(),
        default: address.is_default.then_some(true),
        brand_id: address.brand.0,
        forwarding_status: status(address),
        // Mail of an Exchange mailbox leaves by Microsoft, whose servers the domain names already.
        spf_status: if exchange { "verified" } else { "unknown" },
        cname_status: "unknown",
        domain_verification_status: if exchange { "verified" } else { "unknown" },
        domain_verification_code: None,
        created_at: connection.connected_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        updated_at: connection.state_since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        postdesk_connection: connection.kind.as_str(),
        postdesk_state: connection.state.as_str(),
    }
}

fn one(sender: &Sender, address: &SupportAddress) -> Json<Value> {
    Json(json!({ KEY: shown(sender, address) }))
}

/// Lists support addresses. Agents and admins.
#[utoipa::path(get, path = "/api/v2/recipient_addresses", tag = "Recipient addresses",
    responses((status = 200, description = "A page of support addresses", body = [RecipientAddress])))]
pub(crate) async fn list(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    let actor = sender.actor()?;
    let all = app.engine.recipient_addresses(&actor).await?;
    let (some, mut body) = wanted.cut(&sender, all, |address| address.id.0);
    let rows: Vec<_> = some.iter().map(|address| shown(&sender, address)).collect();
    body.insert("recipient_addresses".to_owned(), json!(rows));
    if wanted.includes("brands") {
        let brands = brands::all(&app, &sender, &actor).await?;
        body.insert("brands".to_owned(), json!(brands));
    }
    Ok(Json(Value::Object(body)).into_response())
}

/// Shows one. Agents and admins.
#[utoipa::path(get, path = "/api/v2/recipient_addresses/{id}", tag = "Recipient addresses",
    params(("id" = i64, Path)), responses((status = 200, description = "The support address", body = RecipientAddress)))]
pub(crate) async fn show(State(app): State<App>, sender: Sender, Path(id): Path<AddressId>) -> Answer {
    let address = app.engine.recipient_address(&sender.actor()?, id).await?;
    Ok(one(&sender, &address).into_response())
}

/// Makes a forwarding address. Admins. Exchange mailboxes are connected in the Admin Center: consent needs a browser.
#[utoipa::path(post, path = "/api/v2/recipient_addresses", tag = "Recipient addresses", request_body = RecipientAddressBody,
    responses((status = 201, description = "Made", body = RecipientAddress), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn create(State(app): State<App>, sender: Sender, bytes: Bytes) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    let new = NewForwarding {
        address: body.text("email")?.filter(|email| !email.is_empty()).ok_or(Refusal::blank("email"))?,
        name: body.text("name")?.unwrap_or_default(),
        brand: body.number("brand_id")?.map(BrandId),
    };
    let address = app.engine.make_forwarding(&actor, &new).await?;
    let location = [(header::LOCATION, sender.url(&format!("recipient_addresses/{}", address.id)))];
    Ok(body.warn(&KNOWN, (StatusCode::CREATED, location, one(&sender, &address)).into_response()))
}

/// Changes name or brand, or makes it the default. Admins.
#[utoipa::path(put, path = "/api/v2/recipient_addresses/{id}", tag = "Recipient addresses", request_body = RecipientAddressBody,
    params(("id" = i64, Path)), responses((status = 200, description = "Changed", body = RecipientAddress), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn update(
    State(app): State<App>,
    sender: Sender,
    Path(id): Path<AddressId>,
    bytes: Bytes,
) -> Answer {
    let actor = sender.actor()?;
    let body = Body::of(&bytes, KEY)?;
    let change = AddressChange {
        name: body.text("name")?,
        brand: body.number("brand_id")?.map(BrandId),
        default: body.flag("default")?.unwrap_or(false),
    };
    let address = app.engine.change_address(&actor, id, &change).await?;
    Ok(body.warn(&KNOWN[1..], one(&sender, &address).into_response()))
}

/// Deletes one with its connection. Admins; never the default.
#[utoipa::path(delete, path = "/api/v2/recipient_addresses/{id}", tag = "Recipient addresses",
    params(("id" = i64, Path)), responses((status = 204, description = "Deleted"), (status = 422, description = "Refused: it is the default")))]
pub(crate) async fn delete(State(app): State<App>, sender: Sender, Path(id): Path<AddressId>) -> Answer {
    app.engine.delete_address(&sender.actor()?, id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Checks the address anew. Admins. `type` is `forwarding` (where nothing is said: a test mail is sent and must come back),
/// `spf` or `dns`. The answer is empty; the result is read from the address later.
#[utoipa::path(put, path = "/api/v2/recipient_addresses/{id}/verify", tag = "Recipient addresses",
    params(("id" = i64, Path)), responses((status = 200, description = "Being checked"), (status = 422, description = "Refused, with the reason")))]
pub(crate) async fn verify(
    State(app): State<App>,
    sender: Sender,
    Path(id): Path<AddressId>,
    bytes: Bytes,
) -> Answer {
    let actor = sender.actor()?;
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    match body.get("type").and_then(Value::as_str).unwrap_or("forwarding") {
        "forwarding" => app.engine.prove(&actor, id).await?,
        // What the domain's DNS says is looked at by the check-up, where an administrator reads it.
        "spf" | "dns" => app.engine.ask_checkup(&actor, id, false).await?,
        _ => return Err(Refusal::invalid("type")),
    }
    Ok(StatusCode::OK.into_response())
}
