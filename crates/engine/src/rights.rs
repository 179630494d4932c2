//! Rights that are missing at a mailbox, and the exact lines by which an Exchange administrator gives them.

use exchange::graph::Rights;

use crate::checkup::quoted;

/// A right that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// The person may not open the mailbox.
    FullAccess,
    /// The person may not send from its address.
    SendAs,
    /// The application may not read and change its mail.
    AppReadWrite,
    /// The application may not send from it.
    AppSend,
    /// The application may not look it up in the directory.
    AppDirectory,
}

/// What is missing for whom at which mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingRights {
    /// Address of the mailbox.
    pub mailbox: String,
    /// The person who signed in; `None`: the application itself.
    pub person: Option<String>,
    /// Which.
    pub rights: Vec<Right>,
    /// Lines for Exchange Online PowerShell.
    pub commands: Vec<String>,
}

/// What the trial says about a mailbox that a person opens by their own rights, or the application by itself.
pub(crate) fn missing(
    tried: &Rights,
    person: Option<&str>,
    mailbox: &str,
    client_id: &str,
) -> Option<MissingRights> {
    let closed = tried.read.is_some() || tried.write.is_some();
    let rights = match (person, closed, tried.send.is_some()) {
        (_, false, false) => return None,
        // What was not tried is said as well: whoever asks an administrator wants to ask once.
        (Some(_), true, _) => vec![Right::FullAccess, Right::SendAs],
        (Some(_), false, true) => vec![Right::SendAs],
        (None, true, _) => vec![Right::AppReadWrite, Right::AppSend],
        (None, false, true) => vec![Right::AppSend],
    };
    Some(of(rights, person, mailbox, client_id))
}

/// The same for rights that are known to be missing.
pub(crate) fn of(rights: Vec<Right>, person: Option<&str>, mailbox: &str, client_id: &str) -> MissingRights {
    let commands = commands(&rights, person.unwrap_or_default(), mailbox, client_id);
    MissingRights { mailbox: mailbox.to_owned(), person: person.map(str::to_owned), rights, commands }
}

/// The line by which a person may send from a mailbox's address.
pub(crate) fn send_as(person: &str, mailbox: &str) -> String {
    commands(&[Right::SendAs], person, mailbox, "").swap_remove(0)
}

fn commands(rights: &[Right], person: &str, mailbox: &str, client_id: &str) -> Vec<String> {
    let (mailbox, person, app) = (quoted(mailbox), quoted(person), quoted(client_id));
    let mut lines = Vec::new();
    for right in rights {
        match right {
            Right::FullAccess => lines.push(format!(
                "Add-MailboxPermission -Identity {mailbox} -User {person} -AccessRights FullAccess -InheritanceType All -AutoMapping $false"
            )),
            Right::SendAs => lines.push(format!(
                "Add-RecipientPermission -Identity {mailbox} -Trustee {person} -AccessRights SendAs -Confirm:$false"
            )),
            Right::AppReadWrite => lines.push(assignment(&app, "Application Mail.ReadWrite")),
            Right::AppSend => lines.push(assignment(&app, "Application Mail.Send")),
            Right::AppDirectory => {}
        }
    }
    if lines.iter().any(|line| line.starts_with("New-ManagementRoleAssignment")) {
        // The roles bind to a scope of one mailbox, and the application must be known to Exchange first.
        let scope = quoted(&format!("PrimarySmtpAddress -eq {mailbox}"));
        lines.insert(0, format!("New-ServicePrincipal -AppId {app} -ObjectId (Get-MgServicePrincipal -Filter \"AppId eq {app}\").Id -DisplayName 'Postdesk'"));
        lines.insert(1, format!("New-ManagementScope -Name 'Postdesk' -RecipientRestrictionFilter {scope}"));
        lines.push(format!("Test-ServicePrincipalAuthorization -Identity {app} -Resource {mailbox}"));
    }
    lines
}

fn assignment(app: &str, role: &str) -> String {
    format!("New-ManagementRoleAssignment -App {app} -Role '{role}' -CustomResourceScope 'Postdesk'")
}

#[cfg(test)]
mod tests {
    use exchange::{Error, Trace};

    use super::*;

    #[test]
    fn what_is_missing_is_named_with_the_line_that_gives_it() {
        let no = || Some(Error::Denied(Trace::default()));
        let tried = |read, write, send| Rights { read, write, send };
        for (what, tried, person, rights, first) in [
            ("all is there", tried(None, None, None), Some("p@b.test"), vec![], ""),
            (
                "closed to the person",
                tried(no(), None, None),
                Some("p@b.test"),
                vec![Right::FullAccess, Right::SendAs],
                "Add-MailboxPermission -Identity 'help@b.test' -User 'p@b.test' -AccessRights FullAccess",
            ),
            (
                "may read, may not send",
                tried(None, None, no()),
                Some("p@b.test"),
                vec![Right::SendAs],
                "Add-RecipientPermission -Identity 'help@b.test' -Trustee 'p@b.test' -AccessRights SendAs",
            ),
            (
                "closed to the application",
                tried(None, no(), None),
                None,
                vec![Right::AppReadWrite, Right::AppSend],
                "New-ServicePrincipal -AppId 'app-1'",
            ),
            (
                "the application may not send",
                tried(None, None, no()),
                None,
                vec![Right::AppSend],
                "New-ServicePrincipal",
            ),
        ] {
            let found = missing(&tried, person, "help@b.test", "app-1");
            assert_eq!(found.as_ref().map(|m| m.rights.clone()).unwrap_or_default(), rights, "{what}");
            let line = found.and_then(|m| m.commands.into_iter().next()).unwrap_or_default();
            assert!(line.starts_with(first), "{what}: {line}");
        }
    }
}
