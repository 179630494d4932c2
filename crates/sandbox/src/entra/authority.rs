//! The first part of every address: which accounts may come through it.

use super::token::Refusal;
use crate::world::World;
use crate::world::apps::{Application, Audience};
use crate::world::people::{AccountKind, CONSUMERS, Person};

/// What the tenant part of a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Every account.
    Common,
    /// Accounts of organisations.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// Accounts of one tenant (its id).
    Tenant(String),
}

impl Authority {
    /// Reads a path's tenant; `None` when there is no such tenant (AADSTS90002).
    pub fn read(world: &World, name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "common" => Self::Common,
            "organizations" => Self::Organizations,
            "consumers" | CONSUMERS => Self::Consumers,
            name => Self::Tenant(world.tenant(name)?.id.clone()),
        })
    }

    /// The tenant it names.
    pub fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(id) => Some(id),
            _ => None,
        }
    }

    /// Whether a person's account belongs here.
    pub fn admits(&self, person: &Person, app: &Application) -> bool {
        let personal = person.kind == AccountKind::Personal;
        match self {
            Self::Common => !personal || app.audience == Audience::Everybody,
            Self::Organizations => !personal,
            Self::Consumers => personal,
            Self::Tenant(id) => person.tenant == *id,
        }
    }
}

/// Reads the tenant of a path for an application, or says why it will not do.
pub fn of(world: &World, name: &str, app: &Application) -> Result<Authority, Refusal> {
    let authority = Authority::read(world, name).ok_or_else(|| unknown_tenant(name))?;
    match (&app.audience, &authority) {
        (Audience::Tenant(_), Authority::Common | Authority::Organizations | Authority::Consumers) => {
            Err(Refusal::new(
                "invalid_request",
                50194,
                format!(
                    "Application '{}'({}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
                    app.client_id, app.name
                ),
            ))
        }
        (Audience::Tenant(home), Authority::Tenant(id)) if home != id => {
            Err(not_in_directory(&app.client_id, name))
        }
        (Audience::Organizations, Authority::Consumers) => Err(Refusal::new(
            "unauthorized_client",
            700_016,
            "The client does not exist or is not enabled for consumers. If you are the application developer, configure a new application through the App Registrations in the Azure Portal.",
        )),
        _ => Ok(authority),
    }
}

/// AADSTS90002.
pub fn unknown_tenant(name: &str) -> Refusal {
    Refusal::new(
        "invalid_request",
        90002,
        format!(
            "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    )
}

/// AADSTS700016.
pub fn not_in_directory(client_id: &str, directory: &str) -> Refusal {
    Refusal::new(
        "unauthorized_client",
        700_016,
        format!(
            "Application with identifier '{client_id}' was not found in the directory '{directory}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        ),
    )
}
