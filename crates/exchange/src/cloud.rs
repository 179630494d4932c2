//! Where Entra and Graph live: presets for the national clouds, or any two addresses (the sandbox).

use url::Url;

/// Base addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// e.g. `https://login.microsoftonline.com/`.
    pub login: Url,
    /// e.g. `https://graph.microsoft.com/` (without `v1.0`).
    pub graph: Url,
}

impl Cloud {
    /// Presets by name: `global`, `gcc-high`, `dod`, `china`.
    pub fn preset(name: &str) -> Option<Self> {
        let _ = name;
        todo!()
    }
}
