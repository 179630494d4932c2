//! What an agent ordered by mail, carried out in the transaction of the mail: fields changed, the note beside a forwarded mail.

use desk::behalf::{ByAgent, Change, NotDone, WhyNot};
use desk::ticket::Via;
use desk::{CommentId, Person, PersonId, Status, Ticket, TicketId};
use store::{AuditEvent, NewComment, TicketChange, Tx};

use crate::Result;

/// Adds what was ordered to a change of this ticket; answers what of the mail is not done.
pub(crate) async fn complete(
    tx: &Tx,
    by: &ByAgent,
    agent: PersonId,
    before: &Ticket,
    change: &mut TicketChange,
) -> Result<Vec<NotDone>> {
    let mut not_done = by.not_done.clone();
    for order in &by.changes {
        match order {
            Change::Status(status) => change.status = Some(*status),
            Change::Priority(priority) => change.priority = Some(*priority),
            Change::Assignee(None) => change.assignee = Some(None),
            Change::Assignee(Some(who)) => match member(&tx.staff().await?, who, agent) {
                Some(person) => change.assignee = Some(Some(person)),
                None => not_done.push(NotDone { line: format!("#assignee {who}"), why: WhyNot::NoSuchAgent }),
            },
            Change::Tags(tags) => change.add_tags.extend(tags.iter().cloned()),
        }
    }
    // As in the workspace (zendesk.md 3.4): who solves a ticket that nobody has takes it; one that somebody has is not new.
    let status = change.status.unwrap_or(before.status);
    if status == Status::Solved && change.assignee.unwrap_or(before.assignee).is_none() {
        change.assignee = Some(Some(agent));
    }
    if status == Status::New && change.assignee.unwrap_or(before.assignee).is_some() {
        change.status = Some(Status::Open);
    }
    Ok(not_done)
}

/// Agents see at the comment what of it was not done.
pub(crate) async fn tell(
    tx: &Tx,
    ticket: TicketId,
    agent: PersonId,
    comment: CommentId,
    lines: Vec<NotDone>,
) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    Ok(tx.audit(ticket, Some(agent), &AuditEvent::NotDone { comment, lines }).await?)
}

/// The member of the staff that a command names: `me`, an address, a number, or a name that only one has.
fn member(staff: &[Person], who: &str, agent: PersonId) -> Option<PersonId> {
    let wanted = who.trim();
    // `Aoi Sato <aoi@example.com>`, as mail programs complete it.
    let wanted = wanted.rsplit_once('<').map_or(wanted, |(_, address)| address);
    let wanted = wanted.trim_end_matches('>').trim_end_matches("さん").trim().to_lowercase();
    if wanted == "me" {
        return Some(agent);
    }
    let by_key = staff
        .iter()
        .find(|person| person.email.as_str().to_lowercase() == wanted || person.id.to_string() == wanted);
    let mut by_name = staff.iter().filter(|person| person.name.to_lowercase() == wanted);
    match (by_key, by_name.next(), by_name.next()) {
        (Some(person), ..) | (None, Some(person), None) => Some(person.id),
        _ => None,
    }
}

/// The agent's words above a mail that was passed on.
pub(crate) fn note(ticket: &Ticket, agent: PersonId, text: &str, beside: &NewComment) -> NewComment {
    NewComment {
        ticket: ticket.id,
        author: agent,
        public: false,
        text: text.to_owned(),
        full_text: None,
        has_html: false,
        via: if beside.via == Via::Import { Via::Import } else { Via::Email },
        automatic: false,
        mail: None,
        created_at: beside.created_at,
        attachments: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use desk::Role;
    use mail::Address;

    use super::*;

    #[test]
    fn an_assignee_is_named_without_doubt_or_not_at_all() {
        let person = |id, name: &str, email: &str| Person {
            id: PersonId(id),
            name: name.to_owned(),
            email: Address::parse(email).unwrap(),
            role: Role::Agent,
            language: None,
        };
        let staff = [
            person(1, "佐藤 あおい", "aoi@example.com"),
            person(2, "Ben", "ben@example.com"),
            person(3, "Ben", "ben2@example.com"),
        ];
        for (who, expected) in [
            ("me", Some(9)),
            ("AOI@example.com", Some(1)),
            ("<ben2@example.com>", Some(3)),
            ("Ben <ben2@example.com>", Some(3)),
            ("佐藤 あおいさん", Some(1)),
            ("佐藤 あおい", Some(1)),
            ("2", Some(2)),
            ("ben", None),
            ("somebody@else.example", None),
        ] {
            assert_eq!(member(&staff, who, PersonId(9)), expected.map(PersonId), "{who}");
        }
    }
}
