//! Which kind of mail is this, and by what signs.
//!
//! A sign that a mail was sent by a machine keeps every robot of ours silent, so signs are taken strictly: each rule
//! names a header or form that people's own mail does not carry.

use crate::bounce::{self, Fate, Returned};
use crate::header::Fields;
use crate::letter::{Kind, Letter, Sign};
use crate::mime::Part;
use crate::{absence, absence::stands_alone};

/// What was found out.
pub struct Judged {
    /// Kind.
    pub kind: Kind,
    /// Evidence, strongest first.
    pub signs: Vec<Sign>,
    /// What came back with a bounce.
    pub returned: Returned,
}

/// Judges a letter by its header fields and parts, and by the class Outlook gave it in a wrapping.
pub fn judge(letter: &Letter, fields: &Fields<'_>, parts: &[Part<'_>], class: Option<&str>) -> Judged {
    let mut found: Vec<(Kind, Sign)> = Vec::new();
    found.extend(class.and_then(of_class));
    reports(letter, fields, parts, &mut found);
    found.extend(absence::signs(letter, fields).into_iter().map(|sign| (Kind::OutOfOffice, sign)));
    lists(fields, &mut found);
    machines(letter, fields, &mut found);
    let kind = kind_of(&found);
    let returned = match kind {
        Kind::Bounce => bounce::returned(letter, fields, parts),
        _ => Returned::default(),
    };
    Judged { kind, signs: found.into_iter().map(|(_, sign)| sign).collect(), returned }
}

/// Reports that travel as `winmail.dat`: the class of the message (MS-OXOMSG 2.2.2.1), or its old name in the wrapping
/// (MS-OXTNEF 2.1.3.2).
pub fn of_class(class: &str) -> Option<(Kind, Sign)> {
    let lower = class.to_ascii_lowercase();
    let kind = match lower.rsplit('.').next().unwrap_or_default() {
        end if !lower.starts_with("report.") => match end {
            "non-delivery" if lower.starts_with("ipm.microsoft mail.") => Kind::Bounce,
            "read receipt" if lower.starts_with("ipm.microsoft mail.") => Kind::Receipt,
            _ if lower.starts_with("ipm.note.rules.ooftemplate") => Kind::OutOfOffice,
            _ => return None,
        },
        "ndr" => Kind::Bounce,
        "delayed" => Kind::Automatic,
        "dr" | "ipnrn" | "ipnnrn" => Kind::Receipt,
        _ => return None,
    };
    Some((kind, sign("winmail.dat", class)))
}

/// The strongest claim wins: a report is a report whatever else it carries, an absence note is one although it is
/// automatic too.
fn kind_of(found: &[(Kind, Sign)]) -> Kind {
    [Kind::Bounce, Kind::Receipt, Kind::OutOfOffice, Kind::Bulk, Kind::Automatic]
        .into_iter()
        .find(|kind| found.iter().any(|(k, _)| k == kind))
        .unwrap_or(Kind::Ordinary)
}

/// A piece of evidence, shortened.
pub fn sign(place: &str, value: &str) -> Sign {
    let value = value.trim();
    let end = value.floor_char_boundary(200);
    Sign { place: place.to_owned(), value: value.get(..end).unwrap_or(value).to_owned() }
}

/// Delivery and disposition reports, and what other servers write in plain text.
fn reports(letter: &Letter, fields: &Fields<'_>, parts: &[Part<'_>], found: &mut Vec<(Kind, Sign)>) {
    let root = parts.first().map(|part| part.mime.as_str()).unwrap_or_default();
    let content_type = fields.text("content-type").unwrap_or_default();
    let lower = content_type.to_ascii_lowercase();
    let is_report = root == "multipart/report" || lower.starts_with("multipart/report");
    let has = |mime: &[&str]| parts.iter().any(|part| mime.contains(&part.mime.as_str()));
    let delivery = has(&["message/delivery-status", "message/global-delivery-status"]);
    let disposition = has(&["message/disposition-notification", "message/global-disposition-notification"]);
    let fate = bounce::fate(parts);
    let by_system = letter.from.as_ref().is_some_and(|from| is_mail_system(from.address.local()))
        || has_empty_return_path(fields);
    let plain_failure = bounce::plain_failure(letter).filter(|_| by_system);
    if is_report && (disposition || lower.contains("disposition-notification")) {
        found.push((Kind::Receipt, sign("content-type", &content_type)));
    } else if (is_report || by_system) && (delivery || lower.contains("delivery-status")) {
        // "delivered" and "relayed" are receipts, "delayed" is a notice: only a failure is a bounce.
        let kind = match fate {
            Some(Fate::Delivered) => Kind::Receipt,
            Some(Fate::Delayed) => Kind::Automatic,
            _ => Kind::Bounce,
        };
        found.push((kind, sign("content-type", &content_type)));
    } else if let Some((place, phrase)) = plain_failure {
        found.push((Kind::Bounce, sign(place, phrase)));
    }
    let goes_on = matches!(fate, Some(Fate::Delayed | Fate::Delivered));
    for name in ["x-ms-exchange-message-is-ndr", "x-failed-recipients"] {
        if let Some(value) = fields.text(name) {
            found.push((if goes_on { Kind::Automatic } else { Kind::Bounce }, sign(name, &value)));
        }
    }
}

/// Mailboxes that belong to mail servers (RFC 2142, RFC 5321) and Exchange's own reporter.
fn is_mail_system(local: &str) -> bool {
    let local = local.trim_matches('"');
    matches!(local, "postmaster" | "mail-daemon" | "mail.daemon" | "maildaemon" | "mdaemon" | "mailsystem")
        || local.starts_with("mailer-daemon")
        || local.starts_with("mailer_daemon")
        || local.starts_with("mailerdaemon")
        || local.starts_with("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e")
}

/// Addresses that nobody reads. People's mail comes from none of them, unless a form says whom to answer.
fn is_nobody(local: &str) -> bool {
    let letters: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    ["noreply", "donotreply", "dontreply", "nepasrepondre", "noresponder"]
        .iter()
        .any(|name| letters.starts_with(name) || letters.ends_with(name))
}

fn has_empty_return_path(fields: &Fields<'_>) -> bool {
    let value = fields.raw("return-path").map(|value| String::from_utf8_lossy(value).into_owned());
    value.is_some_and(|value| value.split_whitespace().collect::<String>() == "<>")
}

/// Header fields by which programs say that they answered, and that nobody may answer them.
const MACHINE_FIELDS: [&str; 7] = [
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-mailer-autoreply",
    "x-mail-autoreply",
    "x-autoreply-from",
    "x-vacation",
];

/// `Auto-Submitted` and `X-Auto-Submitted`, unless they say no.
fn submitted_by_machine(fields: &Fields<'_>) -> Option<(&'static str, String)> {
    ["auto-submitted", "x-auto-submitted"].into_iter().find_map(|name| {
        let value = fields.text(name).filter(|value| !value.is_empty())?;
        let word = value.split([';', ' ', '(']).next().unwrap_or_default();
        (!word.eq_ignore_ascii_case("no")).then_some((name, value))
    })
}

/// Outlook's own "no read receipt, please" (RN, NRN, DR, NDR) does not make a mail automatic.
fn forbids_answers(fields: &Fields<'_>) -> Option<String> {
    let mute = |word: &str| matches!(word.trim().to_ascii_lowercase().as_str(), "all" | "oof" | "autoreply");
    fields.text("x-auto-response-suppress").filter(|value| value.split([',', ' ', ';']).any(mute))
}

/// The header says that no person wrote this.
pub fn is_machine_made(fields: &Fields<'_>) -> bool {
    submitted_by_machine(fields).is_some()
        || forbids_answers(fields).is_some()
        || has_empty_return_path(fields)
        || MACHINE_FIELDS.iter().any(|name| says_yes(fields, name).is_some())
        || fields.text("precedence").is_some_and(|value| {
            matches!(
                value.trim().to_ascii_lowercase().as_str(),
                "bulk" | "junk" | "auto_reply" | "auto-reply"
            )
        })
}

fn says_yes(fields: &Fields<'_>, name: &str) -> Option<String> {
    fields.text(name).filter(|value| !value.is_empty() && !value.eq_ignore_ascii_case("no"))
}

/// Mailing lists and newsletters.
fn lists(fields: &Fields<'_>, found: &mut Vec<(Kind, Sign)>) {
    for name in ["list-id", "list-unsubscribe", "list-post"] {
        if let Some(value) = fields.text(name).filter(|value| !value.is_empty()) {
            found.push((Kind::Bulk, sign(name, &value)));
        }
    }
    if let Some(value) = fields.text("precedence") {
        match value.trim().to_ascii_lowercase().as_str() {
            "bulk" | "list" | "junk" => found.push((Kind::Bulk, sign("precedence", &value))),
            "auto_reply" | "auto-reply" => found.push((Kind::Automatic, sign("precedence", &value))),
            _ => {}
        }
    }
    if let Some(value) = fields.text("feedback-id").filter(|value| !value.is_empty()) {
        found.push((Kind::Bulk, sign("feedback-id", &value)));
    }
}

/// Subjects of answers that machines give, when they stand alone.
const MACHINE_TITLES: &[&str] = &[
    "自動返信",
    "自動応答",
    "自動送信",
    "自動配信",
    "自動返信メール",
    "自動配信メール",
    "自動送信メール",
    "受付自動返信",
    "auto reply",
    "autoreply",
    "auto-reply",
    "auto response",
    "autoresponse",
    "automated response",
];

/// Robots of every other kind.
fn machines(letter: &Letter, fields: &Fields<'_>, found: &mut Vec<(Kind, Sign)>) {
    let mut note = |place: &str, value: &str| found.push((Kind::Automatic, sign(place, value)));
    for name in MACHINE_FIELDS {
        if let Some(value) = says_yes(fields, name) {
            note(name, &value);
        }
    }
    if let Some((name, value)) = submitted_by_machine(fields) {
        note(name, &value);
    }
    if let Some(value) = forbids_answers(fields) {
        note("x-auto-response-suppress", &value);
    }
    if has_empty_return_path(fields) {
        note("return-path", "<>");
    }
    if let Some(from) = &letter.from {
        let local = from.address.local();
        let answerable = letter.reply_to.as_ref().is_some_and(|to| !is_nobody(to.address.local()));
        if is_mail_system(local) || (is_nobody(local) && !answerable) {
            note("from", from.address.as_str());
        }
    }
    // A person whose mail was sent on by a rule of their colleague's mailbox carries that rule's marks, too: only what
    // Exchange itself made up counts.
    for name in ["x-loop", "x-ms-exchange-generated-message-source"] {
        let value = fields.text(name).filter(|value| !value.is_empty());
        if let Some(value) = value.filter(|value| !value.to_ascii_lowercase().contains("mailbox rules agent"))
        {
            note(name, &value);
        }
    }
    let subject = letter.subject.to_lowercase();
    if let Some(title) = MACHINE_TITLES.iter().find(|title| stands_alone(&subject, title)) {
        note("subject", title);
    }
}

/// The first of the phrases that stands in the text, without regard to case.
pub fn phrase_in<'p>(text: &str, phrases: &'p [&'p str]) -> Option<&'p str> {
    let lower = text.to_lowercase();
    phrases.iter().copied().find(|phrase| lower.contains(phrase))
}
