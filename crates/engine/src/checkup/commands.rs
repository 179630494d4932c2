//! The line that an administrator of Exchange types into PowerShell, where only they can mend what was found.

use exchange::Class;
use store::{Kind, Mode, SupportAddress};

use super::{Fact, Step};

/// The line for a finding; `None` where nobody need type anything.
pub(super) fn command(address: &SupportAddress, step: Step, fact: &Fact) -> Option<String> {
    if address.connection.kind != Kind::Exchange {
        return None;
    }
    let account = address.connection.account.as_ref()?;
    let mailbox = quoted(account.mailbox.as_ref().map_or(address.address.as_str(), |other| &other.name));
    let person = quoted(&account.account_name);
    let domain = quoted(address.address.domain());
    match fact {
        Fact::Refused { code, .. } if code == "ErrorSendAsDenied" => Some(format!(
            "Add-RecipientPermission -Identity {mailbox} -Trustee {person} -AccessRights SendAs -Confirm:$false"
        )),
        Fact::Refused { code, .. } if code == "ErrorQuotaExceeded" => Some(format!(
            "Get-EXOMailboxStatistics -Identity {mailbox} | Format-List TotalItemSize; Get-EXOMailbox -Identity {mailbox} -PropertySets Quota | Format-List ProhibitSendQuota, ProhibitSendReceiveQuota"
        )),
        Fact::Refused { class: Class::MailboxGone, .. } => Some(format!(
            "Get-Recipient -Identity {mailbox} | Format-List RecipientTypeDetails, PrimarySmtpAddress, SKUAssigned"
        )),
        Fact::Refused { class: Class::Denied | Class::NotFound, .. }
            if matches!(step, Step::Mailbox | Step::Read | Step::Draft) =>
        {
            match (account.mode, &account.mailbox) {
                (Mode::Delegated, Some(_)) => Some(format!(
                    "Add-MailboxPermission -Identity {mailbox} -User {person} -AccessRights FullAccess -InheritanceType All"
                )),
                (Mode::Delegated, None) => {
                    Some(format!("Get-EXOCasMailbox -Identity {mailbox} | Format-List *Enabled"))
                }
                (Mode::AppOnly, _) => Some(
                    "Get-ManagementRoleAssignment -RoleAssigneeType ServicePrincipal | Format-List App, Role, CustomResourceScope; Get-ApplicationAccessPolicy | Format-List AppId, ScopeName, AccessRight"
                        .to_owned(),
                ),
            }
        }
        Fact::OtherReader { .. } => Some(format!(
            "Get-InboxRule -Mailbox {mailbox} | Format-List Name, Enabled, Description; Get-EXOMailboxPermission -Identity {mailbox} | Format-List User, AccessRights"
        )),
        Fact::DkimMissing { .. } => Some(format!(
            "Get-DkimSigningConfig -Identity {domain} | Format-List Enabled, Selector1CNAME, Selector2CNAME"
        )),
        _ => None,
    }
}

/// A value as PowerShell takes it literally, whatever stands in it.
pub(crate) fn quoted(value: &str) -> String {
    let plain: String = value.chars().filter(|c| !c.is_control()).collect();
    // PowerShell takes the curly apostrophes for the straight one.
    let doubled: String = plain
        .chars()
        .flat_map(|c| if matches!(c, '\'' | '‘' | '’' | '‚' | '‛') { vec![c, c] } else { vec![c] })
        .collect();
    format!("'{doubled}'")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    /// The line is copied into an administrator's shell: nothing in a name may become a command.
    #[test]
    fn a_name_stays_a_name_in_powershell() {
        for (value, expected) in [
            ("help@contoso.com", "'help@contoso.com'"),
            ("o'neil@contoso.com", "'o''neil@contoso.com'"),
            ("a’; Remove-Item C:", "'a’’; Remove-Item C:'"),
            ("$(evil) `n", "'$(evil) `n'"),
            ("two\nlines", "'twolines'"),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }
}
