//! The header that mail programs write above a mail they quote or pass on: `From: … Sent: … To: … Subject: …`,
//! `差出人: … 送信日時: … 宛先: … 件名: …`.

use crate::{Address, Mailbox};

/// Lines of such a header at most; long lists of people are wrapped.
const MAX_LINES: usize = 40;
/// Longest value in bytes.
const MAX_VALUE: usize = 20_000;
/// People of one line at most.
const MAX_PEOPLE: usize = 200;

/// What a line of the header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Who wrote it.
    From,
    /// When it was sent.
    When,
    /// To whom.
    To,
    /// And to whom else.
    Cc,
    /// Its subject.
    About,
    /// Something else that programs list.
    Other,
}

const NAMES: &[(Field, &[&str])] = &[
    (
        Field::From,
        &[
            "from",
            "差出人",
            "送信者",
            "送信元",
            "発信者",
            "von",
            "de",
            "da",
            "van",
            "fra",
            "från",
            "发件人",
            "寄件者",
            "寄件人",
            "보낸 사람",
            "от",
        ],
    ),
    (
        Field::When,
        &[
            "sent",
            "date",
            "送信日時",
            "日時",
            "送信日",
            "日付",
            "受信日時",
            "受信日",
            "gesendet",
            "datum",
            "envoyé",
            "envoyé le",
            "enviado",
            "enviado el",
            "fecha",
            "data",
            "inviato",
            "发送时间",
            "日期",
            "寄件日期",
            "傳送時間",
            "보낸 날짜",
            "날짜",
            "date sent",
        ],
    ),
    (
        Field::To,
        &[
            "to",
            "宛先",
            "宛て先",
            "受信者",
            "送信先",
            "an",
            "à",
            "a",
            "para",
            "pour",
            "aan",
            "til",
            "till",
            "收件人",
            "收件者",
            "받는 사람",
        ],
    ),
    (Field::Cc, &["cc", "ｃｃ", "copie à", "kopie", "抄送", "副本", "참조"]),
    (
        Field::About,
        &[
            "subject",
            "件名",
            "題名",
            "表題",
            "標題",
            "betreff",
            "objet",
            "sujet",
            "asunto",
            "oggetto",
            "onderwerp",
            "emne",
            "ämne",
            "主题",
            "主旨",
            "제목",
            "тема",
        ],
    ),
    (
        Field::Other,
        &[
            "bcc",
            "reply-to",
            "返信先",
            "importance",
            "重要度",
            "attachments",
            "attachment",
            "添付ファイル",
            "添付",
            "organization",
            "組織",
            "message-id",
            "resent-from",
            "sensitivity",
            "when",
            "where",
        ],
    ),
];

/// Which field a line begins, and what stands in it.
pub fn field(line: &str) -> Option<(Field, &str)> {
    let line = line.trim().trim_start_matches('*');
    let (name, value) = line.split_once([':', '：'])?;
    let name = name.trim_end_matches('*').trim();
    if name.is_empty() || name.len() > 40 {
        return None;
    }
    let name = name.to_lowercase();
    let (field, _) = NAMES.iter().find(|(_, names)| names.contains(&name.as_str()))?;
    Some((*field, value.trim_start_matches('*').trim()))
}

/// A header, read.
#[derive(Debug, Default)]
pub struct Header {
    /// Lines it takes.
    pub length: usize,
    /// As written.
    pub from: String,
    /// As written.
    pub when: String,
    /// As written.
    pub to: String,
    /// As written.
    pub cc: String,
    /// As written.
    pub subject: String,
}

impl Header {
    fn slot(&mut self, field: Field) -> Option<&mut String> {
        match field {
            Field::From => Some(&mut self.from),
            Field::When => Some(&mut self.when),
            Field::To => Some(&mut self.to),
            Field::Cc => Some(&mut self.cc),
            Field::About => Some(&mut self.subject),
            Field::Other => None,
        }
    }
}

/// A header that begins in this line with the sender, as one stands in running text: three fields at least, for
/// people write `From:` and `宛先：` too.
pub fn beginning_with_from(lines: &[&str], at: usize) -> Option<Header> {
    let (first, _) = field(lines.get(at)?)?;
    if first != Field::From {
        return None;
    }
    any(lines, at).filter(|(_, kinds)| *kinds >= 3).map(|(header, _)| header)
}

/// A header below a line that announces one: in any order, the sender and one field more at least.
pub fn announced(lines: &[&str], at: usize) -> Option<Header> {
    field(lines.get(at)?)?;
    let (header, kinds) = any(lines, at)?;
    (kinds >= 2 && !header.from.is_empty()).then_some(header)
}

/// Reads fields from this line on; also says how many different ones there were.
fn any(lines: &[&str], at: usize) -> Option<(Header, usize)> {
    let mut header = Header::default();
    let mut seen: Vec<Field> = Vec::new();
    let mut last = None;
    for line in lines.get(at..)?.iter().take(MAX_LINES) {
        let line = line.trim();
        match field(line) {
            // The quoted mail may quote another one at once.
            Some((Field::From, _)) if seen.contains(&Field::From) => break,
            Some((field, value)) => {
                if !seen.contains(&field) {
                    seen.push(field);
                    if let Some(slot) = header.slot(field) {
                        slot.push_str(value.get(..value.floor_char_boundary(MAX_VALUE)).unwrap_or(value));
                    }
                    last = Some(field);
                } else {
                    last = None;
                }
            }
            None if line.is_empty() => {
                // Outlook's HTML puts an empty line between fields now and then; an end is an end only after some.
                if seen.len() >= 3 {
                    break;
                }
                last = None;
            }
            None => {
                // A line too many belongs to a list of people; anything else is the mail's first line.
                let to_people = matches!(last, Some(Field::To | Field::Cc));
                let Some(slot) = last.filter(|_| to_people).and_then(|field| header.slot(field)) else {
                    break;
                };
                if !slot.ends_with([',', ';', '、']) && !line.contains('@') {
                    break;
                }
                if slot.len() + line.len() > MAX_VALUE {
                    break;
                }
                slot.push(' ');
                slot.push_str(line);
            }
        }
        header.length += 1;
    }
    let kinds = seen.iter().filter(|field| **field != Field::Other).count();
    Some((header, kinds))
}

/// The people of a line: `Kim Lee <kim@example.com>; 佐藤 [mailto:sato@example.co.jp]`. Names without an address
/// say nobody.
pub fn people(line: &str) -> Vec<Mailbox> {
    let mut people = Vec::new();
    let mut name_from = 0;
    let mut from = 0;
    // From one `@` to the next: an address is what stands around it.
    while let Some(at) = line.get(from..).and_then(|rest| rest.find('@')).map(|n| from + n) {
        if people.len() >= MAX_PEOPLE {
            break;
        }
        let begin = line
            .get(from..at)
            .and_then(|left| {
                left.char_indices().rev().find(|(_, c)| is_outside(*c)).map(|(n, c)| from + n + c.len_utf8())
            })
            .unwrap_or(from);
        let end = line.get(at..).and_then(|right| right.find(is_outside)).map_or(line.len(), |n| at + n);
        if let Some(address) =
            line.get(begin..end).and_then(|text| Address::parse(text.trim_end_matches('.')))
            && !people.iter().any(|known: &Mailbox| known.address == address)
        {
            people.push(Mailbox { name: name(line.get(name_from..begin).unwrap_or_default()), address });
        }
        from = end.max(at + 1);
        name_from = from;
    }
    people
}

/// What cannot be part of an address as programs write it.
fn is_outside(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '<' | '>'
                | '＜'
                | '＞'
                | '['
                | ']'
                | '('
                | ')'
                | '（'
                | '）'
                | ','
                | ';'
                | '、'
                | '，'
                | '；'
                | '"'
                | ':'
                | '：'
                | '“'
                | '”'
                | '「'
                | '」'
                | '*'
        )
}

/// The name that stands before an address: without the brackets around it and the separators behind the last one.
fn name(text: &str) -> String {
    let text = text.rsplit([';', '；', '>', '＞', ']']).next().unwrap_or_default();
    let text = text.trim_end_matches("mailto:").trim_end_matches("smtp:").trim_end_matches("SMTP:");
    let edge = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '＜'
                    | '['
                    | '('
                    | '（'
                    | '"'
                    | '\''
                    | ','
                    | '、'
                    | '，'
                    | '*'
                    | '“'
                    | '”'
                    | '「'
                    | '」'
                    | ')'
                    | '）'
            )
    };
    crate::header::one_line(text.trim_matches(edge)).chars().take(200).collect()
}
