//! `/api/v2/brands`.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::IntoResponse;
use engine::Actor;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::app::App;
use crate::base::Sender;
use crate::error::{Answer, Refusal};
use crate::paging::Wanted;

/// A brand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Brand {
    id: i64,
    /// Address of this record.
    url: String,
    name: String,
    /// Where the desk is.
    brand_url: String,
    subdomain: String,
    host_mapping: Option<String>,
    has_help_center: bool,
    help_center_state: &'static str,
    active: bool,
    /// The oldest one.
    default: bool,
    is_deleted: bool,
    logo: Option<String>,
    ticket_form_ids: Vec<i64>,
    signature_template: &'static str,
}

/// All brands, as they are shown.
pub(crate) async fn all(app: &App, sender: &Sender, actor: &Actor) -> Result<Vec<Brand>, Refusal> {
    let brands = app.engine.brands(actor).await?;
    let first = brands.first().map(|brand| brand.id);
    let shown = brands.into_iter().map(|brand| Brand {
        id: brand.id.0,
        url: sender.url(&format!("brands/{}", brand.id)),
        brand_url: sender.base.clone(),
        subdomain: brand.name.to_lowercase().replace(' ', "-"),
        host_mapping: None,
        has_help_center: false,
        help_center_state: "disabled",
        active: true,
        default: Some(brand.id) == first,
        is_deleted: false,
        logo: None,
        ticket_form_ids: Vec::new(),
        signature_template: "{{agent.signature}}",
        name: brand.name,
    });
    Ok(shown.collect())
}

/// Lists brands. Agents and admins.
#[utoipa::path(get, path = "/api/v2/brands", tag = "Brands",
    responses((status = 200, description = "A page of brands", body = [Brand])))]
pub(crate) async fn list(State(app): State<App>, sender: Sender, uri: Uri) -> Answer {
    let wanted = Wanted::of(&uri)?;
    let brands = all(&app, &sender, &sender.actor()?).await?;
    let (some, mut body) = wanted.cut(&sender, brands, |brand| brand.id);
    body.insert("brands".to_owned(), json!(some));
    Ok(Json(Value::Object(body)).into_response())
}
