//! Whose powers a mail has that names a member of the staff in one way or another: a table of what anybody can write into headers.
//! Agents' powers take Exchange's word for the one address in From; all else is a customer's, or a stranger's, and the
//! ticket says why (zendesk.md 3.2, 5.5).

use desk::decide::{Cause, Doubt, Outcome, author};
use desk::{Person, Role, Status, decide};
use mail::{Address, Letter};

use crate::world::*;

/// Another address of the agent's.
const AGENT_AT_HOME: &str = "agent@home.example";

/// As the engine looks people up.
fn known(address: &Address) -> Option<Person> {
    match address.as_str() {
        AGENT | AGENT_AT_HOME => Some(agent()),
        HANA => Some(hana()),
        _ => None,
    }
}

fn stamped(verdict: &str) -> String {
    format!(
        "Authentication-Results: {verdict}\r\nReceived: from mx.example (192.0.2.7) by TY2JPN01FT01.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server id 15.20.1.1; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    )
}

fn verdict_for(domain: &str, word: &str) -> String {
    stamped(&format!(
        "spf={word} smtp.mailfrom={domain}; dkim={word} header.d={domain};dmarc={word} action=none header.from={domain};compauth={word} reason=100"
    ))
}

fn read(head: &str) -> Letter {
    mail::read(format!("{head}To: <{SUPPORT}>\r\nSubject: Re: It\r\nMessage-ID: <p@x.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n#solved\r\nDone.\r\n").as_bytes())
}

/// (speaks as the staff in public, the doubt that the ticket shows).
type Powers = (bool, Option<Doubt>);

/// Of a reply by token to a ticket of Hana's.
fn powers(head: &str) -> Powers {
    let letter = read(head);
    let mut context = context();
    let writer = author(&letter, |address| context.support_addresses.contains(address)).cloned();
    context.author = writer.as_ref().and_then(|writer| known(&writer.address));
    context.from_is_author = match (&letter.from, &writer) {
        (Some(from), Some(writer)) => {
            let same = known(&from.address).zip(context.author.as_ref());
            from.address == writer.address || same.is_some_and(|(from, author)| from.id == author.id)
        }
        (from, _) => from.is_none(),
    };
    let name = letter.from.as_ref().and_then(|from| Address::parse(&from.name));
    context.names_staff = name.and_then(|name| known(&name)).is_some_and(|person| person.role.is_staff());
    context.referenced = vec![ticket(by_token(), Status::Open)];
    match decide(&letter, &context).outcome {
        Outcome::Reply { comment, .. } => (comment.public, comment.spoof),
        // An address that is none: an agent looks at it.
        Outcome::Suspended(Cause::UnknownAuthor) => (false, None),
        other => unreachable!("{head}: {other:?}"),
    }
}

#[test]
fn only_exchanges_word_for_the_one_address_in_from_gives_an_agents_powers() {
    let ours = "example.com";
    let from = format!("From: Aoi <{AGENT}>\r\n");
    let pass = verdict_for(ours, "pass");
    let unproved = Some(Doubt::StaffUnproved);
    let table: [(&str, String, Powers); 22] = [
        ("Exchange vouches", format!("{pass}{from}"), (true, None)),
        (
            "Exchange does not",
            format!("{}{from}", verdict_for(ours, "fail")),
            (false, Some(Doubt::SenderFailed)),
        ),
        ("Exchange knows nothing", format!("{}{from}", verdict_for(ours, "none")), (false, unproved)),
        ("no verdict at all", from.clone(), (false, unproved)),
        (
            "from a colleague's mailbox",
            format!("X-MS-Exchange-Organization-AuthAs: Internal\r\n{from}"),
            (true, None),
        ),
        (
            "one says internal, one anonymous",
            format!(
                "X-MS-Exchange-Organization-AuthAs: Internal\r\nX-MS-Exchange-Organization-AuthAs: Anonymous\r\n{from}"
            ),
            (false, unproved),
        ),
        (
            "by a forwarder whom the organisation trusts",
            format!(
                "{}{from}",
                stamped(
                    "spf=fail smtp.mailfrom=example.com; dkim=fail header.d=example.com;dmarc=fail action=none header.from=example.com;compauth=pass reason=130"
                )
            ),
            (true, None),
        ),
        (
            "a chain that somebody sealed himself",
            format!(
                "ARC-Authentication-Results: i=1; mx.evil.example; dmarc=pass header.from=example.com\r\nARC-Seal: i=1; cv=none; d=evil.example\r\n{}{from}",
                verdict_for(ours, "none")
            ),
            (false, unproved),
        ),
        (
            "a verdict that came with the mail",
            format!(
                "Received: from mx.example (192.0.2.7) by TY2JPN01FT01.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server id 15.20.1.1; Mon, 23 Nov 2026 09:00:00 +0000\r\nAuthentication-Results: spf=pass; dkim=pass;dmarc=pass header.from=example.com;compauth=pass reason=100\r\n{from}"
            ),
            (false, unproved),
        ),
        (
            "a verdict under somebody's name",
            format!(
                "Authentication-Results: mx.evil.example; spf=pass; dmarc=pass header.from=example.com\r\n{from}"
            ),
            (false, unproved),
        ),
        (
            "a verdict about another domain",
            format!("{}{from}", verdict_for("evil.example", "pass")),
            (false, unproved),
        ),
        ("two From headers", format!("{pass}{from}From: <mallory@evil.example>\r\n"), (false, unproved)),
        (
            "two people in From",
            format!("{pass}From: Aoi <{AGENT}>, <mallory@evil.example>\r\n"),
            (false, unproved),
        ),
        (
            "an agent in Reply-To",
            format!(
                "{}From: <mallory@evil.example>\r\nReply-To: <{AGENT}>\r\n",
                verdict_for("evil.example", "pass")
            ),
            (false, Some(Doubt::StaffInReplyTo)),
        ),
        (
            "an agent's other address in Reply-To",
            format!("{pass}{from}Reply-To: <{AGENT_AT_HOME}>\r\n"),
            (true, None),
        ),
        (
            "a stranger in Reply-To",
            format!("{pass}{from}Reply-To: <mallory@evil.example>\r\n"),
            (false, None),
        ),
        (
            "an agent's address as a name",
            format!("{}From: \"{AGENT}\" <mallory@evil.example>\r\n", verdict_for("evil.example", "pass")),
            (false, Some(Doubt::StaffInName)),
        ),
        (
            "an address that looks the same",
            format!("{}From: Aoi <agent@ex\u{430}mple.com>\r\n", verdict_for("xn--exmple-4nf.com", "pass")),
            (false, None),
        ),
        (
            "a domain below ours",
            format!("{}From: Aoi <agent@mail.example.com>\r\n", verdict_for("mail.example.com", "pass")),
            (false, None),
        ),
        (
            "ours as a part of another's",
            format!(
                "{}From: Aoi <agent@example.com.evil.example>\r\n",
                verdict_for("example.com.evil.example", "pass")
            ),
            (false, None),
        ),
        (
            "an agent's address inside quotes",
            format!("{}From: \"agent@example.com\"@evil.example\r\n", verdict_for("evil.example", "pass")),
            (false, None),
        ),
        (
            "a group with an agent and somebody else",
            format!("{pass}From: Team: {AGENT}, mallory@evil.example;\r\n"),
            (false, unproved),
        ),
    ];
    for (what, head, expected) in table {
        assert_eq!(powers(&head), expected, "{what}: {:?} {:?}", read(&head).from, read(&head).auth);
    }
    assert!(agent().role.is_staff() && hana().role == Role::EndUser);
}
