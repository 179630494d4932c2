//! Scopes: short names, full addresses, OIDC ones.

/// The OIDC scopes.
pub const OIDC: &[&str] = &["openid", "profile", "email", "offline_access"];

/// Graph permissions this directory knows, with what the consent page says.
const GRAPH: &[(&str, &str)] = &[
    ("User.Read", "Sign you in and read your profile"),
    ("User.ReadBasic.All", "Read all users' basic profiles"),
    ("Mail.Read", "Read your mail"),
    ("Mail.ReadBasic", "Read your basic mail"),
    ("Mail.ReadWrite", "Read and write access to your mail"),
    ("Mail.Send", "Send mail as you"),
    ("Mail.Read.Shared", "Read mail you can access"),
    ("Mail.ReadWrite.Shared", "Read and write mail you can access"),
    ("Mail.Send.Shared", "Send mail on behalf of others"),
    ("Mail-Advanced.ReadWrite", "Change sensitive properties of your mail"),
    ("MailboxSettings.Read", "Read your mailbox settings"),
    ("MailboxSettings.ReadWrite", "Read and write your mailbox settings"),
];

/// What people are told an OIDC scope means.
fn oidc_text(scope: &str) -> &'static str {
    match scope {
        "openid" => "Sign you in",
        "profile" => "View your basic profile",
        "email" => "View your email address",
        _ => "Maintain access to data you have given it access to",
    }
}

/// The short canonical name; `None` for an unknown one.
pub fn canonical(asked: &str) -> Option<&'static str> {
    let short = asked.rsplit('/').next().unwrap_or(asked);
    let graph_host = asked.split("://").nth(1).is_none_or(|rest| rest.starts_with("graph.microsoft.com/"));
    if let Some(oidc) = OIDC.iter().find(|o| o.eq_ignore_ascii_case(asked)) {
        return Some(oidc);
    }
    if !graph_host {
        // The stand-in's own address is this cloud's Graph host.
        let local = asked.starts_with("http://127.0.0.1")
            || asked.starts_with("https://127.0.0.1")
            || asked.contains("://localhost");
        if !local {
            return None;
        }
    }
    GRAPH.iter().find(|(name, _)| name.eq_ignore_ascii_case(short)).map(|(name, _)| *name)
}

/// Splits a `scope` parameter and checks each; the error is Entra's text.
pub fn read(scope: &str) -> Result<Vec<String>, String> {
    let asked: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
    match asked.iter().find(|s| canonical(s).is_none() && !is_default(s)) {
        Some(bad) => Err(format!(
            "The provided value for the input parameter 'scope' isn't valid. The scope '{bad}' does not exist."
        )),
        None => Ok(asked),
    }
}

/// `/.default`: everything consented before.
pub fn is_default(scope: &str) -> bool {
    scope.ends_with("/.default")
}

/// Canonical names of asked scopes.
pub fn canonicals(asked: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in asked.iter().filter_map(|s| canonical(s)) {
        if !out.iter().any(|o| o == name) {
            out.push(name.to_owned());
        }
    }
    out
}

/// The text on the consent page.
pub fn text(name: &str) -> &'static str {
    GRAPH.iter().find(|(n, _)| *n == name).map_or_else(|| oidc_text(name), |(_, t)| t)
}

/// The Microsoft-managed policy keeps these from users without an administrator (graph.md 0.1).
pub fn needs_administrator(name: &str) -> bool {
    (name.starts_with("Mail.") && name != "Mail.Send")
        || name.starts_with("MailboxSettings.")
        || name.starts_with("Mail-")
}

/// Only Graph permissions, for the access token.
pub fn graph_only(scopes: &[String]) -> Vec<String> {
    scopes.iter().filter(|s| !OIDC.contains(&s.as_str())).cloned().collect()
}

/// `scope` of a token answer: the granted ones, full addresses where the client wrote them so, in another order, never
/// `offline_access`.
pub fn answer(granted: &[String], asked: &[String]) -> String {
    let mut out: Vec<String> = granted
        .iter()
        .rev()
        .filter(|g| *g != "offline_access")
        .map(|g| {
            let full = asked.iter().find(|a| a.contains("://") && canonical(a) == Some(g.as_str()));
            full.cloned().unwrap_or_else(|| g.clone())
        })
        .collect();
    out.dedup();
    out.join(" ")
}
