//! The description of the API, made from the handlers themselves.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use crate::app::App;
use crate::{brands, identities, recipient_addresses, suspended_tickets, users};

/// All that is described; a test holds it against the routes.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Postdesk API",
        description = "In the shapes of Zendesk's API. Authenticate with an API token: Basic `{email}/token:{token}` or Bearer."
    ),
    paths(
        describe,
        brands::list,
        recipient_addresses::list,
        recipient_addresses::show,
        recipient_addresses::create,
        recipient_addresses::update,
        recipient_addresses::delete,
        recipient_addresses::verify,
        identities::list,
        identities::create,
        identities::show,
        identities::update,
        identities::delete,
        identities::make_primary,
        identities::verify,
        suspended_tickets::upload,
        suspended_tickets::upload_of,
        suspended_tickets::attachment,
        suspended_tickets::export,
        suspended_tickets::exported,
        suspended_tickets::list,
        suspended_tickets::show,
        suspended_tickets::delete,
        suspended_tickets::recover,
        suspended_tickets::recover_many,
        suspended_tickets::destroy_many,
        users::list,
        users::search,
        users::show_many,
        users::me,
        users::show,
        users::create,
        users::create_or_update,
        users::update,
        users::delete,
    )
)]
struct Description;

/// The description as JSON.
pub fn description() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// This description.
#[utoipa::path(get, path = "/api/v2/openapi.json", tag = "Description", responses((status = 200, description = "OpenAPI")))]
pub(crate) async fn describe(State(_): State<App>) -> Response {
    Json(description()).into_response()
}
