//! Which kind of mail is this, and by what signs.
//!
//! A sign that a mail was sent by a machine keeps every robot of ours silent, so signs are taken strictly: each rule
//! names a header or form that people's own mail does not carry.

use crate::header::{Fields, ids_in};
use crate::letter::{Kind, Letter, Sign};
use crate::mime::Part;
use crate::{MessageId, file};

/// What was found out.
pub struct Judged {
    /// Kind.
    pub kind: Kind,
    /// Evidence, strongest first.
    pub signs: Vec<Sign>,
    /// Mails that bounced.
    pub bounced: Vec<MessageId>,
    /// Why they bounced.
    pub bounce_reason: Option<String>,
}

/// Judges a letter by its header fields and parts.
pub fn judge(letter: &Letter, fields: &Fields<'_>, parts: &[Part<'_>]) -> Judged {
    let mut found: Vec<(Kind, Sign)> = Vec::new();
    reports(letter, fields, parts, &mut found);
    out_of_office(letter, fields, &mut found);
    lists(fields, &mut found);
    machines(letter, fields, &mut found);
    let kind = kind_of(&found);
    let (bounced, bounce_reason) = match kind {
        Kind::Bounce => (bounced(letter, parts), bounce_reason(letter, parts)),
        _ => (Vec::new(), None),
    };
    Judged { kind, signs: found.into_iter().map(|(_, sign)| sign).collect(), bounced, bounce_reason }
}

/// The strongest claim wins: a report is a report whatever else it carries, an absence note is one although it is
/// automatic too.
fn kind_of(found: &[(Kind, Sign)]) -> Kind {
    [Kind::Bounce, Kind::Receipt, Kind::OutOfOffice, Kind::Bulk, Kind::Automatic]
        .into_iter()
        .find(|kind| found.iter().any(|(k, _)| k == kind))
        .unwrap_or(Kind::Ordinary)
}

fn sign(place: &str, value: &str) -> Sign {
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
    if is_report && (disposition || lower.contains("disposition-notification")) {
        found.push((Kind::Receipt, sign("content-type", &content_type)));
    } else if is_report && (delivery || lower.contains("delivery-status")) {
        // "delivered" and "relayed" are receipts, "delayed" is a notice: only a failure is a bounce.
        let kind = match action(parts).as_deref() {
            Some("delivered" | "relayed" | "expanded") => Kind::Receipt,
            Some("delayed") => Kind::Automatic,
            _ => Kind::Bounce,
        };
        found.push((kind, sign("content-type", &content_type)));
    }
    if let Some(value) = fields.text("x-ms-exchange-message-is-ndr") {
        found.push((Kind::Bounce, sign("x-ms-exchange-message-is-ndr", &value)));
    }
    if let Some(value) = fields.text("x-failed-recipients") {
        found.push((Kind::Bounce, sign("x-failed-recipients", &value)));
    }
    let robot = letter.from.as_ref().is_some_and(|from| is_mail_system(from.address.local()));
    if robot && let Some(phrase) = phrase_in(&letter.subject, FAILURE_SUBJECTS) {
        found.push((Kind::Bounce, sign("subject", phrase)));
    }
}

/// `Action:` of the first recipient of a delivery report.
fn action(parts: &[Part<'_>]) -> Option<String> {
    status_field(parts, "action").map(|action| action.to_ascii_lowercase())
}

/// A field of the delivery-status part: it has one block of fields for the mail and one for each recipient.
fn status_field(parts: &[Part<'_>], name: &str) -> Option<String> {
    let content = file::content_of(parts, |mime| {
        matches!(mime, "message/delivery-status" | "message/global-delivery-status")
    })?;
    let content = content.get(..64 * 1024).unwrap_or(&content);
    // Empty lines would end a header block: the blocks are read as one.
    let lines: Vec<&[u8]> =
        content.split_inclusive(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty()).collect();
    let block = lines.concat();
    Fields::parse(&block).text(name).filter(|value| !value.is_empty())
}

const FAILURE_SUBJECTS: &[&str] = &[
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery failed",
    "mail delivery failed",
    "returned mail",
    "failure notice",
    "returned to sender",
    "could not be delivered",
    "mail system error",
    "non-delivery",
    "nondeliver",
    "配信不能",
    "配信できません",
    "配信不可",
    "配達不能",
    "送信できませんでした",
    "配信エラー",
    "不達",
];

/// Mailboxes that belong to mail servers (RFC 2142, RFC 5321) and Exchange's own reporter.
fn is_mail_system(local: &str) -> bool {
    let local = local.trim_matches('"');
    matches!(
        local,
        "mailer-daemon" | "mailerdaemon" | "postmaster" | "mail-daemon" | "mail.daemon" | "maildaemon"
    ) || local.starts_with("mailer-daemon")
        || local.starts_with("microsoftexchange329e71ec88ae4615bbc36ab6ce41109e")
}

const ABSENCE_SUBJECTS: &[&str] = &[
    "automatic reply:",
    "automatic reply：",
    "auto reply:",
    "auto-reply:",
    "autoreply:",
    "auto:",
    "自動応答:",
    "自動応答：",
    "自動返信",
    "out of office",
    "out-of-office",
    "out of the office",
    "不在通知",
    "不在応答",
    "不在返信",
    "不在のお知らせ",
    "automatische antwort:",
    "réponse automatique",
    "respuesta automática:",
    "risposta automatica:",
    "自动答复:",
];

fn out_of_office(letter: &Letter, fields: &Fields<'_>, found: &mut Vec<(Kind, Sign)>) {
    // "Re: Automatic reply: …" is a person who answers one.
    let is_reply = ["re:", "fw:", "fwd:"].iter().any(|p| letter.subject.to_lowercase().starts_with(p));
    if !is_reply && let Some(phrase) = phrase_in(&letter.subject, ABSENCE_SUBJECTS) {
        let alone = fields.raw("auto-submitted").is_some()
            || fields.raw("x-auto-response-suppress").is_some()
            || is_title(&letter.subject, phrase);
        if alone {
            found.push((Kind::OutOfOffice, sign("subject", phrase)));
        }
    }
    let submitted = fields.text("auto-submitted").unwrap_or_default().to_ascii_lowercase();
    if submitted.contains("auto-replied") && submitted.contains("vacation") {
        found.push((Kind::OutOfOffice, sign("auto-submitted", &submitted)));
    }
    for name in ["x-autoreply", "x-autorespond", "x-autoresponder", "x-mailer-autoreply"] {
        if let Some(value) = fields.text(name).filter(|value| !value.eq_ignore_ascii_case("no")) {
            found.push((Kind::Automatic, sign(name, &value)));
        }
    }
}

/// The phrase opens the subject and stands alone in it: people who ask about absence notes write on.
fn is_title(subject: &str, phrase: &str) -> bool {
    let lower = subject.to_lowercase();
    let inside = lower.trim_start_matches(['【', '[', '（', '(', '<', '＜', '「', ' ', '\u{3000}']);
    let Some(rest) = inside.strip_prefix(phrase) else { return false };
    phrase.ends_with([':', '：'])
        || rest.trim().is_empty()
        || rest
            .trim_start()
            .starts_with([':', '：', '】', ']', '）', ')', '>', '＞', '」', '-', '－', '(', '（'])
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

/// Robots of every other kind.
fn machines(letter: &Letter, fields: &Fields<'_>, found: &mut Vec<(Kind, Sign)>) {
    for name in ["auto-submitted", "x-auto-submitted"] {
        if let Some(value) = fields.text(name).filter(|value| !value.is_empty()) {
            let word = value.split([';', ' ', '(']).next().unwrap_or_default();
            if !word.eq_ignore_ascii_case("no") {
                found.push((Kind::Automatic, sign(name, &value)));
            }
        }
    }
    if let Some(value) = fields.text("x-auto-response-suppress") {
        // Outlook's own "no read receipt, please" (RN, NRN, DR, NDR) does not make a mail automatic.
        let mute =
            |word: &str| matches!(word.trim().to_ascii_lowercase().as_str(), "all" | "oof" | "autoreply");
        if value.split([',', ' ', ';']).any(mute) {
            found.push((Kind::Automatic, sign("x-auto-response-suppress", &value)));
        }
    }
    if let Some(value) =
        fields.raw("return-path").map(|value| String::from_utf8_lossy(value).trim().to_owned())
        && value.split_whitespace().collect::<String>() == "<>"
    {
        found.push((Kind::Automatic, sign("return-path", "<>")));
    }
    if let Some(from) = letter.from.as_ref().filter(|from| is_mail_system(from.address.local())) {
        found.push((Kind::Automatic, sign("from", from.address.as_str())));
    }
    for name in ["x-loop", "x-ms-exchange-generated-message-source", "x-ms-exchange-inbox-rules-loop"] {
        if let Some(value) = fields.text(name).filter(|value| !value.is_empty()) {
            found.push((Kind::Automatic, sign(name, &value)));
        }
    }
}

fn phrase_in<'p>(text: &str, phrases: &'p [&'p str]) -> Option<&'p str> {
    let lower = text.to_lowercase();
    phrases.iter().copied().find(|phrase| lower.contains(phrase))
}

/// Message-IDs of the mail that came back: out of the returned mail or header, else out of the report's own thread.
fn bounced(letter: &Letter, parts: &[Part<'_>]) -> Vec<MessageId> {
    let mut ids = Vec::new();
    for part in parts {
        let is_returned = matches!(
            part.mime.as_str(),
            "message/rfc822"
                | "message/global"
                | "text/rfc822-headers"
                | "message/rfc822-headers"
                | "message/global-headers"
        );
        if is_returned {
            let content = part.decoded();
            let (block, _) = crate::header::split(&content);
            ids.extend(Fields::parse(block).ids("message-id"));
        }
    }
    if ids.is_empty() {
        // Servers that return the mail as text: `Message-ID: <…>` on a line of its own.
        for line in letter.text.lines().take(5_000) {
            let line = line.trim_start_matches([' ', '>', '\t']);
            if line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:")) {
                ids.extend(ids_in(line.get(11..).unwrap_or_default()));
            }
        }
    }
    ids.extend(letter.in_reply_to.iter().cloned());
    ids.extend(letter.references.iter().rev().cloned());
    let own = letter.message_id.as_ref();
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| Some(id) != own && seen.insert(id.clone()));
    ids.truncate(50);
    ids
}

/// The diagnostic of the report in one line.
fn bounce_reason(letter: &Letter, parts: &[Part<'_>]) -> Option<String> {
    let diagnostic = status_field(parts, "diagnostic-code")
        .map(|code| code.split_once(';').map_or(code.clone(), |(_, text)| text.to_owned()))
        .or_else(|| status_field(parts, "status"));
    let line =
        diagnostic.or_else(|| letter.text.lines().find(|line| is_smtp_answer(line)).map(str::to_owned))?;
    let line = crate::header::one_line(&line);
    let end = line.floor_char_boundary(300);
    line.get(..end).filter(|line| !line.is_empty()).map(str::to_owned)
}

/// `550 5.1.1 …` or `5.1.1 …` somewhere in the line.
fn is_smtp_answer(line: &str) -> bool {
    line.split(|c: char| c.is_whitespace() || matches!(c, '#' | '<' | '(' | '-')).any(|word| {
        let mut numbers = word.trim_end_matches([':', ',', '.', ')']).split('.');
        let class = numbers.next();
        let rest: Vec<&str> = numbers.collect();
        matches!(class, Some("4" | "5"))
            && rest.len() == 2
            && rest.iter().all(|n| !n.is_empty() && n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()))
    })
}
