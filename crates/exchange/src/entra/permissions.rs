//! Which permissions a connection needs: one set for each way of reaching a mailbox.

/// What every sign-in by a person asks for.
const OWN: [&str; 6] = ["openid", "offline_access", "email", "User.Read", "Mail.Send", "Mail.ReadWrite"];
/// The same with what reaches other people's mailboxes, and with what finds such a mailbox in the directory: `User.Read` shows only
/// the one who signed in.
const SHARED: [&str; 9] = [
    "openid",
    "offline_access",
    "email",
    "User.Read",
    "Mail.Send",
    "Mail.ReadWrite",
    "Mail.ReadWrite.Shared",
    "Mail.Send.Shared",
    "User.ReadBasic.All",
];
/// Application permissions; they stand in the registration, a token call names none of them.
const APPLICATION: [&str; 3] = ["Mail.ReadWrite", "Mail.Send", "User.ReadBasic.All"];
/// Scopes that answers may leave out without meaning that they were not granted.
const UNLISTED: [&str; 3] = ["openid", "offline_access", "email"];

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permissions {
    /// A person signs in; that person's own mailbox is read.
    Own,
    /// A person signs in; another mailbox is read by that person's rights in Exchange.
    Shared,
    /// Nobody signs in: the registration itself reads the mailbox.
    Application,
}

impl Permissions {
    /// Their names, as asked for and as the registration lists them.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Own => &OWN,
            Self::Shared => &SHARED,
            Self::Application => &APPLICATION,
        }
    }

    /// Those that are not in `granted` (case-insensitive, short or as full addresses; `openid`, `offline_access` and `email` may be
    /// left out of answers and do not count). For an application always none: its token answers name no permissions, so they are
    /// tried out at the mailbox.
    pub fn missing(self, granted: &[String]) -> Vec<String> {
        if self == Self::Application {
            return Vec::new();
        }
        self.names()
            .iter()
            .filter(|scope| !UNLISTED.contains(scope))
            .filter(|scope| !granted.iter().any(|has| short_name(has).eq_ignore_ascii_case(scope)))
            .map(|scope| (*scope).to_owned())
            .collect()
    }

    /// As the `scope` of a request. `graph` is the resource of application permissions: each cloud has its own.
    pub(super) fn asked(self, graph: &url::Url) -> String {
        match self {
            Self::Own | Self::Shared => self.names().join(" "),
            Self::Application => resource_scope(graph, ".default"),
        }
    }
}

/// A permission as a full address, for the cloud whose Graph it is.
pub(super) fn resource_scope(graph: &url::Url, name: &str) -> String {
    format!("{}/{name}", graph.as_str().trim_end_matches('/'))
}

/// `https://graph.microsoft.com/Mail.Send` and `Mail.Send` are the same permission.
pub(super) fn short_name(scope: &str) -> &str {
    scope.rsplit('/').next().unwrap_or(scope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_compared_without_case_and_in_both_spellings() {
        let all =
            "User.Read Mail.Send Mail.ReadWrite Mail.ReadWrite.Shared Mail.Send.Shared User.ReadBasic.All";
        for (set, granted, expected) in [
            (Permissions::Own, "User.Read Mail.Send Mail.ReadWrite openid email", ""),
            (Permissions::Own, "user.read MAIL.SEND mail.readwrite", ""),
            (
                Permissions::Own,
                "https://graph.microsoft.com/User.Read https://graph.microsoft.com/Mail.Send https://graph.microsoft.com/Mail.ReadWrite",
                "",
            ),
            (Permissions::Own, "User.Read Mail.ReadWrite", "Mail.Send"),
            (Permissions::Own, "User.Read Mail.Send Mail.Read", "Mail.ReadWrite"),
            (Permissions::Own, "User.Read Mail.Send Mail.ReadWrite.Shared", "Mail.ReadWrite"),
            (Permissions::Own, "", "User.Read Mail.Send Mail.ReadWrite"),
            (Permissions::Shared, all, ""),
            (
                Permissions::Shared,
                "User.Read Mail.Send Mail.ReadWrite User.ReadBasic.All",
                "Mail.ReadWrite.Shared Mail.Send.Shared",
            ),
            (Permissions::Application, "", ""),
        ] {
            let granted: Vec<String> = granted.split_whitespace().map(str::to_owned).collect();
            assert_eq!(set.missing(&granted).join(" "), expected, "{set:?} {granted:?}");
        }
    }

    #[test]
    fn an_application_asks_its_own_clouds_graph_for_what_it_is_registered_for() {
        for (graph, scope) in [
            ("https://graph.microsoft.us/", "https://graph.microsoft.us/.default"),
            ("http://127.0.0.1:8701", "http://127.0.0.1:8701/.default"),
        ] {
            let graph = graph.parse().ok();
            assert_eq!(graph.map(|graph| Permissions::Application.asked(&graph)).as_deref(), Some(scope));
        }
    }
}
