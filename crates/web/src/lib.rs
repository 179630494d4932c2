//! The web face: Admin Center and agent workspace as plain HTML pages.
//!
//! A page is always the whole page: a live update asks for the same address again and takes over what changed, so every
//! address works without script and there are no fragments to keep in step. Handlers are thin: they read the form, call
//! one use case of the engine, and show the result. Who may do a thing is decided in the engine; [`routes`] only sends
//! people to the right door earlier.

mod app;
mod assets;
pub mod doctor;
mod explain;
mod failure;
#[cfg(test)]
mod gallery;
mod happenings;
mod health;
mod language;
mod layers;
mod live;
mod notifications;
mod page;
mod pages;
mod reader;
pub mod routes;
mod sessions;
mod wording;
mod zone;

pub use app::{Config, SandboxHint};

use std::sync::Arc;

use axum::Router;

use crate::app::App;

/// All pages, with sessions, forgery protection and security headers around them.
pub fn router(engine: engine::Engine, config: Config) -> Router {
    let app = App { engine, config: Arc::new(config) };
    let pages = routes::all().into_iter().fold(Router::new(), |router, route| route.mount(router, &app));
    layers::around(pages, &app).merge(assets::routes()).merge(notifications::routes()).with_state(app)
}
