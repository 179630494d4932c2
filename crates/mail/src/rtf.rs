//! RTF to plain text: the body of a mail that Outlook wrote as "rich text" and that has no other.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

/// What a compressed body may unfold to.
const MAX_RTF: u32 = 20 * 1024 * 1024;
/// Fonts beyond this many are taken for the document's own.
const MAX_FONTS: usize = 1_000;

/// Unpacks PR_RTF_COMPRESSED (MS-OXRTFCP); `None` when it is broken or would be huge.
pub fn decompressed(bytes: &[u8]) -> Option<String> {
    // The library reads the header without looking whether it is there, and makes room for whatever size it names.
    let declared = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    if bytes.len() < 16 || declared > MAX_RTF {
        return None;
    }
    compressed_rtf::decompress_rtf(bytes).ok()
}

/// The words of an RTF document. Linear in its size.
pub fn to_text(rtf: &str) -> String {
    Reader::read(rtf, false).trim().to_owned()
}

/// The HTML that Outlook wrapped in RTF (MS-OXRTFEX); `None` when the document was not made of HTML.
pub fn to_html(rtf: &str) -> Option<String> {
    let head = rtf.get(..rtf.floor_char_boundary(4_096)).unwrap_or(rtf);
    if !head.contains("\\fromhtml1") {
        return None;
    }
    let html = Reader::read(rtf, true);
    (!html.trim().is_empty()).then_some(html)
}

/// What an open brace may change, and its closing brace takes back.
#[derive(Clone, Copy)]
struct Group {
    /// Nothing in it is the writer's.
    hidden: bool,
    /// Written for readers that do not know that it was HTML.
    for_others: bool,
    /// Code page of the font.
    encoding: &'static Encoding,
    /// Inside the list of fonts.
    fonts: bool,
}

enum Control<'a> {
    Word(&'a [u8], Option<i32>),
    Byte(u8),
    Char(char),
    Nothing,
}

/// What stands behind a backslash, and where reading goes on.
fn control(source: &[u8], at: usize) -> (Control<'_>, usize) {
    let letters =
        source.get(at..).unwrap_or_default().iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    if letters == 0 {
        return match source.get(at) {
            Some(b'\'') => {
                let hex = source.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
                match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                    Some(byte) => (Control::Byte(byte), at + 3),
                    None => (Control::Nothing, at + 1),
                }
            }
            Some(b'~') => (Control::Char(' '), at + 1),
            Some(b'_') => (Control::Char('-'), at + 1),
            Some(b'\r' | b'\n') => (Control::Char('\n'), at + 1),
            Some(byte @ (b'\\' | b'{' | b'}')) => (Control::Byte(*byte), at + 1),
            Some(_) => (Control::Nothing, at + 1),
            None => (Control::Nothing, at),
        };
    }
    let name = source.get(at..at + letters).unwrap_or_default();
    let mut end = at + letters;
    let digits = source
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take(11)
        .enumerate()
        .take_while(|(n, b)| b.is_ascii_digit() || (*n == 0 && **b == b'-'))
        .count();
    let parameter = source
        .get(end..end + digits)
        .and_then(|digits| std::str::from_utf8(digits).ok())
        .and_then(|digits| digits.parse().ok());
    end += digits;
    if source.get(end) == Some(&b' ') {
        end += 1;
    }
    (Control::Word(name, parameter), end)
}

/// Groups that hold no words of the writer's.
fn is_destination(name: &[u8]) -> bool {
    matches!(
        name,
        b"fonttbl"
            | b"colortbl"
            | b"stylesheet"
            | b"info"
            | b"pict"
            | b"object"
            | b"header"
            | b"footer"
            | b"themedata"
    )
}

struct Reader {
    out: String,
    /// Bytes of a code page that wait to be decoded together: characters may take two.
    bytes: Vec<u8>,
    group: Group,
    outer: Vec<Group>,
    /// The HTML is wanted, not the words.
    html: bool,
    /// Code pages of the fonts, by number.
    fonts: HashMap<i32, &'static Encoding>,
    /// The font being described.
    font: i32,
    document: &'static Encoding,
    skip_after_unicode: usize,
    /// First half of a character beyond the first 65,536.
    high: Option<u32>,
}

impl Reader {
    fn read(rtf: &str, html: bool) -> String {
        let group = Group { hidden: false, for_others: false, encoding: WINDOWS_1252, fonts: false };
        let mut reader = Self {
            out: String::new(),
            bytes: Vec::new(),
            group,
            outer: Vec::new(),
            html,
            fonts: HashMap::new(),
            font: 0,
            document: WINDOWS_1252,
            skip_after_unicode: 1,
            high: None,
        };
        let source = rtf.as_bytes();
        let mut at = 0;
        while let Some(&byte) = source.get(at) {
            at += 1;
            match byte {
                b'{' => reader.open(source.get(at..).unwrap_or_default()),
                b'}' => reader.close(),
                b'\\' => {
                    let (word, after) = control(source, at);
                    at = after;
                    match word {
                        Control::Word(name, parameter) => at = reader.word(name, parameter, source, at),
                        Control::Byte(byte) => reader.byte(byte),
                        Control::Char(c) => reader.push(c),
                        Control::Nothing => {}
                    }
                }
                b'\r' | b'\n' => {}
                byte => reader.byte(byte),
            }
        }
        reader.flush();
        reader.out.replace('\0', "")
    }

    fn open(&mut self, inside: &[u8]) {
        self.flush();
        self.outer.push(self.group);
        let is_tag = self.html && inside.starts_with(b"\\*\\htmltag");
        self.group.hidden |= inside.starts_with(b"\\*") && !is_tag;
    }

    fn close(&mut self) {
        self.flush();
        self.group = self.outer.pop().unwrap_or(self.group);
    }

    fn is_silent(&self) -> bool {
        self.group.hidden || self.html && self.group.for_others
    }

    fn byte(&mut self, byte: u8) {
        if !self.is_silent() {
            self.bytes.push(byte);
        }
    }

    fn flush(&mut self) {
        if !self.bytes.is_empty() {
            self.out.push_str(&self.group.encoding.decode_without_bom_handling(&self.bytes).0);
            self.bytes.clear();
        }
    }

    fn push(&mut self, c: char) {
        if !self.is_silent() {
            self.flush();
            self.out.push(c);
        }
    }

    fn word(&mut self, name: &[u8], parameter: Option<i32>, source: &[u8], at: usize) -> usize {
        if is_destination(name) {
            self.group.hidden = true;
            self.group.fonts |= name == b"fonttbl";
            return at;
        }
        match name {
            b"par" | b"line" | b"row" | b"sect" | b"page" => self.push('\n'),
            b"tab" | b"cell" => self.push('\t'),
            b"emdash" => self.push('—'),
            b"endash" => self.push('–'),
            b"bullet" => self.push('•'),
            b"lquote" => self.push('‘'),
            b"rquote" => self.push('’'),
            b"ldblquote" => self.push('“'),
            b"rdblquote" => self.push('”'),
            b"htmlrtf" => {
                self.flush();
                self.group.for_others = parameter != Some(0);
            }
            b"ansicpg" => {
                self.document = parameter.and_then(code_page).unwrap_or(self.document);
                self.encode_by(self.document);
            }
            b"f" if self.group.fonts => self.font = parameter.unwrap_or_default(),
            b"fcharset" if self.group.fonts && self.fonts.len() < MAX_FONTS => {
                if let Some(encoding) = parameter.and_then(of_charset) {
                    self.fonts.insert(self.font, encoding);
                }
            }
            b"f" => {
                let known = self.fonts.get(&parameter.unwrap_or_default()).copied();
                self.encode_by(known.unwrap_or(self.document));
            }
            b"plain" => self.encode_by(self.document),
            b"uc" => self.skip_after_unicode = usize::try_from(parameter.unwrap_or(1)).unwrap_or(1).min(8),
            b"u" => {
                // Written as a signed number of 16 bits; pairs of surrogates come one after the other.
                let code = parameter.unwrap_or_default();
                self.unit(
                    u32::try_from(if code < 0 { code.saturating_add(65_536) } else { code })
                        .unwrap_or_default(),
                );
                return self.skip(source, at);
            }
            _ => {}
        }
        at
    }

    fn encode_by(&mut self, encoding: &'static Encoding) {
        self.flush();
        self.group.encoding = encoding;
    }

    fn unit(&mut self, unit: u32) {
        match (self.high.take(), unit) {
            (_, 0xd800..=0xdbff) => self.high = Some(unit),
            (Some(high), 0xdc00..=0xdfff) => {
                let code = 0x1_0000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
                self.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            _ => self.push(char::from_u32(unit).unwrap_or('\u{fffd}')),
        }
    }

    /// Skips what stands there for readers that do not know `\u`.
    fn skip(&self, source: &[u8], mut at: usize) -> usize {
        for _ in 0..self.skip_after_unicode {
            match source.get(at) {
                Some(b'\\') if source.get(at + 1) == Some(&b'\'') => at += 4,
                Some(b'\\' | b'{' | b'}') | None => break,
                Some(_) => at += 1,
            }
        }
        at
    }
}

/// Windows' numbers of code pages.
fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65001 => "utf-8".to_owned(),
        number => format!("windows-{number}"),
    };
    Encoding::for_label(label.as_bytes())
}

/// Windows' numbers of the charsets of fonts: a Japanese Outlook may call its document Western and its fonts Japanese.
fn of_charset(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_and_machinery_is_not() {
        let table = [
            (
                r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Calibri;}}\pard Hello,\par world\'e9!\par}",
                "Hello,\nworldé!",
            ),
            (r"{\rtf1\ansi\ansicpg932 \'82\'b1\'82\'f1\'82\'c9\'82\'bf\'82\'cd\par}", "こんにちは"),
            (r"{\rtf1\uc1 \u35531?\u27714?\u26360?}", "請求書"),
            (r"{\rtf1{\*\generator Msftedit;}{\info{\author Somebody}}text {\b bold} end}", "text bold end"),
            (
                r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fnil\fcharset128 MS Gothic;}}\f0 caf\'e9 {\f1\'8e\'91\'97\'bf} \'e9}",
                "café 資料 é",
            ),
            (r"{\rtf1 \u-10179?\u-8704?}", "😀"),
            (r"{\rtf1 braces \{ and \} and \\}", "braces { and } and \\"),
        ];
        for (rtf, text) in table {
            assert_eq!(to_text(rtf), text, "{rtf}");
        }
    }

    /// Outlook keeps a mail's HTML inside RTF, beside a second form for programs that do not know; only one may be read.
    #[test]
    fn html_that_was_wrapped_in_rtf_comes_out_as_it_was() {
        let rtf = r"{\rtf1\ansi\ansicpg932\fromhtml1 \deff0{\fonttbl{\f0\fswiss\fcharset128 MS Gothic;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'8c\'a9\'90\'cf{\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 A &amp; B{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 {\*\mhtmltag84 <img src=x>}{\*\htmltag72 </p>}\htmlrtf \par\par}\htmlrtf0 }";
        assert_eq!(to_html(rtf).as_deref(), Some("<p>見積<b>A &amp; B</b>&nbsp;</p>"));
        assert_eq!(to_html(r"{\rtf1\ansi words}"), None);
    }

    #[test]
    fn broken_documents_do_no_harm() {
        for rtf in
            ["", "{", "}}}}", r"\", r"\'", r"\'z", r"\u", r"{\rtf1\u99999999999 x", r"\uc-5\u1", "{{{{{{"]
        {
            let _ = to_text(rtf);
            let _ = to_html(&format!("\\fromhtml1{rtf}"));
        }
        assert!(decompressed(b"short").is_none());
        let mut lies = vec![0xff; 32];
        lies[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(decompressed(&lies).is_none());
    }
}
