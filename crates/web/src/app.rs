//! What all handlers share.

use std::sync::Arc;

use engine::Engine;

/// How the web face behaves.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Address people reach the desk at, without a slash at the end.
    pub public_url: String,
    /// The desk is reached by https: the session cookie is `Secure` and carries the `__Host-` prefix.
    pub secure_cookies: bool,
    /// In the sandbox the sign-in page says whom to sign in as.
    pub sandbox: Option<SandboxHint>,
}

/// What the sign-in page of a sandbox tells.
#[derive(Debug, Clone)]
pub struct SandboxHint {
    /// Where the stand-in's mail page is.
    pub outlook_url: String,
    /// The administrator's address.
    pub admin_email: String,
    /// The administrator's password.
    pub admin_password: String,
}

/// State of the router.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) engine: Engine,
    pub(crate) config: Arc<Config>,
}
