//! Every address of the API, who may use it, and what answers: the table of contents.

use axum::Router;
use axum::routing::{MethodRouter, delete, get, post, put};

use crate::app::App;
use crate::{brands, identities, openapi, recipient_addresses, suspended_tickets, users};

/// Who may use a route. The engine decides; this says what it decides, and tests hold it to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Agents, admins, the owner.
    Staff,
    /// Admins and the owner.
    Admins,
}

/// One method of one address.
pub struct Route {
    /// Who may.
    pub door: Door,
    /// `GET`, `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path, in axum's form and OpenAPI's.
    pub path: &'static str,
    handler: MethodRouter<App>,
}

impl Route {
    pub(crate) fn mount(self, router: Router<App>, _: &App) -> Router<App> {
        router.route(self.path.strip_prefix(BASE).unwrap_or(self.path), self.handler)
    }
}

fn route(door: Door, method: &'static str, path: &'static str, handler: MethodRouter<App>) -> Route {
    Route { door, method, path, handler }
}

/// Where the API is mounted.
pub(crate) const BASE: &str = "/api/v2";

/// All of them.
#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    use Door::{Admins, Open, Staff};
    vec![
        route(Open, "GET", "/api/v2/openapi.json", get(openapi::describe)),

        route(Staff, "GET", "/api/v2/brands", get(brands::list)),

        route(Staff, "GET", "/api/v2/recipient_addresses", get(recipient_addresses::list)),
        route(Admins, "POST", "/api/v2/recipient_addresses", post(recipient_addresses::create)),
        route(Staff, "GET", "/api/v2/recipient_addresses/{id}", get(recipient_addresses::show)),
        route(Admins, "PUT", "/api/v2/recipient_addresses/{id}", put(recipient_addresses::update)),
        route(Admins, "DELETE", "/api/v2/recipient_addresses/{id}", delete(recipient_addresses::delete)),
        route(Admins, "PUT", "/api/v2/recipient_addresses/{id}/verify", put(recipient_addresses::verify)),

        route(Staff, "GET", "/api/v2/suspended_tickets", get(suspended_tickets::list)),
        route(Staff, "PUT", "/api/v2/suspended_tickets/recover_many", put(suspended_tickets::recover_many)),
        route(Staff, "DELETE", "/api/v2/suspended_tickets/destroy_many", delete(suspended_tickets::destroy_many)),
        route(Staff, "POST", "/api/v2/suspended_tickets/attachments", post(suspended_tickets::upload_of)),
        route(Staff, "POST", "/api/v2/suspended_tickets/export", post(suspended_tickets::export)),
        route(Staff, "GET", "/api/v2/suspended_tickets/export", get(suspended_tickets::exported)),
        route(Staff, "GET", "/api/v2/suspended_tickets/{id}", get(suspended_tickets::show)),
        route(Staff, "DELETE", "/api/v2/suspended_tickets/{id}", delete(suspended_tickets::delete)),
        route(Staff, "PUT", "/api/v2/suspended_tickets/{id}/recover", put(suspended_tickets::recover)),
        route(Staff, "POST", "/api/v2/suspended_tickets/{id}/attachments", post(suspended_tickets::upload)),
        route(Staff, "GET", "/api/v2/suspended_tickets/{id}/attachments/{number}", get(suspended_tickets::attachment)),

        route(Staff, "GET", "/api/v2/users", get(users::list)),
        route(Staff, "POST", "/api/v2/users", post(users::create)),
        route(Staff, "GET", "/api/v2/users/me", get(users::me)),
        route(Staff, "GET", "/api/v2/users/search", get(users::search)),
        route(Staff, "GET", "/api/v2/users/show_many", get(users::show_many)),
        route(Staff, "POST", "/api/v2/users/create_or_update", post(users::create_or_update)),
        route(Staff, "GET", "/api/v2/users/{id}", get(users::show)),
        route(Staff, "PUT", "/api/v2/users/{id}", put(users::update)),
        route(Admins, "DELETE", "/api/v2/users/{id}", delete(users::delete)),

        route(Staff, "GET", "/api/v2/users/{id}/identities", get(identities::list)),
        route(Staff, "POST", "/api/v2/users/{id}/identities", post(identities::create)),
        route(Staff, "GET", "/api/v2/users/{id}/identities/{identity}", get(identities::show)),
        route(Staff, "PUT", "/api/v2/users/{id}/identities/{identity}", put(identities::update)),
        route(Staff, "DELETE", "/api/v2/users/{id}/identities/{identity}", delete(identities::delete)),
        route(Staff, "PUT", "/api/v2/users/{id}/identities/{identity}/make_primary", put(identities::make_primary)),
        route(Staff, "PUT", "/api/v2/users/{id}/identities/{identity}/verify", put(identities::verify)),
    ]
}
