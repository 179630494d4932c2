//! Permissions: delegated ones (scopes: short names, full addresses, OIDC ones) and those of applications (roles).

use super::words::Language;

/// The OIDC scopes.
pub const OIDC: &[&str] = &["openid", "profile", "email", "offline_access"];

/// Delegated Graph permissions this directory knows, with what the consent page says in English and Japanese.
const GRAPH: &[(&str, &str, &str)] = &[
    ("User.Read", "Sign you in and read your profile", "サインインとプロフィールの読み取り"),
    ("User.ReadBasic.All", "Read all users' basic profiles", "すべてのユーザーの基本プロフィールの読み取り"),
    ("User.Read.All", "Read all users' full profiles", "すべてのユーザーの完全なプロフィールの読み取り"),
    ("Mail.Read", "Read your mail", "あなたのメールの読み取り"),
    ("Mail.ReadBasic", "Read your basic mail", "あなたの基本メールの読み取り"),
    ("Mail.ReadWrite", "Read and write access to your mail", "あなたのメールの読み取りと書き込み"),
    ("Mail.Send", "Send mail as you", "あなたとしてメールを送信する"),
    ("Mail.Read.Shared", "Read mail you can access", "あなたがアクセスできるメールの読み取り"),
    (
        "Mail.ReadWrite.Shared",
        "Read and write mail you can access",
        "あなたがアクセスできるメールの読み取りと書き込み",
    ),
    (
        "Mail.Send.Shared",
        "Send mail on behalf of others or yourself",
        "他のユーザーまたはあなたの代理としてメールを送信する",
    ),
    (
        "Mail-Advanced.ReadWrite",
        "Change sensitive properties of your mail",
        "あなたのメールの機密性の高いプロパティの変更",
    ),
    ("MailboxSettings.Read", "Read your mailbox settings", "あなたのメールボックス設定の読み取り"),
    (
        "MailboxSettings.ReadWrite",
        "Read and write your mailbox settings",
        "あなたのメールボックス設定の読み取りと書き込み",
    ),
];

/// Application permissions of Graph ("app roles").
const ROLES: &[(&str, &str, &str)] = &[
    ("Mail.Read", "Read mail in all mailboxes", "すべてのメールボックスのメールの読み取り"),
    (
        "Mail.ReadBasic.All",
        "Read basic mail in all mailboxes",
        "すべてのメールボックスの基本メールの読み取り",
    ),
    (
        "Mail.ReadWrite",
        "Read and write mail in all mailboxes",
        "すべてのメールボックスのメールの読み取りと書き込み",
    ),
    ("Mail.Send", "Send mail as any user", "任意のユーザーとしてメールを送信する"),
    (
        "MailboxSettings.Read",
        "Read all user mailbox settings",
        "すべてのユーザーのメールボックス設定の読み取り",
    ),
    (
        "MailboxSettings.ReadWrite",
        "Read and write all user mailbox settings",
        "すべてのユーザーのメールボックス設定の読み取りと書き込み",
    ),
    ("User.Read.All", "Read all users' full profiles", "すべてのユーザーの完全なプロフィールの読み取り"),
    ("Organization.Read.All", "Read organization information", "組織情報の読み取り"),
];

/// What people are told an OIDC scope means.
fn oidc_text(scope: &str, language: Language) -> &'static str {
    match scope {
        "openid" => language.pick("Sign you in", "サインイン"),
        "profile" => language.pick("View your basic profile", "基本プロフィールの表示"),
        "email" => language.pick("View your email address", "メール アドレスの表示"),
        _ => language.pick(
            "Maintain access to data you have given it access to",
            "アクセスを許可したデータへのアクセスの管理",
        ),
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
    GRAPH.iter().find(|(name, ..)| name.eq_ignore_ascii_case(short)).map(|(name, ..)| *name)
}

/// The canonical name of an application permission; `None` for an unknown one.
pub fn role(asked: &str) -> Option<&'static str> {
    ROLES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(asked)).map(|(name, ..)| *name)
}

/// Whether a `/.default` is Graph's: by its address, by its application id, or by the stand-in's own host.
pub fn names_graph(scope: &str) -> bool {
    let resource = scope.trim_end_matches("/.default");
    let host = resource.split("://").nth(1).unwrap_or(resource).trim_end_matches('/');
    let host = host.split(':').next().unwrap_or(host);
    matches!(host, "graph.microsoft.com" | "00000003-0000-0000-c000-000000000000" | "127.0.0.1" | "localhost")
}

/// Splits a `scope` parameter and checks each; the error is Entra's text.
pub fn read(scope: &str) -> Result<Vec<String>, String> {
    let asked: Vec<String> = scope.split_whitespace().map(str::to_owned).collect();
    match asked.iter().find(|s| canonical(s).is_none() && !is_default(s)) {
        Some(bad) => Err(format!(
            "The provided value for the input parameter 'scope' isn't valid. The scope '{bad}' does not exist."
        )),
        None if asked.iter().any(|s| is_default(s)) && !graph_only(&canonicals(&asked)).is_empty() => {
            Err(format!(
                "The provided value for the input parameter 'scope' isn't valid. The scope {scope} is not valid. .default scope can't be combined with resource-specific scopes."
            ))
        }
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
pub fn text(name: &str, language: Language) -> &'static str {
    let known = GRAPH.iter().find(|(n, ..)| *n == name);
    known.map_or_else(|| oidc_text(name, language), |(_, en, ja)| language.pick(en, ja))
}

/// The same for an application permission.
pub fn role_text(name: &str, language: Language) -> &'static str {
    let known = ROLES.iter().find(|(n, ..)| *n == name);
    known.map_or("", |(_, en, ja)| language.pick(en, ja))
}

/// The Microsoft-managed policy keeps these from users without an administrator (graph.md 0.1); `.All` permissions need
/// one by their nature.
pub fn needs_administrator(name: &str) -> bool {
    name.ends_with("Read.All")
        || (name.starts_with("Mail.") && name != "Mail.Send")
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a third-party application cannot get from a user alone since the end of 2025.
    #[test]
    fn the_managed_policy_keeps_reading_writing_and_shared_mail_from_users() {
        for (name, barred) in [
            ("Mail.Read", true),
            ("Mail.ReadBasic", true),
            ("Mail.ReadWrite", true),
            ("Mail.Read.Shared", true),
            ("Mail.ReadWrite.Shared", true),
            ("Mail.Send.Shared", true),
            ("MailboxSettings.Read", true),
            ("User.Read.All", true),
            ("Mail.Send", false),
            ("User.Read", false),
            ("User.ReadBasic.All", false),
            ("offline_access", false),
        ] {
            assert_eq!(needs_administrator(name), barred, "{name}");
        }
    }

    #[test]
    fn a_default_stands_beside_sign_in_scopes_and_no_others() {
        let default = "https://graph.microsoft.com/.default";
        for (beside, fine) in [("", true), ("openid offline_access", true), ("Mail.Send", false)] {
            assert_eq!(read(&format!("{beside} {default}")).is_ok(), fine, "{beside}");
        }
        assert!(read("openid Mail.Everything").is_err());
    }

    #[test]
    fn a_default_is_graphs_only_by_graphs_names() {
        for (scope, graphs) in [
            ("https://graph.microsoft.com/.default", true),
            ("00000003-0000-0000-c000-000000000000/.default", true),
            ("http://127.0.0.1:8701/.default", true),
            ("https://outlook.office365.com/.default", false),
            ("api://something/.default", false),
        ] {
            assert_eq!(names_graph(scope), graphs, "{scope}");
        }
    }
}
