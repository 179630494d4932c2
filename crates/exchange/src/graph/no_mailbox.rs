//! Why an account has no mailbox in Exchange Online. Graph has one code for a mailbox that is inactive, deleted, without a
//! licence or on a server of the organisation's own; what the directory says of the account tells them apart.

use serde::{Deserialize, Serialize};

use super::Mailbox;
use super::client::Call;
use super::wire::Licences;

/// Why there is no mailbox, as far as Microsoft lets one tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoMailbox {
    /// It lies on a server of the organisation's own.
    OnPremises,
    /// The account has no licence for Exchange Online.
    Unlicensed,
    /// The account has a licence: its mailbox was deleted, is inactive, or is not there yet.
    Deleted,
    /// The directory has nobody of that name any more.
    NoAccount,
    /// Any of these.
    Unclear,
}

impl NoMailbox {
    /// All, for tests that look at every text.
    pub const ALL: [Self; 5] =
        [Self::OnPremises, Self::Unlicensed, Self::Deleted, Self::NoAccount, Self::Unclear];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnPremises => "on_premises",
            Self::Unlicensed => "unlicensed",
            Self::Deleted => "deleted",
            Self::NoAccount => "no_account",
            Self::Unclear => "unclear",
        }
    }

    /// As stored; anything else is unclear.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.as_str() == word).unwrap_or(Self::Unclear)
    }

    /// What Graph's code says by itself.
    pub fn by_code(code: &str) -> Self {
        match code {
            "MailboxNotHostedInExchangeOnline" => Self::OnPremises,
            "ErrorInvalidUser" | "ResourceNotFound" | "Request_ResourceNotFound" => Self::NoAccount,
            _ => Self::Unclear,
        }
    }

    /// What the directory says. An account that is kept in step with the organisation's own directory has its mailbox there
    /// unless that was moved; one that lives in the cloud alone has none there.
    fn by_licences(licences: &Licences) -> Self {
        let exchange = |plan: &&super::wire::AssignedPlan| plan.service.eq_ignore_ascii_case("exchange");
        let enabled = |plan: &super::wire::AssignedPlan| {
            matches!(plan.capability_status.as_str(), "Enabled" | "Warning")
        };
        let licensed = licences.assigned_plans.iter().filter(exchange).any(enabled);
        match (licences.on_premises_sync_enabled.unwrap_or(false), licensed) {
            (true, _) => Self::OnPremises,
            (false, false) => Self::Unlicensed,
            (false, true) => Self::Deleted,
        }
    }
}

impl Mailbox {
    /// Asks the directory why there is no mailbox, where the `code` of the refusal leaves that open. What may not be asked, or
    /// is not answered, leaves it unclear.
    pub async fn why_no_mailbox(&self, code: &str) -> NoMailbox {
        let by_code = NoMailbox::by_code(code);
        if by_code != NoMailbox::Unclear {
            return by_code;
        }
        let call = Call::get("me", self.at(&[]))
            .on_item()
            .query("$select", "id,assignedPlans,onPremisesSyncEnabled");
        let licences = match self.read(call).await {
            Ok(answer) => answer.json::<Licences>(),
            Err(crate::Error::NotFound(_)) => return NoMailbox::NoAccount,
            Err(error) => Err(error),
        };
        match licences {
            Ok(licences) => NoMailbox::by_licences(&licences),
            Err(error) => {
                tracing::info!(%error, "the directory does not say why there is no mailbox");
                NoMailbox::Unclear
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn the_directory_tells_apart_what_graph_has_one_code_for() {
        let plan = |service: &str, status: &str| json!({"service": service, "capabilityStatus": status});
        for (plans, synced, expected) in [
            (json!([plan("exchange", "Enabled")]), json!(null), NoMailbox::Deleted),
            (json!([plan("exchange", "Warning")]), json!(false), NoMailbox::Deleted),
            (json!([plan("exchange", "Deleted")]), json!(null), NoMailbox::Unlicensed),
            (json!([plan("SharePoint", "Enabled")]), json!(null), NoMailbox::Unlicensed),
            (json!([]), json!(null), NoMailbox::Unlicensed),
            (json!([]), json!(true), NoMailbox::OnPremises),
            (json!([plan("exchange", "Enabled")]), json!(true), NoMailbox::OnPremises),
        ] {
            let user = json!({"id": "1", "assignedPlans": plans, "onPremisesSyncEnabled": synced});
            let licences: Licences = serde_json::from_value(user.clone()).unwrap();
            assert_eq!(NoMailbox::by_licences(&licences), expected, "{user}");
        }
        for one in NoMailbox::ALL {
            assert_eq!(NoMailbox::parse(one.as_str()), one);
        }
    }
}
