//! Reports about mail that did not arrive: what became of it, which mail it was, whom it did not reach, and why.
//!
//! Servers that follow RFC 3464 say it in a part for machines. The others write it for people: qmail, Exim, carriers of
//! mobile mail, mail filters. Their forms are known by the sender, the subject and the first lines together, because
//! people write about bounces, too.

use crate::header::{Fields, ids_in, one_line, split};
use crate::kind::phrase_in;
use crate::letter::{Address, Letter};
use crate::mime::Part;
use crate::{MessageId, file};

/// A report is read no further than this.
const MAX_REPORT: usize = 256 * 1024;
/// Lines of a text that may belong to a report.
const MAX_LINES: usize = 5_000;
/// Lines in which a server says what its mail is about.
const OPENING_LINES: usize = 40;
/// Recipients and ids beyond this many are not listed.
const MAX_LISTED: usize = 50;

/// What the report says became of the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is not delivered and will not be.
    Failed,
    /// The server goes on trying.
    Delayed,
    /// It arrived, or went on to a server that sends no reports.
    Delivered,
}

/// What is known of the mail that came back.
#[derive(Debug, Default)]
pub struct Returned {
    /// Its Message-ID, the surest first.
    pub ids: Vec<MessageId>,
    /// Our own mark in it.
    pub mark: Option<String>,
    /// Whom it did not reach.
    pub recipients: Vec<Address>,
    /// Why, in one line.
    pub reason: Option<String>,
}

/// One recipient of a delivery report.
struct Recipient {
    fate: Fate,
    address: Option<Address>,
    diagnostic: Option<String>,
}

/// What the part for machines says: a failure before a delay before a success, when it is about several people.
pub fn fate(parts: &[Part<'_>]) -> Option<Fate> {
    let recipients = recipients(parts);
    [Fate::Failed, Fate::Delayed, Fate::Delivered]
        .into_iter()
        .find(|fate| recipients.iter().any(|recipient| recipient.fate == *fate))
}

/// The delivery-status part: a block of fields for the mail, and one for each recipient.
fn recipients(parts: &[Part<'_>]) -> Vec<Recipient> {
    let is_status = |mime: &str| matches!(mime, "message/delivery-status" | "message/global-delivery-status");
    let Some(content) = file::content_of(parts, is_status) else { return Vec::new() };
    let content = content.get(..MAX_REPORT).unwrap_or(&content);
    let mut blocks: Vec<Vec<u8>> = vec![Vec::new()];
    for line in content.split_inclusive(|b| *b == b'\n') {
        if line.trim_ascii().is_empty() {
            blocks.push(Vec::new());
        } else if let Some(block) = blocks.last_mut() {
            block.extend_from_slice(line);
        }
    }
    blocks.iter().filter_map(|block| recipient(&Fields::parse(block))).take(1_000).collect()
}

fn recipient(fields: &Fields<'_>) -> Option<Recipient> {
    let text = |name: &str| fields.text(name).filter(|value| !value.is_empty());
    let (action, status) = (text("action"), text("status"));
    let address = ["original-recipient", "final-recipient"].iter().find_map(|name| {
        let value = text(name)?;
        Address::parse(value.split_once(';').map_or(value.as_str(), |(_, address)| address))
    });
    if action.is_none() && status.is_none() && address.is_none() {
        return None;
    }
    let by_status = match status.as_deref().map(str::trim_start).and_then(|status| status.chars().next()) {
        Some('2') => Fate::Delivered,
        Some('4') => Fate::Delayed,
        _ => Fate::Failed,
    };
    let fate = match action.unwrap_or_default().to_ascii_lowercase().split([' ', '(', ';']).next() {
        Some("failed") => Fate::Failed,
        Some("delayed") => Fate::Delayed,
        Some("delivered" | "relayed" | "expanded") => Fate::Delivered,
        _ => by_status,
    };
    let code = text("diagnostic-code");
    let diagnostic =
        code.map(|code| code.split_once(';').map_or(code.clone(), |(_, text)| text.to_owned())).or(status);
    Some(Recipient { fate, address, diagnostic })
}

/// Subjects under which servers return mail.
const FAILURE_SUBJECTS: &[&str] = &[
    "undeliver",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery failed",
    "delivery error",
    "mail delivery failed",
    "returned mail",
    "return receipt failure",
    "failure notice",
    "failure delivery",
    "returned to sender",
    "could not be delivered",
    "mail system error",
    "non-delivery",
    "nondeliver",
    "non delivery",
    "message not delivered",
    "message you sent blocked",
    "rejected mail",
    "unzustellbar",
    "nicht zugestellt",
    "non remis",
    "échec de remise",
    "no se puede entregar",
    "non recapitabile",
    "onbestelbaar",
    "não é possível entregar",
    "недоставлен",
    "не доставлено",
    "无法传递",
    "无法投递",
    "系统退信",
    "退信",
    "無法傳遞",
    "배달되지 않음",
    "반송",
    "配信不能",
    "配信できません",
    "配信できなかった",
    "配信不可",
    "配信失敗",
    "配達不能",
    "送信できませんでした",
    "送信エラー",
    "送信失敗",
    "配信エラー",
    "送達不能",
    "不達",
    "返送",
];

/// Subjects under which they say that they go on trying.
const DELAY_SUBJECTS: &[&str] = &[
    "delayed",
    "(delay)",
    "delivery delay",
    "delay notice",
    "warning: could not send",
    "warning: message",
    "still being retried",
    "still trying",
    "not yet been delivered",
    "verzögert",
    "retardé",
    "retrasad",
    "配信遅延",
    "配信の遅延",
    "遅延のお知らせ",
    "配信が遅",
    "再送中",
];

/// What servers say in the first lines when they go on trying, whatever else they say.
const DELAY_FORMS: &[&str] = &[
    "this is a warning message only",
    "this is a warning only",
    "will keep trying",
    "will be retried",
    "will continue to retry",
    "delivery attempts will continue",
    "still being retried",
    "you do not need to resend",
    "no action is required on your part",
    "再送の必要はありません",
    "再送を行います",
    "再送を試み",
    "再度メールをお送りいただく必要はありません",
    "配信を継続",
    "引き続き配信",
];

/// What servers say first when they return a mail.
const FAILURE_FORMS: &[&str] = &[
    "this is the qmail-send program",
    "i'm afraid i wasn't able to deliver your message",
    "could not be delivered to one or more recipients",
    "could not be delivered to all of its recipients",
    "a message that you sent could not be delivered",
    "the following addresses had permanent fatal errors",
    "the following recipients was rejected",
    "sorry, we were unable to deliver your message",
    "we were unable to deliver your message",
    "your message wasn't delivered",
    "your message couldn't be delivered",
    "your message was not delivered",
    "delivery to the following recipient failed permanently",
    "delivery to the following recipients failed",
    "delivery has failed to these recipients",
    "the following message could not be delivered",
    "did not reach the following recipient",
    "エラーのため送信できませんでした",
    "メールを配信できませんでした",
    "メッセージを配信できませんでした",
    "メールは配信されませんでした",
    "メールを送信できませんでした",
    "メールは送信できませんでした",
    "メールをお届けできませんでした",
    "メールが届けられませんでした",
    "への配信に失敗しました",
    "宛先に届きませんでした",
    "宛先不明",
    "送信先メールアドレスが見つかりません",
    "あて先が見つかりません",
    "メールアドレスは存在しません",
    "受信者が見つかりません",
];

/// The words in the subject or the first lines by which a mail system returns a mail. `None` when it says that it
/// goes on trying, or says something else. Asked only of mail that a mail system sent.
pub fn plain_failure(letter: &Letter) -> Option<(&'static str, &'static str)> {
    if phrase_in(&letter.subject, DELAY_SUBJECTS).is_some() {
        return None;
    }
    let opening: Vec<&str> = letter.text.lines().take(OPENING_LINES).map(str::trim).collect();
    let opening = opening.join(" ");
    if phrase_in(shortened(&opening), DELAY_FORMS).is_some() {
        return None;
    }
    if let Some(phrase) = phrase_in(&letter.subject, FAILURE_SUBJECTS) {
        return Some(("subject", phrase));
    }
    phrase_in(shortened(&opening), FAILURE_FORMS).map(|phrase| ("text", phrase))
}

/// Lines of ten megabytes are no opening.
fn shortened(text: &str) -> &str {
    text.get(..text.floor_char_boundary(8 * 1024)).unwrap_or(text)
}

/// Everything the report tells about the mail that came back.
pub fn returned(letter: &Letter, fields: &Fields<'_>, parts: &[Part<'_>]) -> Returned {
    let mut found = Returned::default();
    let mut returned_to = Vec::new();
    for part in parts.iter().filter(|part| is_returned_mail(&part.mime)) {
        let content = part.decoded();
        let (block, _) = split(&content);
        let header = Fields::parse(block);
        found.ids.extend(header.ids("message-id"));
        found.mark = found.mark.or_else(|| header.text("x-postdesk-outbox").filter(|mark| !mark.is_empty()));
        if returned_to.is_empty() {
            returned_to.extend(header.people("to").into_iter().chain(header.people("cc")));
        }
    }
    let status = recipients(parts);
    let failed = || status.iter().filter(|recipient| recipient.fate == Fate::Failed);
    found.recipients.extend(failed().filter_map(|recipient| recipient.address.clone()));
    let from_text = FromText::read(letter, parts);
    if found.ids.is_empty() {
        found.ids = from_text.ids;
    }
    found.mark = found.mark.or(from_text.mark);
    if found.recipients.is_empty() {
        let listed = fields.text("x-failed-recipients").unwrap_or_default();
        found.recipients.extend(listed.split([',', ' ']).filter_map(Address::parse));
    }
    if found.recipients.is_empty() {
        found.recipients = from_text.recipients;
    }
    // Nobody is named: then it was the only one to whom the mail went.
    if let ([only], true) = (returned_to.as_slice(), found.recipients.is_empty()) {
        found.recipients.push(only.address.clone());
    }
    found.reason = failed()
        .find_map(|recipient| recipient.diagnostic.clone())
        .or(from_text.reason)
        .map(|reason| one_line(&reason))
        .and_then(|line| line.get(..line.floor_char_boundary(300)).map(str::to_owned))
        .filter(|line| !line.is_empty());
    found.ids.extend(letter.in_reply_to.iter().cloned());
    found.ids.extend(letter.references.iter().rev().cloned());
    let mut seen = std::collections::HashSet::new();
    found.ids.retain(|id| Some(id) != letter.message_id.as_ref() && seen.insert(id.clone()));
    found.ids.truncate(MAX_LISTED);
    let mut seen = std::collections::HashSet::new();
    found.recipients.retain(|address| seen.insert(address.clone()));
    found.recipients.truncate(MAX_LISTED);
    found
}

fn is_returned_mail(mime: &str) -> bool {
    matches!(
        mime,
        "message/rfc822"
            | "message/global"
            | "message/partial"
            | "text/rfc822-headers"
            | "message/rfc822-headers"
            | "message/global-headers"
    )
}

/// What can be read off a report that was written for people.
#[derive(Default)]
struct FromText {
    ids: Vec<MessageId>,
    mark: Option<String>,
    recipients: Vec<Address>,
    reason: Option<String>,
}

impl FromText {
    /// Reads the letter's own words, and texts that hang on it: some servers return the header as a text file.
    fn read(letter: &Letter, parts: &[Part<'_>]) -> Self {
        let mut found = Self::default();
        found.take(&letter.text);
        for part in parts.iter().filter(|part| part.mime == "text/plain" && part.parent.is_some()).take(5) {
            if !found.ids.is_empty() {
                break;
            }
            let content = part.decoded();
            let content = content.get(..MAX_REPORT).unwrap_or(&content);
            found.take(&String::from_utf8_lossy(content));
        }
        if found.reason.is_none() {
            let opening = letter.text.lines().take(OPENING_LINES).map(str::trim);
            let says = |line: &&str| phrase_in(shortened(line), FAILURE_FORMS).is_some();
            found.reason = opening.clone().find(says).map(str::to_owned);
        }
        found
    }

    fn take(&mut self, text: &str) {
        let mut in_copy = false;
        for line in text.lines().take(MAX_LINES) {
            let line = line.trim_start_matches([' ', '>', '\t', '\u{3000}']);
            let field = |name: &str| {
                let start = line.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name))?;
                line.get(start.len()..)
            };
            if let Some(value) = field("message-id:") {
                self.ids.extend(ids_in(value));
            } else if let Some(value) = field("x-postdesk-outbox:") {
                let mark = value.trim();
                self.mark = self.mark.take().or_else(|| (!mark.is_empty()).then(|| mark.to_owned()));
            }
            in_copy |= line.starts_with("--- ") || line.starts_with("------ ");
            in_copy |= field("received:").is_some() || field("return-path:").is_some();
            if in_copy {
                continue;
            }
            if self.recipients.len() < MAX_LISTED {
                self.recipients.extend(recipient_in(line));
            }
            if self.reason.is_none() && is_smtp_answer(line) {
                self.reason = Some(line.to_owned());
            }
        }
    }
}

/// A line that names a recipient as mail systems do: `<kim@example.com>:`, or the address and nothing else.
fn recipient_in(line: &str) -> Option<Address> {
    let line = line.trim();
    let named = ["Recipient:", "To:", "宛先:", "宛先：", "あて先:", "送信先:", "送信先："];
    let line = named.iter().find_map(|name| line.strip_prefix(name)).unwrap_or(line).trim();
    if let Some(rest) = line.strip_prefix('<') {
        let (address, after) = rest.split_once('>')?;
        return (after.is_empty() || after.starts_with(':') || after.starts_with(" ("))
            .then(|| Address::parse(address))
            .flatten();
    }
    let alone = line.trim_end_matches([':', ';', ',']);
    (!alone.contains(char::is_whitespace)).then(|| Address::parse(alone)).flatten()
}

/// `550 …`, `550-5.1.1 …` or `5.1.1 …` somewhere in the line.
fn is_smtp_answer(line: &str) -> bool {
    let line = shortened(line);
    let enhanced = line
        .split(|c: char| c.is_whitespace() || matches!(c, '#' | '<' | '(' | '-' | '[' | '"' | '\''))
        .any(|word| {
            let mut numbers = word.trim_end_matches([':', ',', '.', ')', ']', '"', '\'']).split('.');
            let class = numbers.next();
            let rest: Vec<&str> = numbers.collect();
            matches!(class, Some("4" | "5"))
                && rest.len() == 2
                && rest.iter().all(|n| !n.is_empty() && n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()))
        });
    let code = |words: &str| {
        let words = words.trim_start_matches([' ', '"', '\'', '<']).as_bytes();
        matches!(words, [b'4' | b'5', b'0'..=b'5', b'0'..=b'9', b' ' | b'-', rest @ ..]
            if rest.iter().any(u8::is_ascii_alphabetic))
    };
    enhanced || line.split(": ").any(code) || line.split_once("said:").is_some_and(|(_, answer)| code(answer))
}
