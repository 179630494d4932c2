//! Where Entra and Graph live: presets for the national clouds, or any two addresses (the sandbox).

use url::Url;

/// Base addresses. An application is registered in one cloud; tokens of one are worth nothing in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// e.g. `https://login.microsoftonline.com/`.
    pub login: Url,
    /// e.g. `https://graph.microsoft.com/` (without `v1.0`).
    pub graph: Url,
}

impl Cloud {
    /// Presets by name: `global` (GCC too), `gcc-high`, `dod`, `china`.
    pub fn preset(name: &str) -> Option<Self> {
        let (login, graph) = match name {
            "global" => ("https://login.microsoftonline.com/", "https://graph.microsoft.com/"),
            "gcc-high" => ("https://login.microsoftonline.us/", "https://graph.microsoft.us/"),
            "dod" => ("https://login.microsoftonline.us/", "https://dod-graph.microsoft.us/"),
            "china" => {
                ("https://login.partner.microsoftonline.cn/", "https://microsoftgraph.chinacloudapi.cn/")
            }
            _ => return None,
        };
        Some(Self { login: Url::parse(login).ok()?, graph: Url::parse(graph).ok()? })
    }

    /// An address below the sign-in service.
    pub(crate) fn login_at(&self, segments: &[&str]) -> Url {
        below(&self.login, segments)
    }

    /// An address below Graph `v1.0`. Each segment is escaped: ids may hold any character.
    pub(crate) fn graph_at(&self, segments: &[&str]) -> Url {
        let mut url = below(&self.graph, &["v1.0"]);
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        url
    }

    /// A link that Graph gave us, when it leads back to this cloud's Graph `v1.0` and nowhere else: the access token
    /// goes with it. Host, scheme, port and path are compared after parsing, so `..` and user names do not get by.
    pub(crate) fn graph_link(&self, link: &str) -> Option<Url> {
        let url = Url::parse(link).ok()?;
        let base = self.graph_at(&[]);
        let same_place = url.scheme() == base.scheme()
            && url.host() == base.host()
            && url.port_or_known_default() == base.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
            && url.path().strip_prefix(base.path()).is_some_and(|rest| rest.starts_with('/'));
        same_place.then_some(url)
    }
}

fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn sandbox() -> Cloud {
        Cloud {
            login: Url::parse("http://127.0.0.1:8701").unwrap(),
            graph: Url::parse("http://127.0.0.1:8701/graph").unwrap(),
        }
    }

    #[test]
    fn every_national_cloud_pairs_its_own_sign_in_with_its_own_graph() {
        for (name, login, graph) in [
            ("global", "login.microsoftonline.com", "graph.microsoft.com"),
            ("gcc-high", "login.microsoftonline.us", "graph.microsoft.us"),
            ("dod", "login.microsoftonline.us", "dod-graph.microsoft.us"),
            ("china", "login.partner.microsoftonline.cn", "microsoftgraph.chinacloudapi.cn"),
        ] {
            let cloud = Cloud::preset(name).unwrap();
            assert_eq!(
                (cloud.login.host_str(), cloud.graph.host_str()),
                (Some(login), Some(graph)),
                "{name}"
            );
        }
        assert_eq!(Cloud::preset("moon"), None);
    }

    #[test]
    fn an_id_with_slashes_stays_one_segment() {
        let url = Cloud::preset("global").unwrap().graph_at(&["me", "messages", "AAk/a+b=?#", "$value"]);
        assert_eq!(url.as_str(), "https://graph.microsoft.com/v1.0/me/messages/AAk%2Fa+b=%3F%23/$value");
        assert_eq!(sandbox().graph_at(&["me"]).as_str(), "http://127.0.0.1:8701/graph/v1.0/me");
    }

    #[test]
    fn the_token_follows_a_link_only_to_our_own_graph() {
        let cloud = Cloud::preset("global").unwrap();
        for good in [
            "https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messages/delta?$skiptoken=abc",
            "https://graph.microsoft.com:443/v1.0/me",
            "https://GRAPH.microsoft.com/v1.0/users/a%40b",
        ] {
            assert!(cloud.graph_link(good).is_some(), "{good}");
        }
        for bad in [
            "http://graph.microsoft.com/v1.0/me",
            "https://graph.microsoft.com.evil.example/v1.0/me",
            "https://graph.microsoft.com:8443/v1.0/me",
            "https://evil.example/v1.0/me",
            "https://graph.microsoft.com@evil.example/v1.0/me",
            "https://user@graph.microsoft.com/v1.0/me",
            "https://graph.microsoft.com/beta/me",
            "https://graph.microsoft.com/v1.0/../beta/me",
            "https://graph.microsoft.com/v1.0/%2e%2e/beta/me",
            "https://graph.microsoft.com/v1.0evil/me",
            "/v1.0/me",
            "",
        ] {
            assert!(cloud.graph_link(bad).is_none(), "{bad}");
        }
        assert!(sandbox().graph_link("http://127.0.0.1:8701/graph/v1.0/me").is_some());
        assert!(sandbox().graph_link("http://127.0.0.1:8701/v1.0/me").is_none());
    }
}
