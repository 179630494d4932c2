//! Entra ID: sign-in pages, consent, tokens, keys and metadata (graph.md 1).

mod app_only;
mod authority;
mod authorize;
mod back;
mod certificate;
mod client;
mod flow;
pub mod grants;
pub mod keys;
mod metadata;
mod pages;
mod redeem;
pub mod scopes;
mod standing;
mod steps;
mod token;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::site::Shared;

/// The routes of the login host.
pub fn router() -> Router<Shared> {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::authorize))
        .route("/{tenant}/v2.0/adminconsent", get(authorize::admin_consent))
        .route("/{tenant}/signin", post(steps::step))
        .route("/{tenant}/oauth2/v2.0/token", post(token::token))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(metadata::openid))
        .route("/{tenant}/discovery/v2.0/keys", get(metadata::keys))
        .route("/common/discovery/instance", get(metadata::instance))
        .route("/{tenant}/oauth2/v2.0/logout", get(authorize::logout))
}

pub use certificate::read as read_certificate;
pub use steps::{Wishes, sign_in_for};
