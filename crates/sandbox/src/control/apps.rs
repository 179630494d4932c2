//! Applications: registration, secrets, certificates.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Refusal;
use crate::entra::{read_certificate, scopes};
use crate::site::Shared;
use crate::world::World;
use crate::world::apps::{Application, Audience, Certificate, Secret};
use crate::world::ids;

/// An application to register, or what to change about one.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct AppWish {
    client_id: Option<String>,
    client_secret: Option<String>,
    /// PEM.
    certificate: Option<String>,
    redirect_uris: Option<Vec<String>>,
    name: Option<String>,
    /// `organizations`, `everybody`, or the id or domain of the one tenant.
    audience: Option<String>,
    delegated: Option<Vec<String>>,
    application: Option<Vec<String>>,
}

impl AppWish {
    fn apply(self, app: &mut Application, world: &World) -> Result<(), Refusal> {
        if let Some(uris) = self.redirect_uris {
            app.redirect_uris = uris;
        }
        if let Some(name) = self.name {
            app.name = name;
        }
        if let Some(audience) = self.audience {
            app.audience = match audience.as_str() {
                "organizations" => Audience::Organizations,
                "everybody" => Audience::Everybody,
                tenant => Audience::Tenant(
                    world
                        .tenant(tenant)
                        .map(|t| t.id.clone())
                        .ok_or_else(|| Refusal::not_found("the tenant"))?,
                ),
            };
        }
        if let Some(names) = self.delegated {
            app.delegated = delegated(&names)?.into_iter().collect();
        }
        if let Some(names) = self.application {
            app.application = roles(&names)?.into_iter().collect();
        }
        if let Some(pem) = self.certificate {
            app.certificates.push(read_certificate(&pem).map_err(|e| Refusal::bad(e.to_string()))?);
        }
        Ok(())
    }
}

/// The canonical names of delegated permissions.
pub fn delegated(names: &[String]) -> Result<Vec<String>, Refusal> {
    let known = |name: &String| {
        let found = scopes::canonical(name).map(str::to_owned);
        found.ok_or_else(|| Refusal::bad(format!("{name} is no delegated permission known here")))
    };
    names.iter().map(known).collect()
}

/// The canonical names of application permissions.
pub fn roles(names: &[String]) -> Result<Vec<String>, Refusal> {
    let known = |name: &String| {
        let found = scopes::role(name).map(str::to_owned);
        found.ok_or_else(|| Refusal::bad(format!("{name} is no application permission known here")))
    };
    names.iter().map(known).collect()
}

fn secret_json(secret: &Secret, now: Timestamp) -> Value {
    let expired = secret.expires.is_some_and(|end| end <= now);
    let hint: String = secret.value.chars().take(3).collect();
    json!({"id": secret.id, "hint": hint, "expires": secret.expires, "expired": expired})
}

fn certificate_json(certificate: &Certificate, now: Timestamp) -> Value {
    json!({
        "id": certificate.id,
        "thumbprint": certificate.thumbprint,
        "starts": certificate.starts,
        "expires": certificate.expires,
        "expired": certificate.expires < now,
    })
}

fn app_json(app: &Application, now: Timestamp) -> Value {
    json!({
        "client_id": app.client_id,
        "name": app.name,
        "redirect_uris": app.redirect_uris,
        "audience": match &app.audience {
            Audience::Organizations => "organizations",
            Audience::Everybody => "everybody",
            Audience::Tenant(id) => id,
        },
        "delegated": app.delegated,
        "application": app.application,
        "secrets": app.secrets.iter().map(|s| secret_json(s, now)).collect::<Vec<_>>(),
        "certificates": app.certificates.iter().map(|c| certificate_json(c, now)).collect::<Vec<_>>(),
    })
}

/// `GET /_sandbox/apps`
pub async fn list(State(site): State<Shared>) -> Json<Value> {
    let world = site.world();
    let now = world.now();
    Json(world.apps.values().map(|app| app_json(app, now)).collect())
}

/// `POST /_sandbox/apps`: registers or replaces.
pub async fn add(
    State(site): State<Shared>,
    Json(wish): Json<AppWish>,
) -> Result<impl IntoResponse, Refusal> {
    let mut world = site.world();
    let id = wish.client_id.clone().unwrap_or_else(ids::guid);
    let secret = wish.client_secret.clone().unwrap_or_default();
    let mut app = Application::new(&id, &secret, Vec::new(), "Postdesk");
    wish.apply(&mut app, &world)?;
    let shown = app_json(&app, world.now());
    world.apps.insert(id, app);
    drop(world);
    site.touched();
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Does something to an application.
fn with<T>(
    site: &Shared,
    id: &str,
    act: impl FnOnce(&mut Application, &World) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut world = site.world();
    let mut app = world.apps.get(id).cloned().ok_or_else(|| Refusal::not_found("the application"))?;
    let answer = act(&mut app, &world)?;
    world.apps.insert(id.to_owned(), app);
    drop(world);
    site.touched();
    Ok(answer)
}

/// `GET /_sandbox/apps/{client_id}`
pub async fn one(State(site): State<Shared>, Path(id): Path<String>) -> Result<Json<Value>, Refusal> {
    let world = site.world();
    let app = world.apps.get(&id).ok_or_else(|| Refusal::not_found("the application"))?;
    Ok(Json(app_json(app, world.now())))
}

/// `PATCH /_sandbox/apps/{client_id}`: what is given replaces; `client_secret` replaces every secret.
pub async fn change(
    State(site): State<Shared>,
    Path(id): Path<String>,
    Json(wish): Json<AppWish>,
) -> Result<Json<Value>, Refusal> {
    with(&site, &id, |app, world| {
        if let Some(secret) = &wish.client_secret {
            app.secrets = vec![Secret::new(secret, None)];
        }
        wish.apply(app, world)?;
        Ok(Json(app_json(app, world.now())))
    })
}

/// `DELETE /_sandbox/apps/{client_id}`: the registration is gone; every tenant answers AADSTS700016.
pub async fn remove(State(site): State<Shared>, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    site.world().apps.remove(&id).ok_or_else(|| Refusal::not_found("the application"))?;
    site.touched();
    Ok(StatusCode::NO_CONTENT)
}

/// A secret to add or to change.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SecretWish {
    value: Option<String>,
    expires: Option<Timestamp>,
    days: Option<i64>,
}

impl SecretWish {
    fn end(&self, now: Timestamp) -> Option<Timestamp> {
        self.expires.or_else(|| self.days.map(|days| now + SignedDuration::from_hours(days * 24)))
    }
}

/// `POST /_sandbox/apps/{client_id}/secrets`: answers the value, here alone.
pub async fn add_secret(
    State(site): State<Shared>,
    Path(id): Path<String>,
    Json(wish): Json<SecretWish>,
) -> Result<impl IntoResponse, Refusal> {
    with(&site, &id, |app, world| {
        let value = wish.value.clone().unwrap_or_else(|| ids::random_token(40));
        let secret = Secret::new(&value, wish.end(world.now()));
        let mut shown = secret_json(&secret, world.now());
        shown["value"] = json!(value);
        app.secrets.push(secret);
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// `PATCH /_sandbox/apps/{client_id}/secrets/{id}`: another end; the id `all` means every secret.
pub async fn change_secret(
    State(site): State<Shared>,
    Path((id, secret)): Path<(String, String)>,
    Json(wish): Json<SecretWish>,
) -> Result<Json<Value>, Refusal> {
    with(&site, &id, |app, world| {
        let now = world.now();
        let end = wish.end(now);
        let mut found = false;
        for held in app.secrets.iter_mut().filter(|s| secret == "all" || s.id == secret) {
            held.expires = end;
            found = true;
        }
        if found { Ok(Json(app_json(app, now))) } else { Err(Refusal::not_found("the secret")) }
    })
}

/// `DELETE /_sandbox/apps/{client_id}/secrets/{id}`
pub async fn remove_secret(
    State(site): State<Shared>,
    Path((id, secret)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    with(&site, &id, |app, _| {
        let before = app.secrets.len();
        app.secrets.retain(|s| secret != "all" && s.id != secret);
        if app.secrets.len() == before { Err(Refusal::not_found("the secret")) } else { Ok(()) }
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_sandbox/apps/{client_id}/certificates`: body PEM.
pub async fn add_certificate(
    State(site): State<Shared>,
    Path(id): Path<String>,
    pem: String,
) -> Result<impl IntoResponse, Refusal> {
    with(&site, &id, |app, world| {
        let certificate = read_certificate(&pem).map_err(|e| Refusal::bad(e.to_string()))?;
        let shown = certificate_json(&certificate, world.now());
        app.certificates.retain(|c| c.thumbprint != certificate.thumbprint);
        app.certificates.push(certificate);
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// `DELETE /_sandbox/apps/{client_id}/certificates/{id}`: by id or thumbprint.
pub async fn remove_certificate(
    State(site): State<Shared>,
    Path((id, certificate)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    with(&site, &id, |app, _| {
        let before = app.certificates.len();
        app.certificates.retain(|c| c.id != certificate && c.thumbprint != certificate);
        if app.certificates.len() == before { Err(Refusal::not_found("the certificate")) } else { Ok(()) }
    })?;
    Ok(StatusCode::NO_CONTENT)
}
