//! `winmail.dat`: what Outlook wraps a mail in when it takes the receiver for another Outlook (MS-OXTNEF).
//!
//! The libraries for it are dead or C; the format is a list of attributes, of which a dozen matter. One pass, no recursion,
//! nothing is allocated beyond the size of the input; what does not fit is left out.

use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};

use crate::letter::Attachment;
use crate::{file, rtf};

/// First bytes of every such file.
const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];
/// Mails inside mails inside mails: deeper ones stay files.
const MAX_DEPTH: usize = 4;
/// Files beyond this many are not listed.
const MAX_FILES: usize = 500;

const ATTACHMENT_BEGINS: u32 = 0x0006_9002;
const ATTACHMENT_TITLE: u32 = 0x0001_8010;
const ATTACHMENT_DATA: u32 = 0x0006_800f;
const ATTACHMENT_PROPERTIES: u32 = 0x0006_9005;
const MESSAGE_CLASS: u32 = 0x0007_8008;
const MESSAGE_BODY: u32 = 0x0002_800c;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const CODEPAGE: u32 = 0x0006_9007;

const CLASS: u16 = 0x001a;
const TEXT_BODY: u16 = 0x1000;
const RTF_BODY: u16 = 0x1009;
const HTML_BODY: u16 = 0x1013;
const INTERNET_CODEPAGE: u16 = 0x3fde;
const DATA: u16 = 0x3701;
const SHORT_NAME: u16 = 0x3704;
const LONG_NAME: u16 = 0x3707;
const MIME_TYPE: u16 = 0x370e;
const CONTENT_ID: u16 = 0x3712;

/// What was in it.
#[derive(Debug, Default)]
pub struct Opened {
    /// What kind of message it is, e.g. `REPORT.IPM.Note.IPNRN`.
    pub class: Option<String>,
    /// Plain text.
    pub text: Option<String>,
    /// HTML: hostile, as every HTML of a mail.
    pub html: Option<String>,
    /// Files.
    pub files: Vec<Attachment>,
    /// It broke off: not all that was in it came out.
    pub cut: bool,
}

/// Opens it; `None` when it is no such file.
pub fn open(bytes: &[u8]) -> Option<Opened> {
    let mut opened = Opened::default();
    let mut waiting = vec![(bytes, 0)];
    let mut known = false;
    while let Some((bytes, depth)) = waiting.pop() {
        let Some(content) = bytes.strip_prefix(&SIGNATURE).and_then(|rest| rest.get(2..)) else { continue };
        known = true;
        let inner = read(content, depth == 0, &mut opened);
        if depth < MAX_DEPTH {
            waiting.extend(inner.into_iter().map(|inner| (inner, depth + 1)));
        }
    }
    known.then_some(opened)
}

/// Reads the attributes of one message; answers the messages inside it.
fn read<'a>(content: &'a [u8], outermost: bool, opened: &mut Opened) -> Vec<&'a [u8]> {
    let mut codepage = WINDOWS_1252;
    let mut file: Option<File<'a>> = None;
    let mut inner = Vec::new();
    let mut rtf_body = None;
    let mut attributes = Attributes { rest: content, cut: false };
    for (id, data) in attributes.by_ref() {
        match id {
            CODEPAGE => codepage = number(data).and_then(encoding_of).unwrap_or(codepage),
            MESSAGE_CLASS if outermost => opened.class = Some(text_of(data, codepage)),
            MESSAGE_BODY if outermost => opened.text = Some(text_of(data, codepage)),
            MESSAGE_PROPERTIES if outermost => {
                let properties = Properties::read(data);
                opened.class = properties.text(CLASS, codepage).or(opened.class.take());
                let charset = properties.number(INTERNET_CODEPAGE).and_then(encoding_of).unwrap_or(codepage);
                if let Some(text) = properties.text(TEXT_BODY, codepage) {
                    opened.text = Some(text);
                }
                opened.html =
                    properties.bytes(HTML_BODY).map(|html| text_of(html, charset)).or(opened.html.take());
                rtf_body = properties.bytes(RTF_BODY);
            }
            ATTACHMENT_BEGINS => {
                inner.extend(finish(file.take(), opened));
                file = Some(File::default());
            }
            ATTACHMENT_TITLE => with(&mut file, |file| file.title = Some(text_of(data, codepage))),
            ATTACHMENT_DATA => with(&mut file, |file| file.data = Some(data)),
            ATTACHMENT_PROPERTIES => {
                let properties = Properties::read(data);
                with(&mut file, |file| {
                    let long = properties
                        .text(LONG_NAME, codepage)
                        .or_else(|| properties.text(SHORT_NAME, codepage));
                    file.title = long.or(file.title.take());
                    file.mime = properties.text(MIME_TYPE, codepage);
                    file.content_id = properties.text(CONTENT_ID, codepage);
                    file.data = properties.bytes(DATA).or(file.data);
                });
            }
            _ => {}
        }
    }
    opened.cut |= attributes.cut || !attributes.rest.is_empty();
    inner.extend(finish(file, opened));
    let words_are_there = opened.text.as_ref().is_some_and(|text| !text.trim().is_empty());
    if outermost
        && opened.html.is_none()
        && let Some(rtf) = rtf_body.and_then(rtf::decompressed)
    {
        opened.html = rtf::to_html(&rtf);
        if opened.html.is_none() && !words_are_there {
            opened.text = Some(rtf::to_text(&rtf));
        }
    }
    inner
}

/// A file being read.
#[derive(Default)]
struct File<'a> {
    title: Option<String>,
    mime: Option<String>,
    content_id: Option<String>,
    data: Option<&'a [u8]>,
}

fn with<'a>(file: &mut Option<File<'a>>, change: impl FnOnce(&mut File<'a>)) {
    if let Some(file) = file {
        change(file);
    }
}

/// Takes up a file; one that is a message itself is answered instead. (An object's first 16 bytes say of what kind it is.)
fn finish<'a>(file: Option<File<'a>>, opened: &mut Opened) -> Option<&'a [u8]> {
    let file = file?;
    let data = file.data?;
    if let Some(inner) = data.get(16..).filter(|inner| inner.starts_with(&SIGNATURE)) {
        return Some(inner);
    }
    if opened.files.len() >= MAX_FILES {
        return None;
    }
    let name = file.title.as_deref().map(file::safe_name).filter(|name| !name.is_empty());
    let plausible =
        |mime: &String| mime.len() <= 100 && mime.contains('/') && mime.bytes().all(|b| b.is_ascii_graphic());
    opened.files.push(Attachment {
        turned: file.title.as_deref().is_some_and(file::turns),
        name: name.unwrap_or_else(|| "attachment.bin".to_owned()),
        content_type: file
            .mime
            .map(|mime| mime.to_ascii_lowercase())
            .filter(plausible)
            .unwrap_or_else(|| "application/octet-stream".to_owned()),
        content_id: file
            .content_id
            .map(|id| id.trim_matches(['<', '>', ' ']).to_owned())
            .filter(|id| !id.is_empty()),
        inline: false,
        content: data.to_vec(),
    });
    None
}

/// The attributes: level, id, length, data, checksum.
struct Attributes<'a> {
    rest: &'a [u8],
    /// The last attribute was longer than what is there.
    cut: bool,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.rest.split_at_checked(9)?;
        let id = number(head.get(1..)?)?;
        let length = usize::try_from(number(head.get(5..)?)?).ok()?;
        // A file that was cut off still gives what it holds.
        let data = rest.get(..length).unwrap_or(rest);
        self.cut |= rest.len() < length;
        self.rest = rest.get(length.saturating_add(2)..).unwrap_or_default();
        Some((id, data))
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))
}

/// Windows' numbers of code pages.
fn encoding_of(codepage: u32) -> Option<&'static Encoding> {
    let label = match codepage {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        874 | 1250..=1258 => format!("windows-{codepage}"),
        20932 | 51932 => "euc-jp".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        65001 => "utf-8".to_owned(),
        20866 => "koi8-r".to_owned(),
        28591..=28605 => format!("iso-8859-{}", codepage - 28590),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

fn text_of(bytes: &[u8], encoding: &'static Encoding) -> String {
    let text = encoding.decode_without_bom_handling(bytes).0;
    text.replace("\r\n", "\n").replace(['\r'], "\n").replace('\0', "")
}

/// MAPI properties: their number, kind and (first) value.
struct Properties<'a>(Vec<(u16, u16, &'a [u8])>);

impl<'a> Properties<'a> {
    fn read(data: &'a [u8]) -> Self {
        let mut properties = Vec::new();
        let mut rest = data.get(4..).unwrap_or_default();
        for _ in 0..number(data).unwrap_or_default().min(10_000) {
            let Some((kind, id, value, after)) = property(rest) else { break };
            properties.push((id, kind, value));
            rest = after;
        }
        Self(properties)
    }

    fn find(&self, id: u16) -> Option<(u16, &'a [u8])> {
        self.0.iter().find(|(known, ..)| *known == id).map(|(_, kind, value)| (*kind, *value))
    }

    fn bytes(&self, id: u16) -> Option<&'a [u8]> {
        self.find(id).map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    fn number(&self, id: u16) -> Option<u32> {
        self.find(id).and_then(|(_, value)| number(value))
    }

    fn text(&self, id: u16, codepage: &'static Encoding) -> Option<String> {
        let (kind, value) = self.find(id)?;
        let text = text_of(value, if kind == UNICODE { UTF_16LE } else { codepage });
        (!text.is_empty()).then_some(text)
    }
}

const SHORT: u16 = 0x02;
const BOOLEAN: u16 = 0x0b;
const STRING: u16 = 0x1e;
const UNICODE: u16 = 0x1f;
const OBJECT: u16 = 0x0d;
const BINARY: u16 = 0x102;
const SEVERAL: u16 = 0x1000;

/// One property: kind, id, value, and what stands behind it.
fn property(data: &[u8]) -> Option<(u16, u16, &[u8], &[u8])> {
    let word = |at: usize| Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?));
    let (kind, id) = (word(0)?, word(2)?);
    let mut rest = data.get(4..)?;
    if id >= 0x8000 {
        // A named property: the name's set, then its number or its text.
        let by_number = number(rest.get(16..)?)? == 0;
        rest = rest.get(20..)?;
        let length = if by_number { 0 } else { usize::try_from(number(rest)?).ok()? };
        rest = rest.get(4..)?.get(padded(length)..)?;
    }
    let several = kind & SEVERAL != 0;
    let base = kind & !SEVERAL;
    let varies = matches!(base, STRING | UNICODE | OBJECT | BINARY);
    let count = if several || varies {
        let count = number(rest)?;
        rest = rest.get(4..)?;
        count
    } else {
        1
    };
    let mut first: Option<&[u8]> = None;
    for _ in 0..count {
        let length = match base {
            _ if varies => {
                let length = usize::try_from(number(rest)?).ok()?;
                rest = rest.get(4..)?;
                length
            }
            SHORT | BOOLEAN => 2,
            0x05 | 0x06 | 0x07 | 0x14 | 0x40 => 8,
            0x48 => 16,
            _ => 4,
        };
        let value = rest.get(..length)?;
        first.get_or_insert(value);
        rest = rest.get(padded(length)..).unwrap_or_default();
    }
    Some((base, id, first.unwrap_or_default(), rest))
}

/// Values are filled up to whole groups of four bytes.
fn padded(length: usize) -> usize {
    length.saturating_add(3) & !3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
        let sum: u16 = data.iter().fold(0, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        let mut out = vec![level];
        out.extend(id.to_le_bytes());
        out.extend(u32::try_from(data.len()).unwrap_or_default().to_le_bytes());
        out.extend(data);
        out.extend(sum.to_le_bytes());
        out
    }

    fn wide(id: u16, text: &str) -> Vec<u8> {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).chain([0, 0]).collect();
        let mut out = Vec::new();
        out.extend(UNICODE.to_le_bytes());
        out.extend(id.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(u32::try_from(bytes.len()).unwrap_or_default().to_le_bytes());
        out.extend(&bytes);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn properties(list: &[Vec<u8>]) -> Vec<u8> {
        let count = u32::try_from(list.len()).unwrap_or_default();
        count.to_le_bytes().into_iter().chain(list.concat()).collect()
    }

    fn winmail(attributes: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE.to_vec(), vec![1, 0], attributes.concat()].concat()
    }

    /// Senders whose Outlook wraps their mail must not lose their files, nor the files their Japanese names.
    #[test]
    fn files_come_out_with_their_long_names_and_the_text_in_its_code_page() {
        let (body, _, _) = encoding_rs::SHIFT_JIS.encode("お世話になっております。①㈱");
        let bytes = winmail(&[
            attribute(1, CODEPAGE, &[932_u32.to_le_bytes(), 0_u32.to_le_bytes()].concat()),
            attribute(1, MESSAGE_BODY, &body),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_TITLE, b"MITSUM~1.PDF\0"),
            attribute(2, ATTACHMENT_DATA, b"%PDF-1.7"),
            attribute(
                2,
                ATTACHMENT_PROPERTIES,
                &properties(&[wide(LONG_NAME, "お見積書.pdf"), wide(MIME_TYPE, "application/PDF")]),
            ),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_TITLE, b"..\\..\\evil.txt\0"),
            attribute(2, ATTACHMENT_DATA, b"second"),
        ]);
        let opened = open(&bytes).unwrap_or_default();
        assert_eq!(opened.text.as_deref(), Some("お世話になっております。①㈱"));
        let files: Vec<_> = opened
            .files
            .iter()
            .map(|f| (f.name.as_str(), f.content_type.as_str(), f.content.as_slice()))
            .collect();
        assert_eq!(
            files,
            [
                ("お見積書.pdf", "application/pdf", b"%PDF-1.7".as_slice()),
                ("evil.txt", "application/octet-stream", b"second".as_slice()),
            ]
        );
    }

    /// A mail that was attached brings its files, and no more: its own text is not the text of the mail around it.
    #[test]
    fn a_message_inside_gives_its_files_and_not_its_text() {
        let inner = winmail(&[
            attribute(1, MESSAGE_BODY, b"inner words"),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_TITLE, b"inner.txt\0"),
            attribute(2, ATTACHMENT_DATA, b"inner file"),
        ]);
        let object: Vec<u8> = [vec![7; 16], inner].concat();
        let mut property = Vec::new();
        property.extend(OBJECT.to_le_bytes());
        property.extend(DATA.to_le_bytes());
        property.extend(1_u32.to_le_bytes());
        property.extend(u32::try_from(object.len()).unwrap_or_default().to_le_bytes());
        property.extend(&object);
        property.resize(property.len().next_multiple_of(4), 0);
        let bytes = winmail(&[
            attribute(1, MESSAGE_BODY, b"outer words"),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_PROPERTIES, &properties(&[property])),
        ]);
        let opened = open(&bytes).unwrap_or_default();
        assert_eq!(opened.text.as_deref(), Some("outer words"));
        assert_eq!(opened.files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["inner.txt"]);
    }

    #[test]
    fn what_is_no_such_file_or_was_cut_off_does_no_harm() {
        assert!(open(b"").is_none());
        assert!(open(b"PK\x03\x04").is_none());
        let whole = winmail(&[
            attribute(1, MESSAGE_BODY, b"words"),
            attribute(2, ATTACHMENT_BEGINS, &[0; 14]),
            attribute(2, ATTACHMENT_PROPERTIES, &properties(&[wide(LONG_NAME, "a.txt")])),
        ]);
        for end in 0..whole.len() {
            let _ = open(whole.get(..end).unwrap_or_default());
        }
    }
}
