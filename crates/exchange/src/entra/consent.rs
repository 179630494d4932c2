//! What is asked of Entra besides signing in: the address where an administrator approves the application, the id behind a
//! tenant's domain, and whether Entra knows the desk's registration at all.

use jiff::Timestamp;
use serde::Deserialize;
use url::Url;

use super::permissions::resource_scope;
use super::{Discovery, Entra, Permissions};
use crate::classify::is_guid;
use crate::{Error, Result};

/// How sure Entra's answer makes us that a registration is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Entra gave the application a token of its own: id, credential and tenant are right.
    Proved,
    /// Without a tenant an application gets no token. Entra knew the id and took the credential, and refused only what we had made up.
    NotDisproved,
}

/// A code that no sign-in ever gave.
const NO_CODE: &str = "postdesk-registration-check";

#[derive(Deserialize)]
struct Issuer {
    issuer: String,
}

impl Entra {
    /// Where an administrator approves the application for a whole tenant. `tenant` is an id or a domain; without one any
    /// organisation's administrator may come. The browser returns to the registration's `consent_uri` with `state`; the `tenant` that
    /// comes with it is signed by nobody.
    pub fn admin_consent(&self, permissions: Permissions, tenant: Option<&str>, state: &str) -> Url {
        let registration = &self.inner.registration;
        let graph = &self.inner.cloud.graph;
        let scope = match permissions {
            Permissions::Application => permissions.asked(graph),
            Permissions::Own | Permissions::Shared => {
                let full = |name: &&str| match name.contains('.') {
                    true => resource_scope(graph, name),
                    false => (*name).to_owned(),
                };
                permissions.names().iter().map(full).collect::<Vec<_>>().join(" ")
            }
        };
        let tenant = tenant.unwrap_or(&registration.authority);
        let mut url = self.inner.cloud.login_at(&[tenant, "v2.0", "adminconsent"]);
        url.query_pairs_mut()
            .append_pair("client_id", &registration.client_id)
            .append_pair("scope", &scope)
            .append_pair("redirect_uri", registration.consent_uri.as_str())
            .append_pair("state", state);
        url
    }

    /// The id of a tenant that is named by its id or by one of its domains.
    ///
    /// # Errors
    /// [`Error::AppConfig`] when there is no such tenant in this cloud.
    pub async fn tenant_id(&self, tenant: &str) -> Result<String> {
        if is_guid(tenant) {
            return Ok(tenant.to_ascii_lowercase());
        }
        let url = self.inner.cloud.login_at(&[tenant, "v2.0", ".well-known", "openid-configuration"]);
        let Issuer { issuer } = self.fetch(url).await?;
        let id = Url::parse(&issuer).ok().and_then(|url| {
            url.path_segments()?.find(|segment| is_guid(segment)).map(str::to_ascii_lowercase)
        });
        id.ok_or_else(|| Error::Unexpected("the tenant's issuer has no id".into()))
    }

    /// Whether Entra can be reached and takes the registration. `tenant` is where a token for the application itself is asked for; without
    /// one (a registration for many tenants) a code that nobody gave is presented, and everything but that code must be accepted.
    pub async fn check(&self, tenant: Option<&str>, now: Timestamp) -> Result<Proof> {
        let own = Some(self.inner.registration.authority.as_str()).filter(|own| names_a_tenant(own));
        let tenant = tenant.or(own);
        let at = tenant.unwrap_or(&self.inner.registration.authority);
        let published = self.inner.cloud.login_at(&[at, "v2.0", ".well-known", "openid-configuration"]);
        let _: Discovery = self.fetch(published).await?;
        if let Some(tenant) = tenant {
            self.by_itself(tenant, now).await?;
            return Ok(Proof::Proved);
        }
        let redirect = self.inner.registration.redirect_uri.as_str();
        let made_up = [("grant_type", "authorization_code"), ("code", NO_CODE), ("redirect_uri", redirect)];
        match self.token(at, &made_up, Permissions::Own, now).await {
            Ok(_) => Err(Error::NotGenuine("a code that nobody gave was accepted".into())),
            Err(Error::SignIn(_)) => Ok(Proof::NotDisproved),
            Err(error) => Err(error),
        }
    }
}

/// Whether an authority is one tenant, not a word for many.
pub(super) fn names_a_tenant(authority: &str) -> bool {
    !["organizations", "common", "consumers"].iter().any(|word| authority.eq_ignore_ascii_case(word))
}
